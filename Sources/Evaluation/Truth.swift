/// How near inferred states and learnt dynamics are to those of a generated session.
///
/// A linear map with intercept, x ~ M z + c, is fitted from the inferred to the true states of the training trials, because
/// states are known up to such a map alone. On the evaluated trials
///
///     state.r2 = mean over dimensions of r2(x, M z + c)
///     field.r2 = 1 - sum |M (f(z) - z) - (F(x) - x)|^2 / sum |F(x) - x|^2
///
/// with f the learnt step of a bin and F the true one, both without noise. Values below -10 count as -10, so that one session
/// that failed does not hide the others in a mean. The state r2 is that of Versteeg et al. 2025 (CtDB).
package enum Truth {
  /// States of trials: `[rows, dimensions]` with the states that the step without noise leads to.
  package struct States: Sendable {
    package let dimensions: Int
    package let values: [Double]
    package let next: [Double]

    package init(dimensions: Int, values: [Double], next: [Double]) {
      precondition(values.count == next.count && values.count % max(dimensions, 1) == 0, "a next state for each state")
      self.dimensions = dimensions
      self.values = values
      self.next = next
    }

    var count: Int { dimensions == 0 ? 0 : values.count / dimensions }

    func row(_ index: Int) -> [Double] { Array(values[index * dimensions..<(index + 1) * dimensions]) }
    func movement(_ index: Int) -> [Double] {
      (index * dimensions..<(index + 1) * dimensions).map { next[$0] - values[$0] }
    }
  }

  package static let floor = -10.0

  /// Inferred and true states of the same bins.
  package typealias Pair = (inferred: States, truth: States)

  /// - Parameter train: states of the training trials, by which the map is fitted.
  /// - Parameter test: those of the evaluated trials.
  package static func scores(train: Pair, test: Pair) -> [Score] {
    let tested = rows(test)
    guard tested.count >= 2, let map = map(train) else {
      return [Score("state.r2", .nan, n: tested.count), Score("field.r2", .nan, n: tested.count)]
    }
    let byDimension = map.r2(tested).filter { !$0.isNaN }
    let state = byDimension.isEmpty ? .nan : byDimension.reduce(0, +) / Double(byDimension.count)
    var (error, size) = (0.0, 0.0)
    for index in 0..<test.truth.count {
      for (mapped, actual) in zip(map.change(test.inferred.movement(index)), test.truth.movement(index)) {
        guard mapped.isFinite, actual.isFinite else { continue }
        error += (mapped - actual) * (mapped - actual)
        size += actual * actual
      }
    }
    return [
      Score("state.r2", state.isNaN ? .nan : max(floor, state), n: tested.count),
      Score("field.r2", size > 0 ? max(floor, 1 - error / size) : .nan, n: tested.count),
    ]
  }

  /// How a bin moves one state: truly, and as the learnt dynamics move the inferred state, brought over by the map.
  package struct Arrow: Hashable, Sendable {
    package let place: [Double]
    package let truth: [Double]
    package let learnt: [Double]
  }

  /// Arrows spread evenly over the plane of the first two dimensions: in each of `cells` x `cells` squares that the evaluated
  /// trials visit, the state nearest its middle. The plane ends at the 1st and 99th percentile.
  package static func field(train: Pair, test: Pair, cells: Int) -> [Arrow] {
    precondition(cells > 0, "a field needs squares")
    guard test.truth.dimensions >= 2, test.truth.count >= 2, let map = map(train) else { return [] }
    let sides = (0..<2).map { axis -> (low: Double, high: Double) in
      let values = (0..<test.truth.count).map { test.truth.row($0)[axis] }.filter(\.isFinite).sorted()
      guard let first = values.first else { return (0, 0) }
      return values.count < 3
        ? (first, values[values.count - 1])
        : (values[values.count / 100], values[values.count - 1 - values.count / 100])
    }
    guard sides.allSatisfy({ $0.high > $0.low }) else { return [] }
    var nearest: [Int: (distance: Double, index: Int)] = [:]
    for index in 0..<test.truth.count {
      let row = test.truth.row(index)
      let place = (0..<2).map { (row[$0] - sides[$0].low) / (sides[$0].high - sides[$0].low) * Double(cells) }
      guard place.allSatisfy({ $0 >= 0 && $0 < Double(cells) }) else { continue }
      let offset = place.map { $0 - $0.rounded(.down) - 0.5 }
      let distance = offset[0] * offset[0] + offset[1] * offset[1]
      let cell = Int(place[1]) * cells + Int(place[0])
      if distance < nearest[cell]?.distance ?? .infinity { nearest[cell] = (distance, index) }
    }
    return nearest.sorted { $0.key < $1.key }.map { _, found in
      Arrow(
        place: Array(test.truth.row(found.index).prefix(2)), truth: Array(test.truth.movement(found.index).prefix(2)),
        learnt: Array(map.change(test.inferred.movement(found.index)).prefix(2)))
    }
  }

  private static func rows(_ pair: Pair) -> Rows {
    precondition(pair.inferred.count == pair.truth.count, "as many inferred states as true ones")
    var rows = Rows(features: pair.inferred.dimensions, outputs: pair.truth.dimensions)
    for index in 0..<pair.truth.count { rows.add(pair.inferred.row(index), pair.truth.row(index)) }
    return rows
  }

  /// From inferred to true states.
  private static func map(_ train: Pair) -> RidgeRegression? { RidgeRegression.fit(rows(train), alphas: [1e-6]) }
}

extension RidgeRegression {
  /// What a change of the features changes in the outputs.
  fileprivate func change(_ features: [Double]) -> [Double] {
    weights.map { row in zip(row, features).reduce(0) { $0 + $1.0 * $1.1 } }
  }
}
