import ArrayFiles
import Randomness
import SpecLanguage

/// Reads one file in the layout of lfads-torch or the Neural Latents Benchmark.
struct LFADSReader {
  let dataset: LFADSDataset
  let name: String
  let path: String

  /// The trials of one split as the file holds them.
  private struct Part {
    var split: Split
    /// As the keys begin: `train_`.
    var prefix: String
    /// What a model may see, and what it must explain.
    var seen: NumberArray
    var all: NumberArray

    var trials: Int { all.shape[0] }
  }

  func load() throws(DataProblems) -> Session {
    var found = ProblemList()
    let session = found.attempt { () throws(DataProblem) -> Session in try read() }
    guard let session else { throw DataProblems(found.problems) }
    return session
  }

  private func read() throws(DataProblem) -> Session {
    let store = try ArrayStore(path: path, session: name)
    let names = Set(try store.listings().map(\.name))
    let parts = try parts(names, store)
    let first = parts[0]
    let (seen, all) = (Array(first.seen.shape.dropFirst()), Array(first.all.shape.dropFirst()))
    for part in parts where Array(part.all.shape.dropFirst()) != all || Array(part.seen.shape.dropFirst()) != seen {
      throw store.problem(
        part.prefix + "…",
        "the trials of `\(part.split.rawValue)` have shape \(part.all.shape), those of `train` \(first.all.shape)")
    }
    let shape = dataset.heldOut == .keep ? all : seen
    let (bins, channels) = (shape[0], shape[1])
    let splits = splits(parts)
    let columns = try columns(parts, store)
    let trials = splits.indices.map { trial in
      Trial(
        length: bins, split: splits[trial], start: Double(trial * bins) * dataset.bin.seconds, columns: columns[trial])
    }
    var signal = Channels(
      count: channels, lengths: trials.map(\.length), isCounts: false,
      values: Self.laid(parts.map { dataset.heldOut == .keep ? $0.all : $0.seen }, bins: bins, width: channels))
    signal.isCounts = signal.values.allSatisfy { $0.isNaN || ($0 >= 0 && $0 == $0.rounded()) }
    let heldOut = HeldOut(channels: Array(seen[1]..<all[1]), bins: all[0] - seen[0])
    signal.smooth(
      Smoothing(dataset.smooth, bin: dataset.bin, isCausal: dataset.causal), forwardBins: bins - seen[0])
    signal.normalize(dataset.normalize, splits: splits)
    var behavior: [Behavior] = []
    for entry in dataset.behavior { behavior.append(try self.behavior(entry, parts, bins: bins, store)) }
    return Session(
      name: name, metadata: metadata(heldOut), binWidth: dataset.bin, channels: channels, bins: bins, trials: trials,
      isCounts: signal.isCounts, observations: signal.values, behavior: behavior,
      truth: try truth(parts, names, bins: bins, channels: channels, store),
      heldOut: dataset.heldOut == .keep && !heldOut.isEmpty ? heldOut : nil, notes: notes(heldOut, all) + signal.notes)
  }

  // MARK: - Parts

  private func key(_ text: String) -> String { dataset.group.map { $0 + "/" + text } ?? text }

  private func parts(_ names: Set<String>, _ store: ArrayStore) throws(DataProblem) -> [Part] {
    if names.contains(key("train_encod_data")) || names.contains(key("train_recon_data")) {
      return try lfads(names, store)
    }
    if names.contains(key("train_spikes_heldin")) { return try benchmark(names, store) }
    let groups = Set(names.compactMap { $0.contains("/") ? String($0.prefix { $0 != "/" }) : nil })
    let known = groups.filter {
      names.contains($0 + "/train_spikes_heldin") || names.contains($0 + "/train_encod_data")
    }
    let help = known.sorted().map { "give `group: \($0)`" }
    throw store.problem(
      nil, "the file has neither `train_encod_data` nor `train_spikes_heldin`",
      help: help.isEmpty
        ? ["arrays: " + DataProblem.list(names.sorted()), "other arrays are read by `kind: arrays`"] : help)
  }

  private func lfads(_ names: Set<String>, _ store: ArrayStore) throws(DataProblem) -> [Part] {
    var parts: [Part] = []
    for split in Split.allCases {
      let prefix = split.rawValue + "_"
      let (encod, recon) = (key(prefix + "encod_data"), key(prefix + "recon_data"))
      guard names.contains(encod) || names.contains(recon) else { continue }
      let all = try trials(names.contains(recon) ? recon : encod, store)
      let seen = names.contains(encod) ? try trials(encod, store) : all
      parts.append(Part(split: split, prefix: prefix, seen: seen, all: all))
    }
    guard let full = parts.first?.all.shape.dropFirst() else { return parts }
    // A part without `recon_data` has no numbers for what is held out.
    return parts.map { part in
      var part = part
      part.all = Self.padded(part.all, to: Array(full))
      return part
    }
  }

  private func benchmark(_ names: Set<String>, _ store: ArrayStore) throws(DataProblem) -> [Part] {
    var parts: [Part] = []
    for (split, prefix) in [(Split.train, "train_"), (.test, "eval_")] {
      let heldIn = key(prefix + "spikes_heldin")
      guard names.contains(heldIn) else { continue }
      let seen = try trials(heldIn, store)
      var all = seen
      if names.contains(key(prefix + "spikes_heldout")) {
        all = try joined(seen, try trials(key(prefix + "spikes_heldout"), store), axis: 2, prefix, store)
      }
      if names.contains(key(prefix + "spikes_heldin_forward")) {
        var later = try trials(key(prefix + "spikes_heldin_forward"), store)
        if names.contains(key(prefix + "spikes_heldout_forward")) {
          later = try joined(later, try trials(key(prefix + "spikes_heldout_forward"), store), axis: 2, prefix, store)
        }
        all = try joined(all, Self.padded(later, to: [later.shape[1], all.shape[2]]), axis: 1, prefix, store)
      }
      parts.append(Part(split: split, prefix: prefix, seen: seen, all: all))
    }
    guard let full = parts.first?.all.shape.dropFirst() else { return parts }
    return parts.map { part in
      var part = part
      part.all = Self.padded(part.all, to: Array(full))
      return part
    }
  }

  private func trials(_ name: String, _ store: ArrayStore) throws(DataProblem) -> NumberArray {
    let array = try store.array(name)
    guard array.shape.count == 3, array.shape[1] > 0, array.shape[2] > 0 else {
      throw store.problem(name, "the array has shape \(array.shape), not trials x bins x channels")
    }
    return array
  }

  /// Two arrays behind one another along an axis.
  private func joined(
    _ first: NumberArray, _ second: NumberArray, axis: Int, _ prefix: String, _ store: ArrayStore
  ) throws(DataProblem) -> NumberArray {
    let fits = (0..<3).allSatisfy { $0 == axis || first.shape[$0] == second.shape[$0] }
    guard fits else {
      throw store.problem(prefix + "spikes…", "shapes \(first.shape) and \(second.shape) do not belong together")
    }
    let outer = first.shape[..<axis].reduce(1, *)
    let (one, two) = (first.values.count / max(1, outer), second.values.count / max(1, outer))
    var values: [Double] = []
    for place in 0..<outer {
      values += first.values[place * one..<(place + 1) * one]
      values += second.values[place * two..<(place + 1) * two]
    }
    var shape = first.shape
    shape[axis] += second.shape[axis]
    return NumberArray(shape: shape, values: values, dtype: first.dtype)
  }

  /// The trials in a box of bins and channels, NaN where it is larger.
  private static func padded(_ array: NumberArray, to box: [Int]) -> NumberArray {
    let (bins, width) = (array.shape[1], array.shape[2])
    guard bins <= box[0], width <= box[1], [bins, width] != box else { return array }
    var values = [Double](repeating: .nan, count: array.shape[0] * box[0] * box[1])
    for trial in 0..<array.shape[0] {
      for bin in 0..<bins {
        for channel in 0..<width {
          values[(trial * box[0] + bin) * box[1] + channel] = array.values[(trial * bins + bin) * width + channel]
        }
      }
    }
    return NumberArray(shape: [array.shape[0]] + box, values: values, dtype: array.dtype)
  }

  // MARK: - The session

  private func splits(_ parts: [Part]) -> [Split] {
    var splits = parts.flatMap { Array(repeating: $0.split, count: $0.trials) }
    let training = parts[0].trials
    guard dataset.valid > 0, !parts.contains(where: { $0.split == .valid }), training > 1 else { return splits }
    var stream = Stream(seed: dataset.seed, path: ["split", name])
    let count = min(training - 1, max(1, Int((Double(training) * dataset.valid).rounded())))
    for trial in stream.permutation(training).prefix(count) { splits[trial] = .valid }
    return splits
  }

  /// `[width, trials, bins]` of all parts behind one another.
  private static func laid(_ parts: [NumberArray], bins: Int, width: Int) -> [Float] {
    let count = parts.reduce(0) { $0 + $1.shape[0] }
    var values = [Float](repeating: .nan, count: width * count * bins)
    var trial = 0
    for part in parts {
      let (rows, columns) = (part.shape[1], part.shape[2])
      for own in 0..<part.shape[0] {
        for channel in 0..<min(width, columns) {
          for bin in 0..<min(bins, rows) {
            let value = part.values[(own * rows + bin) * columns + channel]
            values[(channel * count + trial) * bins + bin] = value.isFinite ? Float(value) : .nan
          }
        }
        trial += 1
      }
    }
    return values
  }

  private func behavior(
    _ entry: Named<String>, _ parts: [Part], bins: Int, _ store: ArrayStore
  ) throws(DataProblem) -> Behavior {
    var arrays: [NumberArray] = []
    for part in parts {
      var array = try store.array(key(part.prefix + entry.value))
      if array.shape.count == 2 {
        array = NumberArray(shape: array.shape + [1], values: array.values, dtype: array.dtype)
      }
      guard array.shape.count == 3, array.shape[0] == part.trials,
        array.shape[2] == arrays.first?.shape[2] ?? array.shape[2]
      else {
        throw store.problem(
          key(part.prefix + entry.value), "shape \(array.shape) does not fit to \(part.trials) trials of \(bins) bins")
      }
      arrays.append(array)
    }
    let width = arrays[0].shape[2]
    return Behavior(name: entry.id, unit: "", dimensions: width, values: Self.laid(arrays, bins: bins, width: width))
  }

  private func columns(_ parts: [Part], _ store: ArrayStore) throws(DataProblem) -> [[String: String]] {
    var columns: [[String: String]] = []
    for part in parts {
      var own = [[String: String]](repeating: [:], count: part.trials)
      for entry in dataset.columns {
        let words = try store.words(key(part.prefix + entry.value))
        guard words.count == part.trials else {
          throw store.problem(
            key(part.prefix + entry.value), "there are \(words.count) values for \(part.trials) trials")
        }
        for trial in own.indices { own[trial][entry.id] = words[trial] }
      }
      columns += own
    }
    return columns
  }

  /// The true rates, where every part has them.
  private func truth(
    _ parts: [Part], _ names: Set<String>, bins: Int, channels: Int, _ store: ArrayStore
  ) throws(DataProblem) -> [Float]? {
    guard dataset.smooth == nil, dataset.normalize == nil,
      parts.allSatisfy({ names.contains(key($0.prefix + "truth")) })
    else { return nil }
    var arrays: [NumberArray] = []
    for part in parts {
      let array = try trials(key(part.prefix + "truth"), store)
      guard array.shape[0] == part.trials, array.shape[1] >= bins, array.shape[2] >= channels else { return nil }
      arrays.append(array)
    }
    return Self.laid(arrays, bins: bins, width: channels)
  }

  private func metadata(_ heldOut: HeldOut) -> [String: String] {
    ["kind": "lfads", "held_out_channels": String(heldOut.channels.count), "forward_bins": String(heldOut.bins)]
  }

  private func notes(_ heldOut: HeldOut, _ all: [Int]) -> [String] {
    if heldOut.isEmpty { return [] }
    let what =
      "\(heldOut.channels.count) of \(all[1]) channels are held out and \(heldOut.bins) of \(all[0]) bins are forward bins"
    return [dataset.heldOut == .keep ? what + ": no encoder sees them" : what + ": left out"]
  }
}
