import ExperimentGraph
import Planner

/// How a plan is carried out. Nothing of it changes a result.
package struct ExecutionOptions: Sendable {
  /// The folder that relative data paths start at.
  package var base: String
  /// Jobs at once.
  package var jobs: Int
  package var computer: Computer
  package var resources: Resources
  /// Seconds between two checkpoints of a training.
  package var checkpointEvery: Double
  /// Whether jobs are done that are stored already.
  package var isFresh: Bool
  /// Whether the first failure ends everything.
  package var failsFast: Bool

  package init(
    base: String = ".", jobs: Int = 1, computer: Computer = .current, resources: Resources = Resources(),
    checkpointEvery: Double = 30, isFresh: Bool = false, failsFast: Bool = false
  ) {
    precondition(jobs >= 1, "at least one job at once")
    self.base = base
    self.jobs = jobs
    self.computer = computer
    self.resources = resources
    self.checkpointEvery = checkpointEvery
    self.isFresh = isFresh
    self.failsFast = failsFast
  }

  /// Threads of a job; `share` where the spec does not say.
  func threads(of job: Job, share: Int) -> Int {
    switch job.fit.backend {
    case .native(let native): stage(of: job).resources?.cpu ?? native.threads ?? share
    case .reference: 1
    }
  }

  /// What the spec says of a job's stage, and the path where it says so.
  func stage(of job: Job) -> (resources: StageResources?, path: String) {
    switch job {
    case .fit: (resources.fit, "resources.fit")
    case .evaluate: (resources.evaluate, "resources.evaluate")
    }
  }
}
