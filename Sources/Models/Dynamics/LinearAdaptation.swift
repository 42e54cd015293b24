import SpecLanguage
import TensorGraph

/// All weights and biases change linearly with the embedding: theta(e) = theta + A e, without a constant in A.
///
/// A starts so that an embedding of length 1 changes a weight by about its own starting size.
/// Source: Kirchmeyer et al. 2022 (CoDA), with the embedding inferred as in Vermani et al. 2025.
package struct LinearAdaptation: Hashable, Sendable {
  package var penalty: Double

  package init(penalty: Double) { self.penalty = penalty }

  package static let schema = Schema<Self>(
    "linear", "All weights change linearly with the embedding.",
    Field(
      "penalty", \.penalty, .nonNegative, default: 0.01,
      "Weight of the size of the change in the loss (sum of Frobenius norms)."),
    make: Self.init(penalty:))

  func change(_ layers: Layers, _ embedding: Tensor, _ parameter: ParameterScope) -> AdaptedLayers {
    let (sessions, size) = (embedding.shape[0], embedding.shape[1])
    var adapted = layers
    var total: Tensor?
    func changed(_ tensor: Tensor, _ name: String, fanIn: Int, _ shape: Shape) -> Tensor {
      let map = parameter("adapt.\(name)", .adapt, [size, tensor.shape.count], .fanIn(fanIn * size))
      let change = embedding.linear(map).reshape(shape)
      let norm = (change.square.sum(1, 2) + 1e-12).squareRoot.total
      total = total.map { $0 + norm } ?? norm
      return change + tensor
    }
    for layer in layers.weights.indices {
      let weight = layers.weights[layer]
      let (rows, columns) = (weight.shape[0], weight.shape[1])
      adapted.weights[layer] = changed(weight, "weight\(layer)", fanIn: rows, [sessions, rows, columns])
      adapted.biases[layer] = layers.biases[layer].map {
        changed($0, "bias\(layer)", fanIn: rows, [sessions, 1, columns])
      }
    }
    return AdaptedLayers(layers: adapted, penalty: penalty == 0 ? nil : total.map { $0 * penalty })
  }
}
