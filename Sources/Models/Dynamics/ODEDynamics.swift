import SpecLanguage
import TensorGraph

/// A vector field dz/dt = g(z), a multilayer perceptron, integrated over one bin; time is counted in bins.
///
/// Source: Chen et al. 2018 (neural ordinary differential equations), with a fixed number of steps and exact gradients
/// through them.
package struct ODEDynamics: DynamicsFamily {
  package var latent: Int
  package var hidden: [Int]
  package var activation: Activation
  package var solver: Solver
  package var steps: Int
  package var noise: ProcessNoise
  package var adapt: Adaptation

  /// How the field is integrated.
  package enum Solver: String, CaseIterable, Hashable, Sendable {
    /// First order, one evaluation of the field a step.
    case euler
    /// Fourth order after Runge and Kutta, four evaluations a step.
    case rk4
  }

  package init(
    latent: Int, hidden: [Int], activation: Activation, solver: Solver, steps: Int, noise: ProcessNoise,
    adapt: Adaptation
  ) {
    self.latent = latent
    self.hidden = hidden
    self.activation = activation
    self.solver = solver
    self.steps = steps
    self.noise = noise
    self.adapt = adapt
  }

  package static let schema = Schema<Self>(
    "ode", "A vector field, a multilayer perceptron, integrated over the bin.",
    Field("latent", \.latent, .int(1...512), "Dimensions of the latent state."),
    Field("hidden", \.hidden, .list(.int(1...4096), count: 1...8), "Widths of the hidden layers of the field."),
    Field("activation", \.activation, .choice(Activation.self), default: .tanh, "Nonlinearity of the hidden layers."),
    Field("solver", \.solver, .choice(Solver.self), default: .rk4, "How the field is integrated: `euler` or `rk4`."),
    Field("steps", \.steps, .int(1...64), default: 1, "Steps of the solver in one bin."),
    noiseField(\.noise), adaptField(\.adapt),
    rules: [layerRule { $0.hidden.count + 1 }],
    make: Self.init(latent:hidden:activation:solver:steps:noise:adapt:))

  private var field: Perceptron { Perceptron(latent: latent, hidden: hidden, activation: activation) }

  package func layers(_ parameter: ParameterScope) -> Layers { field.layers(parameter) }

  package func step(_ state: Tensor, _ layers: Layers, _ others: [Tensor]) -> Tensor {
    let h = 1 / Double(steps)
    return (0..<steps).reduce(state) { z, _ in
      switch solver {
      case .euler: return z + field(z, layers) * h
      case .rk4:
        let first = field(z, layers)
        let second = field(z + first * (h / 2), layers)
        let third = field(z + second * (h / 2), layers)
        let fourth = field(z + third * h, layers)
        return z + (first + 2 * (second + third) + fourth) * (h / 6)
      }
    }
  }
}
