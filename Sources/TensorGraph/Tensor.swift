/// A value of a graph under construction; operators append nodes. Operands of different shapes are broadcast: shapes are
/// aligned at their last axis, and axes of extent 1 are repeated.
package struct Tensor {
  package let builder: Builder
  package let id: ValueID

  package var shape: Shape { builder.graph[id].shape }
  package var type: ElementType { builder.graph[id].type }

  // MARK: elementwise

  package static prefix func - (a: Tensor) -> Tensor { a.unary(.negate) }
  package static func + (a: Tensor, b: Tensor) -> Tensor { binary(.add, a, b) }
  package static func - (a: Tensor, b: Tensor) -> Tensor { binary(.subtract, a, b) }
  package static func * (a: Tensor, b: Tensor) -> Tensor { binary(.multiply, a, b) }
  package static func / (a: Tensor, b: Tensor) -> Tensor { binary(.divide, a, b) }
  package static func + (a: Tensor, b: Double) -> Tensor { a + a.like(b) }
  package static func - (a: Tensor, b: Double) -> Tensor { a - a.like(b) }
  package static func * (a: Tensor, b: Double) -> Tensor { a * a.like(b) }
  package static func / (a: Tensor, b: Double) -> Tensor { a / a.like(b) }
  package static func + (a: Double, b: Tensor) -> Tensor { b.like(a) + b }
  package static func - (a: Double, b: Tensor) -> Tensor { b.like(a) - b }
  package static func * (a: Double, b: Tensor) -> Tensor { b.like(a) * b }
  package static func / (a: Double, b: Tensor) -> Tensor { b.like(a) / b }

  package var exp: Tensor { unary(.exp) }
  package var log: Tensor { unary(.log) }
  package var tanh: Tensor { unary(.tanh) }
  package var sigmoid: Tensor { unary(.sigmoid) }
  package var softplus: Tensor { unary(.softplus) }
  package var squareRoot: Tensor { unary(.sqrt) }
  package var absolute: Tensor { unary(.absolute) }
  package var square: Tensor { self * self }
  /// x * sigmoid(x), also called swish.
  package var silu: Tensor { self * sigmoid }
  /// 1 where the element is not NaN, else 0.
  package var isNumber: Tensor { unary(.isNumber) }
  package var stopGradient: Tensor { unary(.stopGradient) }

  package func maximum(_ other: Tensor) -> Tensor { Self.binary(.maximum, self, other) }
  package func minimum(_ other: Tensor) -> Tensor { Self.binary(.minimum, self, other) }
  package func minimum(_ other: Double) -> Tensor { minimum(like(other)) }
  /// 1 where self < other, else 0.
  package func isLess(_ other: Tensor) -> Tensor { Self.binary(.less, self, other) }

  /// `yes` where self is not 0, else `no`.
  package func select(_ yes: Tensor, _ no: Tensor) -> Tensor {
    let target = Self.joint(Self.joint(shape, yes.shape), no.shape)
    return builder.apply(.select, [broadcast(to: target), yes.broadcast(to: target), no.broadcast(to: target)])
  }

  private func unary(_ op: Op) -> Tensor { builder.apply(op, [self]) }
  private func like(_ value: Double) -> Tensor { builder.constant(value, shape) }

  private static func binary(_ op: Op, _ a: Tensor, _ b: Tensor) -> Tensor {
    let target = joint(a.shape, b.shape)
    return a.builder.apply(op, [a.broadcast(to: target), b.broadcast(to: target)])
  }

  /// The shape that two shapes broadcast to.
  private static func joint(_ a: Shape, _ b: Shape) -> Shape {
    let rank = max(a.rank, b.rank)
    func extent(_ shape: Shape, _ axis: Int) -> Int {
      let own = axis - (rank - shape.rank)
      return own < 0 ? 1 : shape[own]
    }
    return Shape(
      (0..<rank).map { axis in
        let (left, right) = (extent(a, axis), extent(b, axis))
        return left == 1 ? right : left
      })
  }

  // MARK: shape

  package func broadcast(to target: Shape) -> Tensor {
    if shape == target { return self }
    let ones = [Int](repeating: 1, count: max(0, target.rank - shape.rank))
    let aligned = reshape(Shape(ones + shape.dimensions))
    return aligned.shape == target ? aligned : builder.apply(.broadcast(to: target), [aligned])
  }

  package func reshape(_ target: Shape) -> Tensor {
    shape == target ? self : builder.apply(.reshape(to: target), [self])
  }

  /// Axis `i` of the result is axis `permutation[i]` of self.
  package func transpose(_ permutation: Int...) -> Tensor { transpose(permutation) }

  package func transpose(_ permutation: [Int]) -> Tensor {
    permutation == Array(0..<shape.rank) ? self : builder.apply(.transpose(permutation: permutation), [self])
  }

  package func slice(axis: Int, _ range: Range<Int>) -> Tensor {
    if range == 0..<shape[axis] { return self }
    let from = shape.dimensions.indices.map { $0 == axis ? range.lowerBound : 0 }
    let to = shape.dimensions.indices.map { $0 == axis ? range.upperBound : shape[$0] }
    return builder.apply(.slice(from: from, to: to), [self])
  }

  /// Consecutive parts along an axis.
  package func split(axis: Int, _ extents: [Int]) -> [Tensor] {
    var start = 0
    return extents.map { extent in
      defer { start += extent }
      return slice(axis: axis, start..<start + extent)
    }
  }

  package func reverse(axis: Int) -> Tensor { builder.apply(.reverse(axis: axis), [self]) }

  // MARK: reductions; reduced axes keep extent 1

  package func sum(_ axes: Int...) -> Tensor { sum(axes) }
  package func sum(_ axes: [Int]) -> Tensor { axes.isEmpty ? self : builder.apply(.sum(axes: axes), [self]) }

  /// The sum of all elements, a scalar.
  package var total: Tensor { sum(Array(0..<shape.rank)).reshape([]) }

  package func mean(_ axes: Int...) -> Tensor {
    let count = axes.reduce(1) { $0 * shape[$1] }
    return sum(axes) * (1 / Double(max(count, 1)))
  }

  package func largest(_ axes: Int...) -> Tensor { builder.apply(.largest(axes: axes), [self]) }

  // MARK: contractions

  package func matmul(_ other: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
    builder.apply(.matmul(transposeA: transposeA, transposeB: transposeB), [self, other])
  }

  /// `[..., in] -> [..., out]`: x W with `weight [in, out]`, all leading axes as rows of one product.
  package func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
    let rows = shape.dimensions.dropLast().reduce(1, *)
    let flat = reshape([rows, weight.shape[0]]).matmul(weight)
    let result = flat.reshape(Shape(shape.dimensions.dropLast() + [weight.shape[1]]))
    return bias.map { result + $0 } ?? result
  }

  /// `result[g] = self[rows of g]^T other[rows of g]`; see `Op.raggedContract`.
  package func raggedContract(_ other: Tensor, offsets: Tensor) -> Tensor {
    builder.apply(.raggedContract, [self, other, offsets])
  }

  /// `result[rows of g] = self[rows of g] z[g]^T`; see `Op.raggedExpand`.
  package func raggedExpand(_ z: Tensor, offsets: Tensor, transposeZ: Bool = false) -> Tensor {
    builder.apply(.raggedExpand(transposeZ: transposeZ), [self, z, offsets])
  }

  // MARK: indexing

  package func gatherRows(_ indices: Tensor) -> Tensor { builder.apply(.gatherRows, [self, indices]) }
  package func scatterAddRows(_ indices: Tensor, rows: Int) -> Tensor {
    builder.apply(.scatterAddRows(rows: rows), [self, indices])
  }
}
