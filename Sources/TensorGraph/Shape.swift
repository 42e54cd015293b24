/// The extents of a tensor, outermost axis first. A scalar has no axes.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  package let dimensions: [Int]

  package init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "an extent cannot be negative: \(dimensions)")
    self.dimensions = dimensions
  }

  package init(arrayLiteral dimensions: Int...) {
    self.init(dimensions)
  }

  package var rank: Int { dimensions.count }
  package var count: Int { dimensions.reduce(1, *) }
  package subscript(axis: Int) -> Int { dimensions[axis] }

  /// Elements between neighbours along each axis of a row-major tensor of this shape.
  package var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    return strides
  }

  package func replacing(axis: Int, with extent: Int) -> Shape {
    var copy = dimensions
    copy[axis] = extent
    return Shape(copy)
  }

  package var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }
}

/// Operands whose shapes do not fit an operation; `origin` is the spec path of the section that built the node.
package struct ShapeError: Error, CustomStringConvertible {
  package let message: String
  package let origin: String

  package init(_ message: String, origin: String = "") {
    self.message = message
    self.origin = origin
  }

  package var description: String { origin.isEmpty ? message : "\(origin): \(message)" }
}
