import Foundation
import SpecLanguage
import YAMLReader

/// The verdict of Python's `jsonschema` on specs.
package enum SchemaJudge {
  /// Whether each document follows the schema; nil when Python or the package is not there.
  package static func verdicts(on specs: [String], schema: JSONSchema) throws -> [Bool]? {
    let documents = specs.map { text -> String in
      guard let node = YAML.read(SourceFile(name: "spec", text: text)).node else { return "null" }
      return String(decoding: Plain(node).canonicalBytes, as: UTF8.self)
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "mdssm-schema-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(schema.text.utf8).write(to: folder.appending(path: "schema.json"))
    let lines = documents.joined(separator: "\n") + "\n"
    try Data(lines.utf8).write(to: folder.appending(path: "documents.ndjson"))
    let program = """
      json, sys = __import__("json"), __import__("sys")
      try:
          from jsonschema import Draft7Validator
      except ImportError:
          sys.exit(3)
      schema = json.load(open(sys.argv[1] + "/schema.json"))
      Draft7Validator.check_schema(schema)
      judge = Draft7Validator(schema)
      for line in open(sys.argv[1] + "/documents.ndjson"):
          print(int(judge.is_valid(json.loads(line))))
      """
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program, folder.path]
    let output = Pipe()
    process.standardOutput = output
    do { try process.run() } catch { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map { $0 == "1" }
  }
}
