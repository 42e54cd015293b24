import Foundation
import Recordings
import SpecLanguage
import Testing

struct GeneratorTests {
  func spec(
    speed: String = "[-5, -2.5, 2.5, 5]", sessions: Int = 4, channels: String = "[20, 30, 40, 50]",
    observe: String = "{kind: gaussian, noise: 0.1}", count: Int = 24, noise: String = "0.5", seed: Int = 0
  ) throws -> Dataset {
    try dataset(
      """
      kind: generator
      system: {kind: limit_cycle, speed: \(speed), noise: \(noise)}
      sessions: \(sessions)
      channels: \(channels)
      observe: \(observe)
      trials: {count: \(count), length: 3 s}
      bin: 30 ms
      split: {train: 0.6, valid: 0.1, test: 0.3}
      seed: \(seed)
      """)
  }

  @Test func `headers say what load gives`() throws {
    let data = try spec()
    let headers = try data.headers(id: "cycles")
    #expect(headers.map(\.name) == ["cycles/01", "cycles/02", "cycles/03", "cycles/04"])
    #expect(headers.map(\.channels) == [20, 30, 40, 50])
    #expect(headers.map { $0.metadata["speed"] } == ["-5", "-2.5", "2.5", "5"])
    for header in headers {
      let session = try data.load(id: "cycles", session: header.name)
      #expect(session.channels == header.channels)
      #expect(session.bins == 100 && header.bins == 100)
      #expect(session.trials.countsBySplit == header.trials)
      #expect(header.trials == [.train: 14, .valid: 3, .test: 7])
      #expect(session.metadata == header.metadata)
      #expect(session.observations.count == session.truth?.count)
      #expect(!session.isCounts && !header.isCounts)
      #expect(session.observations.allSatisfy { $0.isFinite })
    }
  }

  @Test func `the same seed gives the same numbers and fewer trials are a prefix`() throws {
    let many = try spec().load(id: "a", session: "a/02")
    let again = try spec().load(id: "a", session: "a/02")
    let few = try spec(count: 8).load(id: "a", session: "a/02")
    #expect(many.observations == again.observations)
    for channel in [0, 29] { #expect(many.bins(channel: channel, trial: 7) == few.bins(channel: channel, trial: 7)) }
    let other = try spec(seed: 1).load(id: "a", session: "a/02")
    let renamed = try spec().load(id: "b", session: "b/02")
    #expect(many.observations != other.observations)
    #expect(many.observations != renamed.observations)
  }

  @Test func `without noise the state turns at the speed of its session on the radius`() throws {
    let data = try spec(noise: "0")
    for (number, speed) in [-5.0, -2.5, 2.5, 5].enumerated() {
      let session = try data.load(id: "c", session: "c/0\(number + 1)")
      let truth = try #require(session.truth)
      // On the cycle every channel is a sinusoid of period 2 pi / w: y(t + 1) = 2 cos(w dt) y(t) - y(t - 1).
      let factor = 2 * cos(speed * 0.03)
      for trial in 0..<session.trials.count {
        var power = 0.0
        for channel in 0..<session.channels {
          let start = session.index(channel: channel, trial: trial, bin: 60)
          for bin in start..<start + 38 {
            let expected = factor * Double(truth[bin + 1]) - Double(truth[bin])
            #expect(abs(Double(truth[bin + 2]) - expected) < 2e-3)
          }
          power += Double(truth[start] * truth[start])
        }
        #expect(power > 0)
      }
    }
  }

  @Test func `the observation noise has the size that the spec says`() throws {
    let session = try spec(observe: "{kind: gaussian, noise: 0.3}").load(id: "c", session: "c/04")
    let truth = try #require(session.truth)
    let rest = zip(session.observations, truth).map { Double($0 - $1) }
    let count = Double(rest.count)
    let mean = rest.reduce(0, +) / count
    let deviation = (rest.reduce(0) { $0 + $1 * $1 } / count - mean * mean).squareRoot()
    // 120000 numbers: the standard error of the deviation is 0.3 / sqrt(240000) = 0.0006; five of them are allowed.
    #expect(abs(deviation - 0.3) < 0.003)
    #expect(abs(mean) < 0.0045)
  }

  @Test func `spike counts have the rate that the spec says`() throws {
    let data = try spec(channels: "50", observe: "{kind: poisson, rate: 0.4}", count: 40)
    let session = try data.load(id: "p", session: "p/04")
    #expect(session.isCounts)
    #expect(session.observations.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
    let truth = try #require(session.truth)
    #expect(truth.allSatisfy { $0 > 0 })
    let count = Double(truth.count)
    let mean = truth.reduce(0.0) { $0 + Double($1) } / count
    // The mean over the cycle is the rate; the start off the cycle and the noise of the state move it a little.
    #expect(abs(mean - 0.4) < 0.04)
    let spikes = session.total / count
    #expect(abs(spikes - mean) < 5 * (mean / count).squareRoot())
    // Poisson: the squared distance from the rate is the rate on average.
    let variance = zip(session.observations, truth).reduce(0.0) { sum, pair in
      let rest = Double(pair.0 - pair.1)
      return sum + rest * rest
    }
    #expect(abs(variance / count / mean - 1) < 0.05)
  }

  @Test func `speeds and channels can be drawn`() throws {
    let data = try spec(speed: "{uniform: [1, 3]}", sessions: 20, channels: "{int_uniform: [20, 22]}", count: 10)
    let headers = try data.headers(id: "d")
    let speeds = try headers.map { try #require(Double($0.metadata["speed"] ?? "")) }
    #expect(speeds.allSatisfy { (1...3).contains($0) } && Set(speeds).count == 20)
    #expect(Set(headers.map(\.channels)) == [20, 21, 22])
    let spaced = try spec(speed: "{linspace: [-5, 5]}", sessions: 5, channels: "3").headers(id: "d")
    #expect(spaced.map { $0.metadata["speed"] } == ["-5", "-2.5", "0", "2.5", "5"])
  }

  @Test func `too few trials for a split are a problem of every session`() throws {
    let found = problems { _ = try spec(count: 2).headers(id: "d") }
    #expect(found.map(\.session) == ["d/01", "d/02", "d/03", "d/04"])
    #expect(found.first?.message == "the session has 2 trials, too few for a `split` into 3 parts")
  }

  @Test func `an unknown session names a near one`() throws {
    let found = problems { _ = try spec().load(id: "cycles", session: "cycles/1") }
    #expect(found.first?.message == "there is no such session")
    #expect(found.first?.help.first?.contains("cycles/01") == true)
  }
}
