import Foundation
import Recordings
import SpecLanguage
import Testing

struct TrialTests {
  let scratch: Scratch
  let path: String

  init() throws {
    scratch = try Scratch()
    path = scratch.path("t.nwb")
  }

  /// Ten trials of a second with a cue, a result and a number each.
  func file(table: String = "trials") throws {
    let file = try SmallFile(path)
    try file.units([(0..<1000).map { Double($0) * 0.01 }])
    try file.trials(
      (0..<10).map { (Double($0), Double($0) + 1) }, table: table, extra: ["cue", "result", "target", "good"])
    let cue = (0..<10).map { $0 == 4 ? Double.nan : Double($0) + 0.25 }
    let place = "intervals/\(table)/"
    try file.writer.write(cue, shape: [10], to: place + "cue")
    try file.writer.write((0..<10).map { $0 % 3 == 0 ? "R" : "F" }, shape: [10], to: place + "result")
    try file.writer.write(Array(0..<10), shape: [10], to: place + "target")
    try file.writer.write((0..<10).map { $0 > 1 }, shape: [10], to: place + "good")
    try file.writer.close()
  }

  func spec(_ rest: String, split: String = "{train: 1}") throws -> Dataset {
    try dataset("kind: nwb\npath: \(path)\nobserve: {kind: spikes, bin: 100 ms}\nsplit: \(split)\n" + rest)
  }

  @Test func `a trial carries its row`() throws {
    try file()
    let session = try spec("trials: {align: cue, window: [0 ms, 500 ms]}").load(id: "d", session: "d/t")
    #expect(session.trials.count == 9)
    #expect(
      session.trials[1].columns == [
        "start_time": "1.0", "stop_time": "2.0", "cue": "1.25", "result": "F", "target": "1", "good": "false",
      ])
    #expect(session.trials[1].start == 1.25)
    #expect(session.notes == ["left out 1 trials: `cue` or `stop_time` is not a time"])
    #expect(session.observations.allSatisfy { $0 == 10 })
  }

  @Test func `where keeps the rows for which it is true`() throws {
    try file()
    let session = try spec("trials: {where: result == \"R\" and target > 2}").load(id: "d", session: "d/t")
    #expect(session.trials.map { $0.columns["target"] } == ["3", "6", "9"])
    #expect(session.notes == ["left out 7 of 10 trials: `where` is not true"])
    #expect(try spec("trials: {where: good}").headers(id: "d")[0].trials[.train] == 8)
  }

  @Test func `a faulty where is a problem that says what is there`() throws {
    try file()
    let unknown = problems { _ = try spec("trials: {where: resultt == \"R\"}").headers(id: "d") }
    #expect(unknown.first?.object == "intervals/trials")
    #expect(unknown.first?.help == ["did you mean `result`?"])
    let number = problems { _ = try spec("trials: {where: target + 1}").headers(id: "d") }
    #expect(number.first?.message.contains("not true or false") == true)
    let mixed = problems { _ = try spec("trials: {where: result > 1}").headers(id: "d") }
    #expect(mixed.count == 1)
    let none = problems { _ = try spec("trials: {where: target > 100}").headers(id: "d") }
    #expect(none.first?.message == "no trial is left of 10")
  }

  @Test func `a missing column or table says which there are`() throws {
    try file()
    let column = problems { _ = try spec("trials: {align: cues, window: [0 ms, 100 ms]}").headers(id: "d") }
    #expect(column.first?.object == "intervals/trials/cues")
    #expect(column.first?.help == ["did you mean `cue`?"])
    let text = problems { _ = try spec("trials: {align: result, window: [0 ms, 100 ms]}").headers(id: "d") }
    #expect(text.first?.message == "the column `result` does not hold times")
    let table = problems { _ = try spec("trials: {table: epochs}").headers(id: "d") }
    #expect(table.first?.object == "intervals/epochs")
    #expect(table.first?.help.first == "tables of intervals: trials")
  }

  @Test func `a file without trials asks how to cut it`() throws {
    try file(table: "epochs")
    let found = problems { _ = try spec("").headers(id: "d") }
    #expect(found.first?.session == "d/t")
    #expect(found.first?.file == path)
    #expect(found.first?.help.contains { $0.contains("windows: {length: 10 s}") } == true)
    #expect(try spec("trials: {table: epochs}").headers(id: "d")[0].trials[.train] == 10)
    #expect(try spec("trials: {table: intervals/epochs}").headers(id: "d")[0].trials[.train] == 10)
  }

  @Test func `windows tile the recording`() throws {
    try file()
    let session = try spec("windows: {length: 1 s, stride: 500 ms, from: 2 s, to: 4 s}").load(id: "d", session: "d/t")
    #expect(session.trials.map(\.start) == [2, 2.5, 3])
    #expect(session.observations.allSatisfy { $0 == 10 })
    // Without bounds: from 0 to the last spike at 9.99 s.
    #expect(try spec("windows: {length: 1 s}").headers(id: "d")[0].trials[.train] == 9)
    let short = problems { _ = try spec("windows: {length: 20 s}").headers(id: "d") }
    #expect(short.first?.message == "no window of 20 s fits between 0 s and 9.99 s")
  }

  @Test func `splits by block are contiguous in time and by trial are shuffled by the seed`() throws {
    try file()
    let block = try spec("", split: "{train: 0.7, valid: 0.1, test: 0.2, by: block}").load(id: "d", session: "d/t")
    #expect(block.trials.map(\.split) == Array(repeating: .train, count: 7) + [.valid, .test, .test])
    var orders: Set<[Split]> = []
    for seed in 0..<5 {
      let split = "{train: 0.7, valid: 0.1, test: 0.2, by: trial, seed: \(seed)}"
      let session = try spec("", split: split).load(id: "d", session: "d/t")
      #expect(session.trials.countsBySplit == [.train: 7, .valid: 1, .test: 2])
      #expect(try spec("", split: split).load(id: "d", session: "d/t").trials == session.trials)
      orders.insert(session.trials.map(\.split))
    }
    #expect(orders.count > 1)
  }

  @Test func `windows that reach beyond their rows are noted`() throws {
    try file()
    let session = try spec("trials: {window: [500 ms, 1500 ms]}").load(id: "d", session: "d/t")
    #expect(session.notes == ["the windows of 10 trials reach beyond the rows of `intervals/trials`"])
  }

  @Test func `a small share gets one trial, and too few trials for a split name the session`() throws {
    try file()
    let uneven = try spec("", split: "{train: 0.96, valid: 0.02, test: 0.02, by: block}")
    #expect(try uneven.headers(id: "d")[0].trials == [.train: 8, .valid: 1, .test: 1])
    let two = try spec("trials: {where: target < 2}", split: "{train: 0.6, valid: 0.2, test: 0.2}")
    let found = problems { _ = try two.headers(id: "d") }
    #expect(found.first?.session == "d/t")
    #expect(found.first?.message == "the session has 2 trials, too few for a `split` into 3 parts")
    #expect(found.first?.help.contains("left out 8 of 10 trials: `where` is not true") == true)
  }
}
