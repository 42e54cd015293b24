/// Sums over rows from which a ridge regression, and its error on these rows, follow without the rows.
///
/// Sums of different rows add and subtract, so that k-fold cross-validation reads the data once.
struct NormalEquations {
  /// Weights `[outputs, features]` and intercepts `[outputs]` in the coordinates of the rows.
  typealias Line = (weights: [[Double]], intercepts: [Double])

  private let features: Int
  private let outputs: Int
  private var count = 0.0
  private var sumX: [Double]
  private var sumY: [Double]
  /// Sum of x x^T, `[features, features]`, lower triangle.
  private var xx: [Double]
  /// Sum of y x^T, `[outputs, features]`.
  private var yx: [Double]
  /// Sum of y^2, `[outputs]`.
  private var yy: [Double]

  init(features: Int, outputs: Int) {
    self.features = features
    self.outputs = outputs
    sumX = Array(repeating: 0, count: features)
    sumY = Array(repeating: 0, count: outputs)
    xx = Array(repeating: 0, count: features * features)
    yx = Array(repeating: 0, count: outputs * features)
    yy = Array(repeating: 0, count: outputs)
  }

  /// - Parameter centre: subtracted from every row, so that the sums lose no digits to large means.
  init(_ rows: Rows, _ range: Range<Int>, centre: (features: [Double], outputs: [Double])) {
    self.init(features: rows.features, outputs: rows.outputs)
    var x = [Double](repeating: 0, count: features)
    count = Double(range.count)
    for row in range {
      for feature in 0..<features { x[feature] = rows.x[row * features + feature] - centre.features[feature] }
      for feature in 0..<features {
        sumX[feature] += x[feature]
        Self.add(x[feature], x, to: &xx, at: feature * features, count: feature + 1)
      }
      for output in 0..<outputs {
        let y = rows.y[row * outputs + output] - centre.outputs[output]
        sumY[output] += y
        yy[output] += y * y
        Self.add(y, x, to: &yx, at: output * features, count: features)
      }
    }
  }

  mutating func add(_ other: Self) { combine(other, 1) }

  mutating func subtract(_ other: Self) { combine(other, -1) }

  private mutating func combine(_ other: Self, _ sign: Double) {
    count += sign * other.count
    Self.add(sign, other.sumX, to: &sumX, at: 0, count: sumX.count)
    Self.add(sign, other.sumY, to: &sumY, at: 0, count: sumY.count)
    Self.add(sign, other.xx, to: &xx, at: 0, count: xx.count)
    Self.add(sign, other.yx, to: &yx, at: 0, count: yx.count)
    Self.add(sign, other.yy, to: &yy, at: 0, count: yy.count)
  }

  /// The ridge solution for these rows; nil when the system is not positive definite.
  func solve(_ alpha: Double) -> Line? {
    guard count > 0 else { return nil }
    var matrix = xx
    for row in 0..<features {
      for column in 0...row { matrix[row * features + column] -= sumX[row] * sumX[column] / count }
      matrix[row * features + row] += alpha
    }
    guard let factor = Cholesky(matrix, size: features) else { return nil }
    var line: Line = ([], [])
    for output in 0..<outputs {
      let right = (0..<features).map { yx[output * features + $0] - sumY[output] * sumX[$0] / count }
      let weights = factor.solve(right)
      line.weights.append(weights)
      line.intercepts.append((sumY[output] - Self.dot(weights, sumX)) / count)
    }
    return line
  }

  /// r2 of a line on these rows, averaged over the outputs that vary; nil when none does.
  func r2(_ line: Line) -> Double? {
    var sum = 0.0
    var varying = 0.0
    for output in 0..<outputs {
      let weights = line.weights[output]
      let intercept = line.intercepts[output]
      let spread = yy[output] - sumY[output] * sumY[output] / count
      guard spread > 0 else { continue }
      // sum (y - b - w x)^2, multiplied out
      var error = yy[output] - 2 * intercept * sumY[output] + count * intercept * intercept
      error -= 2 * Self.dot(weights, Array(yx[output * features..<(output + 1) * features]))
      error += 2 * intercept * Self.dot(weights, sumX)
      for row in 0..<features {
        for column in 0..<row { error += 2 * weights[row] * weights[column] * xx[row * features + column] }
        error += weights[row] * weights[row] * xx[row * features + row]
      }
      sum += 1 - error / spread
      varying += 1
    }
    return varying > 0 ? sum / varying : nil
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// target[at...] += factor * source, over `count` numbers.
  private static func add(_ factor: Double, _ source: [Double], to target: inout [Double], at: Int, count: Int) {
    target.withUnsafeMutableBufferPointer { target in
      source.withUnsafeBufferPointer { source in
        for place in 0..<count { target[at + place] += factor * source[place] }
      }
    }
  }
}
