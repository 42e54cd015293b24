import Foundation
import SpecLanguage

/// A Gaussian filter over the bins of one trial.
///
/// y_i = sum_j w_(i-j) x_j / sum_j w_(i-j) over the observed bins j of the same unbroken stretch, w_k =
/// exp(-k^2 / 2 s^2) for |k| <= 4 s. Dividing by the weights that are there keeps the level at the ends of a trial,
/// where padding with zeros would pull it down. Missing bins stay missing, and nothing is carried across them or
/// from one trial to the next. A causal filter has the weights of k >= 0 alone: a bin knows of no later one.
struct Smoothing {
  private let weights: [Float]
  private let isCausal: Bool

  /// - Parameter sigma: the standard deviation in bins.
  init(sigma: Double, isCausal: Bool = false) {
    self.isCausal = isCausal
    let reach = Int((4 * sigma).rounded(.up))
    weights = (0...reach).map { Float(exp(-0.5 * Double($0 * $0) / (sigma * sigma))) }
  }

  /// The filter of a spec; nil where there is nothing to filter.
  init?(_ smooth: Nanoseconds?, bin: Nanoseconds, isCausal: Bool?) {
    guard let smooth else { return nil }
    self.init(sigma: smooth.seconds / bin.seconds, isCausal: isCausal ?? false)
  }

  /// The key that asks for a filter.
  static func deviation<Section>(
    _ path: KeyPath<Section, Nanoseconds?> & Sendable
  ) -> Field<Section, Nanoseconds?> {
    Field(
      "smooth", path, .optional(.duration),
      "Standard deviation of a Gaussian filter, applied within each trial; the observations are then real-valued.")
  }

  /// The key that makes a filter causal.
  static func causal<Section>(_ path: KeyPath<Section, Bool?> & Sendable) -> Field<Section, Bool?> {
    Field(
      "causal", path, .optional(.bool),
      "Whether the filter looks at a bin and earlier ones only, as a decoder in use must.")
  }

  static func complaint(_ causal: Bool?, _ smooth: Nanoseconds?) -> String? {
    causal != nil && smooth == nil ? "`causal` has no effect without `smooth`" : nil
  }

  func apply(to values: inout [Float], in range: Range<Int>) {
    var start = range.lowerBound
    while start < range.upperBound {
      if values[start].isNaN {
        start += 1
        continue
      }
      var end = start
      while end < range.upperBound, !values[end].isNaN { end += 1 }
      smooth(&values, start..<end)
      start = end
    }
  }

  private func smooth(_ values: inout [Float], _ stretch: Range<Int>) {
    let source = Array(values[stretch])
    let reach = weights.count - 1
    for place in source.indices {
      var sum: Float = 0
      var weight: Float = 0
      for other in max(0, place - reach)...(isCausal ? place : min(source.count - 1, place + reach)) {
        let factor = weights[abs(other - place)]
        sum += factor * source[other]
        weight += factor
      }
      values[stretch.lowerBound + place] = sum / weight
    }
  }
}
