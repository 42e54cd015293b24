import SpecLanguage
import TensorGraph

/// A low-rank change of weight matrices by a hypernetwork: W_l(e) = W_l + U_l(e) V_l(e)^T.
///
/// A tanh trunk reads the embedding; one linear head per adapted layer gives U `[in, rank]` and V `[out, rank]`.
/// Source: Vermani et al. 2025, Eqs 9 and 12.
package struct LowRankAdaptation: Hashable, Sendable {
  package var rank: Int
  package var layers: [Int]
  package var hyper: [Int]
  package var penalty: Double

  package init(rank: Int, layers: [Int], hyper: [Int], penalty: Double) {
    self.rank = rank
    self.layers = layers
    self.hyper = hyper
    self.penalty = penalty
  }

  package static let schema = Schema<Self>(
    "low_rank", "A hypernetwork makes a low-rank change to the weights.",
    Field("rank", \.rank, .int(1...64), "Rank of the change that the embedding makes to a weight matrix."),
    Field("layers", \.layers, .list(.int(0...8), count: 1...9), default: [0, 1], "Layers that the embedding changes."),
    Field("hyper", \.hyper, .list(.int(1...4096), count: 1...8), "Widths of the hypernetwork."),
    Field(
      "penalty", \.penalty, .nonNegative, default: 0.01,
      "Weight of the size of the change in the loss (sum of Frobenius norms)."),
    rules: [
      Rule("layers") { Set($0.layers).count == $0.layers.count ? nil : "a layer is named twice" }
    ],
    make: Self.init(rank:layers:hyper:penalty:))

  func change(_ unadapted: Layers, _ embedding: Tensor, _ parameter: ParameterScope) -> AdaptedLayers {
    var trunk = embedding
    for (layer, width) in hyper.enumerated() {
      trunk = parameter.linear(trunk, "adapt.\(layer)", .adapt, width: width).tanh
    }
    let sessions = embedding.shape[0]
    let weights = unadapted.weights
    var adapted = unadapted
    var total: Tensor?
    for layer in layers {
      let (rows, columns) = (weights[layer].shape[0], weights[layer].shape[1])
      let head = parameter.linear(trunk, "adapt.head\(layer)", .adapt, width: rank * (rows + columns))
      let parts = head.split(axis: 1, [rank * rows, rank * columns])
      let left = parts[0].reshape([sessions, rows, rank])
      let change = left.matmul(parts[1].reshape([sessions, columns, rank]), transposeB: true)
      adapted.weights[layer] = weights[layer] + change
      let norm = (change.square.sum(1, 2) + 1e-12).squareRoot.total
      total = total.map { $0 + norm } ?? norm
    }
    return AdaptedLayers(layers: adapted, penalty: penalty == 0 ? nil : total.map { $0 * penalty })
  }
}
