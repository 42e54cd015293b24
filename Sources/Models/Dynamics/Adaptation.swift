import SpecLanguage
import TensorGraph

/// How the embedding changes the weights of the dynamics: the paper's comparison as one key.
package enum Adaptation: Hashable, Sendable {
  case lowRank(LowRankAdaptation)
  /// One set of weights for all sessions.
  case shared

  package static let union = Union<Self>(
    "adapt",
    .arm("low_rank", LowRankAdaptation.schema, Self.lowRank) {
      if case .lowRank(let value) = $0 { value } else { nil }
    },
    .arm("shared", "One set of weights for all sessions.", Self.shared),
    notBuilt: [
      .init("linear", "All weights change linearly with the embedding."),
      .init("concat", "The embedding is an input of the dynamics."),
    ])

  var needsEmbedding: Bool {
    switch self {
    case .lowRank: true
    case .shared: false
    }
  }

  /// The layers that change.
  var layers: [Int] {
    switch self {
    case .lowRank(let value): value.layers
    case .shared: []
    }
  }

  /// Weights of every session in the batch, `[in, out]` where they are common and `[sessions, in, out]` where not.
  func change(_ weights: [Tensor], _ embedding: Tensor?, _ parameter: ParameterScope) -> AdaptedWeights {
    switch self {
    case .lowRank(let value):
      guard let embedding else { preconditionFailure("low-rank adaptation without an embedding") }
      return value.change(weights, embedding, parameter)
    case .shared: return AdaptedWeights(weights: weights, penalty: nil)
    }
  }
}

/// Adapted weights and what their size adds to the loss (a scalar).
struct AdaptedWeights {
  let weights: [Tensor]
  let penalty: Tensor?
}
