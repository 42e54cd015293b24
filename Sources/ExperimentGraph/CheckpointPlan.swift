import SpecLanguage
import Training

/// Which states of a training the bundle keeps beside the selected one.
package struct CheckpointPlan: Hashable, Sendable {
  package var every: Extent

  package init(every: Extent) { self.every = every }

  package static let schema = Schema<Self>(
    "checkpoints", "Which states of a training are kept beside the selected one.",
    Field("every", \.every, .extent(.steps, .epochs), "Distance between two states that are kept: `500 steps`."),
    make: Self.init(every:))

  /// Complains when the distance is longer than all trainings, so that no state would be kept.
  package func findings(of trainings: [(run: String, plan: StepPlan)]) -> [Finding] {
    guard let longest = trainings.max(by: { $0.plan.steps < $1.plan.steps }),
      trainings.allSatisfy({ every.steps(perEpoch: $0.plan.perEpoch) > $0.plan.steps })
    else { return [] }
    return [
      Finding(
        .brokenRule, "`every` is \(every), but no training is that long: no state would be kept",
        about: SpecPath("outputs.checkpoints.every"),
        help: ["use at most \(longest.plan.steps) steps, the length of run `\(longest.run)`"])
    ]
  }
}
