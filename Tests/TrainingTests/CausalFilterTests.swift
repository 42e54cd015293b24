import AllocationCount
import Models
import NativeBackend
import Randomness
import Recordings
import ReferenceBackend
import TensorGraph
import Testing
import Training

@Suite struct CausalFilterTests {
  private static func fit(_ observation: Observation, embedded: Bool) -> FittedModel {
    var model = Small.model
    model.inference = .dkf(DKF(encoder: .gru(.init(width: 9)), forecastMask: 0.3, detach: true))
    model.observation = observation
    if !embedded {
      model.embedding = nil
      model.dynamics = .mlp(
        MLPDynamics(
          latent: 2, hidden: [6], activation: .silu, residual: true, noise: .shared, adapt: .shared))
    }
    let sessions = SessionTable(names: Small.sessions.map(\.name), channels: Small.sessions.map(\.channels))
    let table = model.parameterTable(sessions)
    return FittedModel(
      model: model, sessions: sessions, parameters: table,
      values: table.initialValues(Stream(seed: 4, path: ["filter"])))
  }

  /// The rates of a trial bin by bin, `[bins][channels * (1 + ahead)]`.
  private func stream(
    _ filter: CausalFilter, _ session: Session, trial: Int
  ) throws -> [[Double]] {
    filter.reset()
    return try (0..<session.trials[trial].length).map { bin in
      let values = (0..<session.channels).map {
        session.observations[session.index(channel: $0, trial: trial, bin: bin)]
      }
      try values.withUnsafeBufferPointer { try filter.step($0) }
      return (0..<filter.rates.count).map { filter.rates[$0] }
    }
  }

  @Test(arguments: [false, true], [false, true])
  func `bin by bin gives the bits of the whole trial, and the same forecasts`(poisson: Bool, embedded: Bool) throws {
    let fit = Self.fit(
      poisson ? .poisson(.init(link: .softplus, initialisation: .random)) : .gaussian(.init(initialisation: .random)),
      embedded: embedded)
    let backend = NativeBackend(threads: 2)
    let runner = SessionRunner(fit, bins: 8, trials: 2, backend: backend, stream: Stream(seed: 1, path: ["x"]))
    let embedding = embedded ? [0.7] : []
    for (number, session) in Small.sessions.enumerated() {
      let filter = try CausalFilter(fit, session: number, embedding: embedding, ahead: 3, backend: backend)
      for trial in [2, 0] {
        let rates = try stream(filter, session, trial: trial)
        let whole = try runner.reconstruct(number, trials: [trial], in: Small.sessions, embedding: embedding)
        let bins = session.bins
        for (bin, own) in rates.enumerated() {
          let later = try runner.forecast(
            number, trials: [trial], in: Small.sessions, context: bin + 1, embedding: embedding)
          for channel in 0..<session.channels {
            #expect(Float(own[4 * channel]) == whole[channel * bins + bin])
            for ahead in 1...3 where bin + ahead < rates.count {
              #expect(Float(own[4 * channel + ahead]) == later[channel * bins + bin + ahead])
            }
          }
        }
      }
    }
  }

  @Test func `bin by bin agrees with the reference, missing values included`() throws {
    let fit = Self.fit(.gaussian(.init(initialisation: .random)), embedded: true)
    var session = Small.sessions[1]
    session.observations[session.index(channel: 3, trial: 0, bin: 2)] = .nan
    let native = try CausalFilter(fit, session: 1, embedding: [-0.4], ahead: 2, backend: NativeBackend())
    let reference = try CausalFilter(fit, session: 1, embedding: [-0.4], ahead: 2, backend: ReferenceBackend())
    let (a, b) = (try stream(native, session, trial: 0), try stream(reference, session, trial: 0))
    for (left, right) in zip(a.joined(), b.joined()) { #expect(abs(left - right) <= 1e-5 * max(1, abs(right))) }
    for index in 0..<2 { #expect(abs(native.variance[index] - reference.variance[index]) < 1e-5) }
  }

  @Test func `a bin changes nothing before it`() throws {
    let fit = Self.fit(.gaussian(.init(initialisation: .random)), embedded: true)
    let runner = SessionRunner(fit, bins: 8, trials: 2, backend: NativeBackend(), stream: Stream(seed: 1, path: ["x"]))
    var changed = Small.sessions
    for channel in 0..<4 { changed[0].observations[changed[0].index(channel: channel, trial: 0, bin: 5)] += 9 }
    let before = try runner.reconstruct(0, trials: [0], in: Small.sessions, embedding: [0.2])
    let after = try runner.reconstruct(0, trials: [0], in: changed, embedding: [0.2])
    for channel in 0..<4 {
      #expect(before[channel * 8..<channel * 8 + 5] == after[channel * 8..<channel * 8 + 5])
      #expect(before[channel * 8 + 5] != after[channel * 8 + 5])
    }
  }

  @Test(.enabled(if: allocations_are_counted() != 0)) func `a bin allocates nothing`() throws {
    let fit = Self.fit(.gaussian(.init(initialisation: .random)), embedded: true)
    let filter = try CausalFilter(fit, session: 0, embedding: [0.1], ahead: 2, backend: NativeBackend(threads: 1))
    let bin: [Float] = [1, 2, .nan, 4]
    try bin.withUnsafeBufferPointer { bin in
      try filter.step(bin)
      let before = allocations_of_thread()
      for _ in 0..<10 { try filter.step(bin) }
      #expect(allocations_of_thread() == before)
    }
  }
}
