import Evaluation
import Models
import SpecLanguage

extension Specification {
  /// Rules over several nodes that need no data.
  package func checkStructure(_ reading: inout Reading) {
    checkRuns(&reading)
    checkEvaluations(&reading)
    checkUse(&reading)
  }

  private func checkRuns(_ reading: inout Reading) {
    for run in runs where run.value.transfer != nil {
      var visited: Set<String> = [run.id]
      var next = run.value.transfer
      while let reference = next, let source = runs.first(where: { $0.id == reference.id }) {
        guard visited.insert(source.id).inserted else {
          reading.report(
            .cyclicRuns, "run `\(run.id)` transfers itself", about: SpecPath("runs.\(run.id).transfer"),
            help: ["start the chain with a run that has `train: <model>`"])
          break
        }
        next = source.value.transfer
      }
    }
  }

  private func checkEvaluations(_ reading: inout Reading) {
    for evaluation in evaluations {
      guard case .embedding = evaluation.value else { continue }
      for reference in evaluation.value.of {
        guard let model = model(ofRun: reference.id), model.embedding == nil else { continue }
        reading.report(
          .noEmbedding, "run `\(reference.id)` has no embedding to report", about: SpecPath("evaluations.\(evaluation.id).of"))
      }
    }
  }

  /// The model that a run trains or takes over.
  package func model(ofRun id: String) -> Model? {
    var steps = 0
    var next = runs.first { $0.id == id }
    while let run = next, steps <= runs.count {
      if let train = run.value.train { return models.first { $0.id == train.id }?.value }
      next = runs.first { $0.id == run.value.transfer?.id }
      steps += 1
    }
    return nil
  }

  /// Warnings about sections that nothing uses.
  private func checkUse(_ reading: inout Reading) {
    let used = Set(reading.references.values)
    func check<Value>(_ section: String, _ entries: [Named<Value>], otherwise isUsed: (String) -> Bool = { _ in false }) {
      for entry in entries where !used.contains(Reference(section: section, id: entry.id)) && !isUsed(entry.id) {
        reading.report(
          .unused, "`\(entry.id)` of `\(section)` is not used", about: SpecPath([.key(section), .key(entry.id)]))
      }
    }
    check("datasets", datasets) { id in
      cohorts.contains { cohort in cohort.value.include.contains { $0.hasPrefix(id + "/") || $0.hasPrefix("*") } }
    }
    check("cohorts", cohorts)
    check("models", models)
    check("training", training)
  }
}
