import Bundle
import Foundation
import NativeBackend
import Planner
import ReferenceBackend
import Synchronization
import TensorGraph

/// Walks a plan: several jobs at once, each after what it reads. Skips what is stored and whole, keeps going when a job
/// fails, and leaves what another process is at until that one is done.
///
/// Every job has a thread and a backend of its own; all that is decided is decided on the thread that called `run`. What
/// is stored depends neither on the number of jobs at once nor on their order.
package struct Executor {
  private let plan: Plan
  private let store: Store
  private let options: ExecutionOptions
  private let isInterrupted: @Sendable () -> Bool
  private let fits: [ArtifactKey: FitJob]
  private let data: DataCache

  package init(
    _ plan: Plan, store: Store, options: ExecutionOptions, isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.plan = plan
    self.store = store
    self.options = options
    self.isInterrupted = isInterrupted
    var fits: [ArtifactKey: FitJob] = [:]
    for fit in plan.fits { fits[fit.key] = fit }
    self.fits = fits
    data = DataCache(plan.jobs, base: options.base)
  }

  /// The backends that exist, by the word that selects them.
  package static let backends: [(kind: String, backend: any Backend)] = [
    ("native", NativeBackend()), ("reference", ReferenceBackend()),
  ]

  /// Seconds between two looks at a job that another process has.
  private static let patience = 0.1

  /// Carries the plan out; one outcome per job, in plan order.
  ///
  /// - Parameter emit: gets every event, on the calling thread.
  package func run(emit: (Event) -> Void) -> [JobOutcome] {
    var walk = Walk(plan, options)
    let mailbox = Mailbox()
    let halt = Halt()
    while true {
      if isInterrupted() { halt.request() }
      if !halt.isRequested {
        while let job = walk.next() { start(job, &walk, mailbox, halt) }
      }
      let isWaiting = !halt.isRequested && walk.waitsForOthers
      guard walk.isRunning || isWaiting else { break }
      guard let message = mailbox.receive(within: isWaiting ? Self.patience : nil) else {
        walk.retryOthers()
        continue
      }
      switch message {
      case .event(let event, let handled):
        emit(event)
        handled.signal()
      case .ended(let job, let ending):
        if case .elsewhere = ending {} else { data.release(plan.jobs[job]) }
        walk.end(job, ending, emit)
        if walk.mustHalt { halt.request() }
      }
    }
    return walk.outcomes(stored: { job in !options.isFresh && job.artifacts.allSatisfy(store.isWhole) })
  }

  /// Tells running jobs to stop.
  private final class Halt: Sendable {
    private let flag = Atomic<Bool>(false)
    var isRequested: Bool { flag.load(ordering: .relaxed) }
    func request() { flag.store(true, ordering: .relaxed) }
  }

  private func start(_ job: Int, _ walk: inout Walk, _ mailbox: Mailbox, _ halt: Halt) {
    let isInterrupted = isInterrupted
    let runner = JobRunner(
      job: plan.jobs[job], fits: fits, store: store, data: data, threads: walk.threads(of: job), options: options,
      isInterrupted: { halt.isRequested || isInterrupted() }, emit: mailbox.report)
    let (number, count) = (walk.number(of: job), plan.jobs.count)
    let thread = Thread { mailbox.post(.ended(job: job, runner.run(number: number, of: count))) }
    // Graphs are walked recursively; the system's own size for threads differs between machines.
    thread.stackSize = 16 << 20
    thread.start()
  }
}

/// What became of a job.
package enum JobOutcome: Sendable {
  case done(ArtifactKey, wasStored: Bool, seconds: Double)
  case failed(JobFailure)
  /// An input of the job was not made, or an earlier failure ended everything.
  case left(because: String)
  case interrupted
}
