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

/// Walks a plan: skips what is stored and whole, does the rest, keeps going when a job fails.
package final class Executor {
  private let plan: Plan
  private let store: Store
  private var backends: [BackendChoice: any Backend] = [:]
  private let data: DataCache
  private let emit: (Event) -> Void
  private let isInterrupted: () -> Bool
  private let checkpointEvery: Double
  private var failures: [ArtifactKey: JobFailure] = [:]

  /// - Parameter base: the folder that relative data paths start at.
  /// - Parameter checkpointEvery: seconds between two checkpoints of a training.
  package init(
    _ plan: Plan, store: Store, base: String, checkpointEvery: Double = 30, emit: @escaping (Event) -> Void,
    isInterrupted: @escaping () -> Bool
  ) {
    self.plan = plan
    self.store = store
    self.checkpointEvery = checkpointEvery
    self.emit = emit
    self.isInterrupted = isInterrupted
    data = DataCache(base: base)
  }

  /// The backends that exist, by the word that selects them.
  package static let backends: [(kind: String, backend: any Backend)] = [
    ("native", NativeBackend()), ("reference", ReferenceBackend()),
  ]

  private func backend(_ choice: BackendChoice) -> any Backend {
    if let known = backends[choice] { return known }
    let backend: any Backend =
      switch choice {
      case .native(let native): native.threads.map { NativeBackend(threads: $0) } ?? NativeBackend()
      case .reference: ReferenceBackend()
      }
    backends[choice] = backend
    return backend
  }

  /// Carries the plan out; one outcome per job, in plan order.
  package func run() -> [JobOutcome] {
    plan.jobs.enumerated().map { index, job in carryOut(job, number: index + 1) }
  }

  private func carryOut(_ job: Job, number: Int) -> JobOutcome {
    if store.isWhole(job.key) { return skip(job, number) }
    if isInterrupted() { return .interrupted }
    if let known = failures[job.key] { return fail(job, known.repeated(as: job)) }
    if let blocker = plan.jobs.first(where: { job.inputs.contains($0.key) && !store.contains($0.key) }) {
      emit(.left(job: job.name, because: blocker.name))
      return .left(because: blocker.name)
    }
    do {
      guard let claim = try claim(job) else { return interrupt(job) }
      defer { claim.release() }
      if store.isWhole(job.key) { return skip(job, number) }
      if store.contains(job.key) {
        emit(.damaged(job: job.name))
        store.discard(job.key)
      }
      emit(.started(job: job.name, number: number, of: plan.jobs.count))
      let began = Date()
      guard try perform(job) == .finished else { return interrupt(job) }
      let seconds = Date().timeIntervalSince(began)
      emit(.finished(job: job.name, seconds: seconds))
      return .done(job.key, wasStored: false, seconds: seconds)
    } catch is EvaluateExecution.Interrupted {
      return interrupt(job)
    } catch {
      return fail(job, JobFailure(job, error))
    }
  }

  private func skip(_ job: Job, _ number: Int) -> JobOutcome {
    emit(.skipped(job: job.name, number: number, of: plan.jobs.count))
    return .done(job.key, wasStored: true, seconds: 0)
  }

  private func interrupt(_ job: Job) -> JobOutcome {
    emit(.interrupted(job: job.name))
    return .interrupted
  }

  private func fail(_ job: Job, _ failure: JobFailure) -> JobOutcome {
    failures[job.key] = failure
    emit(.failed(failure))
    return .failed(failure)
  }

  /// The lock on a job, waited for while another process has it; nil when interrupted.
  private func claim(_ job: Job) throws -> JobClaim? {
    var isWaiting = false
    while true {
      if let claim = try JobClaim(job.key, in: store) { return claim }
      if !isWaiting { emit(.waiting(job: job.name)) }
      isWaiting = true
      if isInterrupted() { return nil }
      usleep(100_000)
    }
  }

  private func perform(_ job: Job) throws -> FitExecution.Ending {
    switch job {
    case .fit(let fit):
      let sessions = try data.sessions(fit.sessions)
      let source = try fit.source.map { source in try model(of: source.key) }
      return try FitExecution(
        job: fit, store: store, backend: backend(fit.backend), checkpointEvery: checkpointEvery, emit: emit,
        isInterrupted: isInterrupted
      ).run(sessions, source: source)
    case .evaluate(let evaluate):
      let fit = try model(of: evaluate.fit.key)
      let sessions = try data.sessions(evaluate.fit.sessions)
      let files = try EvaluateExecution(
        evaluate, fit: fit, sessions: sessions, backend: backend(evaluate.fit.backend), isInterrupted: isInterrupted
      ).run()
      try store.write(evaluate.key, files)
      return .finished
    }
  }

  private func model(of key: ArtifactKey) throws -> FittedModel {
    guard let job = plan.fits.first(where: { $0.key == key }) else { preconditionFailure("the plan has no fit \(key)") }
    return try FitArtifact.decode(try store.read(key, FitArtifact.weights), model: job.model)
  }
}

/// What became of a job.
package enum JobOutcome: Sendable {
  case done(ArtifactKey, wasStored: Bool, seconds: Double)
  case failed(JobFailure)
  /// An input of the job was not made.
  case left(because: String)
  case interrupted
}
