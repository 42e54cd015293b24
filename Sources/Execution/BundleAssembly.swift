import Bundle
import ExperimentGraph
import Planner
import SpecLanguage

/// Puts the artifacts of a plan together as a result bundle: each fit once, one table of metrics over all points.
package struct BundleAssembly {
  private let plan: Plan
  private let store: Store
  private let outcomes: [JobOutcome]
  /// The rows of `scores.tsv` of each evaluation that is done, by job.
  private var scores: [Int: [[String]]] = [:]
  private var written: Set<String> = []
  /// Stems of files that evaluations of several contents would share.
  private let ambiguous: Set<String>

  /// - Parameter outcomes: one per job of the plan.
  package init(_ plan: Plan, _ outcomes: [JobOutcome], store: Store) {
    precondition(outcomes.count == plan.jobs.count, "one outcome per job")
    self.plan = plan
    self.outcomes = outcomes
    self.store = store
    var jobs: [String: Int] = [:]
    var ambiguous: Set<String> = []
    for point in plan.points {
      for (evaluation, run, job) in point.evaluations {
        let stem = Self.stem(plan, evaluation, run, job)
        if let known = jobs.updateValue(job, forKey: stem), known != job { ambiguous.insert(stem) }
      }
    }
    self.ambiguous = ambiguous
  }

  /// Writes tables, models and predictions of every job that is done, and lists every job that is not.
  ///
  /// - Parameter expansion: the points of the sweep, where there is one.
  /// - Parameter place: where in the spec a failed job was asked for.
  /// - Returns: the rows of `metrics.tsv`.
  package mutating func write(
    to bundle: BundleWriter, expansion: Expansion? = nil, comparisons: [Named<Comparison>] = [],
    place: (SpecPath) -> String?
  ) throws -> TSV {
    try bundle.together {
      try listFailures(bundle, place)
      var metrics = TSV(columns: ["trial", "run", "session", "split", "metric", "value", "n"])
      var embedding = EmbeddingTable(isSweep: plan.isSweep)
      for point in plan.points {
        for (run, job) in point.fits where isDone(job) { try copyFit(job, run, bundle) }
        for (evaluation, run, job) in point.evaluations where isDone(job) {
          try addScores(job, point.id, evaluation, run, &metrics)
          try copyExtras(job, point.id, evaluation, run, bundle, &embedding)
        }
      }
      try bundle.write(metrics.text, to: "result/metrics.tsv", role: "metrics")
      if !comparisons.isEmpty, let table = MetricTable(metrics) {
        let compared = ComparisonTable(comparisons, plan, table)
        try bundle.write(compared.json.text, to: "result/comparisons.json", role: "comparisons")
        try bundle.write(compared.pairs.text, to: "result/comparisons.tsv", role: "comparisons")
      }
      if let table = embedding.table { try bundle.write(table.text, to: "result/embedding.tsv", role: "embedding") }
      try bundle.write(plan.json, to: "result/plan.json", role: "plan")
      if plan.isSweep, let expansion {
        let record = SweepRecord(plan, expansion)
        try bundle.write(record.trials(outcomes).text, to: "result/trials.tsv", role: "trials")
        try bundle.write(record.json.text, to: "result/sweep.json", role: "sweep")
      }
      return metrics
    }
  }

  private func isDone(_ job: Int) -> Bool {
    if case .done = outcomes[job] { true } else { false }
  }

  private func listFailures(_ bundle: BundleWriter, _ place: (SpecPath) -> String?) throws {
    let points = plan.isSweep ? plan.pointsOfJobs : [:]
    for (number, job) in plan.jobs.enumerated() {
      let trials = (points[number] ?? []).map { plan.points[$0].id }
      switch outcomes[number] {
      case .failed(let failure):
        for entry in failure.entries(place: place(failure.path), trials: trials) { try bundle.add(entry) }
      case .left(let reason):
        try bundle.add(
          Manifest.Failure(job: job.name, message: "left: " + reason, place: place(job.path), trials: trials))
      case .done, .interrupted: continue
      }
    }
  }

  /// Where the files of a run's fit go: where the run has several, each distinct one has a folder.
  private static func folder(_ plan: Plan, _ run: String, _ fit: ArtifactKey) -> String {
    "result/runs/\(run)" + (plan.isDivided(run) ? "/\(fit.short(8))" : "")
  }

  /// Where the files of an evaluation go: beside its fit, behind its name.
  private static func stem(_ plan: Plan, _ evaluation: String, _ run: String, _ job: Int) -> String {
    folder(plan, run, plan.jobs[job].fit.key) + "/" + evaluation
  }

  private mutating func copyFit(_ job: Int, _ run: String, _ bundle: BundleWriter) throws {
    let fit = plan.jobs[job].fit
    let folder = Self.folder(plan, run, fit.key)
    guard written.insert(folder).inserted else { return }
    for (file, role) in [
      (FitArtifact.weights, "model"), (FitArtifact.history, "history"), (FitArtifact.summary, "fit"),
    ] {
      try bundle.write(try store.read(fit.key, file), to: "\(folder)/\(file)", role: role)
    }
    guard let kept = fit.checkpointsKey else { return }
    let artifact = try store.artifact(kept)
    for file in artifact.files.map(\.name) {
      try bundle.write(try artifact.read(file), to: "\(folder)/checkpoints/\(file)", role: "checkpoint")
    }
  }

  private mutating func addScores(
    _ job: Int, _ trial: String, _ evaluation: String, _ run: String, _ metrics: inout TSV
  ) throws {
    if scores[job] == nil {
      let text = String(decoding: try store.read(plan.jobs[job].key, EvaluateExecution.scoresFile), as: UTF8.self)
      scores[job] = TSV(parsing: text)?.rows ?? []
    }
    for row in scores[job] ?? [] {
      metrics.append([trial, run, row[0], row[1], "\(evaluation).\(row[2])", row[3], row[4]].map { TSV.Cell.text($0) })
    }
  }

  private mutating func copyExtras(
    _ job: Int, _ trial: String, _ evaluation: String, _ run: String, _ bundle: BundleWriter,
    _ embedding: inout EmbeddingTable
  ) throws {
    let key = plan.jobs[job].key
    var stem = Self.stem(plan, evaluation, run, job)
    if ambiguous.contains(stem) { stem += "-" + key.short(8) }
    let isNew = written.insert(stem).inserted
    for file in try store.artifact(key).files.map(\.name) {
      switch file {
      case EvaluateExecution.embeddingFile:
        let text = String(decoding: try store.read(key, file), as: UTF8.self)
        if let table = TSV(parsing: text) { embedding.add(table, trial: trial, run: run) }
      case EvaluateExecution.examplesFile where isNew:
        try bundle.write(try store.read(key, file), to: stem + ".examples.tsv", role: "examples")
      case EvaluateExecution.fieldFile where isNew:
        try bundle.write(try store.read(key, file), to: stem + ".field.tsv", role: "field")
      case EvaluateExecution.gridFile where isNew:
        try bundle.write(try store.read(key, file), to: stem + ".grid.tsv", role: "grid")
      case EvaluateExecution.predictionsFile where isNew:
        try bundle.write(try store.read(key, file), to: stem + ".h5", role: "predictions")
      default: continue
      }
    }
  }
}

extension Plan {
  /// The places of the points that each job belongs to.
  package var pointsOfJobs: [Int: [Int]] {
    var points: [Int: [Int]] = [:]
    for (place, point) in self.points.enumerated() {
      for job in Set(point.fits.map(\.job) + point.evaluations.map(\.job)) { points[job, default: []].append(place) }
    }
    return points
  }
}
