import Evaluation
import Foundation
import Testing

struct BitsPerSpikeTests {
  /// Straight from the definition, with ln n! and without any cancelling.
  private func judge(_ counts: [[Double]], _ rates: [[Double]]) -> Double {
    func loss(_ n: Double, _ r: Double) -> Double { r - n * log(r) + lgamma(n + 1) }
    var model = 0.0
    var null = 0.0
    var spikes = 0.0
    for (counts, rates) in zip(counts, rates) {
      let seen = counts.filter { !$0.isNaN }
      let mean = max(seen.reduce(0, +) / Double(seen.count), 1e-9)
      for (n, r) in zip(counts, rates) where !n.isNaN {
        model += loss(n, max(r, 1e-9))
        null += loss(n, mean)
        spikes += n
      }
    }
    return (null - model) / (spikes * log(2))
  }

  @Test func `agrees with the definition with silent channels, missing bins and zero rates`() {
    let counts: [[Double]] = [[0, 2, 1, .nan], [0, 0, 0, 0], [5, 0, 3, 1]]
    let rates: [[Double]] = [[0.25, 1.5, 0, 4], [0.125, 0, 0, 0.5], [4, 0.5, 2.5, 1]]
    let score = BitsPerSpike.score(
      counts: TrialValues(channels: 3, trials: 2, bins: 2, values: counts.flatMap { $0 }.map(Float.init)),
      rates: TrialValues(channels: 3, trials: 2, bins: 2, values: rates.flatMap { $0 }.map(Float.init)))
    #expect(abs(score.value - judge(counts, rates)) < 1e-9)
    #expect(score.n == 11)
  }

  @Test func `the mean rate of each channel gains nothing`() {
    let counts = TrialValues(channels: 2, trials: 1, bins: 2, values: [1, 3, 0, 1])
    let rates = TrialValues(channels: 2, trials: 1, bins: 2, values: [2, 2, 0.5, 0.5])
    #expect(BitsPerSpike.score(counts: counts, rates: rates).value == 0)
  }

  @Test func `knowing where the only spike falls is worth one bit among two bins`() {
    let counts = TrialValues(channels: 1, trials: 1, bins: 2, values: [1, 0])
    let rates = TrialValues(channels: 1, trials: 1, bins: 2, values: [1, 0])
    #expect(abs(BitsPerSpike.score(counts: counts, rates: rates).value - 1) < 1e-8)
  }

  @Test func `without spikes or with a negative rate there is no score`() {
    let silent = TrialValues(channels: 1, trials: 1, bins: 2, values: [0, 0])
    #expect(BitsPerSpike.score(counts: silent, rates: silent).value.isNaN)
    let one = TrialValues(channels: 1, trials: 1, bins: 2, values: [1, 0])
    let negative = TrialValues(channels: 1, trials: 1, bins: 2, values: [1, -1])
    #expect(BitsPerSpike.score(counts: one, rates: negative).value.isNaN)
  }
}
