import SpecLanguage
import TensorGraph

/// How the embedding changes the weights of the dynamics: the paper's comparison as one key.
package enum Adaptation: Hashable, Sendable {
  case lowRank(LowRankAdaptation)
  case linear(LinearAdaptation)
  /// The embedding is an input of the layers that read the state.
  case concat
  /// One set of weights for all sessions.
  case shared

  package static let union = Union<Self>(
    "adapt",
    .arm("low_rank", LowRankAdaptation.schema, Self.lowRank) {
      if case .lowRank(let value) = $0 { value } else { nil }
    },
    .arm("linear", LinearAdaptation.schema, Self.linear) {
      if case .linear(let value) = $0 { value } else { nil }
    },
    .arm(
      "concat", "The embedding is an input of the dynamics beside the state; their weights are common.", Self.concat),
    .arm("shared", "One set of weights for all sessions.", Self.shared))

  var needsEmbedding: Bool {
    switch self {
    case .lowRank, .linear, .concat: true
    case .shared: false
    }
  }

  /// The layers that the spec names.
  var layers: [Int] {
    switch self {
    case .lowRank(let value): value.layers
    case .linear, .concat, .shared: []
    }
  }

  /// The layers of every session in the batch.
  func change(_ layers: Layers, _ embedding: Tensor?, _ parameter: ParameterScope) -> AdaptedLayers {
    guard needsEmbedding else { return AdaptedLayers(layers: layers, penalty: nil) }
    guard let embedding else { preconditionFailure("adaptation without an embedding") }
    switch self {
    case .lowRank(let value): return value.change(layers, embedding, parameter)
    case .linear(let value): return value.change(layers, embedding, parameter)
    case .concat: return Self.concatenated(layers, embedding, parameter)
    case .shared: return AdaptedLayers(layers: layers, penalty: nil)
    }
  }

  /// An input that is the same at every bin is a change of the bias: [z; e] W = z W_z + e W_e.
  ///
  /// Source: the embedding as input, as in Zintgraf et al. 2019 (CAVIA) and the comparisons of Vermani et al. 2025.
  private static func concatenated(
    _ layers: Layers, _ embedding: Tensor, _ parameter: ParameterScope
  ) -> AdaptedLayers {
    let (sessions, size) = (embedding.shape[0], embedding.shape[1])
    var adapted = layers
    for layer in layers.reading {
      let (rows, columns) = (layers.weights[layer].shape[0], layers.weights[layer].shape[1])
      let weight = parameter("adapt.input\(layer)", .adapt, [size, columns], .fanIn(rows + size))
      let input = embedding.linear(weight).reshape([sessions, 1, columns])
      adapted.biases[layer] = layers.biases[layer].map { input + $0 } ?? input
    }
    return AdaptedLayers(layers: adapted, penalty: nil)
  }
}

/// Adapted layers and what the size of the change adds to the loss (a scalar).
struct AdaptedLayers {
  let layers: Layers
  let penalty: Tensor?
}
