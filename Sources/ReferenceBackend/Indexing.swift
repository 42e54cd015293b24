import TensorGraph

/// `result[i] = table[indices[i]]`, a row of zeros where the index is negative.
func gather(_ table: Value, _ indices: [Int], rows: Int, to shape: Shape) throws(BackendError) -> Value {
  try expectInside(indices, rows: rows)
  let width = shape.dimensions.dropFirst().reduce(1, *)
  func gathered<Element: Numeric>(_ elements: [Element]) -> [Element] {
    indices.flatMap { index in
      index < 0 ? [Element](repeating: 0, count: width) : Array(elements[index * width..<(index + 1) * width])
    }
  }
  switch table {
  case .real(let elements): return .real(gathered(elements))
  case .index(let elements): return .index(gathered(elements))
  case .results: preconditionFailure("a scan is not a tensor")
  }
}

/// `result[indices[i]] += updates[i]` where the index is not negative.
func scatter(_ updates: [Double], _ indices: [Int], rows: Int, to shape: Shape) throws(BackendError) -> [Double] {
  try expectInside(indices, rows: rows)
  let width = shape.dimensions.dropFirst().reduce(1, *)
  var result = [Double](repeating: 0, count: shape.count)
  for (row, index) in indices.enumerated() where index >= 0 {
    for column in 0..<width { result[index * width + column] += updates[row * width + column] }
  }
  return result
}

private func expectInside(_ indices: [Int], rows: Int) throws(BackendError) {
  if let wrong = indices.first(where: { $0 >= rows }) {
    throw BackendError("index \(wrong) of a tensor with \(rows) rows")
  }
}
