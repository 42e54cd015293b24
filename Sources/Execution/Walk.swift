import Bundle
import Planner

/// The state of one walk over a plan: what runs with how many threads, what became of every job.
struct Walk {
  private let jobs: [Job]
  private let options: ExecutionOptions
  private var schedule: Schedule
  private var outcomes: [JobOutcome?]
  private var numbers: [Int?]
  private var takenUp = 0
  /// Threads of the jobs that run.
  private var threads: [Int: Int] = [:]
  private var isRetrying = false
  private var waiting: Set<Int> = []
  /// The job whose failure ends everything.
  private var culprit: String?

  init(_ plan: Plan, _ options: ExecutionOptions) {
    jobs = plan.jobs
    self.options = options
    var places: [ArtifactKey: Int] = [:]
    for (place, job) in plan.jobs.enumerated() { places[job.key] = place }
    precondition(places.count == plan.jobs.count, "every job of a plan is there once")
    schedule = Schedule(
      inputs: plan.jobs.map { job in job.inputs.compactMap { places[$0] } }, lanes: options.jobs,
      memory: plan.jobs.map { options.stage(of: $0).resources?.memory ?? 0 }, limit: options.computer.memory)
    outcomes = plan.jobs.map { _ in nil }
    numbers = outcomes.map { _ in nil }
  }

  var isRunning: Bool { schedule.running > 0 }
  var waitsForOthers: Bool { schedule.waitsForOthers }
  var mustHalt: Bool { culprit != nil }

  /// Takes the next job that may start.
  mutating func next() -> Int? {
    let open = min(options.jobs - schedule.running, schedule.startable)
    guard let job = schedule.next(retrying: isRetrying) else {
      isRetrying = false
      return nil
    }
    let free = max(0, options.computer.cores - threads.values.reduce(0, +))
    threads[job] = options.threads(of: jobs[job], share: max(1, free / max(1, open)))
    takeUp(job)
    return job
  }

  /// Looks again at jobs that another process had.
  mutating func retryOthers() { isRetrying = true }

  func threads(of job: Int) -> Int { threads[job] ?? 1 }
  func number(of job: Int) -> Int { numbers[job] ?? 0 }

  private mutating func takeUp(_ job: Int) {
    guard numbers[job] == nil else { return }
    takenUp += 1
    numbers[job] = takenUp
  }

  mutating func end(_ job: Int, _ ending: JobEnding, _ emit: (Event) -> Void) {
    threads[job] = nil
    let name = jobs[job].name
    switch ending {
    case .done(let wasStored, let seconds):
      schedule.finish(job)
      outcomes[job] = .done(jobs[job].key, wasStored: wasStored, seconds: seconds)
      if !wasStored { emit(.finished(job: name, seconds: seconds)) }
    case .failed(let failure):
      outcomes[job] = .failed(failure)
      emit(.failed(failure))
      for left in schedule.fail(job) { leave(left, emit) }
      if options.failsFast || failure.isOfTheDisk { culprit = culprit ?? name }
    case .interrupted:
      _ = schedule.fail(job)
      emit(.interrupted(job: name))
    case .elsewhere:
      schedule.putBack(job)
      if waiting.insert(job).inserted { emit(.waiting(job: name)) }
    }
  }

  private mutating func leave(_ left: Schedule.Left, _ emit: (Event) -> Void) {
    takeUp(left.job)
    let reason = "it reads `\(jobs[left.because].name)`, which is missing"
    outcomes[left.job] = .left(because: reason)
    emit(.left(job: jobs[left.job].name, because: reason))
  }

  /// One outcome per job. What was not begun was interrupted, unless it is stored already, or was left because of a failure
  /// that ended everything.
  func outcomes(stored: (Job) -> Bool) -> [JobOutcome] {
    zip(jobs, outcomes).map { job, outcome in
      if let outcome { return outcome }
      if stored(job) { return .done(job.key, wasStored: true, seconds: 0) }
      return culprit.map { .left(because: "`\($0)` failed before, which ended everything") } ?? .interrupted
    }
  }
}
