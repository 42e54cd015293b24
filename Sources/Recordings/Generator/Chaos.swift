import SpecLanguage

/// The Lorenz system x' = sigma (y - x), y' = x (rho - z) - y, z' = x y - beta z.  Source: Lorenz 1963. The read-out sees
/// (x, y, z - 25) / 10.
package struct LorenzSystem: Hashable, Sendable, Flow {
  package var rho: SessionValues
  package var sigma: Double
  package var beta: Double
  package var speed: Double
  package var noise: Double
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "lorenz",
    "The Lorenz system x' = sigma (y - x), y' = x (rho - z) - y, z' = x y - beta z; the read-out sees "
      + "(x, y, z - 25) / 10.",
    Field("rho", \.rho, SessionValues.kind, default: .constant(28), "By session; chaos above 24.74."),
    Field("sigma", \.sigma, .positive, default: 10, "Prandtl number."),
    Field("beta", \.beta, .positive, default: 8.0 / 3, "Shape of the rolls."),
    FlowFields.speed(\.speed, default: 1), FlowFields.noise(\.noise, default: 0), FlowFields.step(\.step),
    make: Self.init(rho:sigma:beta:speed:noise:step:))

  var dimensions: Int { 3 }
  var transient: Double { 10 / speed }
  var centre: [Double] { [0, 0, 25] }
  var unit: Double { 10 }
  var parameters: [(key: String, values: SessionValues)] { [("rho", rho)] }
  var constants: [(key: String, value: Double)] {
    [("sigma", sigma), ("beta", beta), ("speed", speed), ("noise", noise)]
  }

  func field(_ z: [Double], _ parameters: [Double], into slope: inout [Double]) {
    slope[0] = sigma * (z[1] - z[0])
    slope[1] = z[0] * (parameters[0] - z[2]) - z[1]
    slope[2] = z[0] * z[1] - beta * z[2]
  }
}

/// The Roessler system x' = -y - z, y' = x + a y, z' = b + z (x - c).  Source: Roessler 1976. The read-out sees z / 5.
package struct RosslerSystem: Hashable, Sendable, Flow {
  package var c: SessionValues
  package var a: Double
  package var b: Double
  package var speed: Double
  package var noise: Double
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "rossler", "The Roessler system x' = -y - z, y' = x + a y, z' = b + z (x - c); the read-out sees its state / 5.",
    Field("c", \.c, SessionValues.kind, default: .constant(5.7), "By session; chaos near 5.7."),
    Field("a", \.a, .float, default: 0.2, "Growth of the spiral."), Field("b", \.b, .float, default: 0.2, "Offset."),
    FlowFields.speed(\.speed, default: 6), FlowFields.noise(\.noise, default: 0), FlowFields.step(\.step),
    make: Self.init(c:a:b:speed:noise:step:))

  var dimensions: Int { 3 }
  var transient: Double { 60 / speed }
  var unit: Double { 5 }
  /// From z above c - x trajectories escape.
  var spread: Double { 1 }
  var parameters: [(key: String, values: SessionValues)] { [("c", c)] }
  var constants: [(key: String, value: Double)] { [("a", a), ("b", b), ("speed", speed), ("noise", noise)] }

  func field(_ z: [Double], _ parameters: [Double], into slope: inout [Double]) {
    slope[0] = -z[1] - z[2]
    slope[1] = z[0] + a * z[1]
    slope[2] = b + z[2] * (z[0] - parameters[0])
  }
}

/// The Arneodo system x' = y, y' = z, z' = a x - b y - z - x^3.  Source: Arneodo, Coullet & Tresser 1981. The read-out
/// sees its state / 3.
package struct ArneodoSystem: Hashable, Sendable, Flow {
  package var b: SessionValues
  package var a: Double
  package var speed: Double
  package var noise: Double
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "arneodo", "The Arneodo system x' = y, y' = z, z' = a x - b y - z - x^3; the read-out sees its state / 3.",
    Field("b", \.b, SessionValues.kind, default: .constant(4.5), "By session; chaos near 4.5."),
    Field("a", \.a, .positive, default: 5.5, "How strongly the origin repels."),
    FlowFields.speed(\.speed, default: 3), FlowFields.noise(\.noise, default: 0), FlowFields.step(\.step),
    make: Self.init(b:a:speed:noise:step:))

  var dimensions: Int { 3 }
  var transient: Double { 30 / speed }
  var unit: Double { 3 }
  /// Far from the origin trajectories escape.
  var spread: Double { 0.5 }
  var parameters: [(key: String, values: SessionValues)] { [("b", b)] }
  var constants: [(key: String, value: Double)] { [("a", a), ("speed", speed), ("noise", noise)] }

  func field(_ z: [Double], _ parameters: [Double], into slope: inout [Double]) {
    slope[0] = z[1]
    slope[1] = z[2]
    slope[2] = a * z[0] - parameters[0] * z[1] - z[2] - z[0] * z[0] * z[0]
  }
}
