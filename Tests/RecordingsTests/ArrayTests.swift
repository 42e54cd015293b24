import Foundation
import HDF5File
import Recordings
import SpecLanguage
import Testing

struct ArrayTests {
  /// Two trials of three bins and two channels, and what belongs to them.
  func file(_ scratch: Scratch, _ name: String = "a.h5") throws -> String {
    let path = scratch.path(name)
    let writer = try HDF5Writer(path: path)
    try writer.write((0..<12).map(Double.init), shape: [2, 3, 2], to: "spikes")
    try writer.write([0, 1, 2, 3, Double.nan, 5], shape: [2, 3], to: "speed")
    try writer.write([4, 9], shape: [2], to: "target")
    try writer.write([3, 2], shape: [2], to: "bins")
    try writer.write([1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], shape: [6, 2], to: "flow")
    try writer.write([1, 1, Double.nan, 2, 2, 2], shape: [6], to: "number")
    for unit in 0..<3 { try writer.write((0..<6).map { Double(unit + $0) }, shape: [6], to: "unit_\(unit)") }
    try writer.close()
    return path
  }

  func session(_ path: String, _ rest: String, split: String = "{train: 1}") throws -> Session {
    let data = try dataset("kind: arrays\npath: \(path)\nsplit: \(split)\n" + rest)
    let header = try #require(try data.headers(id: "d").first)
    let session = try data.load(id: "d", session: header.name)
    #expect(session.channels == header.channels && session.bins == header.bins && session.notes == header.notes)
    return session
  }

  @Test func `trials, behaviour, columns and padding`() throws {
    let scratch = try Scratch()
    let path = try file(scratch)
    let session = try session(
      path,
      "observe: {array: spikes, bin: 10 ms}\nlengths: bins\nbehavior: {speed: speed}\ncolumns: {target: target}\n")
    #expect(session.channels == 2 && session.bins == 3 && session.isCounts)
    #expect(session.trials.map(\.length) == [3, 2])
    #expect(session.trials.map { $0.columns["target"] } == ["4", "9"])
    #expect(session.bins(channel: 1, trial: 0) == [1, 3, 5])
    #expect(session.bins(channel: 0, trial: 1).prefix(2) == [6, 8] && session.bins(channel: 0, trial: 1)[2].isNaN)
    #expect(session.behavior[0].values.prefix(4) == [0, 1, 2, 3] && session.behavior[0].values[4].isNaN)
  }

  @Test func `axes in any order`() throws {
    let scratch = try Scratch()
    let path = try file(scratch)
    let session = try session(path, "observe: {array: spikes, axes: [channel, time, trial], bin: 10 ms}\n")
    #expect(session.channels == 2 && session.bins == 3 && session.trials.count == 2)
    #expect(session.bins(channel: 1, trial: 0) == [6, 8, 10])
  }

  @Test func `windows, numbered rows and columns by a pattern`() throws {
    let scratch = try Scratch()
    let path = try file(scratch)
    let windows = try session(
      path, "observe: {array: flow, bin: 10 ms}\nwindows: {length: 20 ms, stride: 10 ms, from: 10 ms}\n")
    #expect(windows.trials.count == 4 && windows.isCounts)
    #expect(windows.bins(channel: 0, trial: 0) == [3, 5])
    let runs = try session(path, "observe: {array: \"unit_*\", bin: 10 ms}\ntrial: number\nbehavior: {flow: flow}\n")
    #expect(runs.channels == 3 && runs.trials.map(\.length) == [2, 3])
    #expect(runs.bins(channel: 2, trial: 1) == [5, 6, 7])
    #expect(runs.notes == ["left out 1 of 6 rows: `number` has no number there"])
    #expect(runs.behavior[0].dimensions == 2)
  }

  @Test func `the same numbers from NumPy, MATLAB and a table`() throws {
    let scratch = try Scratch()
    let csv = scratch.path("t.csv")
    try "trial,a,b,x\n1,0,1,0.5\n1,2,3,0.25\n2,4,5,1\n2,6,,2\n".write(toFile: csv, atomically: true, encoding: .utf8)
    let table = try session(csv, "observe: {array: \"[ab]\", bin: 10 ms}\ntrial: trial\nbehavior: {x: x}\n")
    #expect(table.bins(channel: 1, trial: 0) == [1, 3] && table.bins(channel: 1, trial: 1)[1].isNaN)
    #expect(table.isCounts && table.behavior[0].values == [0.5, 0.25, 1, 2])
  }

  @Test func `normalisation knows of the training trials alone`() throws {
    let scratch = try Scratch()
    let path = scratch.path("z.h5")
    let writer = try HDF5Writer(path: path)
    // Two channels, three trials of two bins; the last trial, for testing, is far off.
    try writer.write([1.0, 5, 3, 5, 5, 5, 7, 5, 100, 5, 200, 9], shape: [3, 2, 2], to: "y")
    try writer.close()
    for (word, expected) in [
      ("center", [-3, -1, 1, 3, 96, 196]), ("zscore", [-3, -1, 1, 3, 96, 196].map { $0 / 5.0.squareRoot() }),
    ] {
      let found = try session(
        path, "observe: {array: y, bin: 10 ms, normalize: \(word)}\n", split: "{train: 0.667, test: 0.333, by: block}")
      for (value, wanted) in zip(found.observations, expected) { #expect(abs(Double(value) - wanted) < 1e-4) }
      #expect(Array(found.observations.suffix(6)) == [0, 0, 0, 0, 0, 4] && !found.isCounts)
      #expect(found.notes == ["1 of 2 channels do not vary in the training trials"])
    }
  }

  @Test func `missing numbers are left out of normalisation and smoothing, and stay missing`() throws {
    let scratch = try Scratch()
    let path = scratch.path("m.h5")
    let writer = try HDF5Writer(path: path)
    // One channel that is missing in a training bin, and one that was recorded in no training trial.
    try writer.write([1.0, .nan, .nan, .nan, 5, .nan, 9, .nan, .nan, 2, 11, 4], shape: [3, 2, 2], to: "y")
    try writer.close()
    let rest = "observe: {array: y, bin: 10 ms, normalize: center}\n"
    let found = try session(path, rest, split: "{train: 0.667, test: 0.333, by: block}")
    // Mean of 1, 5 and 9; the second channel has nothing to learn from and is left as it is.
    let expected: [Float] = [-4, .nan, 0, 4, .nan, 6, .nan, .nan, .nan, .nan, 2, 4]
    #expect(found.observations.map(\.description) == expected.map(\.description))
    #expect(found.notes == ["1 of 2 channels do not vary in the training trials"])
    let smooth = try session(path, "observe: {array: y, bin: 10 ms, smooth: 10 ms}\n")
    // A stretch of one bin is that bin.
    #expect(smooth.observations.map(\.isNaN) == expected.map(\.isNaN))
    #expect(smooth.bins(channel: 0, trial: 0)[0] == 1 && smooth.bins(channel: 0, trial: 2)[1] == 11)
  }

  @Test(arguments: [
    ("observe: {array: spike, bin: 10 ms}\n", "there is no such array", "did you mean `spikes`?"),
    ("observe: {array: flow, bin: 10 ms}\n", "the array has no trials", "give `windows"),
    ("observe: {array: target, bin: 10 ms}\n", "the array has shape [2]", ""),
    ("observe: {array: spikes, bin: 10 ms}\nlengths: target\n", "the length of trial 1 is 4, not 1 to 3", ""),
    ("observe: {array: spikes, bin: 10 ms}\nbehavior: {flow: flow}\n", "it has 6 trials, the channels have 2", ""),
    ("observe: {array: spikes, bin: 10 ms}\ntrial: number\n", "`trial` numbers rows of one recording", ""),
    ("observe: {array: \"x*\", bin: 10 ms}\n", "no array of one axis has such a name", "arrays: "),
    ("observe: {array: spikes, bin: 10 ms, min_rate: 9999 Hz}\n", "`min_rate` leaves out 2 of 2 channels", ""),
  ])
  func `what does not fit is told`(_ rest: String, _ message: String, _ help: String) throws {
    let scratch = try Scratch()
    let path = try file(scratch)
    let found = problems { _ = try self.session(path, rest) }
    #expect(found.count == 1 && found.first?.message.contains(message) == true, "\(found)")
    #expect(found.first?.file == path)
    if !help.isEmpty { #expect(found.first?.help.first?.contains(help) == true, "\(found)") }
  }

  @Test func `a split that a column tells, and one that keeps groups together`() throws {
    let scratch = try Scratch()
    let path = scratch.path("s.h5")
    let writer = try HDF5Writer(path: path)
    try writer.write([Double](repeating: 1, count: 40), shape: [20, 2, 1], to: "y")
    try writer.write((0..<20).map { $0 % 4 }, shape: [20], to: "target")
    try writer.write((0..<20).map { ["train", "test", "valid", "train"][$0 % 4] }, shape: [20], to: "set")
    try writer.close()
    let rest = "observe: {array: y, bin: 10 ms}\ncolumns: {target: target, set: set}\n"
    let told = try session(path, rest, split: "{train: 1, by: column, column: set}")
    #expect(told.trials.map(\.split).prefix(4) == [.train, .test, .valid, .train])
    let even = try session(path, rest, split: "{train: 0.6, valid: 0.2, test: 0.2, stratify: target}")
    for target in ["0", "1", "2", "3"] {
      let own = even.trials.filter { $0.columns["target"] == target }.map(\.split)
      #expect(own.count { $0 == .train } == 3 && own.count { $0 == .valid } == 1 && own.count { $0 == .test } == 1)
    }
    let wrong = problems { _ = try self.session(path, rest, split: "{train: 1, by: column, column: target}") }
    #expect(wrong.first?.message == "`target` of trial 1 is `0`, not train, valid or test")
    let absent = problems { _ = try self.session(path, rest, split: "{train: 0.5, test: 0.5, stratify: side}") }
    #expect(absent.first?.message == "the trials have no column `side`")
  }

  @Test(arguments: [
    ("observe: {array: y, bin: 10 ms}\nsplit: {train: 1, by: column}\n", "`by: column` needs `column`"),
    ("observe: {array: y, bin: 10 ms}\nsplit: {train: 1, column: x}\n", "`column` has no effect without `by: column`"),
    ("observe: {array: y, bin: 10 ms, causal: true}\nsplit: {train: 1}\n", "`causal` has no effect without `smooth`"),
    ("observe: {array: y, axes: [time, time], bin: 10 ms}\nsplit: {train: 1}\n", "`axes` names an axis twice"),
    (
      "observe: {array: y, bin: 10 ms}\nsplit: {train: 1}\ntrial: a\nwindows: {length: 1 s}\n",
      "give one of `windows` and `trial`"
    ),
  ])
  func `rules of the section`(_ rest: String, _ complaint: String) {
    #expect(complaints("kind: arrays\npath: x\n" + rest) == complaint)
  }
}

struct LFADSTests {
  @Test func `held-out neurons and forward bins are marked or dropped`() throws {
    let scratch = try Scratch()
    let path = scratch.path("l.h5")
    let writer = try HDF5Writer(path: path)
    for (split, trials) in [("train", 3), ("valid", 2)] {
      let recon = (0..<trials * 12).map { Double($0 % 7) }
      try writer.write(recon, shape: [trials, 4, 3], to: "\(split)_recon_data")
      let seen = (0..<trials).flatMap { trial in
        (0..<3).flatMap { bin in (0..<2).map { recon[(trial * 4 + bin) * 3 + $0] } }
      }
      try writer.write(seen, shape: [trials, 3, 2], to: "\(split)_encod_data")
      try writer.write(recon.map { $0 / 10 }, shape: [trials, 4, 3], to: "\(split)_truth")
      try writer.write((0..<trials * 8).map(Double.init), shape: [trials, 4, 2], to: "\(split)_behavior")
      try writer.write(Array(0..<trials), shape: [trials], to: "\(split)_cond_idx")
    }
    try writer.write([Double](repeating: 2, count: 6), shape: [1, 3, 2], to: "test_encod_data")
    try writer.close()
    let rest = "kind: lfads\npath: \(path)\nbin: 5 ms\n"
    let found = problems { _ = try dataset(rest + "behavior: {v: behavior}\n").headers(id: "d") }
    #expect(found.first?.object == "test_behavior")
    let all = try dataset(rest).load(id: "d", session: "d/l")
    #expect(all.heldOut == HeldOut(channels: [2], bins: 1) && all.channels == 3 && all.bins == 4)
    #expect(all.trials.countsBySplit == [.train: 3, .valid: 2, .test: 1])
    #expect(all.bins(channel: 2, trial: 0) == [2, 5, 1, 4])
    #expect(
      all.bins(channel: 2, trial: 5).allSatisfy(\.isNaN) && all.bins(channel: 1, trial: 5).prefix(3) == [2, 2, 2])
    #expect(all.truth == nil && all.isCounts)
    let seen = try dataset(rest + "held_out: drop\n").load(id: "d", session: "d/l")
    #expect(seen.heldOut == nil && seen.channels == 2 && seen.bins == 3)
    #expect(seen.notes == ["1 of 3 channels are held out and 1 of 4 bins are forward bins: left out"])
    // What encoders see of a filtered trial tells nothing of its forward bins.
    let smooth = try dataset(rest + "smooth: 10 ms\n").load(id: "d", session: "d/l")
    let apart = try dataset(rest + "smooth: 10 ms\nheld_out: drop\n").load(id: "d", session: "d/l")
    for (channel, trial) in [(0, 0), (1, 3), (0, 5)] {
      #expect(smooth.bins(channel: channel, trial: trial).prefix(3) == apart.bins(channel: channel, trial: trial)[...])
    }
    #expect(smooth.shownBins(of: 0, trial: 0) == 3 && smooth.shownBins(of: 2, trial: 0) == 0)
    #expect(apart.shownBins(of: 0, trial: 0) == 3)
  }

  @Test func `the layout of the Neural Latents Benchmark`() throws {
    let scratch = try Scratch()
    let path = scratch.path("n.h5")
    let writer = try HDF5Writer(path: path)
    for (split, trials) in [("train", 10), ("eval", 2)] {
      let base = "mc_maze/\(split)_spikes_"
      try writer.write([Double](repeating: 1, count: trials * 6), shape: [trials, 3, 2], to: base + "heldin")
      try writer.write([Double](repeating: 2, count: trials * 3), shape: [trials, 3, 1], to: base + "heldout")
      if split == "eval" { continue }
      try writer.write([Double](repeating: 3, count: trials * 2), shape: [trials, 1, 2], to: base + "heldin_forward")
      try writer.write([Double](repeating: 4, count: trials), shape: [trials, 1, 1], to: base + "heldout_forward")
    }
    try writer.close()
    let start = "kind: lfads\npath: \(path)\nbin: 5 ms\n"
    #expect(problems { _ = try dataset(start).headers(id: "d") }.first?.help == ["give `group: mc_maze`"])
    let session = try dataset(start + "group: mc_maze\nvalid: 0.2\n").load(id: "d", session: "d/n")
    #expect(session.heldOut == HeldOut(channels: [2], bins: 1))
    #expect(session.trials.countsBySplit == [.train: 8, .valid: 2, .test: 2])
    #expect(session.bins(channel: 2, trial: 0) == [2, 2, 2, 4] && session.bins(channel: 0, trial: 0) == [1, 1, 1, 3])
    let test = session.bins(channel: 2, trial: 11)
    #expect(test.prefix(3) == [2, 2, 2] && test[3].isNaN)
  }

  @Test(.enabled(if: sharedData != nil, "needs the folder shared/data beside the checkout"))
  func `the Lorenz file has the spikes of the facts`() throws {
    let path = (sharedData ?? "") + "/lorenz/lorenz1_lfads_torch_layout.h5"
    let session = try dataset(
      "kind: lfads\npath: \(path)\nbin: 10 ms\nbehavior: {latents: latents}\ncolumns: {ind: inds}\n"
    )
    .load(id: "d", session: "d/lorenz1_lfads_torch_layout")
    #expect(session.channels == 50 && session.bins == 50 && session.heldOut == nil)
    #expect(session.trials.countsBySplit == [.train: 160, .valid: 40, .test: 0])
    #expect(session.total == 7067 + 1839)
    let truth = try #require(session.truth).reduce(0.0) { $0 + Double($1) }
    #expect(abs(truth - 9158.6250837279824) < 1e-6)
    #expect(session.behavior[0].dimensions == 3)
    let indices = session.trials.map { Int($0.columns["ind"] ?? "") ?? -1000 }
    #expect(indices.reduce(0, +) == 19_900)
  }

  @Test(.enabled(if: sharedData != nil, "needs the folder shared/data beside the checkout"))
  func `the MATLAB files have the numbers of the facts`() throws {
    for name in ["chewie_demo", "mihi_demo"] {
      let facts = try #require(try facts("reaching_dad/\(name).mat")["variables"] as? [String: [String: Any]])
      for set in ["tr", "te"] {
        let session = try dataset(
          """
          kind: arrays
          path: \(sharedData ?? "")/reaching_dad/\(name).mat
          observe: {array: Y\(set), bin: 10 ms}
          windows: {length: 10 ms}
          behavior: {velocity: X\(set)}
          split: {train: 1}
          """
        ).load(id: "d", session: "d/" + name)
        let (rows, sum) = (facts["Y" + set]?["shape"] as? [Int], facts["Y" + set]?["sum"] as? Double)
        #expect([session.trials.count, session.channels] == rows)
        #expect(abs(session.total - (sum ?? 0)) < 1e-6)
        let velocity = session.behavior[0].values.reduce(0.0) { $0 + Double($1) }
        #expect(abs(velocity - (facts["X" + set]?["sum"] as? Double ?? 0)) < 1e-2)
      }
    }
  }
}
