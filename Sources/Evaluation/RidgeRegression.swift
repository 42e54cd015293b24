/// Linear regression with an intercept and a penalty on the squared weights.
///
/// Minimises ||y - X w - b||^2 + alpha ||w||^2 for every output; b is not penalised and features are not scaled, the
/// convention of the Neural Latents Benchmark. Solved by the normal equations of the centred data in Double.
/// Hoerl and Kennard 1970.
package struct RidgeRegression: Sendable {
  package let alpha: Double
  /// `[outputs, features]`
  package let weights: [[Double]]
  /// `[outputs]`
  package let intercepts: [Double]

  /// Fits with the alpha of the grid that predicts held-out rows best.
  ///
  /// k-fold cross-validation over contiguous blocks of rows; the score of an alpha is the mean over folds of the
  /// uniform average of the outputs' r2; of equal scores the larger alpha wins. One alpha is not cross-validated.
  /// - Parameter rows: complete rows only, at least two.
  /// - Parameter alphas: the grid, all at least 0, not empty.
  /// - Returns: nil when there are fewer than two rows or no alpha gives a solvable system.
  package static func fit(_ rows: Rows, alphas: [Double], folds: Int = 5) -> RidgeRegression? {
    precondition(!alphas.isEmpty && alphas.allSatisfy { $0 >= 0 }, "an alpha grid has entries, none negative")
    precondition(folds >= 2, "cross-validation needs two folds")
    guard rows.count >= 2 else { return nil }
    let centre = rows.centre
    let parts = blocks(rows.count, min(folds, rows.count)).map { NormalEquations(rows, $0, centre: centre) }
    var total = NormalEquations(features: rows.features, outputs: rows.outputs)
    for part in parts { total.add(part) }
    let grid = alphas.sorted(by: >)
    var best: (alpha: Double, score: Double)?
    if grid.count == 1 { best = (grid[0], 0) }
    for alpha in grid where grid.count > 1 {
      let scores = parts.compactMap { part -> Double? in
        var rest = total
        rest.subtract(part)
        return rest.solve(alpha).flatMap { part.r2($0) }
      }
      guard !scores.isEmpty else { continue }
      let score = scores.reduce(0, +) / Double(scores.count)
      if score > (best?.score ?? -.infinity) { best = (alpha, score) }
    }
    guard let alpha = best?.alpha ?? grid.first, let line = total.solve(alpha) else { return nil }
    let intercepts = zip(line.weights, line.intercepts).enumerated().map { output, pair in
      var intercept = pair.1 + centre.outputs[output]
      for (feature, weight) in pair.0.enumerated() { intercept -= weight * centre.features[feature] }
      return intercept
    }
    return RidgeRegression(alpha: alpha, weights: line.weights, intercepts: intercepts)
  }

  /// The prediction for one row of features, `[outputs]`.
  package func predict(_ features: ArraySlice<Double>) -> [Double] {
    zip(weights, intercepts).map { weights, intercept in
      zip(weights, features).reduce(intercept) { $0 + $1.0 * $1.1 }
    }
  }

  /// r2 of every output over the given rows, null = the mean of these rows; NaN for an output that does not vary.
  package func r2(_ rows: Rows) -> [Double] {
    let means = rows.centre.outputs
    var error = [Double](repeating: 0, count: rows.outputs)
    var spread = error
    for row in 0..<rows.count {
      let predicted = predict(rows.x[row * rows.features..<(row + 1) * rows.features])
      for output in 0..<rows.outputs {
        let value = rows.y[row * rows.outputs + output]
        error[output] += (value - predicted[output]) * (value - predicted[output])
        spread[output] += (value - means[output]) * (value - means[output])
      }
    }
    return zip(error, spread).map { $1 > 0 ? 1 - $0 / $1 : .nan }
  }

  /// `0..<count` cut into contiguous blocks; the first ones are one longer where it does not divide.
  private static func blocks(_ count: Int, _ folds: Int) -> [Range<Int>] {
    var start = 0
    return (0..<folds).map { fold in
      let end = start + count / folds + (fold < count % folds ? 1 : 0)
      defer { start = end }
      return start..<end
    }
  }
}

/// Rows of features and outputs without a missing value: `x` is `[rows, features]`, `y` is `[rows, outputs]`.
package struct Rows: Sendable {
  package let features: Int
  package let outputs: Int
  package private(set) var x: [Double] = []
  package private(set) var y: [Double] = []
  package private(set) var count = 0

  package init(features: Int, outputs: Int) {
    self.features = features
    self.outputs = outputs
  }

  /// Adds a row, unless a value of it is missing.
  package mutating func add(_ features: [Double], _ outputs: [Double]) {
    precondition(features.count == self.features && outputs.count == self.outputs, "a row of another width")
    guard !features.contains(where: \.isNaN), !outputs.contains(where: \.isNaN) else { return }
    x += features
    y += outputs
    count += 1
  }

  /// Mean of every column.
  var centre: (features: [Double], outputs: [Double]) {
    (Self.means(x, width: features, count: count), Self.means(y, width: outputs, count: count))
  }

  private static func means(_ values: [Double], width: Int, count: Int) -> [Double] {
    var means = [Double](repeating: 0, count: width)
    for row in 0..<count {
      for column in 0..<width { means[column] += values[row * width + column] }
    }
    return means.map { count > 0 ? $0 / Double(count) : .nan }
  }
}
