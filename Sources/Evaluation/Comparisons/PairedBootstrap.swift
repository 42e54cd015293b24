import Randomness

/// Bootstrap of a mean difference: pairs are drawn with replacement, as many as there are.
///
/// Interval: bias-corrected and accelerated. With m the mean of the n differences x, m* the means of B resamples, and
/// z0 = Q(share of m* below m, equal ones by half), a = sum (x - m)^3 / (6 (sum (x - m)^2)^1.5), its ends are the quantiles of
/// m* at P(z0 + (z0 + z) / (1 - a (z0 + z))) for z = Q(0.025) and Q(0.975), P and Q the normal distribution and its inverse.
/// Source: Efron 1987, Better bootstrap confidence intervals, JASA 82.
///
/// p: how often a resample of the differences moved to mean zero is as far from zero as the data:
/// p = (1 + number of |m* - m| >= |m|) / (B + 1).  Source: Efron and Tibshirani 1993, section 16.4; the 1 counts the data
/// themselves (Davison and Hinkley 1997, section 4.2.1), so that p is never 0.
///
/// Without spread the interval is the point and p is 1 when that point is 0, else NaN, as with fewer than two pairs.
struct PairedBootstrap {
  let interval: (low: Double, high: Double)
  let p: Double

  init(_ differences: [Double], stream: Stream, resamples: Int = PairedTest.resamples) {
    let sample = Sample(differences)
    guard differences.count >= 2 else {
      interval = (.nan, .nan)
      p = .nan
      return
    }
    guard !sample.isConstant else {
      interval = (sample.mean, sample.mean)
      p = sample.mean == 0 ? 1 : .nan
      return
    }
    let means = Self.means(differences, stream: stream, resamples: resamples)
    let slack = 1e-12 * differences.reduce(0) { $0 + $1.magnitude }
    let far = means.count { ($0 - sample.mean).magnitude >= sample.mean.magnitude - slack }
    p = Double(1 + far) / Double(resamples + 1)
    interval = Self.interval(differences, sample, means.sorted(), slack: slack)
  }

  private static func means(_ differences: [Double], stream: Stream, resamples: Int) -> [Double] {
    var stream = stream
    let count = differences.count
    var means: [Double] = []
    means.reserveCapacity(resamples)
    for _ in 0..<resamples {
      var sum = 0.0
      for _ in 0..<count { sum += differences[stream.int(below: count)] }
      means.append(sum / Double(count))
    }
    return means
  }

  /// - Parameter means: ascending.
  private static func interval(
    _ differences: [Double], _ sample: Sample, _ means: [Double], slack: Double
  ) -> (low: Double, high: Double) {
    let below = means.count { $0 < sample.mean - slack }
    let level = means.count { ($0 - sample.mean).magnitude <= slack }
    let share = (Double(below) + 0.5 * Double(level)) / Double(means.count)
    let bias = Normal.quantile(share)
    let cubes = differences.reduce(0) { sum, value in
      let distance = value - sample.mean
      return sum + distance * distance * distance
    }
    let acceleration = cubes / (6 * sample.spread * sample.spread.squareRoot())
    let tail = (1 - PairedTest.coverage) / 2
    let ends = [tail, 1 - tail].map { end in
      let moved = bias + Normal.quantile(end)
      return quantile(means, Normal.probability(below: bias + moved / (1 - acceleration * moved)))
    }
    return (ends[0], ends[1])
  }

  /// The quantile of ascending values, on the line between its neighbours.
  private static func quantile(_ values: [Double], _ share: Double) -> Double {
    guard share.isFinite else { return .nan }
    let place = share * Double(values.count - 1)
    let lower = max(0, min(values.count - 1, Int(place)))
    let upper = min(values.count - 1, lower + 1)
    return values[lower] + (place - Double(lower)) * (values[upper] - values[lower])
  }
}
