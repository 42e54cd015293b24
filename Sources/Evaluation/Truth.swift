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

  /// - Parameter train: inferred and true states of the training trials, by which the map is fitted.
  /// - Parameter test: those of the evaluated trials.
  package static func scores(
    train: (inferred: States, truth: States), test: (inferred: States, truth: States)
  ) -> [Score] {
    func rows(_ pair: (inferred: States, truth: States)) -> Rows {
      precondition(pair.inferred.count == pair.truth.count, "as many inferred states as true ones")
      var rows = Rows(features: pair.inferred.dimensions, outputs: pair.truth.dimensions)
      for index in 0..<pair.truth.count { rows.add(pair.inferred.row(index), pair.truth.row(index)) }
      return rows
    }
    let tested = rows(test)
    guard tested.count >= 2, let map = RidgeRegression.fit(rows(train), alphas: [1e-6]) else {
      return [Score("state.r2", .nan, n: tested.count), Score("field.r2", .nan, n: tested.count)]
    }
    let byDimension = map.r2(tested).filter { !$0.isNaN }
    let state = byDimension.isEmpty ? .nan : byDimension.reduce(0, +) / Double(byDimension.count)
    var (error, size) = (0.0, 0.0)
    for index in 0..<test.truth.count {
      let learnt = test.inferred.movement(index)
      for (output, actual) in test.truth.movement(index).enumerated() {
        let mapped = zip(map.weights[output], learnt).reduce(0) { $0 + $1.0 * $1.1 }
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
}
