import Foundation
import Randomness
import SpecLanguage

/// A planar limit cycle with one speed per session.
///
/// r' = r + dt r (R^2 - r^2), theta' = theta + dt w, back to the plane, then plus dt sigma N(0, I); the noisy state is
/// the one that the next step starts from.  x_0 ~ N(0, I).
/// Source: the limit cycles of Vermani et al. 2025, as their published generator steps them: Euler in polar form.
package struct LimitCycle: Hashable, Sendable {
  /// w, in radians per second; its sign is the direction.
  package var speed: SessionValues
  /// R.
  package var radius: Double
  /// sigma.
  package var noise: Double
  /// dt.
  package var step: Nanoseconds

  package static let schema = Schema<Self>(
    "limit_cycle", "A planar limit cycle with one speed per session.",
    Field(
      "speed", \.speed, SessionValues.kind,
      "Angular speed in radians per second, by session: a number, a list, `linspace` or `uniform`."),
    Field("radius", \.radius, .positive, default: 2.0.squareRoot(), "Radius of the cycle."),
    Field("noise", \.noise, .nonNegative, default: 0.5, "Size of the noise that each step adds, times the step."),
    Field("step", \.step, .duration, default: .milliseconds(10), "Length of one Euler step."),
    make: Self.init(speed:radius:noise:step:))

  /// One trial: the state at the first step of each bin, `[bins, 2]` row-major.
  /// - Parameter stride: steps per bin.
  func trajectory(speed: Double, bins: Int, stride: Int, stream: inout Randomness.Stream) -> [Double] {
    let dt = step.seconds
    let turn = (cosine: cos(dt * speed), sine: sin(dt * speed))
    var x = stream.normal()
    var y = stream.normal()
    var states: [Double] = []
    states.reserveCapacity(2 * bins)
    for bin in 0..<bins {
      states.append(x)
      states.append(y)
      if bin == bins - 1 { break }
      for _ in 0..<stride {
        // r'/r, and a turn by dt w: the polar step without angles.
        let square = x * x + y * y
        let growth = 1 + dt * (radius * radius - square)
        let turnedX = x * turn.cosine - y * turn.sine
        let turnedY = x * turn.sine + y * turn.cosine
        x = growth * turnedX + dt * noise * stream.normal()
        y = growth * turnedY + dt * noise * stream.normal()
      }
    }
    return states
  }

  /// Where a number of steps without noise lead.
  func flow(_ x: Double, _ y: Double, speed: Double, steps: Int) -> (x: Double, y: Double) {
    let dt = step.seconds
    let turn = (cosine: cos(dt * speed), sine: sin(dt * speed))
    return (0..<steps).reduce((x, y)) { state, _ in
      let growth = 1 + dt * (radius * radius - state.0 * state.0 - state.1 * state.1)
      return (
        growth * (state.0 * turn.cosine - state.1 * turn.sine), growth * (state.0 * turn.sine + state.1 * turn.cosine)
      )
    }
  }
}
