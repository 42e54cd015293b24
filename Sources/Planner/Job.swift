import Bundle
import SpecLanguage

/// One unit of work: it reads artifacts, writes one artifact, and is named by its content.
package enum Job: Sendable {
  case fit(FitJob)
  case evaluate(EvaluateJob)

  package enum Kind: String, CaseIterable, Sendable { case fit, evaluate }

  /// What a job is for: a run, or an evaluation of it.
  package struct Role: Hashable, Sendable {
    package let run: String
    package let evaluation: String?
  }

  package var kind: Kind {
    switch self {
    case .fit: .fit
    case .evaluate: .evaluate
    }
  }

  package var key: ArtifactKey {
    switch self {
    case .fit(let job): job.key
    case .evaluate(let job): job.key
    }
  }

  /// The name that people see: the run, or run and evaluation, and in a sweep what tells it from others of that name.
  package var name: String {
    switch self {
    case .fit(let job): job.name
    case .evaluate(let job): job.name
    }
  }

  /// The spec path of the run or evaluation that asks for the job.
  package var path: SpecPath {
    switch self {
    case .fit(let job): SpecPath([.key("runs"), .key(job.run)])
    case .evaluate(let job): SpecPath([.key("evaluations"), .key(job.evaluation)])
    }
  }

  package var role: Role {
    switch self {
    case .fit(let job): Role(run: job.run, evaluation: nil)
    case .evaluate(let job): Role(run: job.run, evaluation: job.evaluation)
    }
  }

  /// The fit that the job is, or that it measures.
  package var fit: FitJob {
    switch self {
    case .fit(let job): job
    case .evaluate(let job): job.fit
    }
  }

  /// What all points of the job have in common.
  package var assignments: SharedAssignments {
    switch self {
    case .fit(let job): job.assignments
    case .evaluate(let job): job.assignments
    }
  }

  /// Keys of the artifacts that the job writes; the job is done when all of them are stored.
  package var artifacts: [ArtifactKey] {
    switch self {
    case .fit(let job): [job.key] + (job.checkpointsKey.map { [$0] } ?? [])
    case .evaluate(let job): [job.key]
    }
  }

  /// Keys of the artifacts that the job reads.
  package var inputs: [ArtifactKey] {
    switch self {
    case .fit(let job): job.source.map { [$0.key] } ?? []
    case .evaluate(let job): [job.fit.key]
    }
  }
}

/// The assignments that all points of a job share and not all points of the sweep.
package struct SharedAssignments: Sendable {
  /// Some point of the job; nil without a sweep.
  package let point: SweepPoint?
  /// Which of its assignments the other points have as well.
  var mask: UInt64

  package static let none = SharedAssignments(point: nil, mask: 0)

  /// The assignments that another job's points have as well.
  package func shared(with other: SharedAssignments) -> SharedAssignments {
    guard let point, let second = other.point else { return .none }
    var shared = self
    shared.mask = point.agreement(with: second, on: mask)
    return shared
  }

  package var list: [(path: SpecPath, value: Plain)] { point?.assignments(mask) ?? [] }

  /// ` [study.seed: 3]`, or nothing.
  package var suffix: String {
    let words = list.map { "\($0.path): \($0.value.flow.shortened(to: 40))" }
    return words.isEmpty ? "" : " [" + words.joined(separator: ", ") + "]"
  }
}
