import Foundation
import SpecLanguage
import Testing
import YAMLReader

/// The yaml-test-suite (tag data-2022-01-17): no case crashes or hangs, and what is read is what the suite expects.
@Suite(.timeLimit(.minutes(20))) struct ConformanceTests {
  /// Cases that are read otherwise than the suite says, by reason.
  private static let readOtherwise: [(reason: String, cases: [String])] = [
    ("libyaml takes `?` before a word for the sign of a key", ["652Z", "HM87/01"]),
    ("libyaml drops the line break of a last line without text", ["JEF9/02", "L24T/01"]),
    ("libyaml ends an anchor's name at `:`", ["Y2GN"]),
  ]

  /// Broken cases that are read all the same, by reason.
  private static let tolerated: [(reason: String, cases: [String])] = [
    ("libyaml does not ask flow lines to be indented", ["9C9N", "QB6E"]),
    ("libyaml lets a comment follow a value or comma without space", ["9JBA", "CVW2", "MUS6/00", "SU5Z", "X4QW"]),
    ("libyaml lets tabs stand between tokens", ["DK95/01", "Y79Y/003"]),
    ("libyaml takes a lone `-` in a flow list for text", ["G5U8", "YJV2"]),
    ("libyaml takes the first text line as the indentation of a block", ["S98Z"]),
  ]

  /// Valid cases that libyaml cannot read: directives of other versions, keys and colons in unusual places of flow
  /// collections, comments between a key and its value, nested compact forms, tabs as separation.
  private static let beyondLibYAML = [
    "2JQS", "2LFX", "4ABK", "4MUZ/00", "4MUZ/01", "4MUZ/02", "58MP", "5MUD", "5T43", "6BCT", "6CA3", "6LVF", "6M2F",
    "7Z25", "8XYN", "96NN/00", "96NN/01", "9SA2", "A2M4", "BEC7", "CFD4", "DBG4", "DK3J", "DK95/00", "DK95/03",
    "DK95/04", "FP8R", "FRK4", "HM87/00", "HWV9", "K3WX", "M7A3", "MUS6/05", "MUS6/06", "NHX8", "NJ66", "NKF9", "Q5MG",
    "QT73", "R4YG", "S3PD", "SM9W/01", "UKK6/00", "UT92", "VJP3/01", "W4TN", "W5VH", "Y79Y/001", "Y79Y/010",
  ]

  private static var suite: URL {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let checkout = tests.deletingLastPathComponent()
    return checkout.deletingLastPathComponent().appending(path: "shared/conformance/yaml-test-suite")
  }

  static var isPresent: Bool { FileManager.default.fileExists(atPath: suite.path) }

  private struct Case {
    var name: String
    var text: [UInt8]
    var isValid: Bool
    /// The document as JSON; nil for several documents and for what JSON cannot say.
    var json: Any?

    init(_ folder: URL) throws {
      name = folder.path.components(separatedBy: "yaml-test-suite/").last ?? ""
      text = Array(try Data(contentsOf: folder.appending(path: "in.yaml")))
      isValid = !FileManager.default.fileExists(atPath: folder.appending(path: "error").path)
      let data = try? Data(contentsOf: folder.appending(path: "in.json"))
      json = data.flatMap { try? JSONSerialization.jsonObject(with: $0, options: .fragmentsAllowed) }
    }
  }

  private static func cases() throws -> [Case] {
    let files = FileManager.default.enumerator(at: suite, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }
    let inputs = (files ?? []).filter { $0.lastPathComponent == "in.yaml" }
    return try inputs.map { try Case($0.deletingLastPathComponent()) }.sorted { $0.name < $1.name }
  }

  /// What became of every case, each in exactly one list, by name.
  private struct Verdicts {
    var read: [String] = []
    /// Read without complaint where the suite has no JSON to compare with.
    var incomparable: [String] = []
    var different: [String] = []
    var refused: [String] = []
    var tolerated: [String] = []
    /// Valid YAML that a spec may not hold, by code.
    var byRule: [Code: [String]] = [:]
    /// Valid YAML that libyaml cannot read, by complaint.
    var beyond: [String: [String]] = [:]

    var count: Int {
      read.count + incomparable.count + different.count + refused.count + tolerated.count
        + byRule.values.map(\.count).reduce(0, +) + beyond.values.map(\.count).reduce(0, +)
    }

    mutating func add(_ example: Case, _ result: YAML.Result) {
      if let node = result.node, result.diagnostics.isEmpty {
        guard example.isValid else { return tolerated.append(example.name) }
        guard let json = example.json else { return incomparable.append(example.name) }
        if ConformanceTests.isSame(Plain(node), json) {
          read.append(example.name)
        } else {
          different.append(example.name)
        }
      } else if !example.isValid {
        refused.append(example.name)
      } else if let first = result.diagnostics.first(where: { $0.code != .notYAML && $0.code != .tab }) {
        byRule[first.code, default: []].append(example.name)
      } else {
        beyond[result.diagnostics.first?.message ?? "no complaint", default: []].append(example.name)
      }
    }
  }

  @Test(.enabled(if: isPresent, "shared/conformance is absent"))
  func `every case is read as the suite says, refused by rule, or listed with a reason`() throws {
    var verdicts = Verdicts()
    let cases = try Self.cases()
    for example in cases {
      let result = YAML.read(SourceFile(name: example.name, bytes: example.text))
      #expect(result.diagnostics.isEmpty == Rendering().text(result.diagnostics).isEmpty)
      #expect(result.node != nil || !result.diagnostics.isEmpty, "\(example.name): neither a document nor a complaint")
      verdicts.add(example, result)
    }
    #expect(cases.count == 402)
    #expect(verdicts.count == 402)
    #expect(verdicts.read.count == 201)
    #expect(verdicts.different == Self.readOtherwise.flatMap(\.cases).sorted())
    #expect(verdicts.tolerated == Self.tolerated.flatMap(\.cases).sorted())
    #expect(verdicts.beyond.values.flatMap { $0 }.sorted() == Self.beyondLibYAML.sorted())
    try Self.expectPage(Self.page(verdicts))
  }

  // MARK: The page of differences

  private static func page(_ verdicts: Verdicts) -> String {
    func names(_ cases: [String]) -> String { cases.map { "`\($0)`" }.joined(separator: ", ") }
    func table(_ head: String, _ rows: [(String, [String])]) -> String {
      (["| \(head) | cases |", "| --- | --- |"] + rows.map { "| \($0) | \(names($1)) |" }).joined(separator: "\n")
    }
    let rules = verdicts.byRule.sorted { $0.key.id < $1.key.id }.map { ("\($0.id): \($0.title)", $1) }
    let beyond = verdicts.beyond.sorted { $0.key < $1.key }
    return """
      # YAML: what is read, and where it differs from the standard

      Written by a test; do not edit. The measure is the yaml-test-suite, release 2022-01-17, with its 402 cases. None
      crashes or hangs the reader.

      | outcome | cases |
      | --- | ---: |
      | valid, and the value is that of the suite | \(verdicts.read.count) |
      | valid and read; the suite has no JSON to compare with | \(verdicts.incomparable.count) |
      | valid, and read otherwise | \(verdicts.different.count) |
      | valid, and refused: a spec may not hold it | \(verdicts.byRule.values.map(\.count).reduce(0, +)) |
      | valid, and refused: libyaml cannot read it | \(verdicts.beyond.values.map(\.count).reduce(0, +)) |
      | broken, and refused | \(verdicts.refused.count) |
      | broken, and read all the same | \(verdicts.tolerated.count) |

      ## Read otherwise

      \(table("reason", readOtherwise.map { ($0.reason, $0.cases) }))

      ## Broken, and read all the same

      \(table("reason", tolerated.map { ($0.reason, $0.cases) }))

      ## Valid, and refused by a rule of the language

      \(table("rule", rules))

      ## Valid, and refused because libyaml cannot read it

      Directives of other versions, keys and colons in unusual places of flow collections, comments between a key and its
      value, nested compact forms, tabs as separation. By what the program says:

      \(table("complaint", beyond.map { ($0.key.replacing("|", with: "\\|"), $0.value) }))

      ## Read, with nothing to compare

      \(names(verdicts.incomparable))

      """
  }

  /// With RECORD=1 in the environment the page is written and the test fails.
  private static func expectPage(_ text: String) throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let page = tests.deletingLastPathComponent().appending(path: "docs/reference/yaml.md")
    let found = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    if ProcessInfo.processInfo.environment["RECORD"] == "1", found != text {
      try Data(text.utf8).write(to: page)
      Issue.record("docs/reference/yaml.md was written; look at the difference")
      return
    }
    #expect(found == text, "docs/reference/yaml.md is stale: run this test with RECORD=1")
  }

  private static func isSame(_ plain: Plain, _ json: Any) -> Bool {
    switch plain {
    case .null: return json is NSNull
    case .bool(let value): return json as? Bool == value
    case .int(let value): return json as? Int == value
    case .float(let value): return json as? Double == value
    case .string(let value): return (json as? String).map { Array($0.utf8) == Array(value.utf8) } ?? false
    case .list(let values):
      guard let elements = json as? [Any], elements.count == values.count else { return false }
      return zip(values, elements).allSatisfy { isSame($0, $1) }
    case .map(let map):
      guard let object = json as? [String: Any], object.count == map.keys.count else { return false }
      return map.entries.allSatisfy { entry in object[entry.key].map { isSame(entry.value, $0) } ?? false }
    }
  }
}
