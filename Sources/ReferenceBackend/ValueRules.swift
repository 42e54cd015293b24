import Foundation
import TensorGraph

/// The value of a node, from the values and shapes of its operands. One rule per operation, in the order of `Op`.
///
/// - Throws: `BackendError` when an index or an offset lies outside its tensor.
func valueRule(
  _ node: Node, _ operands: [Value], _ shapes: [Shape], _ precision: Precision
) throws(BackendError) -> Value {
  switch node.op {
  case .input: preconditionFailure("inputs are bound, not computed")
  case .constant(let value, let shape): return .real([Double](repeating: value, count: shape.count))
  case .random(let distribution, let salt, let shape):
    return random(distribution, salt, shape, key: operands[0].indices)

  case .negate: return map(operands) { -$0 }
  case .exp: return map(operands) { Foundation.exp($0) }
  case .log: return map(operands) { Foundation.log($0) }
  case .tanh: return map(operands) { Foundation.tanh($0) }
  case .sigmoid:
    return map(operands) { $0 < 0 ? Foundation.exp($0) / (1 + Foundation.exp($0)) : 1 / (1 + Foundation.exp(-$0)) }
  case .softplus: return map(operands) { larger($0, 0) + Foundation.log1p(Foundation.exp(-abs($0))) }
  case .sqrt: return map(operands) { $0.squareRoot() }
  case .absolute: return map(operands) { abs($0) }
  case .isNumber: return map(operands) { $0.isNaN ? 0 : 1 }

  case .add: return zip(operands) { $0 + $1 }
  case .subtract: return zip(operands) { $0 - $1 }
  case .multiply: return zip(operands) { $0 * $1 }
  case .divide: return zip(operands) { $0 / $1 }
  case .maximum: return zip(operands) { larger($0, $1) }
  case .minimum: return zip(operands) { -larger(-$0, -$1) }
  case .less: return zip(operands) { $0 < $1 ? 1 : 0 }
  case .select:
    let (condition, yes, no) = (operands[0].reals, operands[1].reals, operands[2].reals)
    return .real(condition.indices.map { condition[$0] != 0 ? yes[$0] : no[$0] })

  case .broadcast(let target):
    let steps = Swift.zip(shapes[0].strides, shapes[0].dimensions).map { $1 == 1 ? 0 : $0 }
    return rearrange(operands[0], to: target, steps: steps)
  case .reshape: return operands[0]
  case .transpose(let permutation):
    let strides = shapes[0].strides
    return rearrange(operands[0], to: node.shape, steps: permutation.map { strides[$0] })
  case .slice(let from, _):
    let strides = shapes[0].strides
    return rearrange(operands[0], to: node.shape, steps: strides, from: offset(from, strides))
  case .pad(let low, _):
    return .real(pad(operands[0].reals, shapes[0], low: low, to: node.shape))
  case .concatenate(let axis): return concatenate(operands, shapes, axis: axis)
  case .reverse(let axis):
    var steps = shapes[0].strides
    let last = (shapes[0][axis] - 1) * steps[axis]
    steps[axis] = -steps[axis]
    return rearrange(operands[0], to: node.shape, steps: steps, from: last)

  case .sum(let axes): return .real(reduce(operands[0].reals, shapes[0], axes, to: node.shape, from: 0) { $0 + $1 })
  case .largest(let axes):
    return .real(reduce(operands[0].reals, shapes[0], axes, to: node.shape, from: -.infinity) { larger($0, $1) })

  case .matmul(let transposeA, let transposeB):
    let a = Factor(operands[0].reals, shapes[0], transposed: transposeA)
    let b = Factor(operands[1].reals, shapes[1], transposed: transposeB)
    return .real(product(a, b, to: node.shape))
  case .raggedContract:
    return .real(try raggedContract(operands[0].reals, operands[1].reals, operands[2].indices, shapes, to: node.shape))
  case .raggedExpand(let transposeZ):
    let z = Factor(operands[1].reals, shapes[1], transposed: !transposeZ)
    return .real(try raggedExpand(operands[0].reals, z, operands[2].indices, to: node.shape))

  case .gatherRows: return try gather(operands[0], operands[1].indices, rows: shapes[0][0], to: node.shape)
  case .scatterAddRows(let rows):
    return .real(try scatter(operands[0].reals, operands[1].indices, rows: rows, to: node.shape))

  case .stopGradient: return operands[0]
  case .scan(let scan): return .results(try runScan(scan, operands, precision))
  case .result(let index):
    guard case .results(let results) = operands[0] else { preconditionFailure("result of a tensor") }
    return results[index]
  }
}

/// The greater of two numbers; NaN when either is NaN.
func larger(_ a: Double, _ b: Double) -> Double { a < b || b.isNaN ? b : a }

private func map(_ operands: [Value], _ function: (Double) -> Double) -> Value {
  .real(operands[0].reals.map(function))
}

private func zip(_ operands: [Value], _ function: (Double, Double) -> Double) -> Value {
  let (left, right) = (operands[0].reals, operands[1].reals)
  return .real(left.indices.map { function(left[$0], right[$0]) })
}
