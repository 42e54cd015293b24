import Bundle
import ExperimentGraph
import Foundation
import Models
import NativeBackend
import Planner
import Recordings
import ReferenceBackend
import TensorGraph
import Training

/// Walks a plan: skips what is stored, does the rest, keeps going when a job fails.
package final class Executor {
  private let plan: Plan
  private let store: Store
  private let backend: any Backend
  private let data: DataCache
  private let emit: (Event) -> Void
  private let isInterrupted: () -> Bool
  private var outcomes: [JobOutcome] = []

  /// - Parameter base: the folder that relative data paths start at.
  package init(
    _ plan: Plan, store: Store, base: String, emit: @escaping (Event) -> Void, isInterrupted: @escaping () -> Bool
  ) {
    self.plan = plan
    self.store = store
    self.emit = emit
    self.isInterrupted = isInterrupted
    data = DataCache(base: base)
    backend = Self.backend(plan.experiment.specification.backend)
  }

  /// The backends that exist, by the word that selects them.
  package static let backends: [(kind: String, backend: any Backend)] = [
    ("native", NativeBackend()), ("reference", ReferenceBackend()),
  ]

  private static func backend(_ choice: BackendChoice) -> any Backend {
    switch choice {
    case .native(let native): native.threads.map { NativeBackend(threads: $0) } ?? NativeBackend()
    case .reference: ReferenceBackend()
    }
  }

  /// Carries the plan out; one outcome per job, in plan order.
  package func run() -> [JobOutcome] {
    for (index, job) in plan.jobs.enumerated() { outcomes.append(carryOut(job, number: index + 1)) }
    return outcomes
  }

  private func carryOut(_ job: Job, number: Int) -> JobOutcome {
    if store.contains(job.key) {
      emit(.skipped(job: job.name, number: number, of: plan.jobs.count))
      return .done(job.key, wasStored: true, seconds: 0)
    }
    if isInterrupted() { return .interrupted }
    if let blocker = plan.jobs.first(where: { job.inputs.contains($0.key) && !store.contains($0.key) }) {
      return .left(because: blocker.name)
    }
    emit(.started(job: job.name, number: number, of: plan.jobs.count))
    let began = Date()
    do {
      let ending = try perform(job)
      guard ending == .finished else { return .interrupted }
      let seconds = Date().timeIntervalSince(began)
      emit(.finished(job: job.name, seconds: seconds, detail: ""))
      return .done(job.key, wasStored: false, seconds: seconds)
    } catch {
      let failure = Self.failure(job, error)
      emit(.failed(job: job.name, message: failure.message))
      return .failed(failure)
    }
  }

  private func perform(_ job: Job) throws -> FitExecution.Ending {
    switch job {
    case .fit(let fit):
      let sessions = try data.sessions(fit.sessions)
      let source = try fit.source.flatMap { source in try model(of: source.key) }
      return try FitExecution(job: fit, store: store, backend: backend, emit: emit, isInterrupted: isInterrupted)
        .run(sessions, source: source)
    case .evaluate(let evaluate):
      guard let fit = try model(of: evaluate.fit.key) else { return .interrupted }
      let sessions = try data.sessions(evaluate.fit.sessions)
      let files = try EvaluateExecution(evaluate, fit: fit, sessions: sessions, backend: backend).run()
      try store.write(evaluate.key, files)
      return .finished
    }
  }

  private func model(of key: ArtifactKey) throws -> FittedModel? {
    guard let job = plan.fits.first(where: { $0.key == key }) else { return nil }
    return try FitArtifact.decode(try store.read(key, FitArtifact.weights), model: job.model)
  }

  private static func failure(_ job: Job, _ error: any Error) -> Manifest.Failure {
    if let problems = error as? DataProblems, let first = problems.problems.first {
      return Manifest.Failure(
        job: job.name, message: problems.description, session: first.session, file: first.file, object: first.object)
    }
    return Manifest.Failure(job: job.name, message: "\(error)")
  }
}
