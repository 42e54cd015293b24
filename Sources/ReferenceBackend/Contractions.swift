import TensorGraph

/// A stack of matrices `[..., rows, columns]` that is read as it lies or transposed.
struct Factor {
  let elements: [Double]
  let matrices: Int
  let rows: Int
  let columns: Int
  private let rowStep: Int
  private let columnStep: Int

  init(_ elements: [Double], _ shape: Shape, transposed: Bool) {
    let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    self.elements = elements
    matrices = shape.dimensions.dropLast(2).reduce(1, *)
    (rows, columns) = transposed ? (width, height) : (height, width)
    (rowStep, columnStep) = transposed ? (1, width) : (width, 1)
  }

  subscript(matrix: Int, row: Int, column: Int) -> Double {
    elements[matrix * rows * columns + row * rowStep + column * columnStep]
  }
}

/// `result[s] = a[s] b[s]`
func product(_ a: Factor, _ b: Factor, to shape: Shape) -> [Double] {
  var result = [Double](repeating: 0, count: shape.count)
  for matrix in 0..<a.matrices {
    for row in 0..<a.rows {
      let start = (matrix * a.rows + row) * b.columns
      for inner in 0..<a.columns {
        let left = a[matrix, row, inner]
        for column in 0..<b.columns { result[start + column] += left * b[matrix, inner, column] }
      }
    }
  }
  return result
}

/// `result[g] = a[rows of g]^T b[rows of g]`
func raggedContract(
  _ a: [Double], _ b: [Double], _ offsets: [Int], _ shapes: [Shape], to shape: Shape
) throws(BackendError) -> [Double] {
  let (k, n) = (shape[1], shape[2])
  var result = [Double](repeating: 0, count: shape.count)
  for (group, rows) in try groups(offsets, rows: shapes[0][0]).enumerated() {
    for row in rows {
      for i in 0..<k {
        for j in 0..<n { result[(group * k + i) * n + j] += a[row * k + i] * b[row * n + j] }
      }
    }
  }
  return result
}

/// `result[rows of g] = c[rows of g] z[g]`, zero in rows of no group.
func raggedExpand(_ c: [Double], _ z: Factor, _ offsets: [Int], to shape: Shape) throws(BackendError) -> [Double] {
  var result = [Double](repeating: 0, count: shape.count)
  for (group, rows) in try groups(offsets, rows: shape[0]).enumerated() {
    for row in rows {
      for i in 0..<z.rows {
        for j in 0..<z.columns { result[row * z.columns + j] += c[row * z.rows + i] * z[group, i, j] }
      }
    }
  }
  return result
}

/// The rows of every group, from offsets that must not fall and must stay inside the tensor.
private func groups(_ offsets: [Int], rows: Int) throws(BackendError) -> [Range<Int>] {
  var groups: [Range<Int>] = []
  for (start, end) in zip(offsets, offsets.dropFirst()) {
    guard 0 <= start, start <= end, end <= rows else {
      throw BackendError("group \(groups.count) is rows \(start) to \(end) of \(rows)")
    }
    groups.append(start..<end)
  }
  return groups
}
