import Bundle
import Foundation
import Models
import Planner
import Randomness
import Recordings
import TensorGraph
import Training

/// Carries out one fit: loads sessions, trains, checkpoints, looks at what was not learnt, stores the model.
struct FitExecution {
  let job: FitJob
  /// The name that people see.
  let name: String
  let store: Store
  let backend: any Backend
  /// Seconds between two checkpoints.
  let checkpointEvery: Double
  let watch: Watch
  let emit: (Event) -> Void

  enum Ending {
    case finished
    case interrupted
  }

  func run(_ sessions: [Session], source: FittedModel?) throws -> Ending {
    let stream = Stream(seed: job.seed, path: job.streamPath)
    let trials = TrialSet(
      sessions, limit: job.trials, selects: job.recipe.select != nil, stream: stream)
    let trainer = try Trainer(
      model: job.model, recipe: job.recipe, trials: trials, start: source, fit: Set(job.fit), backend: backend,
      stream: stream, path: job.path)
    let checkpoint = Checkpoint(store: store.root, key: job.key)
    let kept = job.checkpoints.map { every in
      KeptStates(store: store.root, key: job.key, every: trainer.steps(every))
    }
    var history = ""
    if let saved = checkpoint.load(count: trainer.parameters.count),
      kept?.files(upTo: saved.state.step) != nil || kept == nil
    {
      trainer.load(saved.state)
      history = saved.history
      emit(.resumed(job: name, step: saved.state.step))
    }
    let logEvery = max(1, trainer.totalSteps / 400)
    var lastSave = Date()
    var lastReport = Date.distantPast
    let began = Date()
    let firstStep = trainer.state.step
    while !trainer.isFinished {
      let record = try trainer.step()
      let isValidated = record.validLoss != nil
      if record.step % logEvery == 0 || record.step == 1 || isValidated || trainer.isFinished {
        history += FitArtifact.line(record).line + "\n"
      }
      if let kept, kept.keeps(record.step) {
        try kept.save(FitArtifact.encode(trainer.current, precision: backend.precision), step: record.step)
      }
      let now = Date()
      if now.timeIntervalSince(lastReport) > 0.2 || isValidated || trainer.isFinished {
        lastReport = now
        let perStep = now.timeIntervalSince(began) / Double(record.step - firstStep)
        emit(
          .progress(
            job: name,
            .init(
              step: record.step, steps: trainer.totalSteps, loss: record.loss, secondsPerStep: perStep,
              validLoss: record.validLoss, validForecastR2: record.validForecastR2)))
      }
      guard !trainer.isFinished else { break }
      let isInterrupted = watch.isInterrupted()
      let overrun = watch.overrun
      if isInterrupted || overrun != nil || now.timeIntervalSince(lastSave) > checkpointEvery {
        try checkpoint.save(trainer.snapshot(), history: history)
        emit(.checkpoint(job: name, step: record.step))
        if isInterrupted { return .interrupted }
        if let overrun { throw overrun }
        lastSave = Date()
      }
    }
    if let kept, let key = job.checkpointsKey {
      guard let files = kept.files(upTo: trainer.state.step) else {
        throw BundleError(path: store.root + "/partial", problem: .damaged("a state that was kept is gone"))
      }
      try store.publish(files, of: name, as: key, emit)
    }
    let diagnosis = try FitDiagnosis(
      runner: SessionRunner(trainer.fitted, trials, backend: backend, stream: stream), sessions: sessions,
      told: trials.train, measured: zip(trials.selection, trials.train).map { $0.isEmpty ? $1 : $0 }
    ).run {}
    if !diagnosis.findings.isEmpty { emit(.unlearnt(job: name, diagnosis.findings)) }
    try save(trainer, diagnosis, history: history)
    checkpoint.remove()
    kept?.remove()
    return .finished
  }

  private func save(_ trainer: Trainer, _ diagnosis: FitDiagnosis.Result, history: String) throws {
    let fit = trainer.fitted
    var counts: [String: JSONValue] = [:]
    for group in ParameterGroup.allCases { counts[group.rawValue] = .int(fit.parameters.count(of: group)) }
    var summary: [String: JSONValue] = [
      "steps": .int(trainer.state.step), "budget_steps": .int(trainer.totalSteps),
      "stopped_early": .bool(trainer.state.stoppedEarly), "parameters": .object(counts),
      "sessions": .array(fit.sessions.names.map(JSONValue.string)),
      "unlearnt": .array(diagnosis.findings.map(JSONValue.string)),
    ]
    if let best = trainer.state.best {
      summary["selected_step"] = .int(best.step)
      summary["selected_score"] = .double(best.score)
    }
    let files: [(name: String, bytes: [UInt8])] = [
      (FitArtifact.weights, FitArtifact.encode(fit, precision: backend.precision)),
      (FitArtifact.history, Array(history.utf8)), (FitArtifact.summary, Array(JSONValue.object(summary).text.utf8)),
    ]
    try store.publish(files, of: name, as: job.key, emit)
  }
}
