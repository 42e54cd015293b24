import Foundation
import HDF5File
import Recordings
import SpecLanguage
import Testing

/// Columns of tables of intervals that hold a list per row.
struct RaggedTests {
  let scratch: Scratch
  let path: String

  init() throws {
    scratch = try Scratch()
    path = scratch.path("r.nwb")
  }

  /// Four trials with tags, times of targets, a place of two numbers, and columns that are none.
  private func write(ends: [Int] = [2, 2, 3, 5]) throws {
    let file = try SmallFile(path)
    try file.units([[0.5, 1.5, 2.5, 3.5]])
    try file.trials(
      [(0, 1), (1, 2), (2, 3), (3, 4)], extra: ["tags", "targets", "place", "deep", "absent"])
    let table = "intervals/trials/"
    try file.writer.write(["go", "left", "stop", "go", "right"], shape: [5], to: table + "tags")
    try file.writer.write(ends, shape: [4], to: table + "tags_index")
    try file.writer.write([0.25, 0.5, 2.25], shape: [3], to: table + "targets")
    try file.writer.write([2, 2, 3, 3], shape: [4], to: table + "targets_index")
    try file.writer.write([1, 2, 3, 4, 5, 6, 7, 8], shape: [4, 2], to: table + "place")
    try file.writer.write([1, 2], shape: [2], to: table + "deep")
    try file.writer.write([1, 2], shape: [2], to: table + "deep_index")
    try file.writer.write([0, 1, 1, 2], shape: [4], to: table + "deep_index_index")
    try file.writer.close()
  }

  private func load(_ condition: String = "true") throws -> Session {
    try dataset(
      """
      kind: nwb
      path: \(path)
      observe: {kind: spikes, bin: 500 ms}
      trials: {where: '\(condition)'}
      split: {train: 1}
      """
    ).load(id: "d", session: "d/r")
  }

  @Test func `every trial has its own part of the column`() throws {
    try write()
    let trials = try load().trials
    #expect(trials.map { $0.columns["tags"] } == ["go, left", "", "stop", "go, right"])
    #expect(trials.map { $0.columns["targets"] } == ["0.25, 0.5", "", "2.25", ""])
    #expect(trials.map { $0.columns["place"] } == ["1, 2", "3, 4", "5, 6", "7, 8"])
    #expect(trials.allSatisfy { $0.columns["deep"] == nil })
  }

  @Test(
    arguments: [
      ("\"go\" in tags", [0, 3]), ("not (\"go\" in tags)", [1, 2]), ("tags == [\"stop\"]", [2]), ("tags == []", [1]),
      ("2.25 in targets or \"right\" in tags", [2, 3]), ("place == [3, 4]", [1]),
    ] as [(String, [Double])])
  func `conditions ask what is in the list`(_ condition: String, _ starts: [Double]) throws {
    try write()
    #expect(try load(condition).trials.map(\.start) == starts)
  }

  @Test func `a list is no time to align to`() throws {
    try write()
    let found = problems {
      _ = try dataset(
        "kind: nwb\npath: \(path)\nobserve: {kind: spikes, bin: 1 s}\nsplit: {train: 1}\n"
          + "trials: {align: targets, window: [0 s, 1 s]}\n"
      ).headers(id: "d")
    }
    #expect(found.first?.message == "the column `targets` does not hold times")
    #expect(found.first?.object == "intervals/trials/targets")
  }

  @Test(arguments: [[2, 2, 3, 6], [2, 1, 3, 5], [-1, 2, 3, 5], [Int.max, 2, 3, 5]])
  func `an index that leads nowhere is a problem`(_ ends: [Int]) throws {
    try write(ends: ends)
    let found = problems { _ = try load() }
    #expect(found.first?.object == "intervals/trials/tags_index", "\(found)")
  }

  @Test func `what is in the file tells the lists`() throws {
    try write()
    let survey = try NWBSurvey(path: path)
    let columns = try #require(survey.tables.first).columns
    #expect(columns.map(\.name) == ["start_time", "stop_time", "tags", "targets", "place"])
    #expect(columns[2].values.first == .list(["go", "left"]))
  }
}
