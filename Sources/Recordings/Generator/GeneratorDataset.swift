import Foundation
import Randomness
import SpecLanguage

/// Sessions simulated from a known system.
///
/// Every session has its own read-out C ~ N(0, 1) / sqrt 2 without bias, its own trials and its own noise. The numbers
/// depend on seed, dataset, session and trial only: fewer trials or sessions are a prefix of more.
package struct GeneratorDataset: Hashable, Sendable {
  package struct Trials: Hashable, Sendable {
    package var count: Int
    package var length: Nanoseconds

    package static let schema = Schema<Self>(
      "trials", "How many trials each session has and how long they are.",
      Field("count", \.count, .int(1...1_000_000), "Trials of each session, over all splits."),
      Field("length", \.length, .duration, "Length of a trial, a whole number of bins."),
      make: Self.init(count:length:))
  }

  package var system: System
  package var sessions: Int
  package var channels: ChannelCounts
  package var observe: GeneratedObservation
  package var trials: Trials
  package var bin: Nanoseconds
  package var split: SplitPlan
  package var seed: UInt64

  package static let schema = Schema<Self>(
    "generator", "Sessions simulated from a known system.",
    Field("system", \.system, .union(System.union), "The system whose states drive the channels."),
    Field("sessions", \.sessions, .int(1...10_000), default: 1, "How many sessions to simulate."),
    Field("channels", \.channels, ChannelCounts.kind, "Channels of each session: a number, a list or `int_uniform`."),
    Field("observe", \.observe, .union(GeneratedObservation.union), "How channels show the state."),
    Field("trials", \.trials, .section(Trials.schema), "How many trials each session has and how long they are."),
    Field("bin", \.bin, .duration, "Width of a bin; the state is kept at the start of each."),
    Field("split", \.split, .section(SplitPlan.schema), "Which trials are for training, choosing and scoring."),
    Field("seed", \.seed, .seed, default: 0, "Seed of everything that is drawn."),
    rules: [
      Rule("split.neurons.where") { NeuronSplit.complaint($0.split) },
      Rule("trials.length") { WholeBins.complaint("trials.length", $0.trials.length, bin: $0.bin) },
      Rule("bin") { dataset in
        let step = dataset.system.step
        return dataset.bin.count % step.count == 0
          ? nil : "`bin` is \(dataset.bin), which is not a whole number of system steps of \(step)"
      },
      Rule("system.step") { dataset in
        dataset.integrationSteps <= mostSteps
          ? nil
          : "a session would take more than \(Int(mostSteps)) steps of \(dataset.system.step); "
            + "use a longer `step`, or fewer or shorter trials"
      },
      Rule("system") { dataset in
        let count = dataset.system.subjects ?? dataset.sessions
        for (key, values) in dataset.system.parameters {
          if let text = values.complaint("system.\(key)", sessions: count) { return text }
        }
        return nil
      },
      Rule("channels") { $0.channels.complaint("channels", sessions: $0.sessions) },
    ],
    make: Self.init(system:sessions:channels:observe:trials:bin:split:seed:))

  /// A session is simulated in one go, so it must not take minutes.
  private static let mostSteps = 1e8

  /// Steps of integration for one session.
  package var integrationSteps: Double { Double(trials.count) * system.integrationSteps(of: trials.length) }
}

extension GeneratorDataset {
  func names(id: String) -> [String] {
    let digits = max(2, String(sessions).count)
    return (1...sessions).map { number in
      let text = String(number)
      return id + "/" + String(repeating: "0", count: digits - text.count) + text
    }
  }

  func headers(id: String) throws(DataProblems) -> [SessionHeader] {
    var found = ProblemList()
    let headers = names(id: id).enumerated().compactMap { index, name in
      found.attempt { () throws(DataProblem) -> SessionHeader in
        try plan(id: id, index: index, name: name).header(self)
      }
    }
    try found.check()
    return headers
  }

  func load(id: String, session name: String) throws(DataProblems) -> Session {
    let names = names(id: id)
    guard let index = names.firstIndex(of: name) else { throw Dataset.noSession(name, known: names) }
    var found = ProblemList()
    let plan = found.attempt { () throws(DataProblem) -> GeneratedPlan in
      try self.plan(id: id, index: index, name: name)
    }
    guard let plan else { throw DataProblems(found.problems) }
    return simulate(plan)
  }

  private func plan(id: String, index: Int, name: String) throws(DataProblem) -> GeneratedPlan {
    let stream = Randomness.Stream(seed: seed, path: ["data", id, name])
    let bins = trials.length.count / bin.count
    let starts = (0..<trials.count).map { Double($0) * trials.length.seconds }
    let columns = (0..<trials.count).map { number in
      system.simulator?.columns(stream.child("trial", String(number)).child("state")) ?? [:]
    }
    let splits = try split.assign(starts: starts, columns: columns, session: name)
    var metadata = ["kind": "generator", "system": system.name]
    var parameters: [Double] = []
    let subject = system.subjects.map { index % $0 }
    for (key, values) in system.parameters {
      let value: Double
      if let subject, let count = system.subjects {
        let stream = Randomness.Stream(seed: seed, path: ["data", id, "subject", String(subject + 1), key])
        value = values.value(session: subject, of: count, stream: stream)
      } else {
        value = values.value(session: index, of: sessions, stream: stream.child(key))
      }
      parameters.append(value)
      metadata[key] = shortText(value)
    }
    var gain = 1.0
    if let subject {
      metadata["subject"] = "subject_\(subject + 1)"
      var stream = Randomness.Stream(seed: seed, path: ["data", id, "subject", String(subject + 1), "gain"])
      gain = exp2(stream.normal() / 3)
    }
    for (key, value) in constants { metadata[key] = shortText(value) }
    var behavior: [(name: String, dimensions: Int)] = []
    for signal in system.simulator?.signals ?? [] { behavior.append((signal.name, signal.dimensions)) }
    let count = channels.value(session: index, stream: stream.child("channels"))
    return GeneratedPlan(
      name: name, stream: stream, channels: count,
      bins: bins, parameters: parameters, metadata: metadata, behavior: behavior,
      gain: gain,
      trials: starts.indices.map {
        Trial(length: bins, split: splits[$0], start: starts[$0], columns: columns[$0])
      }, heldOut: try split.neurons?.heldOut(of: count, session: name))
  }

  private var constants: [(key: String, value: Double)] {
    if case .limitCycle(let cycle) = system { return [("radius", cycle.radius), ("noise", cycle.noise)] }
    return system.simulator?.constants ?? []
  }

  private func simulate(_ plan: GeneratedPlan) -> Session {
    if let simulator = system.simulator {
      return SessionSimulator(dataset: self, system: simulator, plan: plan).session
    }
    guard case .limitCycle(let cycle) = system else { preconditionFailure("every other system has a simulator") }
    var readOut = plan.stream.child("readout")
    let scale = 0.5.squareRoot()
    let rows = (0..<plan.channels).map { _ in (scale * readOut.normal(), scale * readOut.normal()) }
    let count = plan.trials.count
    var observations = [Float](repeating: .nan, count: plan.channels * count * plan.bins)
    var truth = observations
    let stride = bin.count / cycle.step.count
    let flow = TrueFlow(
      next: { state in
        let next = cycle.flow(state[0], state[1], speed: plan.parameters[0], steps: stride)
        return [next.x, next.y]
      },
      signals: { state in rows.map { observe.signal((state[0], state[1]), $0, radius: cycle.radius) } })
    var all = TrueStates(dimensions: 2, flow: flow)
    for trial in 0..<count {
      let stream = plan.stream.child("trial", String(trial))
      var stateStream = stream.child("state")
      var noiseStream = stream.child("observation")
      let states = cycle.trajectory(
        speed: plan.parameters[0], bins: plan.bins, stride: stride, stream: &stateStream)
      for bin in 0..<plan.bins {
        let state = (states[2 * bin], states[2 * bin + 1])
        all.append([state.0, state.1], next: flow.next([state.0, state.1]))
        for (channel, row) in rows.enumerated() {
          let place = (channel * count + trial) * plan.bins + bin
          let signal = observe.signal(state, row, radius: cycle.radius)
          truth[place] = Float(signal)
          observations[place] = Float(observe.observe(signal, stream: &noiseStream))
        }
      }
    }
    return Session(
      name: plan.name, metadata: plan.metadata, binWidth: bin, channels: plan.channels, bins: plan.bins,
      trials: plan.trials, isCounts: observe.isCounts, observations: observations, truth: truth, states: all,
      heldOut: plan.heldOut)
  }
}

/// What is known of a generated session before it is simulated.
struct GeneratedPlan {
  var name: String
  var stream: Randomness.Stream
  var channels: Int
  var bins: Int
  /// The values of the system's parameters that differ between sessions.
  var parameters: [Double]
  var metadata: [String: String]
  var behavior: [(name: String, dimensions: Int)]
  /// Factor of all drives.
  var gain: Double
  var trials: [Trial]
  var heldOut: HeldOut?

  func header(_ dataset: GeneratorDataset) -> SessionHeader {
    var header = SessionHeader(
      name: name, files: [], metadata: metadata, channels: channels, bins: bins, trials: trials.countsBySplit,
      binWidth: dataset.bin, behavior: behavior, isCounts: dataset.observe.isCounts, heldOut: heldOut)
    header.knowsStates = dataset.system.knowsFlow
    return header
  }
}

extension [Trial] {
  /// How many trials each split has, every split named.
  package var countsBySplit: [Split: Int] {
    var counts = Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, 0) })
    for trial in self { counts[trial.split, default: 0] += 1 }
    return counts
  }
}
