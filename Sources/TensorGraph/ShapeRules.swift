/// The shape and element type of a node, from its operation and operands. One rule per operation, in the order of `Op`.
func shapeRule(_ op: Op, _ operands: [Node]) throws(ShapeError) -> (Shape, ElementType) {
  let shapes = operands.map(\.shape)
  func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws(ShapeError) {
    if !condition { throw ShapeError(message()) }
  }
  func arity(_ count: Int) throws(ShapeError) {
    try expect(operands.count == count, "\(op.name) takes \(count) operands, not \(operands.count)")
  }
  func indexOperand(_ position: Int) throws(ShapeError) {
    try expect(operands[position].type == .index, "operand \(position) of \(op.name) must be an index tensor")
  }
  func realOperands(_ positions: Range<Int>) throws(ShapeError) {
    for position in positions {
      try expect(operands[position].type == .real, "operand \(position) of \(op.name) must be a real tensor")
    }
  }
  func axesInside(_ axes: [Int]) throws(ShapeError) {
    let inside = axes.allSatisfy(shapes[0].dimensions.indices.contains)
    try expect(inside, "\(op.name) along axes \(axes) of \(shapes[0])")
  }
  func sameRank(_ values: [Int], _ what: String) throws(ShapeError) {
    try expect(values.count == shapes[0].rank, "\(what) of \(op.name) has \(values.count) axes, operand \(shapes[0])")
  }

  for (position, operand) in operands.enumerated() {
    if case .result = op { continue }
    guard case .scan = operand.op else { continue }
    throw ShapeError("operand \(position) of \(op.name) is a scan, not one of its results")
  }
  switch op {
  case .input(_, let shape, let type):
    try arity(0)
    return (shape, type)
  case .constant(_, let shape):
    try arity(0)
    return (shape, .real)
  case .random(_, let salt, let shape):
    try arity(1)
    try indexOperand(0)
    try expect(shapes[0] == [2], "the key of a random tensor is [2], not \(shapes[0])")
    try expect(
      salt < 1 << 31 && shape.count < 1 << 32, "salt \(salt) or shape \(shape) of a random tensor is too large")
    return (shape, .real)

  case .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber:
    try arity(1)
    try realOperands(0..<1)
    return (shapes[0], .real)
  case .add, .subtract, .multiply, .divide, .maximum, .minimum, .less:
    try arity(2)
    try realOperands(0..<2)
    try expect(shapes[0] == shapes[1], "\(op.name) of \(shapes[0]) and \(shapes[1])")
    return (shapes[0], .real)
  case .select:
    try arity(3)
    try realOperands(0..<3)
    try expect(shapes[0] == shapes[1] && shapes[1] == shapes[2], "select of \(shapes[0]), \(shapes[1]), \(shapes[2])")
    return (shapes[0], .real)

  case .broadcast(let target):
    try arity(1)
    try sameRank(target.dimensions, "target \(target)")
    for axis in 0..<target.rank {
      let extent = shapes[0][axis]
      try expect(extent == target[axis] || extent == 1, "cannot broadcast \(shapes[0]) to \(target)")
    }
    return (target, operands[0].type)
  case .reshape(let target):
    try arity(1)
    try expect(target.count == shapes[0].count, "cannot reshape \(shapes[0]) to \(target)")
    return (target, operands[0].type)
  case .transpose(let permutation):
    try arity(1)
    try sameRank(permutation, "permutation \(permutation)")
    try expect(permutation.sorted() == Array(0..<shapes[0].rank), "\(permutation) is not a permutation")
    return (Shape(permutation.map { shapes[0][$0] }), operands[0].type)
  case .slice(let from, let to):
    try arity(1)
    try sameRank(from, "start")
    try sameRank(to, "end")
    for axis in 0..<from.count {
      let inside = 0 <= from[axis] && from[axis] <= to[axis] && to[axis] <= shapes[0][axis]
      try expect(inside, "slice \(from) to \(to) of \(shapes[0])")
    }
    return (Shape(zip(from, to).map { $1 - $0 }), operands[0].type)
  case .pad(let low, let high):
    try arity(1)
    try realOperands(0..<1)
    try sameRank(low, "low padding")
    try sameRank(high, "high padding")
    try expect((low + high).allSatisfy { $0 >= 0 }, "padding \(low) and \(high) must not be negative")
    return (Shape(shapes[0].dimensions.indices.map { low[$0] + shapes[0][$0] + high[$0] }), .real)
  case .concatenate(let axis):
    try expect(!operands.isEmpty, "concatenate takes at least one operand")
    try axesInside([axis])
    for shape in shapes {
      let fits =
        shape.rank == shapes[0].rank && shape.replacing(axis: axis, with: 0) == shapes[0].replacing(axis: axis, with: 0)
      try expect(fits, "concatenate of \(shapes) along axis \(axis)")
    }
    try expect(Set(operands.map(\.type)).count == 1, "concatenate of real and index tensors")
    return (shapes[0].replacing(axis: axis, with: shapes.reduce(0) { $0 + $1[axis] }), operands[0].type)
  case .reverse(let axis):
    try arity(1)
    try axesInside([axis])
    return (shapes[0], operands[0].type)

  case .sum(let axes), .largest(let axes):
    try arity(1)
    try realOperands(0..<1)
    try axesInside(axes)
    return (axes.reduce(shapes[0]) { $0.replacing(axis: $1, with: 1) }, .real)

  case .matmul(let transposeA, let transposeB):
    try arity(2)
    try realOperands(0..<2)
    let (a, b) = (shapes[0].dimensions, shapes[1].dimensions)
    try expect(
      a.count == b.count && a.count >= 2 && a.dropLast(2) == b.dropLast(2), "matmul of \(shapes[0]) and \(shapes[1])")
    let (m, k) = transposeA ? (a[a.count - 1], a[a.count - 2]) : (a[a.count - 2], a[a.count - 1])
    let (k2, n) = transposeB ? (b[b.count - 1], b[b.count - 2]) : (b[b.count - 2], b[b.count - 1])
    try expect(k == k2, "matmul contracts \(k) with \(k2): \(shapes[0]) and \(shapes[1])")
    return (Shape(a.dropLast(2) + [m, n]), .real)
  case .raggedContract:
    try arity(3)
    try realOperands(0..<2)
    try indexOperand(2)
    let fits = shapes[0].rank == 2 && shapes[1].rank == 2 && shapes[0][0] == shapes[1][0] && shapes[2].rank == 1
    try expect(fits && shapes[2][0] >= 1, "raggedContract of \(shapes)")
    return ([shapes[2][0] - 1, shapes[0][1], shapes[1][1]], .real)
  case .raggedExpand(let transposeZ):
    try arity(3)
    try realOperands(0..<2)
    try indexOperand(2)
    let fits = shapes[0].rank == 2 && shapes[1].rank == 3 && shapes[2].rank == 1 && shapes[2][0] == shapes[1][0] + 1
    try expect(fits, "raggedExpand of \(shapes)")
    let (k, d) = transposeZ ? (shapes[1][2], shapes[1][1]) : (shapes[1][1], shapes[1][2])
    try expect(d == shapes[0][1], "raggedExpand contracts \(shapes[0][1]) with \(d)")
    return ([shapes[0][0], k], .real)

  case .gatherRows:
    try arity(2)
    try indexOperand(1)
    try expect(shapes[0].rank >= 1 && shapes[1].rank == 1, "gatherRows of \(shapes)")
    return (shapes[0].replacing(axis: 0, with: shapes[1][0]), operands[0].type)
  case .scatterAddRows(let rows):
    try arity(2)
    try realOperands(0..<1)
    try indexOperand(1)
    try expect(
      shapes[0].rank >= 1 && shapes[1] == [shapes[0][0]] && rows >= 0, "scatterAddRows of \(shapes) into \(rows)")
    return (shapes[0].replacing(axis: 0, with: rows), .real)

  case .stopGradient:
    try arity(1)
    return (shapes[0], operands[0].type)
  case .scan(let scan):
    try arity(scan.carries + scan.sequences + scan.constants)
    try expect(scan.body.inputs.count == operands.count, "a scan body has one input per operand")
    let outputs = scan.bodyOutputs
    try expect(outputs.count >= scan.carries, "a scan with \(scan.carries) carries has \(outputs.count) body outputs")
    try expect(
      outputs.allSatisfy { scan.body.nodes.indices.contains(Int($0.index)) }, "an output is not in the scan body")
    for (position, input) in scan.body.inputs.enumerated() {
      let inside = scan.body[input].shape
      let isSequence = position >= scan.carries && position < scan.carries + scan.sequences
      let expected = isSequence ? Shape([scan.length] + inside.dimensions) : inside
      try expect(
        expected == shapes[position], "operand \(position) of scan is \(shapes[position]), body wants \(expected)")
      let (type, own) = (scan.body[input].type, operands[position].type)
      try expect(type == own, "operand \(position) of scan is of type \(own), body wants \(type)")
    }
    for position in 0..<scan.carries {
      let next = scan.body[outputs[position]]
      let change = "carry \(position) of scan changes from \(operands[position].type)\(shapes[position])"
      let same = next.shape == shapes[position] && next.type == operands[position].type
      try expect(same, "\(change) to \(next.type)\(next.shape)")
    }
    return ([], .real)
  case .result(let index):
    try arity(1)
    guard case .scan(let scan) = operands[0].op else { throw ShapeError("result of something that is not a scan") }
    let results = scan.resultShapes
    try expect(results.indices.contains(index), "result \(index) of a scan with \(results.count)")
    return (results[index], scan.body[scan.bodyOutputs[index]].type)
  }
}
