import Bundle
import ExperimentGraph
import Planner
import SpecLanguage

/// Puts the artifacts of a plan together as a result bundle.
package struct BundleAssembly {
  private let plan: Plan
  private let store: Store

  package init(_ plan: Plan, store: Store) {
    self.plan = plan
    self.store = store
  }

  /// Writes tables, models and predictions of every job that is done, and lists every job that is not.
  ///
  /// - Parameter place: where in the spec a failed job was asked for.
  /// - Returns: the rows of `metrics.tsv`.
  package func write(
    _ outcomes: [JobOutcome], to bundle: BundleWriter, place: (SpecPath) -> String?
  ) throws -> TSV {
    var metrics = TSV(columns: ["trial", "run", "session", "split", "metric", "value", "n"])
    var embedding: TSV?
    for (job, outcome) in zip(plan.jobs, outcomes) {
      switch outcome {
      case .failed(let failure):
        for entry in failure.entries(place: place(failure.path)) { try bundle.add(entry) }
      case .left(let blocker):
        try bundle.add(
          Manifest.Failure(
            job: job.name, message: "left: it reads `\(blocker)`, which is missing", place: place(job.path)))
      case .interrupted, .done: continue
      }
    }
    for point in plan.points {
      for (run, job) in point.fits {
        if case .done(let key, _, _) = outcomes[job] { try copyFit(key, run, bundle) }
      }
      for (_, run, job) in point.evaluations {
        guard case .done(let key, _, _) = outcomes[job], case .evaluate(let evaluate) = plan.jobs[job] else { continue }
        try addScores(key, evaluate, run, point.id, &metrics)
        try copyExtras(key, evaluate, run, bundle, &embedding)
      }
    }
    try bundle.write(metrics.text, to: "result/metrics.tsv", role: "metrics")
    if let embedding { try bundle.write(embedding.text, to: "result/embedding.tsv", role: "embedding") }
    try bundle.write(plan.json, to: "result/plan.json", role: "plan")
    return metrics
  }

  private func copyFit(_ key: ArtifactKey, _ run: String, _ bundle: BundleWriter) throws {
    let folder = "result/runs/\(run)"
    for (file, role) in [
      (FitArtifact.weights, "model"), (FitArtifact.history, "history"), (FitArtifact.summary, "fit"),
    ] {
      try bundle.write(try store.read(key, file), to: "\(folder)/\(file)", role: role)
    }
  }

  private func addScores(
    _ key: ArtifactKey, _ job: EvaluateJob, _ run: String, _ point: String, _ metrics: inout TSV
  ) throws {
    guard let scores = TSV(parsing: String(decoding: try store.read(key, EvaluateExecution.scoresFile), as: UTF8.self))
    else {
      return
    }
    for row in scores.rows {
      metrics.append(
        [point, run, row[0], row[1], "\(job.evaluation).\(row[2])", row[3], row[4]].map { TSV.Cell.text($0) })
    }
  }

  private func copyExtras(
    _ key: ArtifactKey, _ job: EvaluateJob, _ run: String, _ bundle: BundleWriter, _ embedding: inout TSV?
  ) throws {
    for file in try store.artifact(key).files.map(\.name) {
      let bytes = try store.read(key, file)
      switch file {
      case EvaluateExecution.embeddingFile:
        guard let found = TSV(parsing: String(decoding: bytes, as: UTF8.self)) else { continue }
        let table = found.naming(run)
        if embedding?.columns == table.columns {
          for row in table.rows { embedding?.append(row.map { TSV.Cell.text($0) }) }
        } else if embedding == nil {
          embedding = table
        } else {
          try bundle.write(table.text, to: "result/runs/\(run)/embedding.tsv", role: "embedding")
        }
      case EvaluateExecution.examplesFile:
        try bundle.write(bytes, to: "result/runs/\(run)/examples.tsv", role: "examples")
      case EvaluateExecution.predictionsFile:
        try bundle.write(bytes, to: "result/runs/\(run)/\(job.evaluation).h5", role: "predictions")
      default: continue
      }
    }
  }
}

extension TSV {
  /// The table with a first column that names a run: an artifact is named by its content and knows no run.
  fileprivate func naming(_ run: String) -> TSV {
    var table = TSV(columns: ["run"] + columns)
    for row in rows { table.append(([run] + row).map { TSV.Cell.text($0) }) }
    return table
  }
}
