/// The lower triangle L of a symmetric positive definite matrix A = L L^T; solves A x = b.
///
/// Row by row (Cholesky-Banachiewicz), in Double. Golub and Van Loan, Matrix Computations, section 4.2.
struct Cholesky {
  private let size: Int
  private let lower: [Double]

  /// - Parameter matrix: `[size, size]`, of which only the lower triangle is read.
  /// - Returns: nil when the matrix is not positive definite in Double.
  init?(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size, "not a square matrix of this size")
    var lower = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        let sum = matrix[row * size + column] - Self.dot(lower, row * size, column * size, count: column)
        if row == column {
          guard sum > 0 else { return nil }
          lower[row * size + row] = sum.squareRoot()
        } else {
          lower[row * size + column] = sum / lower[column * size + column]
        }
      }
    }
    self.size = size
    self.lower = lower
  }

  /// x with A x = b; both `[size]`.
  func solve(_ b: [Double]) -> [Double] {
    var x = b
    for row in 0..<size {
      var sum = x[row]
      for column in 0..<row { sum -= lower[row * size + column] * x[column] }
      x[row] = sum / lower[row * size + row]
    }
    for row in (0..<size).reversed() {
      x[row] /= lower[row * size + row]
      for above in 0..<row { x[above] -= lower[row * size + above] * x[row] }
    }
    return x
  }

  private static func dot(_ values: [Double], _ a: Int, _ b: Int, count: Int) -> Double {
    values.withUnsafeBufferPointer { values in
      var sums = (0.0, 0.0, 0.0, 0.0)
      var place = 0
      while place + 4 <= count {
        sums.0 += values[a + place] * values[b + place]
        sums.1 += values[a + place + 1] * values[b + place + 1]
        sums.2 += values[a + place + 2] * values[b + place + 2]
        sums.3 += values[a + place + 3] * values[b + place + 3]
        place += 4
      }
      var sum = (sums.0 + sums.1) + (sums.2 + sums.3)
      while place < count {
        sum += values[a + place] * values[b + place]
        place += 1
      }
      return sum
    }
  }
}
