import Foundation
import Randomness
import SpecLanguage

/// Simulates one session of a system: states, a read-out of its own, channels and the truth.
///
/// The drive of a channel is c . z with c ~ N(0, 1 / dimensions). Spike counts have mean rate exp(c . z) / L, where L is the
/// mean of exp(c . z) over reference trials, so that `rate` holds on average whatever the system does. All sessions of an
/// animal have its gain, 2^N(0, 1/9), as factor of the drive.
struct SessionSimulator {
  let dataset: GeneratorDataset
  let system: any GeneratedSystem
  let plan: GeneratedPlan

  /// Trials that only the level of the counts is taken from.
  private static let references = 32

  var session: Session {
    let rows = readOut
    let levels = levels(rows)
    let (count, bins) = (plan.trials.count, plan.bins)
    var observations = [Float](repeating: .nan, count: plan.channels * count * bins)
    var truth = observations
    var states = TrueStates(dimensions: system.dimensions, flow: flow(rows, levels))
    var signals = system.signals.map { [Float](repeating: .nan, count: $0.dimensions * count * bins) }
    for number in 0..<count {
      let stream = plan.stream.child("trial", String(number))
      var noise = stream.child("observation")
      let trial = system.trial(plan.parameters, bins: bins, bin: dataset.bin, stream: stream.child("state"))
      states.append(trial.states, next: trial.next)
      for bin in 0..<bins {
        for (channel, row) in rows.enumerated() {
          let place = (channel * count + number) * bins + bin
          let signal = dataset.observe.signal(drive: drive(row, trial.states, bin), level: levels[channel])
          truth[place] = Float(signal)
          observations[place] = Float(dataset.observe.observe(signal, stream: &noise))
        }
      }
      var first = 0
      for (index, signal) in system.signals.enumerated() {
        for axis in 0..<signal.dimensions {
          let start = (axis * count + number) * bins
          for bin in 0..<bins { signals[index][start + bin] = Float(trial.behavior[first + axis][bin]) }
        }
        first += signal.dimensions
      }
    }
    let behavior = zip(system.signals, signals).map { signal, values in
      Behavior(name: signal.name, unit: signal.unit, dimensions: signal.dimensions, values: values)
    }
    return Session(
      name: plan.name, metadata: plan.metadata, binWidth: dataset.bin, channels: plan.channels, bins: bins,
      trials: plan.trials, isCounts: dataset.observe.isCounts, observations: observations, behavior: behavior,
      truth: truth, states: states.isWhole ? states : nil, heldOut: plan.heldOut)
  }

  private func flow(_ rows: [[Double]], _ levels: [Double]) -> TrueFlow? {
    system.next(plan.parameters, bin: dataset.bin).map { next in
      TrueFlow(
        next: next,
        signals: { state in
          rows.indices.map { dataset.observe.signal(drive: drive(rows[$0], state), level: levels[$0]) }
        })
    }
  }

  private var readOut: [[Double]] {
    var stream = plan.stream.child("readout")
    let scale = plan.gain / Double(system.dimensions).squareRoot()
    return (0..<plan.channels).map { _ in (0..<system.dimensions).map { _ in scale * stream.normal() } }
  }

  /// - Parameter bin: which of several states, one behind the other.
  private func drive(_ row: [Double], _ states: [Double], _ bin: Int = 0) -> Double {
    var sum = 0.0
    for (axis, weight) in row.enumerated() { sum += weight * states[bin * row.count + axis] }
    return sum
  }

  private func levels(_ rows: [[Double]]) -> [Double] {
    guard dataset.observe.isCounts else { return Array(repeating: 1, count: rows.count) }
    var sums = [Double](repeating: 0, count: rows.count)
    for number in 0..<Self.references {
      let stream = plan.stream.child("reference", String(number))
      let states = system.trial(plan.parameters, bins: plan.bins, bin: dataset.bin, stream: stream).states
      for (channel, row) in rows.enumerated() {
        for bin in 0..<plan.bins { sums[channel] += exp(drive(row, states, bin)) }
      }
    }
    return sums.map { $0 / Double(Self.references * plan.bins) }
  }
}
