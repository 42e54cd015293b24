import Foundation
import Randomness
import SpecLanguage

/// Reaches to targets on a circle, driven by rotations that start from a state that the target sets.
///
/// Before the movement the state holds (cos t, 0, sin t, 0, 1, 0) for a target at angle t. From `lead` before the onset
/// of the movement on every pair (p, q) turns: s seconds later it is exp(-d s) (p cos w s - q sin w s, p sin w s + q cos w s),
/// w = 2 pi tempo. This is one linear system for all targets; the tempo differs between subjects. The hand moves with
/// exp(-d r) sin(w r) speed (cos t, sin t), r seconds after the onset while w r < pi: what the state was `lead` earlier,
/// seen through one linear map. Noise is added to the state of every bin.
/// Source: rotations of motor cortex after Churchland, Cunningham et al. 2012; the equations are ours.
package struct Reaching: Hashable, Sendable, GeneratedSystem {
  package var subjects: Int
  package var targets: Int
  package var tempo: SessionValues
  package var decay: Double
  package var onset: Nanoseconds
  package var lead: Nanoseconds
  package var jitter: Double
  package var speed: Double
  package var noise: Double

  package static let schema = Schema<Self>(
    "reaching", "Reaches to targets on a circle, driven by rotations that start from a state that the target sets.",
    Field("subjects", \.subjects, .count, default: 2, "Sessions are dealt to so many animals in turn."),
    Field("targets", \.targets, .count, default: 8, "Targets on the circle; every trial draws one."),
    Field("tempo", \.tempo, SessionValues.kind, default: .constant(1.25), "Turns per second, by subject."),
    Field("decay", \.decay, .nonNegative, default: 2, "How fast the rotation dies away, per second."),
    Field("onset", \.onset, .duration, default: .milliseconds(300), "When the hand starts to move."),
    Field("lead", \.lead, .duration, default: .milliseconds(100), "How much earlier the rotation starts."),
    Field("jitter", \.jitter, .nonNegative, default: 0.02, "Standard deviation of the onset over trials, seconds."),
    Field("speed", \.speed, .positive, default: 30, "Velocity of the hand where the rotation would not decay, cm/s."),
    Field("noise", \.noise, .nonNegative, default: 0.05, "Standard deviation of the noise of the state."),
    make: Self.init(subjects:targets:tempo:decay:onset:lead:jitter:speed:noise:))

  var dimensions: Int { 6 }
  var step: Nanoseconds { Nanoseconds(1) }
  var parameters: [(key: String, values: SessionValues)] { [("tempo", tempo)] }
  var constants: [(key: String, value: Double)] { [("decay", decay), ("noise", noise)] }
  var signals: [(name: String, unit: String, dimensions: Int)] { [("hand_velocity", "cm/s", 2), ("state", "", 6)] }

  func trial(_ parameters: [Double], bins: Int, bin: Nanoseconds, stream: Randomness.Stream) -> GeneratedTrial {
    var stream = stream
    let (_, angle, onset) = plan(&stream)
    let turn = 2 * Double.pi * parameters[0]
    let start = [(cos(angle), 0.0), (sin(angle), 0.0), (1.0, 0.0)]
    var trial = GeneratedTrial(states: [], behavior: Array(repeating: [], count: 2 + dimensions))
    for place in 0..<bins {
      // The middle of the bin.
      let time = (Double(place) + 0.5) * bin.seconds
      let since = max(0, time - onset + lead.seconds)
      let fading = exp(-decay * since)
      let (cosine, sine) = (cos(turn * since), sin(turn * since))
      for (axis, pair) in start.enumerated() {
        let rotated = (pair.0 * cosine - pair.1 * sine, pair.0 * sine + pair.1 * cosine)
        for (part, value) in [rotated.0, rotated.1].enumerated() {
          let state = fading * value + noise * stream.normal()
          trial.states.append(state)
          trial.behavior[2 + 2 * axis + part].append(state)
        }
      }
      let moving = time - onset
      let isMoving = moving > 0 && turn * moving < .pi
      let pace = isMoving ? speed * exp(-decay * moving) * sin(turn * moving) : 0
      trial.behavior[0].append(pace * cos(angle))
      trial.behavior[1].append(pace * sin(angle))
    }
    return trial
  }

  func columns(_ stream: Randomness.Stream) -> [String: String] {
    var stream = stream
    let (target, angle, onset) = plan(&stream)
    return ["target": String(target), "target_angle": shortText(angle), "move_onset_time": shortText(onset)]
  }

  /// Which target, where it is, and when the hand starts.
  private func plan(_ stream: inout Randomness.Stream) -> (target: Int, angle: Double, onset: Double) {
    let target = stream.int(below: targets)
    let angle = 2 * Double.pi * Double(target) / Double(targets)
    return (target, angle, onset.seconds + jitter * stream.normal())
  }
}
