import Execution
import ExperimentGraph
import Recordings
import SpecLanguage

/// A spec that has been read. Its value, its places and its composed text are those of the first point of its sweep.
struct LoadedSpec {
  let specification: Specification
  let document: Node
  let source: SourceFile
  let reading: Reading
  /// The folder that relative paths of the spec start at.
  let base: String
  let expansion: Expansion
  /// The files that the spec extends.
  let fragments: [Fragment]
  /// Has read all points.
  let reader: StudyReader

  var isSweep: Bool { expansion.sweep != nil }

  /// Where an entry stands, such as `study.yaml:41:3`.
  func place(_ path: SpecPath) -> String? { (reading.places[path]?.key ?? reading.span(of: path))?.description }

  /// Where the part of a dataset stands that a problem of its data speaks about.
  func place(_ fault: BadData.Fault) -> String? { reading.span(of: path(fault))?.description }

  /// A problem of the data at the place of the spec that asked for it.
  func diagnostic(_ fault: BadData.Fault) -> Diagnostic {
    let problem = fault.problem
    let path = path(fault)
    var notes: [String] = []
    if let session = problem.session { notes.append("session: \(session)") }
    if let file = problem.file { notes.append("file: \(file)") }
    if let object = problem.object { notes.append("object: \(object)") }
    // Complaints with one place and one label are told once, so the label says which session and object.
    let label = [problem.session ?? problem.file, problem.object].compactMap { $0 }.joined(separator: ": ")
    return Diagnostic(
      .badData, problem.message, at: reading.span(of: path) ?? Span(source, 0..<0), label: label, path: path,
      help: problem.help, notes: notes)
  }

  /// A failed job at the place of the run or evaluation that asked for it; one complaint per problem of the data.
  func diagnostics(_ failure: JobFailure) -> [Diagnostic] {
    if failure.problems.isEmpty {
      let span = reading.places[failure.path]?.key ?? Span(source, 0..<0)
      return [
        Diagnostic(
          .failedJob, "`\(failure.job)` failed: \(failure.message)", at: span, path: failure.path, help: failure.help)
      ]
    }
    return failure.problems.map { problem in
      var diagnostic = diagnostic(BadData.Fault(dataset: Self.dataset(problem), problem: problem))
      diagnostic.notes.append("job: \(failure.job)")
      return diagnostic
    }
  }

  /// The dataset that a problem belongs to: names of sessions begin with it.
  private static func dataset(_ problem: DataProblem) -> String { String((problem.session ?? "").prefix { $0 != "/" }) }

  /// The path of the value that a problem quotes, else of the key that it quotes, else of the files.
  private func path(_ fault: BadData.Fault) -> SpecPath {
    let section = SpecPath([.key("datasets"), .key(fault.dataset)])
    let below = reading.places.keys.filter { $0.steps.count > 2 && $0.steps.starts(with: section.steps) }.sorted()
    let object = fault.problem.object ?? ""
    let quoted = Self.quoted(fault.problem.message)
    let words = quoted + [object, object.split(separator: "/").last.map(String.init) ?? ""]
    for word in words where !word.isEmpty {
      if let found = below.first(where: { document.node(at: $0)?.scalar?.text == word }) { return found }
    }
    for word in quoted {
      let keys = word.split(separator: ".").map { SpecPath.Step.key(String($0)) }
      if !keys.isEmpty, let found = below.first(where: { $0.steps.suffix(keys.count) == keys[...] }) { return found }
    }
    let files = section.appending("path")
    return reading.places[files] == nil ? section : files
  }

  /// The words between backquotes.
  private static func quoted(_ text: String) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
      String($0.element)
    }
  }
}
