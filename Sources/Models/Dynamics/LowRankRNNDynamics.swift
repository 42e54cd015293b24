import SpecLanguage
import TensorGraph

/// A recurrent network of `units` neurons whose weights have rank `latent`, seen in its latent space:
///
///     f(z) = a z + phi(z W_0 + b_0) W_1,   0 < a < 1 per latent
///
/// W_0 (layer 0) brings the state to the neurons, W_1 (layer 1) back. Source: Pals et al. 2024 (stochastic low-rank RNNs).
package struct LowRankRNNDynamics: DynamicsFamily {
  package var latent: Int
  package var units: Int
  package var activation: Activation
  package var noise: ProcessNoise
  package var adapt: Adaptation

  package init(latent: Int, units: Int, activation: Activation, noise: ProcessNoise, adapt: Adaptation) {
    self.latent = latent
    self.units = units
    self.activation = activation
    self.noise = noise
    self.adapt = adapt
  }

  package static let schema = Schema<Self>(
    "low_rank_rnn", "A leaky recurrent network of low rank, in the space of its rank.",
    Field("latent", \.latent, .int(1...512), "Rank of the network, dimensions of the latent state."),
    Field("units", \.units, .int(1...4096), "Neurons of the network."),
    Field("activation", \.activation, .choice(Activation.self), default: .relu, "Nonlinearity of the neurons."),
    noiseField(\.noise), adaptField(\.adapt),
    rules: [layerRule { _ in 2 }],
    make: Self.init(latent:units:activation:noise:adapt:))

  package func layers(_ parameter: ParameterScope) -> Layers {
    Layers(
      weights: [
        parameter("dynamics.0.weight", .dynamics, [latent, units], .fanIn(latent)),
        parameter("dynamics.1.weight", .dynamics, [units, latent], .fanIn(units)),
      ],
      biases: [parameter("dynamics.0.bias", .dynamics, [units], .fanIn(latent)), nil])
  }

  /// The leak; it starts at 0.88.
  package func others(_ parameter: ParameterScope) -> [Tensor] {
    [parameter("dynamics.leak", .dynamics, [latent], .constant(2)).sigmoid]
  }

  package func step(_ state: Tensor, _ layers: Layers, _ others: [Tensor]) -> Tensor {
    state * others[0] + layers.apply(1, to: activation(layers.apply(0, to: state)))
  }
}
