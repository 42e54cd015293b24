import SpecLanguage
import TensorGraph

/// A multilayer perceptron as dynamics: f(z) = W_o a(... a(z W_0 + b_0) ...) + b_o, optionally plus z.
///
/// The last layer is linear. Source: Vermani et al. 2025, Eqs 12-13, with the biases of the authors' architecture.
package struct MLPDynamics: DynamicsFamily {
  package var latent: Int
  package var hidden: [Int]
  package var activation: Activation
  package var residual: Bool
  package var noise: ProcessNoise
  package var adapt: Adaptation

  package init(
    latent: Int, hidden: [Int], activation: Activation, residual: Bool, noise: ProcessNoise, adapt: Adaptation
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
    noiseField(\.noise), adaptField(\.adapt),
    rules: [layerRule { $0.hidden.count + 1 }],
    make: Self.init(latent:hidden:activation:residual:noise:adapt:))

  private var network: Perceptron { Perceptron(latent: latent, hidden: hidden, activation: activation) }

  package func layers(_ parameter: ParameterScope) -> Layers { network.layers(parameter) }

  package func step(_ state: Tensor, _ layers: Layers, _ others: [Tensor]) -> Tensor {
    let next = network(state, layers)
    return residual ? state + next : next
  }
}

extension Dynamics {
  package static func mlp(_ family: MLPDynamics) -> Self { Self(family) }
}
