import Bundle
import ExperimentGraph
import Recordings
import SpecLanguage

/// What will be done: jobs in an order in which every artifact is there before it is read.
package struct Plan: Sendable {
  package let experiment: Experiment
  package let sessions: [SessionInput]
  package let jobs: [Job]

  package var fits: [FitJob] {
    jobs.compactMap { job in
      switch job {
      case .fit(let fit): fit
      case .evaluate: nil
      }
    }
  }

  /// Plans an experiment.
  ///
  /// - Parameter digest: SHA-256 of a file, by path.
  package init(_ experiment: Experiment, digest: (String) throws -> SHA256Digest) rethrows {
    self.experiment = experiment
    let spec = experiment.specification
    var digests: [String: SHA256Digest] = [:]
    let inputs = try experiment.sessions.map { node in
      let own = try node.header.files.map { file in
        let known = try digests[file] ?? digest(file)
        digests[file] = known
        return known
      }
      let content: Plain = .map([
        ("dataset", Dataset.union.write(node.dataset.value.withoutPlace)), ("session", .string(node.name)),
      ])
      let key = ArtifactKey(
        kind: "session", version: 1, content: content.canonicalBytes, inputs: own.map { ArtifactKey($0) })
      return SessionInput(dataset: node.dataset, header: node.header, digests: own, key: key)
    }
    var jobs: [Job] = []
    var fits: [FitJob] = []
    for run in experiment.runs {
      let source = run.source.map { FitJob.Source(key: fits[$0].key, run: fits[$0].run) }
      let fit = FitJob(
        run: run.id, path: "models.\(run.modelID)", recipePath: "training.\(run.recipeID)", model: run.model,
        recipe: run.recipe, sessions: run.sessions.map { inputs[$0] }, source: source, fit: run.fit,
        trials: run.trials, seed: spec.study.seed, numerics: spec.backend.kind)
      fits.append(fit)
      jobs.append(.fit(fit))
    }
    for node in experiment.evaluations {
      jobs.append(
        .evaluate(
          EvaluateJob(
            evaluation: node.id, spec: node.spec, fit: fits[node.run], predictions: spec.outputs.predictions)))
    }
    self.jobs = jobs
    sessions = inputs
  }

  /// Content key of the whole study.
  package var key: ArtifactKey {
    ArtifactKey(kind: "study", version: 1, content: [], inputs: jobs.map(\.key))
  }
}

extension Dataset {
  /// The dataset without the path of its files: what is in a file is in its digest, where it lies changes no result.
  fileprivate var withoutPlace: Dataset {
    switch self {
    case .generator: return self
    case .nwb(var files):
      files.path = ""
      return .nwb(files)
    }
  }
}
