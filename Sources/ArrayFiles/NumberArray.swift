/// Numbers in a box: row-major, the last axis runs fastest.
package struct NumberArray: Hashable, Sendable {
  package var shape: [Int]
  package var values: [Double]
  /// The word of NumPy for what is stored, such as `uint8`.
  package var dtype: String

  package init(shape: [Int], values: [Double], dtype: String) {
    precondition(shape.reduce(1, *) == values.count, "a box of \(shape) holds \(values.count) numbers")
    self.shape = shape
    self.values = values
    self.dtype = dtype
  }

  /// Numbers whose first axis runs fastest, as Fortran and MATLAB store them.
  package init(columnMajor values: [Double], shape: [Int], dtype: String) {
    let source = Self(shape: shape.reversed(), values: values, dtype: dtype)
    self = source.reordered(Array((0..<shape.count).reversed()))
  }

  /// The same numbers with axis `order[i]` as axis i.
  package func reordered(_ order: [Int]) -> NumberArray {
    if order == Array(shape.indices) { return self }
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    let lengths = order.map { shape[$0] }
    let steps = order.map { strides[$0] }
    var out: [Double] = []
    out.reserveCapacity(values.count)
    var place = [Int](repeating: 0, count: order.count)
    var source = 0
    for _ in 0..<values.count {
      out.append(values[source])
      for axis in order.indices.reversed() {
        place[axis] += 1
        source += steps[axis]
        if place[axis] < lengths[axis] { break }
        source -= steps[axis] * lengths[axis]
        place[axis] = 0
      }
    }
    return NumberArray(shape: lengths, values: out, dtype: dtype)
  }
}

/// What is wrong with a file of arrays.
package struct ArrayFileError: Error, Hashable, Sendable {
  package var file: String
  package var object: String?
  package var message: String
  package var help: [String]

  package init(_ file: String, in object: String? = nil, _ message: String, help: [String] = []) {
    self.file = file
    self.object = object
    self.message = message
    self.help = help
  }
}
