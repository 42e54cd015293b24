import Evaluation
import Models
import Recordings
import SpecLanguage

extension Specification {
  /// Rules over several nodes that need no data.
  ///
  /// - Parameter inherited: entries that others inherit from, which is use enough.
  /// - Parameter swept: the paths that the sweep of the spec gives values to.
  package func checkStructure(
    _ reading: inout Reading, inherited: [Reference] = [], swept: [SpecPath] = []
  ) {
    checkRuns(&reading)
    checkEvaluations(&reading)
    checkComparisons(&reading, swept: swept)
    checkResources(&reading)
    let globbed = datasets.map { Reference(section: "datasets", id: $0.id) }.filter { dataset in
      cohorts.contains { cohort in cohort.value.include.contains { Self.glob($0, mayNameSessionsOf: dataset.id) } }
    }
    reading.warnUnused(
      entriesOf: ["datasets", "cohorts", "models", "training"], inherited: inherited + globbed)
  }

  /// Whether a glob can match names that begin with `<dataset>/`.
  private static func glob(_ glob: String, mayNameSessionsOf dataset: String) -> Bool {
    let known = String(glob.prefix { $0 != "*" && $0 != "?" })
    return (dataset + "/").hasPrefix(known) || known.hasPrefix(dataset + "/")
  }

  /// The datasets whose sessions a run may be on.
  private func datasets(of run: Run) -> [Named<Dataset>] {
    if run.on.section == "datasets" { return datasets.filter { $0.id == run.on.id } }
    let include = cohorts.first { $0.id == run.on.id }?.value.include ?? []
    return datasets.filter { dataset in include.contains { Self.glob($0, mayNameSessionsOf: dataset.id) } }
  }

  private func checkRuns(_ reading: inout Reading) {
    var told: Set<String> = []
    for run in runs where run.value.embedding != nil && run.value.transfer != nil {
      guard let (_, model) = model(ofRun: run.id), model.embedding == nil else { continue }
      reading.report(
        .noEmbedding, "run `\(run.id)` takes over a model without an embedding",
        about: SpecPath("runs.\(run.id).embedding"), label: "has no effect", help: ["take `embedding` out"])
    }
    for run in runs where run.value.transfer != nil {
      if let source = runs.first(where: { $0.id == run.value.transfer?.id }), source.value.isMany {
        let key = source.value.per == nil ? "repeats" : "per"
        reading.report(
          .severalSources, "run `\(source.id)` is several fits, and `\(run.id)` can take over one",
          about: SpecPath("runs.\(run.id).transfer"), secondary: [SpecPath("runs.\(source.id).\(key)"): "several fits"])
      }
      var way = [run.id]
      var next = run.value.transfer
      while let reference = next, let source = runs.first(where: { $0.id == reference.id }) {
        guard !way.contains(source.id) else {
          // Every run of a circle finds it, and those that lead into it: it is told once.
          guard source.id == run.id, told.isDisjoint(with: way) else { break }
          told.formUnion(way)
          let others = way.dropFirst().map { (SpecPath("runs.\($0).transfer"), "`\($0)` transfers from here") }
          reading.report(
            .cyclicRuns, "run `\(run.id)` transfers itself", about: SpecPath("runs.\(run.id).transfer"),
            label: "closes the circle", help: ["start the chain with a run that has `train: <model>`"],
            secondary: Dictionary(uniqueKeysWithValues: others))
          break
        }
        way.append(source.id)
        next = source.value.transfer
      }
    }
  }

  private func checkEvaluations(_ reading: inout Reading) {
    for evaluation in evaluations {
      for (place, reference) in evaluation.value.of.enumerated() {
        let path = SpecPath("evaluations.\(evaluation.id).of").appending(place)
        guard !evaluation.value.of.prefix(place).contains(reference) else {
          reading.report(.brokenRule, "run `\(reference.id)` is named twice", about: path)
          continue
        }
        guard let (name, model) = model(ofRun: reference.id) else { continue }
        switch evaluation.value {
        case .embedding where model.embedding == nil, .grid where model.embedding == nil:
          reading.report(
            .noEmbedding, "run `\(reference.id)` has no embedding to report", about: path, label: "its model has none",
            help: ["take the run out of `of`, or give its model an `embedding`"])
        case .filter where model.inference.encoder.causalWidth == nil:
          reading.report(
            .notCausal, "run `\(reference.id)` cannot be followed bin by bin: its encoder reads ahead", about: path,
            label: "its model reads whole trials",
            help: ["use `encoder: {kind: gru}` in the `inference` of model `\(name)`, or take the run out of `of`"],
            secondary: [SpecPath("models.\(name).inference.encoder.kind"): "reads the trial in both directions"])
        case .truth:
          let own = runs.first { $0.id == reference.id }.map { datasets(of: $0.value) } ?? []
          guard !own.isEmpty, !own.contains(where: \.value.mayKnowStates) else { break }
          reading.report(
            .noTruth, "no session of run `\(reference.id)` knows its true states", about: path,
            label: "its data have no truth",
            help: ["take the run out of `of`; `reconstruction` and `forecast` need no truth"],
            secondary: [SpecPath([.key("datasets"), .key(own[0].id)]): "states are not known here"])
        case .reconstruction, .forecast, .filter, .decode, .embedding, .grid, .diagnosis, .coSmoothing: break
        }
      }
    }
  }

  /// The model that a run trains or takes over, with its name.
  package func model(ofRun id: String) -> (name: String, model: Model)? {
    var steps = 0
    var next = runs.first { $0.id == id }
    while let run = next, steps <= runs.count {
      if let train = run.value.train {
        return models.first { $0.id == train.id }.map { (name: $0.id, model: $0.value) }
      }
      next = runs.first { $0.id == run.value.transfer?.id }
      steps += 1
    }
    return nil
  }
}
