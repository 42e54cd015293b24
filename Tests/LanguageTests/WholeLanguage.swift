import ExperimentGraph
import Foundation
import SpecChecks
import SpecLanguage
import Testing
import YAMLReader

/// The whole language over the specs of the repository.
enum WholeLanguage {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let description = Specification.schema.description

  /// The texts of the specs under `specs/`, by name.
  static func specs() throws -> [(name: String, text: String)] {
    let folder = root.appending(path: "specs")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
    return try names.sorted().map { name in
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      // One point of each sweep: thousands of changed texts are read, and points differ in these values alone.
      return (name, text.replacing(/(study\.seed|params\.shots): \[(\d+),[^\]]*\]/) { "\($0.1): [\($0.2)]" })
    }
  }

  /// The paths that a sweep gives values to: what stands there itself is not looked at.
  static func swept(_ node: Node) -> [String] { (node["sweep"]?["axes"]?.entries ?? []).map(\.key) }

  /// What specs under `specs/` may extend.
  private static let files = FragmentFiles.onDisk(spec: root.appending(path: "specs/quickstart.yaml").path)

  /// Everything that is wrong with a text, as far as it can be known without data.
  static func check(_ text: String) -> [Diagnostic] {
    let result = YAML.read(SourceFile(name: "spec.yaml", text: text))
    guard let node = result.node else { return result.diagnostics }
    return result.diagnostics + check(node)
  }

  /// Everything that is wrong with a document: of every point, where it has a sweep.
  static func check(_ node: Node) -> [Diagnostic] {
    let composition = Composition(environment: ["MDSSM_DATA": "/data"], files: files) { file, bytes, layer in
      let result = YAML.read(value: bytes, of: file, layer: layer)
      return (result.node, result.diagnostics)
    }
    let expansion = Sweep.expand(composition.layers(of: node), language: description)
    return expansion.diagnostics + expansion.points.prefix(20).flatMap { Self.read($0, expansion) }
  }

  private static func read(_ point: SweepPoint, _ expansion: Expansion) -> [Diagnostic] {
    var (value, reading) = Reading.read(point.document, as: Specification.schema)
    value?.checkStructure(&reading, swept: expansion.paths)
    if let sweep = expansion.sweep, let objective = sweep.objective, let place = sweep.objectivePlace {
      value?.check(objective, at: place, &reading)
    }
    return point.remarking(reading.diagnostics)
  }

  /// Compares a text with a file of the repository. With RECORD=1 in the environment it writes the file instead and
  /// fails, so that the change is reviewed.
  static func expectFile(_ path: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = root.appending(path: path)
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("\(path) was written; look at the difference", sourceLocation: sourceLocation)
      return
    }
    let found = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    #expect(found == text, "\(path) is stale: run this test with RECORD=1", sourceLocation: sourceLocation)
  }
}
