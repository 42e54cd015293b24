import Evaluation
import Testing

struct CorrelationTests {
  @Test(arguments: [[3.0], [3, 4], [0.5, -1, 2], [1, 0, 0, 0]])
  func `the first component is the direction of most variance, from the mean`(_ direction: [Double]) {
    let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // Along the direction -3...3 about a mean of 7; across it less, and without correlation.
    let places = [-3.0, -2, -1, 0, 1, 2, 3]
    let across = [0.5, -0.3, -0.3, 0.2, -0.3, -0.3, 0.5]
    let points = places.indices.map { row in
      direction.indices.map { axis in
        var value = 7 + places[row] * direction[axis] / length
        // For two axes and more: a vector at right angles within the first two.
        if direction.count > 1, axis == 0 { value -= across[row] * direction[1] / length }
        if direction.count > 1, axis == 1 { value += across[row] * direction[0] / length }
        return value
      }
    }
    let scores = Correlation.firstComponent(points)
    let sign = scores[6] > 0 ? 1.0 : -1
    for (score, place) in zip(scores, places) { #expect(abs(sign * score - place) < 1e-6) }
    // The largest point may lie across.
    let many: [[Double]] = (0..<10).map { [$0 % 2 == 0 ? 2 : -2, 0] }
    let wide = Correlation.firstComponent(many + [[0, 3], [0, -3]])
    #expect(zip(wide, many).allSatisfy { abs(abs($0) - abs($1[0])) < 1e-6 } && abs(wide[10]) < 1e-6)
    #expect(Correlation.firstComponent([[2, 2], [2, 2]]) == [0, 0] && Correlation.firstComponent([]) == [])
  }

  @Test func `equal values share the average of the ranks that they fill`() {
    #expect(Correlation.ranks([10, 20, 10, 30, 20, 20]) == [1.5, 4, 1.5, 6, 4, 4])
    #expect(Correlation.ranks([]) == [])
    #expect(Correlation.ranks([-0.0, 0.0]) == [1.5, 1.5])
  }

  /// Without ties rho = 1 - 6 sum d^2 / (n (n^2 - 1)).
  @Test(arguments: [[3, 1, 2, 5, 4], [1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [2, 1, 4, 3, 5]] as [[Double]])
  func `without ties rho is the textbook formula of rank differences`(_ other: [Double]) {
    let base: [Double] = [1, 2, 3, 4, 5]
    let squares = zip(base, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(abs(Correlation.spearman(base, other.map { $0 * $0 * $0 }) - (1 - 6 * squares / 120)) < 1e-12)
  }

  /// Ranks 1 2.5 2.5 4 and 1 2 3.5 3.5: sum of products 3.75, spreads 4.5 and 4.5.
  @Test func `with ties rho is Pearson's r of the average ranks`() {
    #expect(abs(Correlation.spearman([0, 1, 1, 2], [0, 1, 9, 9]) - 3.75 / 4.5) < 1e-12)
  }

  /// Deviations -1 0 1 and -2 1 1: 3 / sqrt(2 * 6).
  @Test func `Pearson's r of a case worked by hand`() {
    #expect(abs(Correlation.pearson([1, 2, 3], [0, 3, 3]) - 3 / 12.0.squareRoot()) < 1e-12)
  }

  @Test func `pairs with a missing side are left out before ranking`() {
    #expect(Correlation.spearman([1, 100, 2, 3], [1, .nan, 2, 3]) == 1)
  }

  @Test func `too little or nothing that varies has no correlation`() {
    #expect(Correlation.pearson([1], [2]).isNaN)
    #expect(Correlation.pearson([1, 1], [2, 3]).isNaN)
  }
}
