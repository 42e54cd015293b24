import ArgumentParser
import Bundle
import ExperimentGraph
import Foundation
import Recordings
import SpecLanguage

/// Writes a first spec: of generated data, or of recordings that it looks into.
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a starter spec, with the schema for editors beside it; `--from` makes it for recordings.",
    discussion: "What it writes passes `check --data`. A file that is there already is never changed.")

  @Argument(help: "The spec to write; `-` prints it.")
  var file = "study.yaml"

  @Option(
    parsing: .upToNextOption,
    help: "Recordings to make it for: NWB files, folders of them, or quoted patterns such as 'data/sub-*/*.nwb'.",
    completion: .file(extensions: ["nwb"]))
  var from: [String] = []

  static let schemaFile = "mdssm.schema.json"
  /// After so many files no more are complained about.
  private static let most = 10

  func run() throws {
    guard file == "-" || !Self.isThere(file) else {
      Terminal.error("error: \(file) is there already, and `init` changes no file; name another one")
      throw Exit.cannotWrite
    }
    let spec = from.isEmpty ? InitStarter.text : try ofRecordings()
    guard file != "-" else { return Terminal.text(spec) }
    let folder = (file as NSString).deletingLastPathComponent
    let schema = (folder.isEmpty ? "" : folder + "/") + Self.schemaFile
    do {
      if !Self.isThere(schema) {
        try Disk().create(schema, with: Array(JSONSchema(Specification.schema.description).text.utf8))
      }
      try Disk().create(file, with: Array("# yaml-language-server: $schema=\(Self.schemaFile)\n\(spec)".utf8))
    } catch {
      Terminal.error("error: \(error)")
      throw Exit.cannotWrite
    }
    Terminal.output("wrote \(file); look at it, then: mdssm-run plan \(file)")
  }

  private static func isThere(_ path: String) -> Bool {
    var facts = stat()
    return lstat(path, &facts) == 0
  }

  private func ofRecordings() throws -> String {
    let files: InitFiles
    do {
      files = try InitFiles(from)
    } catch {
      Terminal.error("error: \(error.message)")
      throw Exit.noInput
    }
    var surveys: [NWBSurvey] = []
    var complaints: [String] = []
    for path in files.files {
      do {
        let survey = try NWBSurvey(path: path)
        surveys.append(survey)
        guard survey.units == nil, InitChoices.candidates(survey).isEmpty else { continue }
        let lack = "there is nothing to model: no units with spikes, no series of several channels in even bins"
        complaints.append(Self.complaint(path, lack, notes: [Self.inventory(survey)]))
      } catch {
        complaints.append(Self.complaint(path, error.message, notes: error.help))
      }
    }
    for complaint in complaints.prefix(Self.most) { Terminal.error(complaint) }
    if complaints.count > Self.most { Terminal.error("and \(complaints.count - Self.most) more files") }
    guard complaints.isEmpty else { throw Exit.noInput }
    return try study(files, surveys)
  }

  /// The first study of these recordings that passes the check: of trials where they can be cut, else of windows.
  private func study(_ files: InitFiles, _ surveys: [NWBSurvey]) throws -> String {
    let folder = file == "-" ? "." : (file as NSString).deletingLastPathComponent
    let groups = files.groups(from: folder.isEmpty ? "." : folder)
    let datasets = groups.map { group in surveys.filter { group.files.contains($0.file) } }
    var problems: [Diagnostic] = []
    for cutsTables in [true, false] {
      guard var choices = InitChoices(datasets, cutsTables: cutsTables) else { continue }
      var isLeft = true
      while isLeft {
        let text = InitRecordings(choices: choices, groups: groups, name: files.name, file: path).text
        problems = check(text).filter(\.isError)
        if problems.isEmpty { return text }
        isLeft = dropBehavior(of: &choices, problems)
      }
    }
    if problems.isEmpty {
      Terminal.error("error: the recordings do not fit into one study")
      for survey in surveys.prefix(Self.most) { Terminal.error("  \(survey.file): \(Self.inventory(survey))") }
      Terminal.error("  help: all need units, or the same series at the same rate, and time for five trials")
    } else {
      Terminal.error("error: no first study of these recordings passes the check")
      Terminal.show(problems, json: false)
    }
    throw Exit.noInput
  }

  /// Leaves out signals that complaints speak of: one without any value in the trials is no reason to give up.
  private func dropBehavior(of choices: inout InitChoices, _ problems: [Diagnostic]) -> Bool {
    let words = problems.flatMap { [$0.message] + $0.notes }
    var isDropped = false
    for index in choices.parts.indices {
      let all = choices.parts[index].behavior
      choices.parts[index].behavior = all.filter { series in !words.contains { $0.contains(series.path) } }
      isDropped = isDropped || choices.parts[index].behavior.count < all.count
    }
    return isDropped
  }

  /// Where the spec lies, or would.
  private var path: String { file == "-" ? "study.yaml" : file }

  private func check(_ text: String) -> [Diagnostic] {
    let loader = Loader(spec: path, options: SpecOptions.none)
    return SpecCheck(loader: loader, opensData: true).run(SourceFile(name: path, text: text))
  }

  /// What a file holds, in one line.
  private static func inventory(_ survey: NWBSurvey) -> String {
    var parts = survey.units.map { ["\($0.count) units"] } ?? []
    parts += survey.series.prefix(8).map { series in
      let rate = series.rate.map { "\(InitRecordings.short($0)) Hz" } ?? "uneven times"
      return "\(series.path) (\(series.samples) x \(series.dimensions), \(rate))"
    }
    parts += survey.tables.prefix(8).map { "\($0.name) (\($0.starts.count) rows)" }
    return parts.isEmpty
      ? "it has no units, no series of numbers and no intervals" : "it has " + parts.joined(separator: ", ")
  }

  private static func complaint(_ file: String, _ message: String, notes: [String]) -> String {
    let lines = ["error: \(file): \(message)"] + notes.map { "  note: \($0)" }
    return lines.map(InitRecordings.clean).joined(separator: "\n")
  }
}
