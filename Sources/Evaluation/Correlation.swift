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

  /// Where every point lies along the direction in which the points vary most, from their mean.
  /// - Parameter points: all of one length.
  package static func firstComponent(_ points: [[Double]]) -> [Double] {
    guard let size = points.first?.count, size > 0 else { return points.map { _ in 0 } }
    let count = Double(points.count)
    let mean = (0..<size).map { axis in points.reduce(0) { $0 + $1[axis] } / count }
    let centred = points.map { point in (0..<size).map { point[$0] - mean[$0] } }
    func along(_ direction: [Double]) -> [Double] {
      centred.map { point in (0..<size).reduce(0) { $0 + point[$1] * direction[$1] } }
    }
    // Powers of the covariance turn a direction to the first one unless it is exactly across: no axis is across all others.
    var direction = (0..<size).map { 1 / Double($0 + 1).squareRoot() }
    for _ in 0..<1000 {
      let scores = along(direction)
      let next = (0..<size).map { axis in zip(centred, scores).reduce(0) { $0 + $1.0[axis] * $1.1 } }
      let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { break }
      direction = next.map { $0 / length }
    }
    return along(direction)
  }

  private static func complete(_ a: [Double], _ b: [Double]) -> (a: [Double], b: [Double]) {
    precondition(a.count == b.count, "correlated lists differ in length")
    let whole = a.indices.filter { !a[$0].isNaN && !b[$0].isNaN }
    return (whole.map { a[$0] }, whole.map { b[$0] })
  }
}
