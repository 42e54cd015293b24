import SpecLanguage

/// A Duffing oscillator with parameters per session: x' = y, y' = a y - x (b + c x^2).
///
/// b < 0 has two wells at +-sqrt(-b / c) and a saddle between; a < 0 is damped. Noise is added as dt sigma N(0, I) at each
/// step. Source: Vermani et al. 2025, Eq 18, with its noise read as that of their published generator.
package struct Duffing: PlanarFlow, Hashable {
  package var a: SessionValues
  package var b: SessionValues
  package var c: Double
  package var noise: Double
  package var start: Double
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "duffing", "A Duffing oscillator, x' = y, y' = a y - x (b + c x^2), with its own a and b for every session.",
    Field("a", \.a, SessionValues.kind, "Negative damping, by session: a number, a list, `linspace` or `uniform`."),
    Field("b", \.b, SessionValues.kind, "Linear stiffness, by session; two wells where it is negative."),
    Field("c", \.c, .positive, default: 0.1, "Cubic stiffness."),
    Field("noise", \.noise, .nonNegative, default: 5, "Size of the noise that each step adds, times the step."),
    Field("start", \.start, .nonNegative, default: 2, "Standard deviation of the first state."),
    Field("step", \.step, .duration, default: .milliseconds(10), "Length of one Euler step."),
    make: Self.init(a:b:c:noise:start:step:))

  var parameters: [(name: String, values: SessionValues)] { [("a", a), ("b", b)] }

  func radius(_ parameters: [Double]) -> Double { max(1, (max(-parameters[1], 0) / c).squareRoot()) }

  func field(_ x: Double, _ y: Double, _ parameters: [Double]) -> (x: Double, y: Double) {
    (y, parameters[0] * y - x * (parameters[1] + c * x * x))
  }
}
