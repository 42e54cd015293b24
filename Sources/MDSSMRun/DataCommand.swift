import ArgumentParser
import Bundle
import ExperimentGraph
import Foundation
import Recordings
import SpecLanguage

/// Says what is in recordings, or what a spec makes of its recordings.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Say what recordings hold and how a spec would use them, or what a spec makes of its recordings.",
    discussion: """
      Of a file: units, tables of intervals, series, arrays, and the entry of `datasets` that reads them. Of a spec
      (*.yaml, *.yml or `-`): every session after processing, with what was left out and why.
      """)

  @Argument(help: "Recordings, or specs.", completion: .file())
  var files: [String]

  @OptionGroup var options: SpecOptions

  func validate() throws {
    guard options.overrides.isEmpty && options.profile == nil || files.allSatisfy(Self.isSpec) else {
      throw ValidationError("--set and --profile are for specs")
    }
  }

  func run() throws {
    try Exit.afterAll(files) { file in
      if Self.isSpec(file) { return try SessionScreen(Loader(spec: file, options: options)).show() }
      do {
        try show(file)
      } catch let problem as DataProblem {
        if options.json {
          Terminal.output(Self.json(problem))
        } else {
          Terminal.error(
            (["error: \(file): \(problem.message)"] + problem.help.map { "  help: \($0)" }).joined(separator: "\n"))
        }
        throw Exit.noInput
      }
    }
  }

  private static func isSpec(_ file: String) -> Bool {
    file == "-" || ["yaml", "yml"].contains((file as NSString).pathExtension.lowercased())
  }

  private func show(_ file: String) throws {
    let facts = try FileFacts(path: file)
    let bytes = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    guard options.json else {
      return Terminal.output(FileScreen(file: file, bytes: bytes, facts: facts).text)
    }
    var entries: [(String, Plain)] = [
      ("type", "file"), ("format", 1), ("file", .string(file)), ("file_format", .string(facts.format.rawValue)),
      ("bytes", .int(bytes)), ("sha256", .string(try SHA256Digest(ofFileAt: file).description)),
    ]
    entries += facts.entries
    Terminal.output(JSONValue(.map(entries)).line)
  }

  private static func json(_ problem: DataProblem) -> String {
    var object: [String: JSONValue] = [
      "type": "error", "message": .string(problem.message), "help": .array(problem.help.map(JSONValue.string)),
    ]
    if let file = problem.file { object["file"] = .string(file) }
    if let path = problem.object { object["object"] = .string(path) }
    return JSONValue.object(object).line
  }
}
