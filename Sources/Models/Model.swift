import SpecLanguage

/// A sequential latent-variable model of many sessions that share one family of dynamics.
///
/// Without `embedding` every session has the same dynamics.
/// Source: Vermani, Nassar, Jeon, Dowling & Park 2025 (arXiv 2410.05454).
package struct Model: Hashable, Sendable {
  package var readin: ReadIn
  package var embedding: Embedding?
  package var dynamics: Dynamics
  package var inference: Inference
  package var observation: Observation
  package var initial: InitialState
  package var weigh: Weighing

  package init(
    readin: ReadIn, embedding: Embedding?, dynamics: Dynamics, inference: Inference, observation: Observation,
    initial: InitialState = .shared, weigh: Weighing = .observations
  ) {
    self.readin = readin
    self.embedding = embedding
    self.dynamics = dynamics
    self.inference = inference
    self.observation = observation
    self.initial = initial
    self.weigh = weigh
  }

  package static let schema = Schema<Self>(
    "model", "A latent-variable model of recordings.",
    Field("readin", \.readin, .union(ReadIn.union), "How the channels of a session enter the shared encoders."),
    Field(
      "embedding", \.embedding, .optional(.section(Embedding.schema)),
      "The small vector per session that picks a member of the family of dynamics."),
    Field("dynamics", \.dynamics, .union(Dynamics.union), "How the latent state moves from bin to bin."),
    Field("inference", \.inference, .union(Inference.union), "How states are inferred from observations."),
    Field("observation", \.observation, .union(Observation.union), "How the state produces what is observed."),
    Field(
      "initial", \.initial, .choice(InitialState.self), default: .shared,
      "Who owns the distribution of the first state; `embedding`: a linear function of it."),
    Field(
      "weigh", \.weigh, .choice(Weighing.self), default: .observations,
      "What counts the same in the likelihood: `observations`, or `sessions`, `trials` or `channels` of whatever size."),
    rules: [
      Rule("initial") { model in
        model.embedding == nil && model.initial == .embedding
          ? "the first state comes from an embedding, but the model has no `embedding`" : nil
      },
      Rule("inference.detach") { model in
        model.embedding == nil && model.inference.scheme.detach != nil
          ? "`detach` has no effect: the model has no `embedding` (where it is inherited add `unset: [detach]`)" : nil
      },
      Rule("dynamics") { model in
        model.embedding == nil && model.dynamics.needsEmbedding
          ? "the dynamics adapt to an embedding, but the model has no `embedding`" : nil
      },
      Rule("embedding") { model in
        model.embedding != nil && !model.dynamics.needsEmbedding
          ? "`embedding` has no effect: the dynamics are shared (add `unset: [embedding]`)" : nil
      },
    ],
    make: Self.init(readin:embedding:dynamics:inference:observation:initial:weigh:))
}

/// The parts of a model that a transfer can fit.
package enum ParameterGroup: String, CaseIterable, Hashable, Sendable {
  /// Per session: the read-in.
  case readin
  /// The layer after the read-in and its normalisation.
  case shared
  /// The embedding encoder.
  case embedding
  /// Weights of the dynamics, their noise and the initial state.
  case dynamics
  /// The network from embedding to weight changes.
  case adapt
  /// The state encoder.
  case inference
  /// Per session: read-out and observation noise.
  case observation

  /// True for groups with parameters of their own for every session.
  package var isPerSession: Bool { self == .readin || self == .observation }
}
