import SpecLanguage
import TensorGraph

/// How the latent state moves: z_t ~ N(f(z_{t-1}; theta + change(e)), Q).
package enum Dynamics: Hashable, Sendable {
  case mlp(MLPDynamics)

  package static let union = Union<Self>(
    "dynamics",
    .arm("mlp", MLPDynamics.schema, Self.mlp) {
      switch $0 {
      case .mlp(let value): value
      }
    },
    notBuilt: [
      .init("gru", "Gated recurrent dynamics."), .init("neural_ode", "A vector field integrated over the bin."),
      .init("low_rank_rnn", "A recurrent network of low rank."), .init("linear", "Linear dynamics."),
    ])

  package var latent: Int {
    switch self {
    case .mlp(let value): value.latent
    }
  }

  package var needsEmbedding: Bool {
    switch self {
    case .mlp(let value): value.adapt.needsEmbedding
    }
  }

  /// Prepares the step function of a batch.
  ///
  /// - Parameter embedding: `[sessions, size]`, nil for shared dynamics.
  func prepare(_ embedding: Tensor?, _ parameter: ParameterScope) -> PreparedDynamics {
    switch self {
    case .mlp(let value): value.prepare(embedding, parameter)
    }
  }
}

/// Dynamics with the weights of every session in the batch worked out.
struct PreparedDynamics {
  /// Tensors that the step reads; constants of the scan over time.
  let weights: [Tensor]
  /// Next mean of states `[sessions, trials, latent]`, given the states and `weights`.
  let step: (_ state: Tensor, _ weights: [Tensor]) -> Tensor
  /// Process noise, diagonal of Q: `[latent]`.
  let noise: Tensor
  /// What adaptation adds to the loss, a scalar; nil when nothing.
  let penalty: Tensor?
}
