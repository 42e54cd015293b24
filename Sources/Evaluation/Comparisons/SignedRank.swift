/// The signed-rank test of Wilcoxon: are the differences symmetric around zero?
///
/// Differences of zero are left out (Wilcoxon 1945); the magnitudes of the others are ranked, equal ones share the average of
/// their ranks; the statistic W is the sum of the ranks of positive differences. Up to 25 differences p is exact: under the
/// null each rank, ties and all, is positive with probability 1/2, and p = 2 min(P(W <= w), P(W >= w)), at most 1. Above,
/// W is taken as normal with mean n (n + 1) / 4 and variance n (n + 1) (2n + 1) / 24 - sum (t^3 - t) / 48 over groups of t
/// equal magnitudes, with half a rank of continuity correction. Without a difference other than zero p is 1.
/// Source: Wilcoxon 1945, Individual comparisons by ranking methods; ties: Hollander and Wolfe 1999, section 3.1.
struct SignedRank {
  let statistic: Double
  let p: Double

  private static let exactLimit = 25

  init(_ differences: [Double]) {
    let kept = differences.filter { $0 != 0 }
    let ranks = Correlation.ranks(kept.map(\.magnitude))
    let statistic = zip(kept, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
    self.statistic = statistic
    if kept.isEmpty {
      p = 1
    } else if kept.count <= Self.exactLimit {
      p = Self.exact(ranks, statistic)
    } else {
      p = Self.approximate(ranks, statistic)
    }
  }

  /// Counts the choices of signs by the sum of positive ranks, doubled so that shared ranks are whole.
  private static func exact(_ ranks: [Double], _ statistic: Double) -> Double {
    let doubled = ranks.map { Int(2 * $0) }
    let total = doubled.reduce(0, +)
    var ways = [Double](repeating: 0, count: total + 1)
    ways[0] = 1
    for rank in doubled {
      for sum in stride(from: total, through: rank, by: -1) { ways[sum] += ways[sum - rank] }
    }
    let place = Int(2 * statistic)
    let all = ways.reduce(0, +)
    let below = ways[...place].reduce(0, +) / all
    let above = ways[place...].reduce(0, +) / all
    return min(1, 2 * min(below, above))
  }

  private static func approximate(_ ranks: [Double], _ statistic: Double) -> Double {
    let count = Double(ranks.count)
    var ties = 0.0
    var sizes: [Double: Double] = [:]
    for rank in ranks { sizes[rank, default: 0] += 1 }
    for rank in sizes.keys.sorted() {
      let size = sizes[rank] ?? 0
      ties += size * size * size - size
    }
    let mean = count * (count + 1) / 4
    let variance = count * (count + 1) * (2 * count + 1) / 24 - ties / 48
    let distance = max(0, (statistic - mean).magnitude - 0.5)
    return min(1, 2 * Normal.probability(below: -distance / variance.squareRoot()))
  }
}
