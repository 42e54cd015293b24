import SpecLanguage
import TensorGraph

/// A multilayer perceptron as dynamics: f(z) = W_o a(... a(z W_0 + b_0) ...) + b_o, optionally plus z.
///
/// The last layer is linear. Source: Vermani et al. 2025, Eqs 12-13, with the biases of the authors' architecture.
package struct MLPDynamics: Hashable, Sendable {
  package var latent: Int
  package var hidden: [Int]
  package var activation: Activation
  package var residual: Bool
  package var noise: Noise
  package var adapt: Adaptation

  package enum Activation: String, CaseIterable, Hashable, Sendable { case tanh, silu }
  /// Who owns the process noise.
  package enum Noise: String, CaseIterable, Hashable, Sendable { case shared }

  package init(
    latent: Int, hidden: [Int], activation: Activation, residual: Bool, noise: Noise, adapt: Adaptation
  ) {
    self.latent = latent
    self.hidden = hidden
    self.activation = activation
    self.residual = residual
    self.noise = noise
    self.adapt = adapt
  }

  package static let schema = Schema<Self>(
    "mlp", "A multilayer perceptron that maps the state of one bin to the mean of the next.",
    Field("latent", \.latent, .int(1...512), "Dimensions of the latent state."),
    Field("hidden", \.hidden, .list(.int(1...4096), count: 1...8), "Widths of the hidden layers."),
    Field("activation", \.activation, .choice(Activation.self), default: .tanh, "Nonlinearity of the hidden layers."),
    Field("residual", \.residual, .bool, default: false, "Predict the change of the state instead of the state."),
    Field("noise", \.noise, .choice(Noise.self), default: .shared, "Who owns the process noise."),
    Field("adapt", \.adapt, .union(Adaptation.union), "How the embedding changes the weights."),
    rules: [
      Rule("adapt") { mlp in
        let layers = mlp.adapt.layers
        guard let wrong = layers.first(where: { $0 > mlp.hidden.count }) else { return nil }
        return "layer \(wrong) does not exist: the network has layers 0 to \(mlp.hidden.count)"
      }
    ],
    make: Self.init(latent:hidden:activation:residual:noise:adapt:))

  func prepare(_ embedding: Tensor?, _ parameter: ParameterScope) -> PreparedDynamics {
    let widths = [latent] + hidden + [latent]
    let layers = widths.count - 1
    var weights = (0..<layers).map { layer in
      let shape: Shape = [widths[layer], widths[layer + 1]]
      return parameter("dynamics.\(layer).weight", .dynamics, shape, .fanIn(widths[layer]))
    }
    let biases = (0..<layers).map { layer in
      parameter("dynamics.\(layer).bias", .dynamics, [widths[layer + 1]], .fanIn(widths[layer]))
    }
    let change = adapt.change(weights, embedding, parameter)
    weights = change.weights
    let noise = parameter("dynamics.noise", .dynamics, [latent], .constant(1)).variance
    return PreparedDynamics(
      weights: weights + biases, step: { state, constants in step(state, constants) }, noise: noise,
      penalty: change.penalty)
  }

  /// - Parameter constants: weights `[in, out]` or, where adapted, `[sessions, in, out]`; then biases `[out]`.
  private func step(_ state: Tensor, _ constants: [Tensor]) -> Tensor {
    let layers = constants.count / 2
    var x = state
    for layer in 0..<layers {
      let (weight, bias) = (constants[layer], constants[layers + layer])
      x = weight.shape.rank == 3 ? x.matmul(weight) + bias : x.linear(weight, bias)
      if layer < layers - 1 { x = apply(activation, x) }
    }
    return residual ? state + x : x
  }

  private func apply(_ activation: Activation, _ x: Tensor) -> Tensor {
    switch activation {
    case .tanh: x.tanh
    case .silu: x.silu
    }
  }
}
