import SpecLanguage

/// An oscillator with a Hopf bifurcation at mu = 0, in the form of van der Pol: x' = y, y' = -x + (mu - x^2) y.
///
/// mu < 0 falls to a point, mu > 0 has a limit cycle. Noise is added as dt sigma N(0, I) at each step.
/// Source: Vermani et al. 2025, section 5.1.
package struct Hopf: PlanarFlow, Hashable {
  package var mu: SessionValues
  package var noise: Double
  package var start: Double
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "hopf", "An oscillator with a Hopf bifurcation at mu = 0, x' = y, y' = -x + (mu - x^2) y.",
    Field("mu", \.mu, SessionValues.kind, "Distance from the bifurcation, by session; a limit cycle where positive."),
    Field("noise", \.noise, .nonNegative, default: 5, "Size of the noise that each step adds, times the step."),
    Field("start", \.start, .nonNegative, default: 2, "Standard deviation of the first state."),
    Field("step", \.step, .duration, default: .milliseconds(10), "Length of one Euler step."),
    make: Self.init(mu:noise:start:step:))

  var parameters: [(name: String, values: SessionValues)] { [("mu", mu)] }

  func radius(_ parameters: [Double]) -> Double { max(1, 2 * max(parameters[0], 0).squareRoot()) }

  func field(_ x: Double, _ y: Double, _ parameters: [Double]) -> (x: Double, y: Double) {
    (y, -x + (parameters[0] - x * x) * y)
  }
}
