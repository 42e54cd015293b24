import SpecLanguage
import TensorGraph

/// Gated recurrent dynamics without input; the latent state is the state of the unit.
///
///     r, u = s(z W_0 + b_0)  (layer 0),   n = tanh((r * z) W_1 + b_1)  (layer 1),   f(z) = (1 - u) n + u z
///
/// Source: Cho et al. 2014, with the reset gate before the recurrent product.
package struct GRUDynamics: DynamicsFamily {
  package var latent: Int
  package var noise: ProcessNoise
  package var adapt: Adaptation

  package init(latent: Int, noise: ProcessNoise, adapt: Adaptation) {
    self.latent = latent
    self.noise = noise
    self.adapt = adapt
  }

  package static let schema = Schema<Self>(
    "gru", "A gated recurrent unit whose state is the latent state; layer 0 holds its gates, layer 1 its candidate.",
    Field("latent", \.latent, .int(1...512), "Dimensions of the latent state, the width of the unit."),
    noiseField(\.noise), adaptField(\.adapt),
    rules: [layerRule { _ in 2 }],
    make: Self.init(latent:noise:adapt:))

  package func layers(_ parameter: ParameterScope) -> Layers {
    Layers(
      weights: [
        parameter("dynamics.0.weight", .dynamics, [latent, 2 * latent], .fanIn(latent)),
        parameter("dynamics.1.weight", .dynamics, [latent, latent], .fanIn(latent)),
      ],
      biases: [
        parameter("dynamics.0.bias", .dynamics, [2 * latent], .fanIn(latent)),
        parameter("dynamics.1.bias", .dynamics, [latent], .fanIn(latent)),
      ], reading: [0, 1])
  }

  package func step(_ state: Tensor, _ layers: Layers, _ others: [Tensor]) -> Tensor {
    let gates = layers.apply(0, to: state).sigmoid.split(axis: 2, [latent, latent])
    let candidate = layers.apply(1, to: gates[0] * state).tanh
    return candidate + gates[1] * (state - candidate)
  }
}
