import Foundation
import Randomness
import SpecLanguage

/// What the channels of a generated session show of the state z.
package enum GeneratedObservation: Hashable, Sendable {
  case gaussian(GaussianChannels)
  case poisson(PoissonChannels)
  case negativeBinomial(NegativeBinomialChannels)

  package static let union = Union<Self>(
    "observation",
    .arm("gaussian", GaussianChannels.schema, Self.gaussian) { if case .gaussian(let v) = $0 { v } else { nil } },
    .arm("poisson", PoissonChannels.schema, Self.poisson) { if case .poisson(let v) = $0 { v } else { nil } },
    .arm("negative_binomial", NegativeBinomialChannels.schema, Self.negativeBinomial) {
      if case .negativeBinomial(let v) = $0 { v } else { nil }
    })

  var isCounts: Bool {
    switch self {
    case .gaussian: false
    case .poisson, .negativeBinomial: true
    }
  }

  /// The mean count that spike counts have along the cycle; nil for what is no count.
  private var rate: Double? {
    switch self {
    case .gaussian: nil
    case .poisson(let channels): channels.rate
    case .negativeBinomial(let channels): channels.rate
    }
  }

  /// The noise-free signal of a channel: its drive, or the rate whose mean over `level` is the rate of the spec.
  /// - Parameter level: the mean of exp(drive) over reference trials.
  func signal(drive: Double, level: Double) -> Double { rate.map { $0 * exp(drive) / level } ?? drive }

  /// The noise-free signal of one channel whose row of the read-out is `c`: `c . z`, or the rate.
  /// - Parameter radius: of the cycle that z stays near.
  func signal(_ state: (Double, Double), _ c: (Double, Double), radius: Double) -> Double {
    let drive = c.0 * state.0 + c.1 * state.1
    guard let rate else { return drive }
    let length = (c.0 * c.0 + c.1 * c.1).squareRoot()
    return rate * exp(drive) / PoissonChannels.besselI0(length * radius)
  }

  /// One observation of a signal.
  func observe(_ signal: Double, stream: inout Randomness.Stream) -> Double {
    switch self {
    case .gaussian(let channels): signal + channels.noise * stream.normal()
    case .poisson: PoissonChannels.draw(mean: signal, stream: &stream)
    case .negativeBinomial(let channels): channels.draw(mean: signal, stream: &stream)
    }
  }
}

/// y = C z + noise N(0, I).
package struct GaussianChannels: Hashable, Sendable {
  package var noise: Double

  package static let schema = Schema<Self>(
    "gaussian", "Linear channels with Gaussian noise.",
    Field("noise", \.noise, .nonNegative, default: 0.1, "Standard deviation of the noise of every channel and bin."),
    make: Self.init(noise:))
}

/// y ~ Poisson(rate exp(C z) / I0(|c| R)): log-linear spike counts whose mean along the cycle of radius R is `rate`,
/// because the mean of exp(k cos t) over a full turn is the Bessel function I0(k).
package struct PoissonChannels: Hashable, Sendable {
  package var rate: Double

  package static let schema = Schema<Self>(
    "poisson", "Log-linear spike counts.",
    Field("rate", \.rate, .positive, "Mean number of spikes per bin and channel along the cycle."),
    make: Self.init(rate:))

  /// I0 by its power series, sum of (k/2)^2n / n!^2.
  static func besselI0(_ k: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var n = 1.0
    while term > 1e-17 * sum {
      term *= (k / (2 * n)) * (k / (2 * n))
      sum += term
      n += 1
    }
    return sum
  }

  /// A Poisson number by inversion; large means are split, since sums of Poisson numbers are Poisson numbers.
  static func draw(mean: Double, stream: inout Randomness.Stream) -> Double {
    var left = mean
    var count = 0.0
    while left > 0 {
      let part = min(left, 32)
      left -= part
      var number = 0.0
      var probability = exp(-part)
      var rest = stream.uniform() - probability
      while rest > 0, probability > 0 {
        number += 1
        probability *= part / number
        rest -= probability
      }
      count += number
    }
    return count
  }
}

/// Log-linear spike counts that vary more than Poisson numbers: with mean m as there, their variance is m + d m^2.
package struct NegativeBinomialChannels: Hashable, Sendable {
  package var rate: Double
  /// d.
  package var dispersion: Double

  package static let schema = Schema<Self>(
    "negative_binomial", "Log-linear spike counts that vary more than Poisson numbers.",
    Field("rate", \.rate, .positive, "Mean number of spikes per bin and channel along the cycle."),
    Field("dispersion", \.dispersion, .positive, default: 0.5, "The variance is mean + dispersion x mean x mean."),
    make: Self.init(rate:dispersion:))

  /// A Poisson number whose mean is drawn from a gamma distribution.
  func draw(mean: Double, stream: inout Randomness.Stream) -> Double {
    let gamma = Self.gamma(shape: 1 / dispersion, stream: &stream)
    return PoissonChannels.draw(mean: mean * dispersion * gamma, stream: &stream)
  }

  /// A gamma number of scale 1.  Source: Marsaglia & Tsang 2000, "A simple method for generating gamma variables".
  private static func gamma(shape: Double, stream: inout Randomness.Stream) -> Double {
    if shape < 1 { return gamma(shape: shape + 1, stream: &stream) * exp(log(stream.uniform()) / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = stream.normal()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      if v > 0, log(stream.uniform()) < x * x / 2 + d - d * v + d * log(v) { return d * v }
    }
  }
}
