import Foundation

/// A Gaussian filter over the bins of one trial.
///
/// y_i = sum_j w_(i-j) x_j / sum_j w_(i-j) over the observed bins j of the same unbroken stretch, w_k =
/// exp(-k^2 / 2 s^2) for |k| <= 4 s. Dividing by the weights that are there keeps the level at the ends of a trial,
/// where padding with zeros would pull it down. Missing bins stay missing, and nothing is carried across them or
/// from one trial to the next.
struct Smoothing {
  private let weights: [Float]

  /// - Parameter sigma: the standard deviation in bins.
  init(sigma: Double) {
    let reach = Int((4 * sigma).rounded(.up))
    weights = (0...reach).map { Float(exp(-0.5 * Double($0 * $0) / (sigma * sigma))) }
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
      for other in max(0, place - reach)...min(source.count - 1, place + reach) {
        let factor = weights[abs(other - place)]
        sum += factor * source[other]
        weight += factor
      }
      values[stretch.lowerBound + place] = sum / weight
    }
  }
}
