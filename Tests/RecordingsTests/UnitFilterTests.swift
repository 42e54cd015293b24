import Foundation
import HDF5File
import Recordings
import SpecLanguage
import Testing

struct UnitFilterTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Four units; the second is a copy of the first with every spike a fifth of a millisecond late.
  func build() throws {
    let file = try SmallFile(scratch.path("u.nwb"))
    let first = (0..<20).map { 0.05 * Double($0) + 0.01 }
    try file.units([first, first.map { $0 + 0.0002 }, [0.015, 0.51], [0.3]])
    try file.trials([(0, 1)])
    let writer = file.writer
    try writer.write(["good", "good", "mua", "good"], shape: [4], to: "units/quality")
    try writer.write([2, 0, 1], shape: [3], to: "units/electrodes")
    try writer.write([1, 2, 3, 3], shape: [4], to: "units/electrodes_index")
    let table = "general/extracellular_ephys/electrodes"
    try writer.write([10, 11, 12], shape: [3], to: table + "/id")
    try writer.write(["M1", "PMd", "M1"], shape: [3], to: table + "/location")
    try writer.close()
  }

  func session(_ observe: String, split: String = "") throws -> Session {
    let data = try dataset(
      "kind: nwb\npath: \(scratch.path("u.nwb"))\nobserve: {kind: spikes, bin: 100 ms\(observe)}\n"
        + "split: {train: 1\(split)}\n")
    let header = try #require(try data.headers(id: "d").first)
    let session = try data.load(id: "d", session: "d/u")
    #expect(header.channels == session.channels && header.notes == session.notes)
    #expect(header.heldOut == session.heldOut)
    return session
  }

  @Test func `units are chosen by their columns and those of their electrodes`() throws {
    try build()
    #expect(try session("").channels == 4)
    let good = try session(", where: quality == \"good\"")
    #expect(good.channels == 3 && good.notes == ["left out 1 of 4 units: `where` is not true"])
    #expect(good.bins(channel: 2, trial: 0) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    // Electrodes 2 and 0 lie in M1, 1 in PMd; the last unit has none.
    let area = try session(", where: location == \"M1\"")
    #expect(area.channels == 2 && area.bins(channel: 1, trial: 0) == good.bins(channel: 1, trial: 0))
    let both = try session(", where: location == \"PMd\" and quality == \"mua\"")
    #expect(both.channels == 1 && both.bins(channel: 0, trial: 0)[5] == 1)
  }

  @Test(arguments: [
    ("", "quality == \"mua\"", [2]), ("", "location == \"M1\"", [0, 1]),
    // Channels are counted after units have been left out: by a condition, as copies, and as too quiet.
    (", where: quality == \"good\"", "location == \"\"", [2]), (", duplicates: 0.5", "quality == \"mua\"", [1]),
    (", min_rate: 1.5 Hz", "quality == \"mua\"", [2]),
  ])
  func `units are held out by their columns`(_ observe: String, _ condition: String, _ expected: [Int]) throws {
    try build()
    #expect(try session(observe, split: ", neurons: {where: '\(condition)'}").heldOut?.channels == expected)
  }

  @Test func `a condition that holds out none, all or unknown units is a problem`() throws {
    try build()
    func message(_ condition: String, _ observe: String = "") -> String? {
      problems { _ = try self.session(observe, split: ", neurons: {where: '\(condition)'}") }.first?.message
    }
    #expect(message("quality == \"best\"") == "`neurons.where` holds none of the 4 units out")
    #expect(message("quality != \"best\"") == "`neurons.where` holds all of the 4 units out")
    #expect(
      message("quality == \"mua\"", ", min_rate: 5 Hz") == "`neurons.where` holds none of the 2 units out")
    #expect(
      message("held == true") == "`neurons.where` speaks of `held`, which is no column of the units or their electrodes"
    )
  }

  @Test func `a unit that is seen twice is left out`() throws {
    try build()
    let session = try session(", duplicates: 0.5")
    #expect(session.channels == 3)
    #expect(
      session.notes == ["left out 1 of 4 units: more than 50 % of their spikes coincide with those of another unit"])
  }

  @Test func `a condition that does not fit is a problem`() throws {
    try build()
    let unknown = problems { _ = try self.session(", where: qualitty == \"good\"") }
    #expect(
      unknown.first?.message == "`where` speaks of `qualitty`, which is no column of the units or their electrodes")
    #expect(unknown.first?.help == ["did you mean `quality`?"])
    let none = problems { _ = try self.session(", where: quality == \"best\"") }
    #expect(none.first?.message == "no unit is left: left out 4 of 4 units: `where` is not true")
    let number = problems { _ = try self.session(", where: quality") }
    #expect(number.first?.message == "`where` is not true or false for unit 0: `quality`")
  }

  @Test func `a causal filter knows of no later bin`() throws {
    try build()
    let all = try session(", where: quality == \"good\", smooth: 100 ms")
    let causal = try session(", where: quality == \"good\", smooth: 100 ms, causal: true")
    #expect(all.bins(channel: 2, trial: 0)[2] > 0)
    let bins = causal.bins(channel: 2, trial: 0)
    #expect(bins.prefix(3) == [0, 0, 0] && bins[3] > bins[4] && bins[4] > bins[5] && bins[5] > 0)
    // At the fourth bin the weights of lags 0 to 3 are there: 1 / (1 + e^-0.5 + e^-2 + e^-4.5).
    #expect(abs(Double(bins[3]) - 1 / (1 + exp(-0.5) + exp(-2) + exp(-4.5))) < 1e-6)
  }
}

struct QualityTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Sixty trials of 20 bins of 50 ms; the rate of two units follows the velocity, or a course of its own.
  func build(_ name: String, follows: Bool = true, grows: Double = 0) throws {
    let file = try SmallFile(scratch.path(name))
    let velocity = { (time: Double) in sin(3 * time) }
    var times: [[Double]] = [[], [], []]
    for bin in 0..<1200 {
      let start = Double(bin) * 0.05
      let signal = follows ? velocity(start + 0.025) : Double((bin * 7919) % 101) / 50 - 1
      let counts = [20 + 15 * signal, 20 - 15 * signal].map { Int($0 * (1 + grows * start / 60)) }
      for (unit, count) in counts.enumerated() {
        for spike in 0..<count { times[unit].append(start + 0.05 * (Double(spike) + 0.5) / Double(count)) }
      }
    }
    try file.units(times)
    try file.trials((0..<60).map { (Double($0), Double($0) + 1) })
    try file.series("processing/behavior/velocity", (0..<6000).map { velocity(Double($0) / 100) }, rate: 100)
    try file.writer.close()
  }

  func spec(_ quality: String) throws -> Dataset {
    try dataset(
      """
      kind: nwb
      path: \(scratch.path("*.nwb"))
      observe: {kind: spikes, bin: 50 ms}
      behavior: {velocity: velocity}
      quality: \(quality)
      split: {train: 0.8, test: 0.2, by: block}
      """)
  }

  @Test func `sessions that fail a test are left out with the reason`() throws {
    try build("a.nwb")
    try build("b.nwb", follows: false)
    try build("c.nwb", grows: 2)
    let headers = try spec("{decode_r2: 0.6, drift: 0.4, variability: 0.4}").allHeaders(id: "d")
    #expect(headers[0].excluded == [])
    #expect(
      headers[1].excluded.count == 1 && headers[1].excluded[0].hasPrefix("decoding r2 "), "\(headers[1].excluded)")
    #expect(headers[2].excluded.first?.hasPrefix("drift ") == true, "\(headers[2].excluded)")
    let used = try spec("{decode_r2: 0.6, drift: 0.4, variability: 0.4}").headers(id: "d")
    #expect(used.map(\.name) == ["d/a"])
    #expect(used[0].notes.count == 2 && used[0].notes[0].hasPrefix("d/b is left out: decoding r2 "))
    // The third unit never fires.
    let dead = try spec("{dead: 0.3}").allHeaders(id: "d")
    #expect(dead.allSatisfy { $0.excluded == ["33.3 % dead channels, above 30 %"] })
    let none = problems { _ = try self.spec("{trials: 61, channels: 4}").headers(id: "d") }
    #expect(none.first?.message == "`quality` leaves out every session")
    #expect(none.first?.help.first == "d/a is left out: 60 trials, fewer than 61; 3 channels, fewer than 4")
    #expect(
      try spec("{decode_r2: 0.6, target: speed}").allHeaders(id: "d")[0].excluded == ["no behaviour `speed` to decode"])
  }

  @Test func `keys without effect are errors`() {
    let base = "kind: nwb\npath: x\nobserve: {kind: spikes, bin: 50 ms}\nsplit: {train: 1}\nquality: "
    #expect(complaints(base + "{}") == "`quality` asks for nothing")
    #expect(complaints(base + "{target: v, drift: 1}") == "`target` has no effect without `decode_r2`")
  }
}
