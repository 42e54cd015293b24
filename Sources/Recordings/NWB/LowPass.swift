import Foundation

/// A filter that takes away what a rate of bins cannot show, before samples are taken at that rate.
///
/// h(t) = sinc(t / w) I0(5 sqrt(1 - (t / 10 w)^2)) / I0(5) for |t| <= 10 w, with w the width of a bin in seconds: a sinc in a
/// Kaiser window of beta 5, as in `scipy.signal.resample_poly`. Amplitudes are halved at the Nyquist frequency of the bins,
/// 1 / 2w; below 0.42 / w they stay as they are, above 0.58 / w less than a four-hundredth is left.
/// Source: Kaiser 1974, Nonrecursive digital filter design using the I0-sinh window function.
struct LowPass: Sendable {
  /// How far the filter reaches to either side, seconds.
  let reach: Double
  private let width: Double
  private let weights: [Double]

  private static let bins = 10
  /// Values of h per bin, with straight lines between them: wrong by less than 1e-7.
  private static let steps = 4096

  init(width: Double) {
    self.width = width
    reach = Double(Self.bins) * width
    let count = Self.bins * Self.steps
    weights = (0...count).map { place in
      let lag = Double.pi * Double(place) / Double(Self.steps)
      let share = Double(place) / Double(count)
      let window = Self.bessel(5 * (1 - share * share).squareRoot()) / Self.bessel(5)
      return (place == 0 ? 1 : sin(lag) / lag) * window
    }
  }

  /// h at a lag of at most `reach`, seconds.
  func weight(_ lag: Double) -> Double {
    let place = abs(lag) / width * Double(Self.steps)
    let below = min(Int(place), weights.count - 2)
    return weights[below] + (place - Double(below)) * (weights[below + 1] - weights[below])
  }

  /// The modified Bessel function of the first kind and order 0: the sum of (x / 2)^2k / k!^2.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term, k) = (1.0, 1.0, 1.0)
    while term > 1e-17 * sum {
      term *= (x / 2 / k) * (x / 2 / k)
      sum += term
      k += 1
    }
    return sum
  }
}
