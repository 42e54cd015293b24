import Randomness
import SpecLanguage

/// One trial of a generated system.
struct GeneratedTrial {
  /// `[bins, dimensions]`, as the read-out sees them.
  var states: [Double]
  /// Where one bin without noise leads from each state, laid out as `states`; empty where no equation says.
  var next: [Double] = []
  /// `[dimensions, bins]` signals beside the states.
  var behavior: [[Double]] = []
}

/// A system whose states drive the channels of generated sessions.
///
/// Law: the same parameters and stream give the same trial, and a shorter trial is the beginning of a longer one.
protocol GeneratedSystem: Sendable {
  var dimensions: Int { get }
  /// Length of one step of the integration; a bin is a whole number of them.
  var step: Nanoseconds { get }
  /// What differs between sessions, under the keys of the spec.
  var parameters: [(key: String, values: SessionValues)] { get }
  /// What is the same in all sessions, for the metadata.
  var constants: [(key: String, value: Double)] { get }
  /// Names, units and dimensions of the signals beside the states.
  var signals: [(name: String, unit: String, dimensions: Int)] { get }

  /// What is known of the trial of a stream before it is simulated.
  func columns(_ stream: Stream) -> [String: String]

  /// - Parameter parameters: values in the order of `parameters`.
  func trial(_ parameters: [Double], bins: Int, bin: Nanoseconds, stream: Stream) -> GeneratedTrial

  /// Where a state leads in one bin without noise; nil for a system whose states are no flow.
  func next(_ parameters: [Double], bin: Nanoseconds) -> (@Sendable ([Double]) -> [Double])?
}

extension GeneratedSystem {
  func next(_ parameters: [Double], bin: Nanoseconds) -> (@Sendable ([Double]) -> [Double])? { nil }
}

/// An autonomous system of differential equations with noise.
///
/// Each step is one of the classical Runge-Kutta method of order 4, plus dt sigma N(0, I): the convention of the
/// published generator of Vermani et al. 2025, where the noise is not scaled by the root of dt. The read-out sees
/// (z - centre) / unit.
protocol Flow: GeneratedSystem {
  var noise: Double { get }
  /// Units of the system's own time per second.
  var speed: Double { get }
  /// Seconds that run before a trial starts, so that it starts on the attractor.
  var transient: Double { get }
  var centre: [Double] { get }
  var unit: Double { get }
  /// Standard deviation of the place at which a trial, or its transient, starts.
  var spread: Double { get }

  /// Writes dz/dt, per unit of the system's own time.
  func field(_ z: [Double], _ parameters: [Double], into slope: inout [Double])
}

extension Flow {
  var signals: [(name: String, unit: String, dimensions: Int)] { [("state", "", dimensions)] }

  var speed: Double { 1 }
  var transient: Double { 0 }
  var centre: [Double] { Array(repeating: 0, count: dimensions) }
  var unit: Double { 1 }
  var spread: Double { unit }

  func columns(_ stream: Stream) -> [String: String] { [:] }

  func next(_ parameters: [Double], bin: Nanoseconds) -> (@Sendable ([Double]) -> [Double])? {
    { state in
      var stepper = Stepper(dimensions: dimensions)
      let z = state.indices.map { centre[$0] + unit * state[$0] }
      return seen(ahead(z, parameters, bin, &stepper))
    }
  }

  /// Where one bin without noise leads from a place in the system's own units.
  private func ahead(_ z: [Double], _ parameters: [Double], _ bin: Nanoseconds, _ stepper: inout Stepper) -> [Double] {
    var z = z
    for _ in 0..<bin.count / step.count { stepper.advance(&z, step.seconds * speed, parameters, self) }
    return z
  }

  /// A place in the system's own units as the read-out sees it.
  private func seen(_ z: [Double]) -> [Double] { z.indices.map { (z[$0] - centre[$0]) / unit } }

  func trial(_ parameters: [Double], bins: Int, bin: Nanoseconds, stream: Stream) -> GeneratedTrial {
    var stream = stream
    var z = (0..<dimensions).map { centre[$0] + spread * stream.normal() }
    var stepper = Stepper(dimensions: dimensions)
    var still = Stepper(dimensions: dimensions)
    let width = step.seconds * speed
    for _ in 0..<Int((transient / step.seconds).rounded()) { stepper.advance(&z, width, parameters, self, &stream) }
    var trial = GeneratedTrial(states: [], behavior: Array(repeating: [], count: dimensions))
    trial.states.reserveCapacity(bins * dimensions)
    for place in 0..<bins {
      trial.states += seen(z)
      for axis in 0..<dimensions { trial.behavior[axis].append(z[axis]) }
      trial.next += seen(ahead(z, parameters, bin, &still))
      if place == bins - 1 { break }
      for _ in 0..<bin.count / step.count { stepper.advance(&z, width, parameters, self, &stream) }
    }
    return trial
  }
}

/// Room for the four slopes of a step.
private struct Stepper {
  private var slopes: [[Double]]
  private var place: [Double]

  init(dimensions: Int) {
    slopes = Array(repeating: Array(repeating: 0, count: dimensions), count: 4)
    place = Array(repeating: 0, count: dimensions)
  }

  mutating func advance(
    _ z: inout [Double], _ width: Double, _ parameters: [Double], _ flow: some Flow, _ stream: inout Stream
  ) {
    advance(&z, width, parameters, flow)
    guard flow.noise > 0 else { return }
    for axis in z.indices { z[axis] += width * flow.noise * stream.normal() }
  }

  /// Without noise.
  mutating func advance(_ z: inout [Double], _ width: Double, _ parameters: [Double], _ flow: some Flow) {
    flow.field(z, parameters, into: &slopes[0])
    for (stage, share) in [0.5, 0.5, 1].enumerated() {
      for axis in z.indices { place[axis] = z[axis] + share * width * slopes[stage][axis] }
      flow.field(place, parameters, into: &slopes[stage + 1])
    }
    for axis in z.indices {
      let slope = slopes[0][axis] + 2 * slopes[1][axis] + 2 * slopes[2][axis] + slopes[3][axis]
      z[axis] += width / 6 * slope
    }
  }
}

/// The keys that every flow has.
enum FlowFields {
  static func noise<Root>(
    _ path: @autoclosure @escaping FieldPath<Root, Double>, default value: Double
  ) -> Field<Root, Double> {
    Field("noise", path(), .nonNegative, default: value, "Size of the noise that each step adds, times the step.")
  }

  static func step<Root>(_ path: @autoclosure @escaping FieldPath<Root, Nanoseconds>) -> Field<Root, Nanoseconds> {
    Field("step", path(), .duration, default: .milliseconds(10), "Length of one step of the integration.")
  }

  static func speed<Root>(
    _ path: @autoclosure @escaping FieldPath<Root, Double>, default value: Double
  ) -> Field<Root, Double> {
    Field("speed", path(), .positive, default: value, "Units of the system's own time per second.")
  }
}
