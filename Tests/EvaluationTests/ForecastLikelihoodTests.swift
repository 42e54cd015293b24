import Evaluation
import Foundation
import Testing

struct ForecastLikelihoodTests {
  private let observed = TrialValues(channels: 2, trials: 2, bins: 5) { channel, trial, bin in
    bin == 3 && trial == 1 ? .nan : Float((channel + 2 * trial + bin) % 3)
  }
  private let forecast = TrialValues(channels: 2, trials: 2, bins: 3) { channel, trial, bin in
    0.3 + 0.2 * Float(channel) + 0.1 * Float(bin + trial)
  }

  private func scores(_ noise: ForecastLikelihood.Noise, spread: Float? = nil) -> [String: Score] {
    let likelihood = ForecastLikelihood(noise: noise, training: ([0.5, 0.8], [0.4, 0.9]))
    let paths = spread.map { spread in TrialValues(channels: 2, trials: 2, bins: 3) { _, _, _ in spread } }
    let found = likelihood.scores(observed: observed, forecast: forecast, spread: paths, context: 2)
    return Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0) })
  }

  /// The mean over observed values of the k-th bin.
  private func mean(_ step: Int, _ density: (_ value: Double, _ mean: Double, _ channel: Int) -> Double) -> Double {
    var values: [Double] = []
    for channel in 0..<2 {
      for trial in 0..<2 where !observed[channel, trial, 1 + step].isNaN {
        values.append(
          density(Double(observed[channel, trial, 1 + step]), Double(forecast[channel, trial, step - 1]), channel))
      }
    }
    return values.reduce(0, +) / Double(values.count)
  }

  @Test func `densities are those of the textbook, missing values left out`() throws {
    func gaussian(_ x: Double, _ m: Double, _ v: Double) -> Double {
      -0.5 * ((x - m) * (x - m) / v + log(2 * .pi * v))
    }
    let real = scores(.gaussian([0.5, 0.7]), spread: 0.25)
    for step in 1...3 {
      let own = try #require(real["likelihood@\(step)"])
      #expect(own.n == (step == 2 ? 2 : 4))
      #expect(abs(own.value - mean(step) { gaussian($0, $1, [0.75, 0.95][$2]) }) < 1e-6)
      let floor = try #require(real["mean.likelihood@\(step)"]).value
      #expect(
        abs(floor - mean(step) { x, _, channel in gaussian(x, [0.5, 0.8][channel], [0.4, 0.9][channel]) }) < 1e-6)
    }
    let counts = try #require(scores(.poisson)["likelihood@1"]).value
    #expect(abs(counts - mean(1) { k, m, _ in k * log(m) - m - lgamma(k + 1) }) < 1e-6)
    let wide = try #require(scores(.negativeBinomial([1e8, 1e8]))["likelihood@1"]).value
    #expect(abs(wide - counts) < 1e-5, "a negative binomial of large shape is Poisson")
    let spikes = try #require(scores(.bernoulli)["likelihood@1"]).value
    #expect(abs(spikes - mean(1) { k, m, _ in k > 0 ? log(m) : log(1 - m) }) < 1e-6)
  }

  @Test func `probabilities of counts add up to 1`() throws {
    for noise in [ForecastLikelihood.Noise.poisson, .negativeBinomial([0.7])] {
      var total = 0.0
      for count in 0..<200 {
        let one = TrialValues(channels: 1, trials: 1, bins: 2) { _, _, _ in Float(count) }
        let likelihood = ForecastLikelihood(noise: noise, training: ([1], [1]))
        let mean = TrialValues(channels: 1, trials: 1, bins: 1) { _, _, _ in 2.5 }
        let found = likelihood.scores(observed: one, forecast: mean, spread: nil, context: 1)
        total += exp(try #require(found.first { $0.name == "likelihood@1" }).value)
      }
      #expect(abs(total - 1) < 1e-6)
    }
  }

  @Test func `the whole is the mean over all forecast values, and a forecast that is no number has no likelihood`()
    throws
  {
    let found = scores(.poisson)
    let parts = try (1...3).map { try #require(found["likelihood@\($0)"]) }
    let whole = try #require(found["likelihood"])
    #expect(whole.n == 10)
    #expect(abs(whole.value - parts.reduce(0) { $0 + $1.value * Double($1.n) } / 10) < 1e-12)
    let lost = TrialValues(channels: 2, trials: 2, bins: 3) { _, _, _ in .nan }
    let likelihood = ForecastLikelihood(noise: .poisson, training: ([0.5, 0.8], [1, 1]))
    let scores = likelihood.scores(observed: observed, forecast: lost, spread: nil, context: 2)
    #expect(try #require(scores.first { $0.name == "likelihood" }).value.isNaN)
  }
}
