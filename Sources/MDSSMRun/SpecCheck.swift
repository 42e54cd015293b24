import ExperimentGraph
import Recordings
import SpecLanguage
import YAMLReader

/// Everything that can be known to be wrong with a spec without running it: as YAML, in its layers, at every point of
/// its sweep, and on request against the headers of its recordings.
struct SpecCheck {
  let loader: Loader
  /// Whether the headers of the recordings are opened too.
  let opensData: Bool

  /// After so many complaints no more points are looked at.
  private static let limit = 200

  /// Complaints about the text, in no order.
  func run(_ source: SourceFile) -> [Diagnostic] {
    let file = YAML.read(source)
    guard let node = file.node, !file.diagnostics.hasErrors else { return file.diagnostics }
    let layers = loader.composition.layers(of: node)
    var found = file.diagnostics
    if layers.diagnostics.hasErrors {
      found += layers.diagnostics
    } else {
      let expansion = Sweep.expand(layers, language: Specification.schema.description)
      found += expansion.diagnostics + atPoints(expansion.points, source, mayOpenData: !expansion.diagnostics.hasErrors)
    }
    return found.remarking(layers.fragments)
  }

  /// What is wrong at some points; what is wrong at every one is told without naming a point.
  private func atPoints(_ points: [SweepPoint], _ source: SourceFile, mayOpenData: Bool) -> [Diagnostic] {
    var counts: [Diagnostic: Int] = [:]
    var first: [(diagnostic: Diagnostic, point: Int)] = []
    var headers = HeaderCache()
    var looked = 0
    for (index, point) in points.enumerated() where first.count < Self.limit {
      looked += 1
      for diagnostic in Set(diagnostics(point, source, &headers, mayOpenData: mayOpenData)) {
        if counts[diagnostic] == nil { first.append((diagnostic, index)) }
        counts[diagnostic, default: 0] += 1
      }
    }
    return first.flatMap { diagnostic, index in
      counts[diagnostic] == looked ? [diagnostic] : points[index].remarking([diagnostic])
    }
  }

  private func diagnostics(
    _ point: SweepPoint, _ source: SourceFile, _ headers: inout HeaderCache, mayOpenData: Bool
  ) -> [Diagnostic] {
    let document = point.document
    var (specification, reading) = Reading.read(document, as: Specification.schema)
    specification?.checkStructure(&reading, inherited: point.inherited)
    guard opensData, mayOpenData, let specification, !reading.diagnostics.hasErrors else { return reading.diagnostics }
    let loaded = LoadedSpec(
      specification: specification, document: document, source: source, reading: reading, base: loader.base)
    var found: [String: [SessionHeader]] = [:]
    var faults: [BadData.Fault] = []
    for dataset in specification.datasets {
      switch headers.read(dataset, base: loader.base) {
      case .success(let sessions): found[dataset.id] = sessions
      case .failure(let error): faults += error.problems.map { BadData.Fault(dataset: dataset.id, problem: $0) }
      }
    }
    guard faults.isEmpty else { return reading.diagnostics + faults.map(loaded.diagnostic) }
    _ = Experiment(specification, headers: found, &reading)
    return reading.diagnostics
  }
}

/// The headers of datasets, each read once.
private struct HeaderCache {
  private struct Key: Hashable {
    var id: String
    var dataset: Dataset
  }

  private var known: [Key: Result<[SessionHeader], DataProblems>] = [:]

  mutating func read(_ dataset: Named<Dataset>, base: String) -> Result<[SessionHeader], DataProblems> {
    let key = Key(id: dataset.id, dataset: dataset.value)
    if let result = known[key] { return result }
    let result = Result { () throws(DataProblems) in try dataset.value.headers(id: dataset.id, base: base) }
    known[key] = result
    return result
  }
}
