import Foundation
import SpecLanguage
import Testing
import YAMLReader

/// The yaml-test-suite (tag data-2022-01-17): no case crashes or hangs, and what is read is what the suite expects.
@Suite(.timeLimit(.minutes(2))) struct ConformanceTests {
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

  @Test(.enabled(if: isPresent, "shared/conformance is absent"))
  func `every case is read as the suite says, refused by rule, or listed with a reason`() throws {
    var read = 0
    var different: [String] = []
    var tolerated: [String] = []
    var beyond: [String] = []
    let cases = try Self.cases()
    for example in cases {
      let result = YAML.read(SourceFile(name: example.name, bytes: example.text))
      #expect(result.diagnostics.isEmpty == Rendering().text(result.diagnostics).isEmpty)
      guard let node = result.node, result.diagnostics.isEmpty else {
        #expect(!result.diagnostics.isEmpty, "\(example.name) gives neither a document nor a complaint")
        let isSyntax = result.diagnostics.allSatisfy { $0.code == .notYAML || $0.code == .tab }
        if example.isValid, isSyntax { beyond.append(example.name) }
        continue
      }
      if !example.isValid { tolerated.append(example.name) }
      guard example.isValid, let json = example.json else { continue }
      if Self.isSame(Plain(node), json) { read += 1 } else { different.append(example.name) }
    }
    #expect(cases.count == 402)
    #expect(read == 201)
    #expect(different == Self.readOtherwise.flatMap(\.cases).sorted())
    #expect(tolerated == Self.tolerated.flatMap(\.cases).sorted())
    #expect(beyond == Self.beyondLibYAML.sorted())
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
