import Foundation
import Randomness
import SpecLanguage

/// What the channels of a generated session show of the state z.
package enum GeneratedObservation: Hashable, Sendable {
  case gaussian(GaussianChannels)
  case poisson(PoissonChannels)

  package static let union = Union<Self>(
    "observation",
    .arm("gaussian", GaussianChannels.schema, Self.gaussian) { if case .gaussian(let v) = $0 { v } else { nil } },
    .arm("poisson", PoissonChannels.schema, Self.poisson) { if case .poisson(let v) = $0 { v } else { nil } })

  var isCounts: Bool {
    switch self {
    case .gaussian: false
    case .poisson: true
    }
  }

  /// The noise-free signal of one channel whose row of the read-out is `c`: `c . z`, or the rate.
  /// - Parameter radius: of the cycle that z stays near.
  func signal(_ state: (Double, Double), _ c: (Double, Double), radius: Double) -> Double {
    let drive = c.0 * state.0 + c.1 * state.1
    switch self {
    case .gaussian: return drive
    case .poisson(let channels):
      let length = (c.0 * c.0 + c.1 * c.1).squareRoot()
      return channels.rate * exp(drive) / PoissonChannels.besselI0(length * radius)
    }
  }

  /// One observation of a signal.
  func observe(_ signal: Double, stream: inout Randomness.Stream) -> Double {
    switch self {
    case .gaussian(let channels): signal + channels.noise * stream.normal()
    case .poisson: PoissonChannels.draw(mean: signal, stream: &stream)
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
