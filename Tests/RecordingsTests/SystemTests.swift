import Foundation
import Recordings
import SpecLanguage
import Testing

struct SystemTests {
  static let systems = [
    "{kind: hopf, mu: {linspace: [-1, 1]}}", "{kind: duffing, a: -0.5, b: [-1, 1, -0.5]}", "{kind: pitchfork, mu: 1}",
    "{kind: fitzhugh_nagumo, current: 0.5}", "{kind: lorenz}", "{kind: rossler}", "{kind: arneodo}",
    "{kind: reaching, tempo: {uniform: [1, 1.5]}}",
  ]

  func spec(
    _ system: String, observe: String = "{kind: gaussian, noise: 0.1}", count: Int = 6, length: String = "1 s",
    channels: Int = 5, split: String = "{train: 0.5, test: 0.5}"
  ) throws -> Dataset {
    try dataset(
      """
      kind: generator
      system: \(system)
      sessions: 3
      channels: \(channels)
      observe: \(observe)
      trials: {count: \(count), length: \(length)}
      bin: 20 ms
      split: \(split)
      seed: 4
      """)
  }

  /// The true states, `[dimension][trial][bin]`.
  func states(_ session: Session) throws -> [[[Double]]] {
    let state = try #require(session.behavior.last)
    #expect(state.name == "state")
    let (count, bins) = (session.trials.count, session.bins)
    return (0..<state.dimensions).map { axis in
      (0..<count).map { trial in
        let start = (axis * count + trial) * bins
        return state.values[start..<start + bins].map(Double.init)
      }
    }
  }

  @Test(arguments: systems) func `a system gives what its header says, again and again`(_ system: String) throws {
    let data = try spec(system)
    let headers = try data.headers(id: "g")
    #expect(headers.count == 3)
    for header in headers {
      let session = try data.load(id: "g", session: header.name)
      #expect(session.channels == header.channels && session.bins == 50 && session.metadata == header.metadata)
      #expect(session.trials.countsBySplit == header.trials)
      #expect(session.behavior.map(\.name) == header.behavior.map(\.name))
      #expect(session.behavior.map(\.dimensions) == header.behavior.map(\.dimensions))
      #expect(session.observations.allSatisfy(\.isFinite) && session.truth?.allSatisfy(\.isFinite) == true)
    }
    let many = try data.load(id: "g", session: "g/02")
    #expect(try data.load(id: "g", session: "g/02").observations == many.observations)
    let few = try spec(system, count: 4).load(id: "g", session: "g/02")
    #expect(few.bins(channel: 4, trial: 3) == many.bins(channel: 4, trial: 3))
    let short = try spec(system, length: "500 ms").load(id: "g", session: "g/02")
    #expect(short.bins(channel: 2, trial: 1) == Array(many.bins(channel: 2, trial: 1).prefix(25)))
  }

  @Test(
    arguments: [
      "hopf, mu: 0.5", "duffing, a: -0.5, b: -1", "pitchfork, mu: 1", "fitzhugh_nagumo, current: 0.5", "lorenz",
      "rossler", "arneodo", "limit_cycle, speed: {linspace: [-3, 3]}",
    ], ["{kind: gaussian, noise: 0.1}", "{kind: poisson, rate: 0.2}"])
  func `an undisturbed path is what a system without noise does`(_ system: String, _ observe: String) throws {
    let session = try spec("{kind: \(system), noise: 0}", observe: observe).load(id: "g", session: "g/02")
    let (states, truth) = (try #require(session.states), try #require(session.truth))
    let largest = truth.map(abs).max() ?? 0
    for (trial, start) in [(0, 0), (3, 10), (5, 29)] {
      let path = try #require(states.undisturbed(after: trial * session.bins + start, steps: 20))
      #expect(path.count == 20)
      for (step, signals) in path.enumerated() {
        for (channel, signal) in signals.enumerated() {
          let known = truth[session.index(channel: channel, trial: trial, bin: start + 1 + step)]
          #expect(abs(Float(signal) - known) < 1e-3 * largest, "step \(step + 1)")
        }
      }
    }
  }

  @Test(arguments: systems) func `no trial escapes, wherever it starts`(_ system: String) throws {
    let data = try spec(system, observe: "{kind: poisson, rate: 0.2}", count: 500, channels: 2)
    for session in 1...3 {
      #expect(try data.load(id: "g", session: "g/0\(session)").truth?.allSatisfy(\.isFinite) == true)
    }
  }

  @Test func `without noise and damping the energy of Duffing's oscillator stays`() throws {
    let data = try spec("{kind: duffing, a: 0, b: -1, c: 0.1, noise: 0}", length: "10 s")
    let states = try states(try data.load(id: "g", session: "g/01"))
    for trial in 0..<6 {
      let energies = zip(states[0][trial], states[1][trial]).map { x, y in
        y * y / 2 - x * x / 2 + 0.1 * x * x * x * x / 4
      }
      #expect(energies.allSatisfy { abs($0 - energies[0]) < 1e-4 })
    }
  }

  @Test func `bifurcations end where their parameter says`() throws {
    // Van der Pol's cycle reaches 2 sqrt(mu) for small mu; below 0 everything falls to the origin.
    let hopf = try spec("{kind: hopf, mu: [-1, 0.1, 0.4], noise: 0}", length: "200 s")
    for (number, reach) in [0, 2 * 0.1.squareRoot(), 2 * 0.4.squareRoot()].enumerated() {
      let states = try states(try hopf.load(id: "g", session: "g/0\(number + 1)"))
      for trial in states[0] {
        let last = trial.suffix(1000).map { abs($0) }.max() ?? 0
        #expect(abs(last - reach) < 0.03, "\(last) instead of \(reach)")
      }
    }
    let pitchfork = try spec("{kind: pitchfork, mu: [-1, 1, 4], noise: 0}", length: "20 s")
    for (number, reach) in [0.0, 1, 2].enumerated() {
      let states = try states(try pitchfork.load(id: "g", session: "g/0\(number + 1)"))
      #expect(states[0].allSatisfy { abs(abs($0.last ?? .nan) - reach) < 1e-3 })
      #expect(states[1].allSatisfy { abs($0.last ?? .nan) < 1e-3 })
    }
    let neuron = try spec("{kind: fitzhugh_nagumo, current: [0, 0.5, 2]}", length: "5 s")
    for (number, spikes) in [false, true, false].enumerated() {
      let states = try states(try neuron.load(id: "g", session: "g/0\(number + 1)"))
      let range = states[0].map { trial in (trial.suffix(100).max() ?? 0) - (trial.suffix(100).min() ?? 0) }
      #expect(range.allSatisfy { ($0 > 3) == spikes }, "\(range)")
    }
  }

  @Test(arguments: [
    // Extent of the attractors: means and largest values of long simulations in the literature, with room.
    ("{kind: lorenz}", 2, 23.0...24.5, 60.0), ("{kind: rossler}", 0, -0.5...0.8, 30.0),
    ("{kind: arneodo}", 0, -4.0...4.0, 15.0),
  ])
  func `chaos stays on its attractor`(_ system: String, _ axis: Int, _ mean: ClosedRange<Double>, _ most: Double) throws
  {
    let states = try states(try spec(system, length: "100 s").load(id: "g", session: "g/01"))
    let all = states[axis].flatMap { $0 }
    #expect(mean.contains(all.reduce(0, +) / Double(all.count)), "\(all.reduce(0, +) / Double(all.count))")
    #expect(states.flatMap { $0.flatMap { $0 } }.allSatisfy { abs($0) < most })
    // It neither rests nor repeats: no two trials end in one place.
    #expect(Set(states[axis].compactMap(\.last)).count == 6)
  }

  @Test func `counts have the mean and the variance that the spec says`() throws {
    for (observe, dispersion) in [
      ("{kind: poisson, rate: 2}", 0.0), ("{kind: negative_binomial, rate: 2, dispersion: 0.7}", 0.7),
      ("{kind: negative_binomial, rate: 2, dispersion: 2.5}", 2.5),
    ] {
      let session = try spec("{kind: lorenz}", observe: observe, count: 400, channels: 10).load(
        id: "g", session: "g/01")
      let truth = try #require(session.truth)
      #expect(session.isCounts)
      #expect(abs(truth.reduce(0.0) { $0 + Double($1) } / Double(truth.count) - 2) < 0.3)
      var (excess, expected) = (0.0, 0.0)
      for (count, mean) in zip(session.observations, truth) {
        let (count, mean) = (Double(count), Double(mean))
        excess += (count - mean) * (count - mean)
        expected += mean + dispersion * mean * mean
      }
      #expect(abs(excess / expected - 1) < 0.1, "\(observe): \(excess / expected)")
      #expect(abs(session.total / truth.reduce(0.0) { $0 + Double($1) } - 1) < 0.03)
    }
  }

  @Test func `the hand moves to its target, as the rotation told before`() throws {
    let data = try spec(
      "{kind: reaching, subjects: 2, tempo: [1, 1.5], noise: 0, jitter: 0, onset: 310 ms}",
      count: 40, split: "{train: 0.5, test: 0.5, stratify: target}")
    let headers = try data.headers(id: "g")
    #expect(headers.map { $0.metadata["subject"] } == ["subject_1", "subject_2", "subject_1"])
    #expect(headers.map { $0.metadata["tempo"] } == ["1", "1.5", "1"])
    let session = try data.load(id: "g", session: "g/02")
    let hand = session.behavior[0]
    #expect(hand.name == "hand_velocity" && hand.unit == "cm/s")
    let states = try states(session)
    for (number, trial) in session.trials.enumerated() {
      let angle = try #require(trial.columns["target_angle"].flatMap(Double.init))
      for bin in 0..<50 {
        let velocity = (0..<2).map { Double(hand.values[($0 * 40 + number) * 50 + bin]) }
        let length = hypot(velocity[0], velocity[1])
        // Bin 15 is centred at the onset; half a turn of 1.5 turns a second lasts a third of a second.
        #expect((length > 1e-6) == (16...31).contains(bin), "\(bin)")
        guard length > 1e-6 else { continue }
        #expect(abs(velocity[0] / length - cos(angle)) < 1e-5 && abs(velocity[1] / length - sin(angle)) < 1e-5)
        for axis in 0..<2 {
          #expect(abs(velocity[axis] - 30 * states[2 * axis + 1][number][bin - 5]) < 1e-4)
        }
      }
    }
    #expect(Set(session.trials.compactMap { $0.columns["target"] }).count == 8)
  }

  @Test func `a list of values must fit the sessions`() {
    let text = { (system: String) in
      complaints(
        "kind: generator\nsystem: \(system)\nsessions: 3\nchannels: 2\nobserve: {kind: gaussian}\n"
          + "trials: {count: 4, length: 1 s}\nbin: 20 ms\nsplit: {train: 1}")
    }
    #expect(text("{kind: hopf, mu: [1, 2]}") == "`system.mu` lists 2 values for `sessions: 3`")
    #expect(text("{kind: reaching, subjects: 2, tempo: [1, 2]}") == "")
    #expect(text("{kind: lorenz, step: 3 ms}").contains("not a whole number of system steps of 3 ms"))
  }

  @Test(arguments: [
    "{kind: hopf, mu: 0.5, noise: 0}", "{kind: duffing, a: -0.4, b: -1, noise: 0}", "{kind: lorenz, noise: 0}",
    "{kind: limit_cycle, speed: 3, noise: 0}",
  ])
  func `without noise the known next state is the state of the next bin`(_ system: String) throws {
    let session = try spec(system).load(id: "g", session: "g/01")
    let states = try #require(session.states)
    let width = states.dimensions
    #expect(states.values.count == session.trials.count * session.bins * width)
    #expect(states.next.count == states.values.count)
    for trial in session.trials.indices {
      for bin in 0..<session.bins - 1 {
        let place = (trial * session.bins + bin) * width
        for axis in 0..<width {
          let (next, known) = (states.values[place + width + axis], states.next[place + axis])
          #expect(abs(next - known) <= 1e-5 * max(1, abs(next)))
        }
      }
    }
    let noisy = try spec(system.replacing(", noise: 0", with: ", noise: 3")).load(id: "g", session: "g/01")
    let moved = try #require(noisy.states)
    #expect(moved.values[width] != moved.next[0], "the noise of a bin is not in the next state that is known")
  }

  @Test func `what no equation says has no known states`() throws {
    let session = try spec("{kind: reaching}").load(id: "g", session: "g/01")
    #expect(session.states == nil && session.truth != nil)
  }
}
