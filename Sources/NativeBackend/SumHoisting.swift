import TensorGraph

/// Takes sums over rows out of the way of blocks of rows.
///
/// A carry that only collects, `c' = c + sum(y, axes)`, as the gradient of a bias does, becomes a carry that collects the
/// product of a row of ones with y where the sum is over all rows, `c' = c + 1^T y`, which blocks of rows do apart; else a
/// carry of the shape of y, `a' = a + y`, which is summed once after the last step. Then blocks of rows can run through the
/// whole loop apart from each other.
struct SumHoisting {
  private(set) var graph = Graph()
  /// Where the values of the given graph stand in the new one.
  private(set) var values: [ValueID] = []
  private var collected: [ValueID: [Int: Collected]] = [:]

  /// A carry that collects sums: what is summed, and over which axes.
  private struct Collected {
    var carry: Int
    var add: ValueID
    var terms: ValueID
    var axes: [Int]
    /// The shape of the rows that a product with ones sums; nil for other sums.
    var rows: Shape?
    /// The shape of the carry that takes its place.
    var shape: Shape
    /// The value that the carry starts from, outside the loop.
    var start = ValueID(0)
  }

  init(_ source: Graph) throws(ShapeError) {
    for id in source.ids {
      let node = source[id]
      let operands = node.operands.map { values[Int($0.index)] }
      let origin = graph.origin(source.origins[Int(node.origin)])
      switch node.op {
      case .scan(let scan): values.append(try rewritten(scan, operands, origin, id))
      case .result(let index):
        let shape = node.shape
        values.append(try result(index, of: node.operands[0], operands[0], shape, origin))
      case .input, .constant, .random, .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber,
        .add, .subtract, .multiply, .divide, .maximum, .minimum, .less, .select, .broadcast, .reshape, .transpose,
        .slice, .pad, .concatenate, .reverse, .sum, .largest, .matmul, .raggedContract, .raggedExpand, .gatherRows,
        .scatterAddRows, .stopGradient:
        values.append(try graph.append(node.op, operands, origin: origin))
      }
    }
  }

  private mutating func rewritten(
    _ scan: Scan, _ operands: [ValueID], _ origin: Int32, _ id: ValueID
  ) throws(ShapeError) -> ValueID {
    let inner = try SumHoisting(scan.body)
    var scan = scan
    scan.bodyOutputs = scan.bodyOutputs.map { inner.values[Int($0.index)] }
    scan.body = inner.graph
    var operands = operands
    for carry in 0..<scan.carries {
      guard var found = Self.collected(scan, carry) else { continue }
      try Self.replace(&scan, found)
      found.start = operands[carry]
      operands[carry] = try graph.append(.constant(0, shape: found.shape), [], origin: origin)
      collected[id, default: [:]][carry] = found
    }
    return try graph.append(.scan(scan), operands, origin: origin)
  }

  private mutating func result(
    _ index: Int, of scan: ValueID, _ operand: ValueID, _ shape: Shape, _ origin: Int32
  ) throws(ShapeError) -> ValueID {
    let result = try graph.append(.result(index), [operand], origin: origin)
    guard let found = collected[scan]?[index] else { return result }
    let isSummed = found.rows != nil
    let sum = isSummed ? result : try graph.append(.sum(axes: found.axes), [result], origin: origin)
    let shaped = try graph.append(.reshape(to: shape), [sum], origin: origin)
    return try graph.append(.add, [found.start, shaped], origin: origin)
  }

  /// What a carry collects; nil when it is used in any other way.
  private static func collected(_ scan: Scan, _ carry: Int) -> Collected? {
    guard let collecting = CollectingCarry(scan, carry) else { return nil }
    let body = scan.body
    var sum = collecting.term
    while case .reshape = body[sum].op { sum = body[sum].operands[0] }
    guard case .sum(let axes) = body[sum].op else { return nil }
    let terms = body[sum].operands[0]
    let rows = body[terms].shape.rows(summedOver: axes)
    let shape = rows.map { [1, $0[1]] } ?? body[terms].shape
    return Collected(carry: carry, add: collecting.next, terms: terms, axes: axes, rows: rows, shape: shape)
  }

  /// Gives the carry its new shape and what it collects.
  private static func replace(_ scan: inout Scan, _ found: Collected) throws(ShapeError) {
    var body = Graph()
    var values: [ValueID] = []
    for id in scan.body.ids {
      let node = scan.body[id]
      let origin = body.origin(scan.body.origins[Int(node.origin)])
      var op = node.op
      if id == found.add {
        // Nothing reads the old sum; its place in the numbering is kept by the terms.
        values.append(values[Int(found.terms.index)])
        continue
      }
      if id == scan.body.inputs[found.carry] {
        op = .input(name: scan.body.name(ofInput: id), shape: found.shape, type: .real)
      }
      values.append(try body.append(op, node.operands.map { values[Int($0.index)] }, origin: origin))
    }
    let carry = values[Int(scan.body.inputs[found.carry].index)]
    let origin = body.origin(scan.body.origins[Int(scan.body[found.add].origin)])
    var term = values[Int(found.terms.index)]
    if let rows = found.rows { term = try body.sumOfRows(term, rows, origin: origin) }
    let add = try body.append(.add, [carry, term], origin: origin)
    scan.bodyOutputs = scan.bodyOutputs.enumerated().map { $0 == found.carry ? add : values[Int($1.index)] }
    scan.body = body
  }
}

extension Shape {
  /// This shape as rows and columns when a sum over `axes` is one over all rows, and rows of some length.
  func rows(summedOver axes: [Int]) -> Shape? {
    guard rank >= 2, axes == Array(0..<rank - 1), self[rank - 1] >= 16, count >= 16 * self[rank - 1] else { return nil }
    return [count / self[rank - 1], self[rank - 1]]
  }
}

extension Graph {
  /// The sum over rows, `[1, columns]`, as a product with ones: products can be collected part by part.
  mutating func sumOfRows(_ value: ValueID, _ rows: Shape, origin: Int32) throws(ShapeError) -> ValueID {
    let flat = self[value].shape == rows ? value : try append(.reshape(to: rows), [value], origin: origin)
    let ones = try append(.constant(1, shape: [rows[0], 1]), [], origin: origin)
    return try append(.matmul(transposeA: true, transposeB: false), [ones, flat], origin: origin)
  }
}
