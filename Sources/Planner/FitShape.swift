import Bundle
import Models
import Recordings
import SpecLanguage
import Training

/// What decides the sizes of a fit: fits of one shape have the same parameters and the same graph but for constants.
///
/// Values that are not whole numbers size nothing, so a sweep over rates, noise or penalties has one shape.
package struct FitShape: Sendable {
  package let sessions: SessionTable
  package let plan: StepPlan
  /// Trials per split of every session, the training ones as the run uses them.
  package let trials: [[Split: Int]]
  /// Validations during the training.
  package let validations: Int
  /// Whether some session holds channels or bins out from encoders.
  let hides: Bool
  /// Stands for everything here and for the model, whole numbers only.
  package let digest: SHA256Digest

  package init(_ fit: FitJob) {
    let headers = fit.sessions.map(\.header)
    sessions = SessionTable(names: headers.map(\.name), channels: headers.map(\.channels))
    trials = headers.map { header in
      var trials = header.trials
      trials[.train] = fit.trainingTrials(of: header)
      return trials
    }
    let bins = headers.map(\.bins).max() ?? 0
    let plan = StepPlan(fit.recipe, sessions: sessions, trials: trials.map { $0[.train] ?? 0 }, bins: bins)
    let every = fit.recipe.select.map { max(1, $0.every.steps(perEpoch: plan.perEpoch)) }
    validations = every.map { (plan.steps + $0 - 1) / $0 } ?? 0
    self.plan = plan
    hides = headers.contains { $0.heldOut != nil }
    var content: [Plain] = [fit.modelValue.plain.sizing, .string(fit.numerics), .int(bins)]
    content.append(.list(fit.fit.map { .string($0.rawValue) }))
    content.append(.list([plan.shape.sessions, plan.shape.trials, plan.shape.rows].map { .int($0) }))
    for header in headers { content.append(.int(header.channels)) }
    if hides { content.append(.string("hides")) }
    digest = SHA256Digest(of: Plain.list(content).canonicalBytes)
  }
}

extension Plain {
  /// The value with every number that is not whole taken out.
  fileprivate var sizing: Plain {
    switch self {
    case .null, .bool, .int, .string: self
    case .float: .null
    case .list(let values): .list(values.map(\.sizing))
    case .map(let map): .map(map.entries.map { ($0.key, $0.value.sizing) })
    }
  }
}
