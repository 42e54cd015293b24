import Foundation

/// The normal distribution of mean 0 and variance 1.
enum Normal {
  static func probability(below z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// The z with this probability below it, by halving; infinite at 0 and 1.
  static func quantile(_ probability: Double) -> Double {
    guard probability > 0 else { return -.infinity }
    guard probability < 1 else { return .infinity }
    return Halving.root(-40, 40) { Self.probability(below: $0) < probability }
  }
}

/// Student's t distribution with a whole number of degrees of freedom.
enum StudentT {
  /// The two-sided probability: that |T| is at least |t|. It is the regularised incomplete beta function
  /// I_x(v / 2, 1 / 2) at x = v / (v + t^2).  Source: DLMF 8.17.
  static func probability(beyond t: Double, freedom: Int) -> Double {
    let half = Double(freedom) / 2
    let x = 2 * half / (2 * half + t * t)
    guard x < 1 else { return 1 }
    // x^a (1 - x)^(1/2) / (a B(a, 1/2)), and 1 / B(a, 1/2) = G(a + 1/2) / (G(a) G(1/2)).
    let front = exp(half * log(x)) * (1 - x).squareRoot() * gammaRatio(freedom) / Double.pi.squareRoot()
    // The fraction converges fast on one side of the mean of the beta distribution.
    if x < (half + 1) / (half + 2.5) { return front / half * fraction(half, 0.5, x) }
    return 1 - front / 0.5 * fraction(0.5, half, 1 - x)
  }

  /// The t beyond which, on both sides together, lies this probability.
  static func quantile(beyond probability: Double, freedom: Int) -> Double {
    var high = 1.0
    while Self.probability(beyond: high, freedom: freedom) > probability { high *= 2 }
    return Halving.root(0, high) { Self.probability(beyond: $0, freedom: freedom) > probability }
  }

  /// G((v + 1) / 2) / G(v / 2), from G(1) / G(1/2) upwards: r(v + 1) = (v / 2) / r(v).
  private static func gammaRatio(_ freedom: Int) -> Double {
    var ratio = 1 / Double.pi.squareRoot()
    for step in 1..<max(1, freedom) { ratio = Double(step) / 2 / ratio }
    return ratio
  }

  /// The continued fraction of the incomplete beta function (DLMF 8.17.22) by the method of Lentz.
  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { value.magnitude < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...1000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / away(1 + even * d)
      c = away(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / away(1 + odd * d)
      c = away(1 + odd / c)
      let change = d * c
      result *= change
      if (change - 1).magnitude < 1e-16 { break }
    }
    return result
  }
}

/// Where a condition stops to hold, to the last bit.
private enum Halving {
  static func root(_ low: Double, _ high: Double, while holds: (Double) -> Bool) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { break }
      if holds(middle) { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }
}
