import Bundle
import ExperimentGraph
import Foundation
import Planner
import SpecLanguage

/// A plan beside what is there already: what is new, why, and what it is expected to take.
final class PlanOutlook {
  /// The jobs of one run, or of one evaluation of one run, over all points.
  struct Group {
    let kind: Job.Kind
    let run: String
    let evaluation: String?
    /// Places in the plan.
    var first: Int
    var firstNew: Int?
    var count = 0
    var newCount = 0
    /// Of the new ones.
    var estimate = Estimate()

    var name: String { evaluation.map { "\(run)/\($0)" } ?? run }
  }

  let plan: Plan
  private(set) var groups: [Group] = []
  private(set) var newCount = 0
  /// Of everything that is new.
  private(set) var total = Estimate()
  var estimator: Estimator
  /// Seconds that new jobs simulate sessions for: the first one that needs a session does.
  private var simulations: [Int: Double] = [:]
  private let reasons: Reasons
  private let firstPoint: SweepPoint?

  /// The plan beside the bundles of its study.
  convenience init(_ plan: Plan, _ loaded: LoadedSpec, runs: String) {
    let earlier = EarlierPlans(runs + "/" + loaded.specification.study.name, for: plan)
    self.init(
      plan, loaded, before: earlier.record, stored: Self.stored(runs + "/.artifacts"), history: earlier.rates)
  }

  /// The plan beside an earlier one.
  /// - Parameter stored: keys of the artifacts that are there. - Parameter history: seconds for a unit of each kind of work.
  init(
    _ plan: Plan, _ loaded: LoadedSpec, before: PlanRecord?, stored: Set<ArtifactKey>, history: [String: Double]
  ) {
    self.plan = plan
    firstPoint = loaded.expansion.points.first
    estimator = Estimator(history: history)
    reasons = Reasons(plan, stored: stored, before: before)
    group()
  }

  func isNew(_ job: Int) -> Bool { reasons.isNew(job) }

  func estimate(_ job: Int) -> Estimate {
    var estimate = estimator.estimate(plan.jobs[job])
    estimate.seconds += simulations[job] ?? 0
    return estimate
  }

  /// Whether a job has something to do and why, in words.
  func state(_ job: Int) -> String {
    isNew(job) ? "new: " + reason(job) : "cached"
  }

  /// Why a job has something to do, in words; empty where it has not.
  func reason(_ job: Int) -> String {
    switch reasons.state(job) {
    case .cached: ""
    case .new(let reason): words(reason, plan.jobs[job])
    }
  }

  /// Whether an earlier run had a job of the same name.
  func hasEarlier(_ job: Int) -> Bool { if case .new(.first) = reasons.state(job) { false } else { true } }

  private func group() {
    var places: [String: Int] = [:]
    var simulated: Set<ArtifactKey> = []
    for (index, job) in plan.jobs.enumerated() {
      let (run, evaluation): (String, String?) =
        switch job {
        case .fit(let fit): (fit.run, nil)
        case .evaluate(let evaluate): (evaluate.run, evaluate.evaluation)
        }
      let name = evaluation.map { run + "/" + $0 } ?? run
      let place = places[name] ?? groups.count
      if place == groups.count {
        places[name] = place
        groups.append(Group(kind: job.kind, run: run, evaluation: evaluation, first: index))
      }
      groups[place].count += 1
      guard isNew(index) else { continue }
      for session in job.fit.sessions where simulated.insert(session.key).inserted {
        simulations[index, default: 0] += Estimator.simulation(session)
      }
      let estimate = estimate(index)
      newCount += 1
      groups[place].newCount += 1
      groups[place].firstNew = groups[place].firstNew ?? index
      groups[place].estimate += estimate
      total += estimate
    }
  }

  // MARK: Words

  private func words(_ reason: JobState.Reason, _ job: Job) -> String {
    switch reason {
    case .first: return "no earlier run"
    case .changed(let change, let more):
      return words(change, job) + (more == 0 ? "" : more == 1 ? ", and 1 more value" : ", and \(more) more values")
    case .data(let session): return "data of session \(session) changed"
    case .sessions(let added, let removed):
      let name = added.first ?? removed.first ?? ""
      let more = added.count + removed.count - 1
      return "session \(name) was \(added.isEmpty ? "removed" : "added")" + (more == 0 ? "" : ", and \(more) more")
    case .reads(let source): return "it reads `\(plan.jobs[source].name)`, which is new"
    case .program: return "this version of the program computes it in another way"
    case .gone: return "an earlier run left no result of it"
    case .unkept: return "it was done, but the states of `outputs.checkpoints` were not kept"
    }
  }

  private func words(_ change: ValueChange, _ job: Job) -> String {
    guard let now = change.now else { return "\(change.path) is gone, was \(change.was ?? "nothing")" }
    let was = change.was.map { "was \($0)" } ?? "was not there"
    let place = place(change.path, job)
    return "\(change.path) is \(now)\(place == nil ? " by default" : ""), \(was)" + (place.map { " (\($0))" } ?? "")
  }

  /// Where the spec gives a value to a job, such as `study.yaml:31:18`.
  func place(_ path: SpecPath, _ job: Job) -> String? {
    (job.assignments.point ?? firstPoint)?.node(at: path)?.span.description
  }

  // MARK: What is there

  /// The keys of all artifacts in a store. A plan writes nothing, so the store is looked at and not opened.
  private static func stored(_ root: String) -> Set<ArtifactKey> {
    var keys: Set<ArtifactKey> = []
    for folder in (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [] where folder.utf8.count == 2 {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? [] {
        if let key = ArtifactKey(hex: name) { keys.insert(key) }
      }
    }
    return keys
  }
}
