import ArgumentParser
import Bundle
import ExperimentGraph
import Foundation
import Planner
import Recordings
import SpecLanguage
import YAMLReader

/// A spec that has been read: its value, its places, its composed text.
struct LoadedSpec {
  let specification: Specification
  let document: Node
  let source: SourceFile
  var reading: Reading
  /// The folder that relative paths of the spec start at.
  let base: String
}

/// Reads specs and says what is wrong with them.
struct Loader {
  let options: SpecOptions

  /// The spec; complaints are printed, and errors end the program.
  func load() throws -> LoadedSpec {
    let source = try read()
    let file = YAML.read(source)
    guard let node = file.node, !file.diagnostics.hasErrors else { throw report(file.diagnostics) }
    let composition = Composition(
      profile: options.profile, overrides: options.overrides, environment: ProcessInfo.processInfo.environment,
      readValue: { file, bytes, layer in
        let result = YAML.read(value: bytes, of: file, layer: layer)
        return (result.node, result.diagnostics)
      })
    let composed = composition.compose(node)
    guard let document = composed.document else { throw report(file.diagnostics + composed.diagnostics) }
    var (specification, reading) = Reading.read(document, as: Specification.schema)
    specification?.checkStructure(&reading)
    let all = file.diagnostics + composed.diagnostics + reading.diagnostics
    guard let specification, !all.hasErrors else { throw report(all) }
    if !all.isEmpty { show(all) }
    let base = options.spec == "-" ? "." : (options.spec as NSString).deletingLastPathComponent
    return LoadedSpec(
      specification: specification, document: document, source: source, reading: reading, base: base.isEmpty ? "." : base)
  }

  /// Opens the headers of all datasets and joins them with the spec.
  func resolve(_ loaded: LoadedSpec) throws -> Experiment {
    var headers: [String: [SessionHeader]] = [:]
    var complaints: [Diagnostic] = []
    for dataset in loaded.specification.datasets {
      do {
        headers[dataset.id] = try dataset.value.headers(id: dataset.id, base: loaded.base)
      } catch {
        complaints += error.problems.map { diagnostic($0, dataset.id, loaded) }
      }
    }
    guard complaints.isEmpty else {
      show(complaints)
      throw Exit.noInput
    }
    var reading = loaded.reading
    let before = reading.diagnostics.count
    let experiment = Experiment(loaded.specification, headers: headers, &reading)
    let news = Array(reading.diagnostics.dropFirst(before))
    guard let experiment else { throw report(news) }
    if !news.isEmpty { show(news) }
    return experiment
  }

  /// A data problem at the place of the dataset that asked for the data.
  private func diagnostic(_ problem: DataProblem, _ dataset: String, _ loaded: LoadedSpec) -> Diagnostic {
    let section = SpecPath([.key("datasets"), .key(dataset)])
    let path = loaded.reading.spans[section.appending("path")] == nil ? section : section.appending("path")
    let span = loaded.reading.span(of: path) ?? Span(loaded.source, 0..<0)
    var notes: [String] = []
    if let session = problem.session { notes.append("session: \(session)") }
    if let file = problem.file { notes.append("file: \(file)") }
    if let object = problem.object { notes.append("object: \(object)") }
    return Diagnostic(
      .badData, problem.message, at: span, label: "asked for here", path: path, help: problem.help, notes: notes)
  }

  func plan(_ experiment: Experiment) throws -> Plan {
    try Plan(experiment) { file in SHA256Digest(of: try Data(contentsOf: URL(fileURLWithPath: file))) }
  }

  private func read() throws -> SourceFile {
    if options.spec == "-" {
      return SourceFile(name: "standard input", bytes: Array(FileHandle.standardInput.readDataToEndOfFile()))
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: options.spec, isDirectory: &isFolder) else {
      Terminal.error("error: no such file: \(options.spec)")
      throw Exit.noInput
    }
    guard !isFolder.boolValue, let data = FileManager.default.contents(atPath: options.spec) else {
      Terminal.error("error: \(options.spec) is \(isFolder.boolValue ? "a folder, not a spec" : "not readable")")
      throw Exit.noInput
    }
    return SourceFile(name: options.spec, bytes: Array(data))
  }

  /// Prints complaints and gives the exit code of an invalid spec.
  func report(_ diagnostics: [Diagnostic]) -> ExitCode {
    show(diagnostics)
    return Exit.invalidSpec
  }

  func show(_ diagnostics: [Diagnostic]) {
    let sorted = diagnostics.sortedByPlace
    if options.json {
      print(Rendering.jsonLines(sorted), terminator: "")
    } else {
      Terminal.error(Rendering(isColored: Terminal.isColored).text(sorted))
    }
  }
}

extension Code {
  static let badData = Code(
    "E3001", "data that are missing, damaged, or not what the spec asks for",
    "The notes name the session, the file and the object inside the file.")
}
