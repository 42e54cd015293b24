import Foundation
import SpecLanguage
import YAMLReader

/// The verdict of Python's `jsonschema` on specs.
package enum SchemaJudge {
  package static let absence = Python.absence(of: "jsonschema")

  /// Whether each document follows the schema; nil when Python or the package is not there.
  package static func verdicts(on specs: [String], schema: JSONSchema) throws -> [Bool]? {
    let documents = specs.map { text -> String in
      guard let node = YAML.read(SourceFile(name: "spec", text: text)).node else { return "null" }
      return String(decoding: Plain(node).canonicalBytes, as: UTF8.self)
    }
    return try verdicts(onJSON: documents, schema: schema)
  }

  /// Whether each JSON document, on one line, follows the schema.
  package static func verdicts(onJSON documents: [String], schema: JSONSchema) throws -> [Bool]? {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mdssm-schema-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(schema.text.utf8).write(to: folder.appending(path: "schema.json"))
    try Data((documents.joined(separator: "\n") + "\n").utf8).write(to: folder.appending(path: "documents.ndjson"))
    let program = """
      json = __import__("json")
      schema = json.load(open(sys.argv[1] + "/schema.json", encoding="utf-8"))
      jsonschema.Draft7Validator.check_schema(schema)
      judge = jsonschema.Draft7Validator(schema)
      for line in open(sys.argv[1] + "/documents.ndjson", encoding="utf-8"):
          print(int(judge.is_valid(json.loads(line))))
      """
    guard let text = try Python.output(of: program, needing: "jsonschema", [folder.path]) else { return nil }
    let verdicts = text.split(separator: "\n").map { $0 == "1" }
    guard verdicts.count == documents.count else {
      throw Python.Broken(description: "\(verdicts.count) verdicts on \(documents.count) documents")
    }
    return verdicts
  }
}
