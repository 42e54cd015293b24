import ArrayFiles
import SpecLanguage

/// Reads one file of arrays as one session: trials first, then splits, channels and behaviour.
struct ArraySessionReader {
  let dataset: ArraysDataset
  let name: String
  let path: String

  /// One trial in the file: rows of time of one of its blocks.
  private struct Piece {
    /// Which of the trials along the trial axis, or of the list.
    var block: Int
    var rows: Range<Int>
    /// Seconds.
    var start: Double
  }

  func load() throws(DataProblems) -> Session {
    var found = ProblemList()
    let session = found.attempt { () throws(DataProblem) -> Session in try read() }
    guard let session else { throw DataProblems(found.problems) }
    return session
  }

  private func read() throws(DataProblem) -> Session {
    let store = try ArrayStore(path: path, session: name)
    let blocks = try blocks(dataset.observe.array, axes: dataset.observe.axes, store)
    guard let channels = blocks.first?.shape[1], blocks.allSatisfy({ $0.shape[1] == channels }) else {
      throw store.problem(dataset.observe.array, "the trials do not have the same number of channels")
    }
    guard channels > 0 else { throw store.problem(dataset.observe.array, "the array has no channels") }
    var notes: [String] = []
    let pieces = try pieces(blocks, store, &notes)
    let columns = try columns(of: pieces, in: blocks, store)
    let splits = try dataset.split.assign(
      starts: pieces.map(\.start), columns: columns, session: name, file: path)
    let trials = pieces.indices.map {
      Trial(length: pieces[$0].rows.count, split: splits[$0], start: pieces[$0].start, columns: columns[$0])
    }
    var signal = Channels(
      count: channels, lengths: trials.map(\.length), isCounts: false,
      values: Self.cut(blocks, pieces, width: channels), notes: notes)
    signal.isCounts = signal.values.allSatisfy { $0.isNaN || ($0 >= 0 && $0 == $0.rounded()) }
    do throws(Channels.Failure) {
      try signal.dropQuiet(dataset.observe.minRate, bin: dataset.observe.bin)
    } catch {
      throw store.problem(nil, "`min_rate` leaves out \(error.text)", help: [error.help])
    }
    signal.smooth(Smoothing(dataset.observe.smooth, bin: dataset.observe.bin, isCausal: dataset.observe.causal))
    signal.normalize(dataset.observe.normalize, splits: splits)
    var behavior: [Behavior] = []
    for entry in dataset.behavior { behavior.append(try self.behavior(entry, blocks, pieces, store)) }
    return Session(
      name: name, metadata: ["kind": "arrays", "format": store.format.rawValue], binWidth: dataset.observe.bin,
      channels: signal.count, bins: signal.bins, trials: trials, isCounts: signal.isCounts, observations: signal.values,
      behavior: behavior,
      heldOut: try dataset.split.neurons?.heldOut(of: signal.count, session: name, file: path), notes: signal.notes)
  }

  // MARK: - Blocks

  /// The array as one block of `[time, channel]` per trial; a single one where there is no axis of trials.
  private func blocks(
    _ array: String, axes: [ArraysDataset.Axis]?, _ store: ArrayStore
  ) throws(DataProblem) -> [NumberArray] {
    if Glob.hasPattern(array) { return [try columns(matching: array, store.listings(), store)] }
    if store.isList(array) {
      var blocks: [NumberArray] = []
      for (number, block) in try store.list(array).enumerated() {
        guard block.shape.count == 2 else {
          throw store.problem(
            array, "trial \(number + 1) has \(block.shape.count) axes; two are read: time and channel")
        }
        let isTurned = axes.map { $0.firstIndex(of: .channel) == 0 } ?? false
        blocks.append(isTurned ? block.reordered([1, 0]) : block)
      }
      if blocks.isEmpty { throw store.problem(array, "the list of trials is empty") }
      return blocks
    }
    let whole = try store.array(array)
    let axes = try self.axes(axes, whole, array, store)
    let order = [ArraysDataset.Axis.trial, .time, .channel].compactMap { axes.firstIndex(of: $0) }
    return Self.split(whole.reordered(order))
  }

  private func axes(
    _ axes: [ArraysDataset.Axis]?, _ whole: NumberArray, _ name: String, _ store: ArrayStore
  ) throws(DataProblem) -> [ArraysDataset.Axis] {
    if let axes {
      guard axes.count == whole.shape.count else {
        throw store.problem(name, "`axes` names \(axes.count) axes, the array has shape \(whole.shape)")
      }
      return axes
    }
    switch whole.shape.count {
    case 2: return [.time, .channel]
    case 3: return [.trial, .time, .channel]
    default:
      throw store.problem(
        name, "the array has shape \(whole.shape); two axes (time, channel) or three (trial, time, channel) are read")
    }
  }

  private static func split(_ array: NumberArray) -> [NumberArray] {
    guard array.shape.count == 3 else { return [array] }
    let size = array.shape[1] * array.shape[2]
    return (0..<array.shape[0]).map { trial in
      NumberArray(
        shape: Array(array.shape.dropFirst()), values: Array(array.values[trial * size..<(trial + 1) * size]),
        dtype: array.dtype)
    }
  }

  /// Arrays of one number per row, side by side.
  private func columns(
    matching pattern: String, _ listings: [ArrayStore.Listing], _ store: ArrayStore
  ) throws(DataProblem) -> NumberArray {
    let chosen = listings.filter { $0.shape.count == 1 && Glob.matches($0.name, pattern) }.map(\.name)
    guard !chosen.isEmpty else {
      throw store.problem(
        pattern, "no array of one axis has such a name",
        help: ["arrays: " + DataProblem.list(listings.map(\.name))])
    }
    var columns: [[Double]] = []
    for name in chosen { columns.append(try store.array(name).values) }
    let rows = columns[0].count
    guard columns.allSatisfy({ $0.count == rows }) else {
      throw store.problem(pattern, "the arrays do not have the same length")
    }
    return NumberArray(
      shape: [rows, columns.count], values: (0..<rows).flatMap { row in columns.map { $0[row] } }, dtype: "float64")
  }

  // MARK: - Trials

  private func pieces(
    _ blocks: [NumberArray], _ store: ArrayStore, _ notes: inout [String]
  ) throws(DataProblem) -> [Piece] {
    let bin = dataset.observe.bin.seconds
    if let windows = dataset.windows {
      guard blocks.count == 1 else {
        throw store.problem(dataset.observe.array, "`windows` cut one recording, but the array has trials of its own")
      }
      return try cut(windows, rows: blocks[0].shape[0], store)
    }
    if let trial = dataset.trial {
      guard blocks.count == 1 else {
        throw store.problem(trial, "`trial` numbers rows of one recording, but the array has trials of its own")
      }
      return try runs(of: trial, rows: blocks[0].shape[0], store, &notes)
    }
    guard blocks.count > 1 || dataset.observe.axes?.contains(.trial) == true else {
      throw store.problem(
        dataset.observe.array, "the array has no trials, and the spec does not say how to cut the recording",
        help: ["give `windows: {length: 10 s}`, or `trial:` with an array that numbers the trials"])
    }
    var lengths = blocks.map { $0.shape[0] }
    if let name = dataset.lengths { lengths = try given(name, lengths, store) }
    var start = 0.0
    let all = blocks.indices.map { block in
      defer { start += Double(blocks[block].shape[0]) * bin }
      return Piece(block: block, rows: 0..<lengths[block], start: start)
    }
    let pieces = all.filter { !$0.rows.isEmpty }
    guard !pieces.isEmpty else { throw store.problem(dataset.observe.array, "no trial has a row of time") }
    if pieces.count < all.count {
      notes.append("left out \(all.count - pieces.count) of \(all.count) trials: they have no row of time")
    }
    return pieces
  }

  private func given(_ name: String, _ most: [Int], _ store: ArrayStore) throws(DataProblem) -> [Int] {
    let lengths = try store.array(name).values
    guard lengths.count == most.count else {
      throw store.problem(name, "there are \(lengths.count) lengths for \(most.count) trials")
    }
    for (trial, length) in lengths.enumerated() where !(length >= 1 && length <= Double(most[trial])) {
      throw store.problem(name, "the length of trial \(trial + 1) is \(shortText(length)), not 1 to \(most[trial])")
    }
    return lengths.map(Int.init)
  }

  private func cut(_ windows: Windows, rows: Int, _ store: ArrayStore) throws(DataProblem) -> [Piece] {
    let bin = dataset.observe.bin
    let length = windows.length.count / bin.count
    let stride = (windows.stride ?? windows.length).count / bin.count
    let first = Int((windows.from.map { Double($0.count) / Double(bin.count) } ?? 0).rounded(.up))
    let last = windows.to.map { min(rows, $0.count / bin.count) } ?? rows
    var pieces: [Piece] = []
    var row = max(0, first)
    while row + length <= last {
      pieces.append(Piece(block: 0, rows: row..<row + length, start: Double(row) * bin.seconds))
      row += stride
    }
    guard !pieces.isEmpty else {
      throw store.problem(
        dataset.observe.array, "no window of \(windows.length) fits into \(rows) rows of \(bin)",
        help: ["use shorter windows"])
    }
    return pieces
  }

  private func runs(
    of name: String, rows: Int, _ store: ArrayStore, _ notes: inout [String]
  ) throws(DataProblem) -> [Piece] {
    let numbers = try store.array(name).values
    guard numbers.count == rows else {
      throw store.problem(name, "there are \(numbers.count) numbers of trials for \(rows) rows of time")
    }
    var pieces: [Piece] = []
    var start = 0
    var left = 0
    while start < rows {
      var end = start + 1
      while end < rows, numbers[end] == numbers[start] { end += 1 }
      if numbers[start].isNaN {
        left += end - start
      } else {
        pieces.append(Piece(block: 0, rows: start..<end, start: Double(start) * dataset.observe.bin.seconds))
      }
      start = end
    }
    if left > 0 { notes.append("left out \(left) of \(rows) rows: `\(name)` has no number there") }
    if pieces.isEmpty { throw store.problem(name, "no row belongs to a trial") }
    return pieces
  }

  private func columns(
    of pieces: [Piece], in blocks: [NumberArray], _ store: ArrayStore
  ) throws(DataProblem) -> [[String: String]] {
    var columns = [[String: String]](repeating: [:], count: pieces.count)
    let isCut = dataset.windows != nil || dataset.trial != nil
    let trials = isCut ? pieces.count : blocks.count
    for entry in dataset.columns {
      let words = try store.words(entry.value)
      guard words.count == trials else {
        throw store.problem(entry.value, "there are \(words.count) values for \(trials) trials")
      }
      for (number, piece) in pieces.enumerated() { columns[number][entry.id] = words[isCut ? number : piece.block] }
    }
    return columns
  }

  // MARK: - Signals

  /// `[width, trials, bins]` of the pieces.
  private static func cut(_ blocks: [NumberArray], _ pieces: [Piece], width: Int) -> [Float] {
    let bins = pieces.map(\.rows.count).max() ?? 0
    var values = [Float](repeating: .nan, count: width * pieces.count * bins)
    for (number, piece) in pieces.enumerated() {
      let block = blocks[piece.block]
      for channel in 0..<width {
        let offset = (channel * pieces.count + number) * bins
        for (bin, row) in piece.rows.enumerated() where row < block.shape[0] {
          let value = block.values[row * width + channel]
          values[offset + bin] = value.isFinite ? Float(value) : .nan
        }
      }
    }
    return values
  }

  private func behavior(
    _ entry: Named<String>, _ blocks: [NumberArray], _ pieces: [Piece], _ store: ArrayStore
  ) throws(DataProblem) -> Behavior {
    let own = try behaviorBlocks(entry.value, trials: blocks.count, store)
    guard own.count == blocks.count else {
      throw store.problem(entry.value, "it has \(own.count) trials, the channels have \(blocks.count)")
    }
    for (trial, block) in own.enumerated() where block.shape[0] != blocks[trial].shape[0] {
      let words = "it has \(block.shape[0]) rows of time, the channels have \(blocks[trial].shape[0])"
      throw store.problem(entry.value, words, help: ["behaviour of an array has the bins of the channels"])
    }
    let width = own[0].shape[1]
    return Behavior(name: entry.id, unit: "", dimensions: width, values: Self.cut(own, pieces, width: width))
  }

  private func behaviorBlocks(_ name: String, trials: Int, _ store: ArrayStore) throws(DataProblem) -> [NumberArray] {
    if Glob.hasPattern(name) || store.isList(name) {
      return try blocks(name, axes: nil, store)
    }
    let whole = try store.array(name)
    let hasTrials = trials > 1 || dataset.observe.axes?.contains(.trial) == true
    switch (whole.shape.count, hasTrials) {
    case (1, false): return [NumberArray(shape: [whole.values.count, 1], values: whole.values, dtype: whole.dtype)]
    case (2, false): return [whole]
    case (2, true):
      return Self.split(NumberArray(shape: whole.shape + [1], values: whole.values, dtype: whole.dtype))
    case (3, true): return Self.split(whole)
    default: throw store.problem(name, "shape \(whole.shape) does not fit to the axes of the channels")
    }
  }
}
