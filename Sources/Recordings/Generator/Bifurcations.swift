import SpecLanguage

/// The Hopf bifurcation in the form of van der Pol: x' = y, y' = -x + (mu - x^2) y. For mu < 0 the origin attracts, for
/// mu > 0 a limit cycle.  Source: Vermani et al. 2025, section 5.1, with noise as `Flow` says.
package struct HopfBifurcation: Hashable, Sendable, Flow {
  package var mu: SessionValues
  package var noise: Double
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "hopf", "The Hopf bifurcation in the form of van der Pol: x' = y, y' = -x + (mu - x^2) y.",
    Field("mu", \.mu, SessionValues.kind, "By session: below 0 the origin attracts, above 0 a limit cycle."),
    FlowFields.noise(\.noise, default: 5), FlowFields.step(\.step), make: Self.init(mu:noise:step:))

  var dimensions: Int { 2 }
  var parameters: [(key: String, values: SessionValues)] { [("mu", mu)] }
  var constants: [(key: String, value: Double)] { [("noise", noise)] }

  func field(_ z: [Double], _ parameters: [Double], into slope: inout [Double]) {
    slope[0] = z[1]
    slope[1] = -z[0] + (parameters[0] - z[0] * z[0]) * z[1]
  }
}

/// The Duffing system x' = y, y' = a y - x (b + c x^2): two wells at +-sqrt(-b / c) for b < 0, damped for a < 0.
/// Source: Vermani et al. 2025, Eq. 18, with noise as `Flow` says.
package struct DuffingOscillator: Hashable, Sendable, Flow {
  package var a: SessionValues
  package var b: SessionValues
  package var c: Double
  package var noise: Double
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "duffing", "The Duffing system x' = y, y' = a y - x (b + c x^2).",
    Field("a", \.a, SessionValues.kind, "By session: damping below 0; above 0 trajectories grow slowly."),
    Field("b", \.b, SessionValues.kind, "By session: one well above 0, two wells below."),
    Field("c", \.c, .positive, default: 0.1, "How the spring hardens."),
    FlowFields.noise(\.noise, default: 5), FlowFields.step(\.step), make: Self.init(a:b:c:noise:step:))

  var dimensions: Int { 2 }
  var parameters: [(key: String, values: SessionValues)] { [("a", a), ("b", b)] }
  var constants: [(key: String, value: Double)] { [("c", c), ("noise", noise)] }

  func field(_ z: [Double], _ parameters: [Double], into slope: inout [Double]) {
    slope[0] = z[1]
    slope[1] = parameters[0] * z[1] - z[0] * (parameters[1] + c * z[0] * z[0])
  }
}

/// The pitchfork bifurcation x' = mu x - x^3, y' = -y: one fixed point for mu < 0, two that attract for mu > 0.
package struct PitchforkBifurcation: Hashable, Sendable, Flow {
  package var mu: SessionValues
  package var noise: Double
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "pitchfork", "The pitchfork bifurcation x' = mu x - x^3, y' = -y.",
    Field("mu", \.mu, SessionValues.kind, "By session: below 0 the origin attracts, above 0 the points +-sqrt(mu)."),
    FlowFields.noise(\.noise, default: 1), FlowFields.step(\.step), make: Self.init(mu:noise:step:))

  var dimensions: Int { 2 }
  var parameters: [(key: String, values: SessionValues)] { [("mu", mu)] }
  var constants: [(key: String, value: Double)] { [("noise", noise)] }

  func field(_ z: [Double], _ parameters: [Double], into slope: inout [Double]) {
    slope[0] = z[0] * (parameters[0] - z[0] * z[0])
    slope[1] = -z[1]
  }
}

/// The FitzHugh-Nagumo neuron v' = v - v^3 / 3 - w + I, w' = (v + a - b w) / tau: it spikes for currents between two
/// Hopf bifurcations.  Source: FitzHugh 1961; Nagumo et al. 1962.
package struct FitzHughNagumo: Hashable, Sendable, Flow {
  package var current: SessionValues
  package var a: Double
  package var b: Double
  package var tau: Double
  package var speed: Double
  package var noise: Double
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "fitzhugh_nagumo", "The FitzHugh-Nagumo neuron v' = v - v^3 / 3 - w + I, w' = (v + a - b w) / tau.",
    Field("current", \.current, SessionValues.kind, "I, by session."),
    Field("a", \.a, .float, default: 0.7, "Offset of the recovery."),
    Field("b", \.b, .nonNegative, default: 0.8, "Leak of the recovery."),
    Field("tau", \.tau, .positive, default: 12.5, "How much slower the recovery is."),
    FlowFields.speed(\.speed, default: 40), FlowFields.noise(\.noise, default: 0),
    FlowFields.step(\.step), make: Self.init(current:a:b:tau:speed:noise:step:))

  var dimensions: Int { 2 }
  var transient: Double { 1 }
  var centre: [Double] { [0, 0.6] }
  var parameters: [(key: String, values: SessionValues)] { [("current", current)] }
  var constants: [(key: String, value: Double)] {
    [("a", a), ("b", b), ("tau", tau), ("speed", speed), ("noise", noise)]
  }

  func field(_ z: [Double], _ parameters: [Double], into slope: inout [Double]) {
    slope[0] = z[0] - z[0] * z[0] * z[0] / 3 - z[1] + parameters[0]
    slope[1] = (z[0] + a - b * z[1]) / tau
  }
}
