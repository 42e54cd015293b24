/// Cotangents of the operands of one operation, `nil` where none flows. One line of calculus per operation.
///
/// - Parameter x: operands.  - Parameter y: result.  - Parameter g: cotangent of the result, of its shape.
func pullback(_ op: Op, _ x: [Tensor], _ y: Tensor, _ g: Tensor) -> [Tensor?] {
  func zero() -> Tensor { g.builder.constant(0, g.shape) }
  switch op {
  case .input, .constant, .random: return x.map { _ in nil }

  case .negate: return [-g]
  case .exp: return [g * y]
  case .log: return [g / x[0]]
  case .tanh: return [g * (1 - y * y)]
  case .sigmoid: return [g * y * (1 - y)]
  case .softplus: return [g * x[0].sigmoid]
  case .sqrt: return [g * 0.5 / y]
  case .absolute: return [x[0].isLess(g.builder.constant(0, g.shape)).select(-g, g)]
  case .isNumber: return [nil]

  case .add: return [g, g]
  case .subtract: return [g, -g]
  case .multiply: return [g * x[1], g * x[0]]
  case .divide: return [g / x[1], -(g * y / x[1])]
  case .maximum:
    let second = x[0].isLess(x[1])
    return [second.select(zero(), g), second.select(g, zero())]
  case .minimum:
    let second = x[1].isLess(x[0])
    return [second.select(zero(), g), second.select(g, zero())]
  case .less: return [nil, nil]
  case .select: return [nil, x[0].select(g, zero()), x[0].select(zero(), g)]

  case .broadcast:
    return [g.sum(x[0].shape.dimensions.indices.filter { x[0].shape[$0] != g.shape[$0] })]
  case .reshape: return [g.reshape(x[0].shape)]
  case .transpose(let permutation):
    var inverse = permutation
    for (position, axis) in permutation.enumerated() { inverse[axis] = position }
    return [g.transpose(inverse)]
  case .slice(let from, let to):
    let high = to.indices.map { x[0].shape[$0] - to[$0] }
    return [g.builder.apply(.pad(low: from, high: high), [g])]
  case .pad(let low, _):
    let to = low.indices.map { low[$0] + x[0].shape[$0] }
    return [g.builder.apply(.slice(from: low, to: to), [g])]
  case .concatenate(let axis): return g.split(axis: axis, x.map { $0.shape[axis] })
  case .reverse(let axis): return [g.reverse(axis: axis)]

  case .sum: return [g.broadcast(to: x[0].shape)]
  case .largest(let axes):
    let isLargest = 1 - x[0].isLess(y.broadcast(to: x[0].shape))
    return [isLargest * (g / isLargest.sum(axes))]

  case .matmul(let a, let b):
    let left = a ? x[1].matmul(g, transposeA: b, transposeB: true) : g.matmul(x[1], transposeB: !b)
    let right = b ? g.matmul(x[0], transposeA: true, transposeB: a) : x[0].matmul(g, transposeA: !a)
    return [left, right]
  case .raggedContract:
    let left = x[1].raggedExpand(g, offsets: x[2])
    let right = x[0].raggedExpand(g, offsets: x[2], transposeZ: true)
    return [left, right, nil]
  case .raggedExpand(let transposed):
    let left = g.raggedExpand(x[1], offsets: x[2], transposeZ: !transposed)
    let right = transposed ? x[0].raggedContract(g, offsets: x[2]) : g.raggedContract(x[0], offsets: x[2])
    return [left, right, nil]

  case .gatherRows: return [g.scatterAddRows(x[1], rows: x[0].shape[0]), nil]
  case .scatterAddRows: return [g.gatherRows(x[1]), nil]

  case .stopGradient: return [nil]
  case .scan, .result: preconditionFailure("scans are differentiated by ScanTape")
  }
}
