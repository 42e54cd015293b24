import Foundation
import HDF5File
import Recordings
import SpecLanguage
import Testing

struct SeriesTests {
  let scratch: Scratch
  let path: String

  init() throws {
    scratch = try Scratch()
    path = scratch.path("b.nwb")
  }

  func build(_ fill: (SmallFile) throws -> Void) throws {
    let file = try SmallFile(path)
    try file.units([[0.05]])
    try file.trials([(0, 0.5), (0.5, 1)])
    try fill(file)
    try file.writer.close()
  }

  func load(_ series: String) throws -> Behavior {
    let spec = try dataset(
      """
      kind: nwb
      path: \(path)
      observe: {kind: spikes, bin: 100 ms}
      behavior: {signal: \(series)}
      split: {train: 1}
      """)
    let header = try spec.headers(id: "d")[0]
    let behavior = try spec.load(id: "d", session: "d/b").behavior[0]
    #expect(header.behavior.map(\.name) == ["signal"] && header.behavior.map(\.dimensions) == [behavior.dimensions])
    return behavior
  }

  func value(_ behavior: Behavior, dimension: Int = 0, trial: Int, bin: Int) -> Float {
    behavior.values[(dimension * 2 + trial) * 5 + bin]
  }

  @Test func `a bin holds the mean of its samples`() throws {
    try build { file in
      // 40 samples a second, two dimensions: sample i is i and -i.
      try file.series(
        "processing/behavior/Position/hand", (0..<40).flatMap { [Double($0), -Double($0)] }, width: 2, rate: 40)
    }
    let hand = try load("hand")
    #expect(hand.unit == "mm" && hand.dimensions == 2 && hand.name == "signal")
    for bin in 0..<5 {
      let mean = Float(4 * bin) + 1.5
      #expect(value(hand, trial: 0, bin: bin) == mean)
      #expect(value(hand, dimension: 1, trial: 1, bin: bin) == -mean - 20)
    }
  }

  @Test func `missing samples are left out and a bin of missing samples is missing`() throws {
    var values = (0..<20).map(Double.init)
    values[2] = .nan
    values[4] = .nan
    values[5] = .nan
    try build { try $0.series("acquisition/x", values, rate: 20) }
    let found = try load("acquisition/x")
    #expect((0..<5).map { value(found, trial: 0, bin: $0) }.map { $0.isNaN ? -1 : $0 } == [0.5, 3, -1, 6.5, 8.5])
  }

  @Test func `a slow series is read off the line between its samples`() throws {
    // A sample at 0, 0.4, 0.8 s: bins with a sample take it, bins between interpolate at their centre.
    try build { try $0.series("acquisition/slow", [0, 4, 8], rate: 2.5) }
    let slow = try load("slow")
    let expected: [Float] = [0, 1.5, 2.5, 3.5, 4, 5.5, 6.5, 7.5, 8, .nan]
    for bin in 0..<10 {
      let found = value(slow, trial: bin / 5, bin: bin % 5)
      #expect(expected[bin].isNaN ? found.isNaN : abs(found - expected[bin]) < 1e-5, "bin \(bin)")
    }
  }

  @Test func `time stamps rule where there are any, and nothing is read across a gap`() throws {
    let stamps = [0.0, 0.1, 0.2, 0.7, 0.8, 0.9]
    try build { try $0.series("acquisition/x", [0, 1, 2, 7, 8, 9], stamps: stamps) }
    let found = try load("x")
    let all = (0..<10).map { value(found, trial: $0 / 5, bin: $0 % 5) }
    #expect(all.map { $0.isNaN ? -1 : $0 } == [0, 1, 2, -1, -1, -1, -1, 7, 8, 9])
  }

  @Test func `conversion and offset give the unit that the file names`() throws {
    try build { file in
      try file.series("acquisition/x", Array(repeating: 100, count: 10), rate: 10)
      try file.writer.attribute("conversion", of: "acquisition/x/data", .numbers([0.01]))
      try file.writer.attribute("offset", of: "acquisition/x/data", .numbers([3]))
    }
    #expect(value(try load("x"), trial: 0, bin: 0) == 4)
  }

  @Test func `a name that two series have is a problem, a path is not`() throws {
    try build { file in
      try file.series("acquisition/x", Array(repeating: 1, count: 10), rate: 10)
      try file.series("processing/behavior/x", Array(repeating: 2, count: 10), rate: 10)
    }
    let found = problems { _ = try load("x") }
    #expect(found.first?.message == "2 series have this name")
    #expect(found.first?.help == ["give one of the paths: acquisition/x, processing/behavior/x"])
    #expect(value(try load("processing/behavior/x"), trial: 0, bin: 0) == 2)
    let near = problems { _ = try load("processing/behavior/xx") }
    #expect(near.first?.object == "processing/behavior/xx")
  }

  @Test func `faults of a series name the object`() throws {
    try build { file in
      try file.series("acquisition/deep", Array(repeating: 1, count: 8), rate: 10)
      try file.series("acquisition/back", [1, 2, 3], stamps: [0, 0.2, 0.1])
      try file.series("acquisition/short", [1, 2, 3], stamps: [0, 0.2])
      try file.series("acquisition/still", [1, 2, 3], rate: 0)
      try file.writer.write([1.0], shape: [1, 1, 1], to: "acquisition/cube/data")
      try file.writer.write([0.0], shape: [], to: "acquisition/cube/starting_time")
    }
    let expected = [
      ("back", "the time stamps do not increase from sample to sample"),
      ("short", "there are 2 time stamps for 3 samples"), ("still", "the series has no sampling rate above 0"),
      ("cube", "the series has 3 axes; one (time) or two (time, dimension) are read"),
      ("deeep", "no series under `processing` or `acquisition` has this name"),
    ]
    for (name, message) in expected {
      let found = problems { _ = try load(name) }
      #expect(found.first?.message == message)
      #expect(found.first?.object?.contains(name) == true)
    }
  }
}
