import SpecLanguage
import TensorGraph

/// Linear dynamics: f(z) = z + z A + b.
///
/// A is the change per bin, so that small weights mean slow dynamics.
package struct LinearDynamics: DynamicsFamily {
  package var latent: Int
  package var noise: ProcessNoise
  package var adapt: Adaptation

  package init(latent: Int, noise: ProcessNoise, adapt: Adaptation) {
    self.latent = latent
    self.noise = noise
    self.adapt = adapt
  }

  package static let schema = Schema<Self>(
    "linear", "The state changes by a linear map of itself and a constant.",
    Field("latent", \.latent, .int(1...512), "Dimensions of the latent state."),
    noiseField(\.noise), adaptField(\.adapt),
    rules: [layerRule { _ in 1 }],
    make: Self.init(latent:noise:adapt:))

  package func layers(_ parameter: ParameterScope) -> Layers {
    Layers(
      weights: [parameter("dynamics.0.weight", .dynamics, [latent, latent], .uniform(bound: 0.1))],
      biases: [parameter("dynamics.0.bias", .dynamics, [latent], .constant(0))])
  }

  package func step(_ state: Tensor, _ layers: Layers, _ others: [Tensor]) -> Tensor {
    state + layers.apply(0, to: state)
  }
}
