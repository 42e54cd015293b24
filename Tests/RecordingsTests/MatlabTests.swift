import Foundation
import Recordings
import SpecLanguage
import Testing

/// Files of MATLAB 7.3, which are HDF5 with a head of 512 bytes, axes turned round and cells behind references.
struct MatlabTests {
  private static func write(to path: String) throws {
    var bytes = Data(count: 5948)
    for (start, text) in stretches {
      let piece = try #require(Data(base64Encoded: text))
      bytes.replaceSubrange(start..<start + piece.count, with: piece)
    }
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  private func session(_ rest: String) throws -> Session {
    let scratch = try Scratch()
    try Self.write(to: scratch.path("m.mat"))
    return try dataset("kind: arrays\npath: \(scratch.path("m.mat"))\nsplit: {train: 1}\n" + rest)
      .load(id: "d", session: "d/m")
  }

  @Test(arguments: ["x", "/x"]) func `an array has the axes that MATLAB shows`(_ name: String) throws {
    let session = try session("observe: {array: \(name), bin: 10 ms}\nwindows: {length: 20 ms}\n")
    #expect(session.channels == 3 && session.bins == 2)
    #expect(session.observations == [1, 4, 2, 5, 3, 6])
  }

  @Test(arguments: [".", "/"]) func `fields by path, cells as trials and words of trials`(_ dot: String) throws {
    let session = try session(
      """
      observe: {array: data\(dot)spikes, bin: 10 ms}
      columns: {side: data\(dot)side, target: data\(dot)target}

      """)
    #expect(session.trials.map(\.length) == [2, 3] && session.channels == 3)
    #expect(session.bins(channel: 0, trial: 0).prefix(2) == [1, 4] && session.bins(channel: 0, trial: 0)[2].isNaN)
    #expect(session.bins(channel: 2, trial: 1) == [9, 12, 15])
    #expect(session.trials.map { $0.columns["side"] } == ["left", "right"])
    #expect(session.trials.map { $0.columns["target"] } == ["3", "1"])
  }

  @Test func `a cell without elements is no trial`() throws {
    let session = try session(
      "observe: {array: data.ragged, bin: 10 ms}\ncolumns: {side: data.side}\n")
    #expect(session.trials.map(\.length) == [2] && session.trials.map { $0.columns["side"] } == ["left"])
    #expect(session.notes == ["left out 1 of 2 trials: they have no row of time"])
  }

  @Test func `what is in the file`() throws {
    let scratch = try Scratch()
    try Self.write(to: scratch.path("m.mat"))
    let facts = try FileFacts(path: scratch.path("m.mat"))
    let arrays = try #require(facts.entries.first { $0.0 == "datasets" }?.1)
    #expect(arrays["x"]?["sum"] == 21.0 && arrays["data/target"]?["dtype"] == "uint8")
    let found = problems { _ = try session("observe: {array: data.spike, bin: 10 ms}\n") }
    #expect(found.first?.message == "there is no such array")
  }

  /// By h5py, as MATLAB writes: `x` of 2 x 3, `data.spikes` with cells of 2 x 3 and 3 x 3, `data.ragged` with one of 2 x 3 and one
  /// of 0 x 3, `data.side` of two texts, `data.target`.
  private static let stretches: [(Int, String)] = [
    (
      0,
      "TUFUTEFCIDcuMyBNQVQtZmlsZSwgUGxhdGZvcm06IEdMTlhBNjQsIENyZWF0ZWQgb246IFNhdCBOb3YgMjEgMjAyNiBIREY1IHNjaGVt"
        + "YSAxLjAwIC4gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAAAAAAAAAAAAACSU0="
    ),
    (
      512,
      "iUhERg0KGgoDCAgAAAIAAAAAAAD//////////zwXAAAAAAAAMAAAAAAAAACEYtMNT0hEUgIAeAISAAAAAP////////////////////8K"
        + "AgABAAAGDAAAAQABeLMAAAAAAAAABg8AAAEABGRhdGG/AQAAAAAAAAYRAAABAAYjcmVmcyNCAgAAAAAAAAAgAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAMDK1C1PSERSAgEAAQEkAAACAgEBAwAAAAAAAAACAAAAAAAAAAMAAAAAAAAAAgAAAAAAAAADFAABESA/"
        + "AAgAAAAAAEAANAsANP8DAAAFAgABAwoIEgAAAwEACAAAAAAAADAAAAAAAAAAFRIABAAA/////////////////////wwoAAADAA0ACAAE"
        + "AABNQVRMQUJfY2xhc3MAEwEAAAYAAAACAAAAZG91YmxlAF4="
    ),
    (
      955,
      "+g+KE09IRFICAHgQEAAA9QYAAAAAAABbAAAAAAAAAAoCAAEAABUSAAQAAP////////////////////8MKAAAAwANAAgABAAATUFUTEFC"
        + "X2NsYXNzABMBAAAGAAAAAgAAAHN0cnVjdAYRAAABAAZzcGlrZXMMEQAAAAAAAAADAAAAAACTOg/pT0hEUgIAeAISAAAAAP//////////"
        + "//////////8KAgABAAAGDAAAAQABYcUCAAAAAAAABgwAAAEAAWLRAwAAAAAAAAYMAAABAAFj3QQAAAAAAAAGDAAAAQABZOkFAAAAAAAA"
        + "BgwAAAEAAWUAEAAAAAAAAAAIAAAAAAAAAAAAAMuss41PSERSAgEAAQEkAAACAgEBAwAAAAAAAAACAAAAAAAAAAMAAAAAAAAAAgAAAAAA"
        + "AAADFAABESA/AAgAAAAAAEAANAsANP8DAAAFAgABAwoIEgAAAwEwCAAAAAAAADAAAAAAAAAAFRIABAAA/////////////////////wwo"
        + "AAADAA0ACAAEAABNQVRMQUJfY2xhc3MAEwEAAAYAAAACAAAAZG91YmxlAF4="
    ),
    (
      1485,
      "2YCHIE9IRFICAQABASQAAAICAQEDAAAAAAAAAAMAAAAAAAAAAwAAAAAAAAADAAAAAAAAAAMUAAERID8ACAAAAAAAQAA0CwA0/wMAAAUC"
        + "AAEDCggSAAADAWAIAAAAAAAASAAAAAAAAAAVEgAEAAD/////////////////////DCgAAAMADQAIAAQAAE1BVExBQl9jbGFzcwATAQAA"
        + "BgAAAAIAAABkb3VibGUAXg=="
    ),
    (
      1753,
      "3c7xR09IRFICAQABASQAAAICAQEEAAAAAAAAAAEAAAAAAAAABAAAAAAAAAABAAAAAAAAAAMMAAEQAAAAAgAAAAAAEAAFAgABAwoIEgAA"
        + "AwGoCAAAAAAAAAgAAAAAAAAAFRIABAAA/////////////////////wwmAAADAA0ACAAEAABNQVRMQUJfY2xhc3MAEwEAAAQAAAACAAAA"
        + "Y2hhcgwvAAADABIADAAEAABNQVRMQUJfaW50X2RlY29kZQAQCAAABAAAAAAAIAACAAAAAgAAAAA1"
    ),
    (
      2021,
      "M9YrKE9IRFICAQABASQAAAICAQEFAAAAAAAAAAEAAAAAAAAABQAAAAAAAAABAAAAAAAAAAMMAAEQAAAAAgAAAAAAEAAFAgABAwoIEgAA"
        + "AwGwCAAAAAAAAAoAAAAAAAAAFRIABAAA/////////////////////wwmAAADAA0ACAAEAABNQVRMQUJfY2xhc3MAEwEAAAQAAAACAAAA"
        + "Y2hhcgwvAAADABIADAAEAABNQVRMQUJfaW50X2RlY29kZQAQCAAABAAAAAAAIAACAAAAAgAAAAA1"
    ),
    (
      2289,
      "AUwIck9DSEsCEgAAAAD/////////////////////Bg8AAAEABHNpZGUYEgAAAAAAAAYRAAABAAZyYWdnZWQkEwAAAAAAAAYRAAABAAZ0"
        + "YXJnZXQwFAAAAAAAAI9snrA="
    ),
    (
      2566,
      "8D8AAAAAAAAQQAAAAAAAAABAAAAAAAAAFEAAAAAAAAAIQAAAAAAAABhAAAAAAAAA8D8AAAAAAAAQQAAAAAAAAABAAAAAAAAAFEAAAAAA"
        + "AAAIQAAAAAAAABhAAAAAAAAAHEAAAAAAAAAkQAAAAAAAACpAAAAAAAAAIEAAAAAAAAAmQAAAAAAAACxAAAAAAAAAIkAAAAAAAAAoQAAA"
        + "AAAAAC5AbABlAGYAdAByAGkAZwBoAHQAAAAAAAAAAAADAAAAAAAAAMUCAAAAAAAA0QMAAAAAAADdBAAAAAAAAOkFAAAAAAAAxQIAAAAA"
        + "AAAAEAAAAAAAAAMB"
    ),
    (
      4608,
      "T0hEUgIBAAEBFAAAAgEBAQIAAAAAAAAAAgAAAAAAAAADDAABEAAAAAgAAAAAAEAABQIAAQMKCBIAAAMBuggAAAAAAAAQAAAAAAAAABUS"
        + "AAQAAP////////////////////8MKAAAAwANAAgABAAATUFUTEFCX2NsYXNzABMBAAAGAAAAAgAAAGRvdWJsZQwnAAADAA0ADAAEAABN"
        + "QVRMQUJfZW1wdHkAEAAAAAEAAAAAAAgAAgAAAAEASw=="
    ),
    (
      4872,
      "6M3pbk9IRFICAQABASQAAAICAQECAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAABAAAAAAAAAAMIAAEXAAAACAAAAAUCAAEDCggSAAADAcoI"
        + "AAAAAAAAEAAAAAAAAAAVEgAEAAD/////////////////////DCYAAAMADQAIAAQAAE1BVExBQl9jbGFzcwATAQAABAAAAAIAAABjZWxs"
        + "AGw="
    ),
    (
      5140,
      "A4HRH09IRFICAQABASQAAAICAQECAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAABAAAAAAAAAAMIAAEXAAAACAAAAAUCAAEDCggSAAADAdoI"
        + "AAAAAAAAEAAAAAAAAAAVEgAEAAD/////////////////////DCYAAAMADQAIAAQAAE1BVExBQl9jbGFzcwATAQAABAAAAAIAAABjZWxs"
        + "AGw="
    ),
    (
      5408,
      "Q7qvoE9IRFICAQABASQAAAICAQECAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAABAAAAAAAAAAMIAAEXAAAACAAAAAUCAAEDCggSAAADAeoI"
        + "AAAAAAAAEAAAAAAAAAAVEgAEAAD/////////////////////DCYAAAMADQAIAAQAAE1BVExBQl9jbGFzcwATAQAABAAAAAIAAABjZWxs"
        + "AGw="
    ),
    (
      5676,
      "0Ke4BU9IRFICAQABASQAAAICAQECAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAABAAAAAAAAAAMMAAEQAAAAAQAAAAAACAAFAgABAwoIEgAA"
        + "AwH6CAAAAAAAAAIAAAAAAAAAFRIABAAA/////////////////////wwnAAADAA0ACAAEAABNQVRMQUJfY2xhc3MAEwEAAAUAAAACAAAA"
        + "dWludDgAZw=="
    ),
    (
      5944,
      "vpdMNg=="
    ),
  ]
}
