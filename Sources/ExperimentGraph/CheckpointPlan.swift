import SpecLanguage

/// Which states of a training the bundle keeps beside the selected one.
package struct CheckpointPlan: Hashable, Sendable {
  package var every: Extent

  package init(every: Extent) { self.every = every }

  package static let schema = Schema<Self>(
    "checkpoints", "Which states of a training are kept beside the selected one.",
    Field("every", \.every, .extent(.steps, .epochs), "Distance between two states that are kept: `500 steps`."),
    make: Self.init(every:))
}
