import Foundation

/// How likely the bins after a context are under a forecast, in nats per observation, beside a constant floor.
///
///     likelihood@k = mean over channels and trials of log p(y | forecast of bin context + k - 1)
///
/// A Gaussian forecast has the model's observation noise about its mean, plus the spread of sampled paths where there are
/// some; counts have the noise of the model about their expected count. The floor `mean.` has each channel's mean over the
/// training trials, and for Gaussian noise its variance there. All constants are in, so that models can be compared.
package struct ForecastLikelihood: Sendable {
  /// The noise of observations about their mean.
  package enum Noise: Sendable {
    /// Variance of every channel.
    case gaussian([Double])
    case poisson
    /// Shape of every channel.
    case negativeBinomial([Double])
    case bernoulli
  }

  package let noise: Noise
  /// Mean and variance of each channel over the training trials.
  package let training: (means: [Double], variances: [Double])

  package init(noise: Noise, training: (means: [Double], variances: [Double])) {
    self.noise = noise
    self.training = training
  }

  /// - Parameter forecast: means for steps 1...horizon, `[channels, trials, horizon]`.
  /// - Parameter spread: variance of sampled means, of the same shape; nil without sampling.
  package func scores(
    observed: TrialValues, forecast: TrialValues, spread: TrialValues?, context: Int
  ) -> [Score] {
    var scores: [Score] = []
    var whole = (own: 0.0, floor: 0.0, count: 0)
    for step in 0..<forecast.bins where context + step < observed.bins {
      var (own, floor, count) = (0.0, 0.0, 0)
      for channel in 0..<observed.channels {
        for trial in 0..<observed.trials {
          let value = Double(observed[channel, trial, context + step])
          guard !value.isNaN else { continue }
          let extra = spread.map { Double($0[channel, trial, step]) } ?? 0
          own += logDensity(value, mean: Double(forecast[channel, trial, step]), extra: extra, channel)
          floor += floorDensity(value, channel)
          count += 1
        }
      }
      whole = (whole.own + own, whole.floor + floor, whole.count + count)
      scores += Self.pair("@\(step + 1)", own, floor, count)
    }
    return scores + Self.pair("", whole.own, whole.floor, whole.count)
  }

  private static func pair(_ suffix: String, _ own: Double, _ floor: Double, _ count: Int) -> [Score] {
    let share = count > 0 ? 1 / Double(count) : .nan
    return [
      Score("likelihood\(suffix)", own * share, n: count), Score("mean.likelihood\(suffix)", floor * share, n: count),
    ]
  }

  private func floorDensity(_ value: Double, _ channel: Int) -> Double {
    switch noise {
    case .gaussian: Self.gaussian(value, training.means[channel], max(training.variances[channel], 1e-6))
    case .poisson, .negativeBinomial, .bernoulli: logDensity(value, mean: training.means[channel], extra: 0, channel)
    }
  }

  private func logDensity(_ value: Double, mean: Double, extra: Double, _ channel: Int) -> Double {
    guard mean.isFinite else { return .nan }
    switch noise {
    case .gaussian(let variances): return Self.gaussian(value, mean, variances[channel] + extra)
    case .poisson:
      let rate = max(mean, 1e-9)
      return value * log(rate) - rate - lgamma(value + 1)
    case .negativeBinomial(let shapes):
      let (rate, shape) = (max(mean, 1e-9), shapes[channel])
      let growth = lgamma(value + shape) - lgamma(shape) - lgamma(value + 1)
      return growth + shape * log(shape / (shape + rate)) + value * log(rate / (shape + rate))
    case .bernoulli:
      let chance = min(max(mean, 1e-9), 1 - 1e-9)
      return value > 0 ? log(chance) : log(1 - chance)
    }
  }

  private static func gaussian(_ value: Double, _ mean: Double, _ variance: Double) -> Double {
    -0.5 * ((value - mean) * (value - mean) / variance + log(2 * .pi * variance))
  }
}
