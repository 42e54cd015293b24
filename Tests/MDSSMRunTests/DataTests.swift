import Bundle
import Foundation
import Testing

/// The folder of recordings beside the checkout, or nil.
private let recordings: String? = {
  var place = URL(filePath: #filePath)
  for _ in 0..<4 { place.deleteLastPathComponent() }
  let data = place.appending(path: "shared/data").path
  return FileManager.default.fileExists(atPath: data + "/facts.json") ? data : nil
}()

/// `mdssm-run data` on every recording beside the checkout, against what pynwb, h5py and scipy found in it.
@Suite(.enabled(if: recordings != nil, "needs the folder shared/data beside the checkout"))
struct DataTests {
  static let facts: [String: JSONValue] = {
    guard let folder = recordings, let bytes = FileManager.default.contents(atPath: folder + "/facts.json"),
      let all = try? JSONValue(parsing: Array(bytes))
    else { return [:] }
    return all["files"]?.object ?? [:]
  }()

  /// What Python's own reader and validator said about a file.
  private static let aboutPython = ["pynwb_reads", "pynwb_error", "pynwb_validator_errors"]

  @Test func `every number of every file is that of the facts`() throws {
    let folder = try #require(recordings)
    let names = Self.facts.keys.sorted()
    #expect(names.count == 67)
    let program = try Program()
    let run = try program.run(["data", "--json"] + names.map { folder + "/" + $0 })
    #expect(run.code == 0, "\(run.errors)")
    let found = run.objects
    try #require(found.count == names.count, "\(found.count) of \(names.count) files were told")
    var difference = Difference()
    for (name, object) in zip(names, found) {
      guard let expected = Self.facts[name]?.object else { continue }
      // Of a variable of doubles scipy names the integers that MATLAB packed them into.
      difference.ignoresTypes = name.hasSuffix(".mat")
      for (key, value) in expected where !Self.aboutPython.contains(key) {
        difference.compare(value, object[key], at: "\(name): \(key)")
      }
    }
    #expect(difference.problems.isEmpty, "\(difference.problems.prefix(20).joined(separator: "\n"))")
    #expect(difference.numbers > 1800)
    print(
      "data --json: \(difference.numbers) numbers of \(names.count) files, largest difference \(difference.largest)")
  }

  @Test func `the screen of every file names its arrays`() throws {
    let folder = try #require(recordings)
    let program = try Program()
    for (name, facts) in Self.facts.sorted(by: { $0.key < $1.key }) {
      guard let arrays = (facts["datasets"] ?? facts["variables"])?.object else { continue }
      let run = try program.run(["data", folder + "/" + name])
      #expect(run.code == 0, "\(run.errors)")
      for array in arrays.keys.sorted().prefix(10) { #expect(run.output.contains("\n" + array), "\(name): \(array)") }
    }
  }

  private struct Difference {
    var ignoresTypes = false
    var numbers = 0
    var largest = 0.0
    var problems: [String] = []

    mutating func compare(_ expected: JSONValue, _ found: JSONValue?, at place: String) {
      guard let found else {
        problems.append("\(place) is absent")
        return
      }
      if let keys = expected.object {
        for (key, value) in keys where !(ignoresTypes && key == "dtype") {
          compare(value, found[key], at: "\(place).\(key)")
        }
      } else if let list = expected.array {
        guard let other = found.array, other.count == list.count else {
          problems.append("\(place) is no list of \(list.count)")
          return
        }
        for (index, pair) in zip(list, other).enumerated() { compare(pair.0, pair.1, at: "\(place)[\(index)]") }
      } else if let number = expected.double {
        // A table of which only the number of rows was noted.
        let value = found.double ?? found["n_rows"]?.double
        numbers += 1
        guard let value else {
          problems.append("\(place) is no number")
          return
        }
        largest = max(largest, abs(value - number) / max(1, abs(number)))
        if value != number { problems.append("\(place): \(value) instead of \(number)") }
      } else if expected != found {
        problems.append("\(place): \(found) instead of \(expected)")
      }
    }
  }
}
