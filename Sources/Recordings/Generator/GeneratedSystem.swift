import Randomness
import SpecLanguage

/// A system whose states drive the channels of generated sessions.
protocol GeneratedSystem: Sendable {
  /// Length of one step of the simulation.
  var step: Nanoseconds { get }
  /// What the session's metadata tells of the system beside its parameters.
  var facts: [(String, Double)] { get }
  /// The numbers that may differ between sessions, by key.
  var parameters: [(name: String, values: SessionValues)] { get }
  /// How far the states typically are from the origin, by which read-outs of counts are scaled.
  func radius(_ parameters: [Double]) -> Double
  /// One trial: the state at the first step of each bin, `[bins, 2]` row-major.
  ///
  /// - Parameter parameters: in the order of the key above.  - Parameter stride: steps per bin.
  func trajectory(_ parameters: [Double], bins: Int, stride: Int, stream: inout Randomness.Stream) -> [Double]
  /// The state that a number of steps without noise lead to.
  func flow(_ x: Double, _ y: Double, _ parameters: [Double], steps: Int) -> (x: Double, y: Double)
}

/// A planar flow z' = F(z) stepped by Euler with noise: z <- z + dt F(z) + dt sigma N(0, I), z_0 ~ N(0, start^2 I).
protocol PlanarFlow: GeneratedSystem {
  var noise: Double { get }
  var start: Double { get }
  func field(_ x: Double, _ y: Double, _ parameters: [Double]) -> (x: Double, y: Double)
}

extension PlanarFlow {
  var facts: [(String, Double)] { [("noise", noise)] }

  func trajectory(_ parameters: [Double], bins: Int, stride: Int, stream: inout Randomness.Stream) -> [Double] {
    let dt = step.seconds
    var x = start * stream.normal()
    var y = start * stream.normal()
    var states: [Double] = []
    states.reserveCapacity(2 * bins)
    for bin in 0..<bins {
      states.append(x)
      states.append(y)
      if bin == bins - 1 { break }
      for _ in 0..<stride {
        let flow = field(x, y, parameters)
        x += dt * flow.x + dt * noise * stream.normal()
        y += dt * flow.y + dt * noise * stream.normal()
      }
    }
    return states
  }

  func flow(_ x: Double, _ y: Double, _ parameters: [Double], steps: Int) -> (x: Double, y: Double) {
    let dt = step.seconds
    return (0..<steps).reduce((x, y)) { state, _ in
      let flow = field(state.0, state.1, parameters)
      return (state.0 + dt * flow.x, state.1 + dt * flow.y)
    }
  }
}
