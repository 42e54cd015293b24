import Bundle
import Foundation
import NativeBackend
import Planner
import SpecLanguage
import ReferenceBackend
import TensorGraph
import Training

/// How a job ended.
enum JobEnding: Sendable {
  case done(wasStored: Bool, seconds: Double)
  case failed(JobFailure)
  case interrupted
  /// Another process is at it.
  case elsewhere
}

/// Carries out one job on the thread that calls it.
struct JobRunner: Sendable {
  let job: Job
  /// The fits of the plan.
  let fits: [ArtifactKey: FitJob]
  let store: Store
  let data: DataCache
  let threads: Int
  let options: ExecutionOptions
  let isInterrupted: @Sendable () -> Bool
  let emit: @Sendable (Event) -> Void

  /// - Parameter number: how many jobs were taken up before this one, itself included. - Parameter count: all jobs.
  func run(number: Int, of count: Int) -> JobEnding {
    do {
      if !options.isFresh, isStored { return skip(number, count) }
      guard let claim = try JobClaim(job.key, in: store) else { return .elsewhere }
      defer { claim.release() }
      if options.isFresh {
        Checkpoint(store: store.root, key: job.key).remove()
      } else {
        if isStored { return skip(number, count) }
        discardDamaged()
      }
      emit(.started(job: job.name, number: number, of: count))
      let began = Date()
      guard try perform() == .finished else { return .interrupted }
      return .done(wasStored: false, seconds: Date().timeIntervalSince(began))
    } catch is Watch.Interrupted {
      return .interrupted
    } catch {
      return .failed(JobFailure(job, error))
    }
  }

  private var isStored: Bool { job.artifacts.allSatisfy(store.isWhole) }

  private func skip(_ number: Int, _ count: Int) -> JobEnding {
    emit(.skipped(job: job.name, number: number, of: count))
    return .done(wasStored: true, seconds: 0)
  }

  private func discardDamaged() {
    for key in job.artifacts where store.contains(key) && !store.isWhole(key) {
      emit(.damaged(job: job.name))
      store.discard(key)
    }
  }

  private func perform() throws -> FitExecution.Ending {
    let (resources, path) = options.stage(of: job)
    let watch = Watch(time: resources?.time, path: path, isInterrupted: isInterrupted)
    let backend = backend
    switch job {
    case .fit(let fit):
      let sessions = try data.sessions(fit.sessions, watch)
      let source = try fit.source.map { source in try model(of: source.key) }
      return try FitExecution(
        job: fit, name: job.name, store: store, backend: backend, checkpointEvery: options.checkpointEvery,
        watch: watch, emit: emit
      ).run(sessions, source: source)
    case .evaluate(let evaluate):
      let fit = try model(of: evaluate.fit.key)
      let sessions = try data.sessions(evaluate.fit.sessions, watch)
      let files = try EvaluateExecution(
        evaluate, fit: fit, sessions: sessions, backend: backend, watch: watch, emit: emit
      ).run()
      try store.publish(files, of: job.name, as: evaluate.key, emit)
      return .finished
    }
  }

  /// The backend of the job, with threads of its own.
  private var backend: any Backend {
    switch job.fit.backend {
    case .native: NativeBackend(threads: threads)
    case .reference: ReferenceBackend()
    }
  }

  private func model(of key: ArtifactKey) throws -> FittedModel {
    guard let job = fits[key] else { preconditionFailure("the plan has no fit \(key)") }
    return try FitArtifact.decode(try store.read(key, FitArtifact.weights), model: job.model)
  }
}

extension Store {
  /// Stores what a job made. Where it is stored already both must be the same: a difference is told.
  func publish(
    _ files: [(name: String, bytes: [UInt8])], of job: String, as key: ArtifactKey, _ emit: (Event) -> Void
  ) throws {
    guard contains(key) else { return try write(key, files) }
    let different = try replace(key, files)
    if !different.isEmpty { emit(.differs(job: job, files: different)) }
  }
}
