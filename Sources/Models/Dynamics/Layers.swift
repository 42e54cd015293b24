import TensorGraph

/// Layers of dynamics: weights `[in, out]` and biases `[out]` where common to all sessions, `[sessions, in, out]` and
/// `[sessions, 1, out]` where the embedding changes them.
package struct Layers {
  package var weights: [Tensor]
  package var biases: [Tensor?]
  /// Layers that read the state itself, where the embedding enters as an input.
  package let reading: [Int]

  package init(weights: [Tensor], biases: [Tensor?], reading: [Int] = [0]) {
    precondition(weights.count == biases.count, "a layer has a weight and perhaps a bias")
    self.weights = weights
    self.biases = biases
    self.reading = reading
  }

  /// All tensors, weights first.
  var tensors: [Tensor] { weights + biases.compactMap { $0 } }

  /// The same layers out of other tensors in the order of `tensors`.
  func replaced(by tensors: ArraySlice<Tensor>) -> Layers {
    var rest = tensors.dropFirst(weights.count)
    return Layers(
      weights: Array(tensors.prefix(weights.count)), biases: biases.map { $0 == nil ? nil : rest.popFirst() },
      reading: reading)
  }

  /// x W + b of one layer: `[sessions, trials, in] -> [sessions, trials, out]`.
  package func apply(_ layer: Int, to x: Tensor) -> Tensor {
    let weight = weights[layer]
    let product = weight.shape.rank == 3 ? x.matmul(weight) : x.linear(weight)
    return biases[layer].map { product + $0 } ?? product
  }
}

/// A multilayer perceptron from state to state: its last layer is linear.
struct Perceptron {
  let latent: Int
  let hidden: [Int]
  let activation: Activation

  /// Weights first, then biases, uniform within 1 / sqrt(fan-in).
  func layers(_ parameter: ParameterScope) -> Layers {
    let widths = [latent] + hidden + [latent]
    let count = widths.count - 1
    let weights = (0..<count).map { layer in
      let shape: Shape = [widths[layer], widths[layer + 1]]
      return parameter("dynamics.\(layer).weight", .dynamics, shape, .fanIn(widths[layer]))
    }
    let biases = (0..<count).map { layer in
      parameter("dynamics.\(layer).bias", .dynamics, [widths[layer + 1]], .fanIn(widths[layer]))
    }
    return Layers(weights: weights, biases: biases)
  }

  func callAsFunction(_ state: Tensor, _ layers: Layers) -> Tensor {
    let last = layers.weights.count - 1
    return (0...last).reduce(state) { x, layer in
      let next = layers.apply(layer, to: x)
      return layer < last ? activation(next) : next
    }
  }
}

/// The nonlinearity of hidden layers.
package enum Activation: String, CaseIterable, Hashable, Sendable {
  case tanh, silu, relu

  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .tanh: x.tanh
    case .silu: x.silu
    case .relu: x.maximum(x.builder.constant(0, x.shape))
    }
  }
}
