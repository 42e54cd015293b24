/// How two lists of numbers go together; pairs with a NaN are left out.
package enum Correlation {
  /// Pearson's r: the covariance over the product of the standard deviations, in -1...1.
  ///
  /// NaN when fewer than two pairs are left or one side does not vary.
  package static func pearson(_ a: [Double], _ b: [Double]) -> Double {
    let (a, b) = complete(a, b)
    guard a.count >= 2 else { return .nan }
    let meanA = a.reduce(0, +) / Double(a.count)
    let meanB = b.reduce(0, +) / Double(b.count)
    var covariance = 0.0
    var spreadA = 0.0
    var spreadB = 0.0
    for (x, y) in zip(a, b) {
      covariance += (x - meanA) * (y - meanB)
      spreadA += (x - meanA) * (x - meanA)
      spreadB += (y - meanB) * (y - meanB)
    }
    guard spreadA > 0, spreadB > 0 else { return .nan }
    return max(-1, min(1, covariance / (spreadA * spreadB).squareRoot()))
  }

  /// Spearman's rho: Pearson's r of the ranks, where equal values share the average of their ranks (Spearman 1904).
  package static func spearman(_ a: [Double], _ b: [Double]) -> Double {
    let (a, b) = complete(a, b)
    return pearson(ranks(a), ranks(b))
  }

  /// The rank of every value, from 1; equal values share the average of the ranks that they fill.
  package static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
      for place in order[first..<end] { ranks[place] = Double(first + 1 + end) / 2 }
      first = end
    }
    return ranks
  }

  private static func complete(_ a: [Double], _ b: [Double]) -> (a: [Double], b: [Double]) {
    precondition(a.count == b.count, "correlated lists differ in length")
    let whole = a.indices.filter { !a[$0].isNaN && !b[$0].isNaN }
    return (whole.map { a[$0] }, whole.map { b[$0] })
  }
}
