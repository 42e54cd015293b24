import Models
import SpecLanguage

/// The graph of a study: its entries as nodes, their references as edges.
///
/// It holds places of values, not values: all points of a sweep whose references are the same have one graph.
package final class Experiment: Sendable {
  /// The place of an entry: a part of the spec, and which of its entries.
  package struct Place: Hashable, Sendable {
    package let part: Int
    package let entry: Int
  }

  /// A run and what it refers to.
  package struct RunEdges: Sendable {
    package let id: String
    package let run: Place
    package let model: Place
    package let recipe: Place
    /// A cohort, or nil where the run is on a dataset.
    package let cohort: Place?
    /// The datasets whose sessions the run may have.
    package let datasets: [Place]
    /// Place in `runs` of the run that is transferred.
    package let source: Int?
    /// Whether the run has repetitions, be it one.
    package let isRepeated: Bool
  }

  /// An evaluation and the runs that it measures.
  package struct EvaluationEdges: Sendable {
    package let id: String
    package let evaluation: Place
    /// Places in `runs`.
    package let runs: [Int]
  }

  package let datasets: [Place]
  /// Runs so that a run stands after the run it transfers.
  package let runs: [RunEdges]
  package let evaluations: [EvaluationEdges]
  package let comparisons: [Place]
  /// The parts with these sections; nil where the spec does not have them.
  package let study: Int?
  package let outputs: Int?
  package let backend: Int?

  /// Joins what a right spec refers to.
  init(_ spec: Specification, _ parts: [SpecPart?]) {
    var places: [Reference: Place] = [:]
    var sections: [String: Int] = [:]
    for (index, part) in parts.enumerated() {
      guard let part else { continue }
      sections[part.section] = index
      for (entry, name) in part.names.enumerated() {
        places[Reference(section: part.section, id: name)] = Place(part: index, entry: entry)
      }
    }
    func place(_ section: String, _ id: String) -> Place? { places[Reference(section: section, id: id)] }
    datasets = spec.datasets.compactMap { place("datasets", $0.id) }
    var edges: [RunEdges] = []
    for run in Self.ordered(spec.runs) {
      let value = run.value
      let source = value.transfer.flatMap { reference in edges.firstIndex { $0.id == reference.id } }
      let model = value.train.flatMap { place("models", $0.id) } ?? source.map { edges[$0].model }
      let on = place(value.on.section, value.on.id)
      guard let own = place("runs", run.id), let model, let recipe = place("training", value.with.id), let on else {
        continue
      }
      let isCohort = value.on.section == "cohorts"
      edges.append(
        RunEdges(
          id: run.id, run: own, model: model, recipe: recipe, cohort: isCohort ? on : nil,
          datasets: isCohort ? datasets : [on], source: source, isRepeated: value.repeats != nil))
    }
    runs = edges
    evaluations = spec.evaluations.compactMap { evaluation in
      place("evaluations", evaluation.id).map { own in
        let runs = evaluation.value.of.compactMap { reference in edges.firstIndex { $0.id == reference.id } }
        return EvaluationEdges(id: evaluation.id, evaluation: own, runs: runs)
      }
    }
    comparisons = spec.comparisons.compactMap { place("comparisons", $0.id) }
    study = sections["study"]
    outputs = sections["outputs"]
    backend = sections["backend"]
  }

  /// Runs with every transfer after its source, otherwise in file order.
  private static func ordered(_ runs: [Named<Run>]) -> [Named<Run>] {
    var done: [Named<Run>] = []
    var open = runs
    while !open.isEmpty {
      let ready = open.firstIndex { run in
        guard let source = run.value.transfer else { return true }
        return done.contains { $0.id == source.id }
      }
      guard let ready else { return done }
      done.append(open.remove(at: ready))
    }
    return done
  }
}
