import TensorGraph
import Testing

/// An operand of a rule: `r` makes a real, `i` an index tensor.
private func r(_ extents: Int...) -> Node { leaf(Shape(extents), .real) }
private func i(_ extents: Int...) -> Node { leaf(Shape(extents), .index) }

private func leaf(_ shape: Shape, _ type: ElementType) -> Node {
  Node(op: .input(name: "x", shape: shape, type: type), operands: [], shape: shape, type: type)
}

/// `add(real[2], real[3]): error: add of [2] and [3]`, one line per case.
private func lines(_ cases: [(Op, [Node])]) -> [String] {
  cases.map { op, operands in
    var graph = Graph()
    let list = operands.map { "\($0.type)\($0.shape)" }.joined(separator: ", ")
    let outcome: String
    do throws(ShapeError) {
      var ids: [ValueID] = []
      for operand in operands { ids.append(try graph.append(operand.op, [])) }
      let id = try graph.append(op, ids)
      outcome = "\(graph[id].type)\(graph[id].shape)"
    } catch {
      outcome = "error: \(error)"
    }
    return "\(title(op))(\(list)): \(outcome)"
  }
}

private func title(_ op: Op) -> String {
  switch op {
  case .scan(let scan): "scan \(scan.carries) \(scan.sequences) \(scan.constants) length \(scan.length)"
  default: "\(op)"
  }
}

private let unary: [Op] = [.negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber]
private let binary: [Op] = [.add, .subtract, .multiply, .divide, .maximum, .minimum, .less]

@Test func `operands that fit give the shape of the rule`() throws {
  let leaves: [(Op, [Node])] = [
    (.constant(1, shape: [2, 0]), []), (.random(.normal, salt: 1, shape: [3, 4]), [i(2)]),
  ]
  let elementwise: [(Op, [Node])] =
    unary.map { ($0, [r(2, 3)]) } + binary.map { ($0, [r(2, 3), r(2, 3)]) } + [(.select, [r(0), r(0), r(0)])]
  let moves: [(Op, [Node])] = [
    (.broadcast(to: [2, 3]), [r(2, 1)]), (.broadcast(to: [0]), [i(1)]), (.reshape(to: [3, 2]), [r(6)]),
    (.reshape(to: []), [i(1)]),
    (.reshape(to: [0, 9]), [r(4, 0)]), (.transpose(permutation: [2, 0, 1]), [r(2, 3, 4)]),
    (.transpose(permutation: []), [i()]),
    (.slice(from: [0, 1], to: [0, 3]), [r(2, 3)]), (.slice(from: [1], to: [4]), [i(4)]),
    (.pad(low: [1, 0], high: [0, 2]), [r(2, 3)]),
    (.concatenate(axis: 1), [r(2, 3), r(2, 0), r(2, 1)]), (.concatenate(axis: 0), [i(2), i(3)]),
    (.reverse(axis: 1), [i(2, 3)]),
  ]
  let contractions: [(Op, [Node])] = [
    (.sum(axes: [0, 2]), [r(2, 3, 4)]), (.sum(axes: []), [r()]), (.largest(axes: [1]), [r(2, 0)]),
    (.matmul(transposeA: false, transposeB: false), [r(2, 3), r(3, 4)]),
    (.matmul(transposeA: true, transposeB: true), [r(5, 3, 2), r(5, 4, 3)]),
    (.raggedContract, [r(9, 2), r(9, 3), i(5)]), (.raggedContract, [r(0, 2), r(0, 3), i(1)]),
    (.raggedExpand(transposeZ: false), [r(9, 3), r(4, 2, 3), i(5)]),
    (.raggedExpand(transposeZ: true), [r(9, 3), r(4, 3, 2), i(5)]),
    (.gatherRows, [r(5, 2), i(3)]), (.gatherRows, [i(5), i(0)]), (.scatterAddRows(rows: 8), [r(3, 2), i(3)]),
    (.stopGradient, [i(2)]),
  ]
  try expectGolden("shapes", lines(leaves + elementwise + moves + contractions).joined(separator: "\n"))
}

private let wrongLeaves: [(Op, [Node])] = [
  (.input(name: "x", shape: [2], type: .real), [r(2)]), (.constant(1, shape: [2]), [r(2)]),
  (.random(.normal, salt: 1, shape: [3]), []), (.random(.normal, salt: 1, shape: [3]), [r(2)]),
  (.random(.uniform, salt: 1, shape: [3]), [i(3)]), (.random(.uniform, salt: 1 << 31, shape: [3]), [i(2)]),
]

private let wrongElementwise: [(Op, [Node])] =
  unary.flatMap { [($0, [i(2)]), ($0, [r(2), r(2)])] }
  + binary.flatMap { [($0, [r(2), r(3)]), ($0, [r(2)]), ($0, [r(2), i(2)]), ($0, [r(1), r(2)])] }
  + [(.select, [r(2), r(2), r(3)]), (.select, [r(2), r(2)]), (.select, [i(2), r(2), r(2)])]

private let wrongMoves: [(Op, [Node])] = [
  (.broadcast(to: [2, 3]), [r(3)]), (.broadcast(to: [2, 3]), [r(2, 2)]), (.broadcast(to: [1]), [r(0)]),
  (.reshape(to: [4]), [r(2, 3)]), (.transpose(permutation: [0]), [r(2, 3)]),
  (.transpose(permutation: [0, 0]), [r(2, 3)]),
  (.transpose(permutation: [0, 2]), [r(2, 3)]), (.slice(from: [0], to: [2]), [r(2, 3)]),
  (.slice(from: [1], to: [5]), [r(4)]),
  (.slice(from: [3], to: [2]), [r(4)]), (.slice(from: [-1], to: [2]), [r(4)]),
  (.slice(from: [0, 0], to: [2]), [r(2, 3)]),
  (.pad(low: [1], high: [1, 1]), [r(2, 3)]), (.pad(low: [1, 1], high: [1]), [r(2, 3)]),
  (.pad(low: [-1], high: [0]), [r(2)]),
  (.pad(low: [1], high: [1]), [i(2)]), (.concatenate(axis: 0), []), (.concatenate(axis: 1), [r(2)]),
  (.concatenate(axis: -1), [r(2)]), (.concatenate(axis: 0), [r(2, 3), r(2, 4)]),
  (.concatenate(axis: 0), [r(2), r(2, 1)]),
  (.concatenate(axis: 0), [r(2), i(2)]), (.reverse(axis: 1), [r(2)]), (.reverse(axis: -1), [r(2)]),
  (.reverse(axis: 0), [r()]),
]

private let wrongContractions: [(Op, [Node])] = [
  (.sum(axes: [2]), [r(2, 3)]), (.sum(axes: [-1]), [r(2, 3)]), (.sum(axes: [0]), [i(2)]), (.largest(axes: [0]), [r()]),
  (.matmul(transposeA: false, transposeB: false), [r(2, 3), r(2, 3)]),
  (.matmul(transposeA: true, transposeB: false), [r(2, 3), r(3, 2)]),
  (.matmul(transposeA: false, transposeB: false), [r(2), r(2)]),
  (.matmul(transposeA: false, transposeB: false), [r(4, 2, 3), r(3, 2)]),
  (.matmul(transposeA: false, transposeB: false), [r(4, 2, 3), r(5, 3, 2)]),
  (.matmul(transposeA: false, transposeB: false), [i(2, 3), r(3, 2)]),
  (.raggedContract, [r(9, 2), r(8, 3), i(5)]), (.raggedContract, [r(9, 2), r(9, 3), i(0)]),
  (.raggedContract, [r(9, 2), r(9, 3), r(5)]),
  (.raggedContract, [r(9), r(9, 3), i(5)]), (.raggedContract, [i(9, 2), r(9, 3), i(5)]),
  (.raggedContract, [r(9, 2), r(9, 3)]),
  (.raggedExpand(transposeZ: false), [r(9, 3), r(4, 2, 2), i(5)]),
  (.raggedExpand(transposeZ: true), [r(9, 3), r(4, 2, 3), i(5)]),
  (.raggedExpand(transposeZ: false), [r(9, 3), r(4, 2, 3), i(4)]),
  (.raggedExpand(transposeZ: false), [r(9, 3), r(4, 3), i(5)]),
  (.gatherRows, [r(), i(3)]), (.gatherRows, [r(5), r(3)]), (.gatherRows, [r(5), i(3, 1)]),
  (.scatterAddRows(rows: 8), [r(3, 2), i(2)]), (.scatterAddRows(rows: -1), [r(3, 2), i(3)]),
  (.scatterAddRows(rows: 8), [i(3, 2), i(3)]),
  (.stopGradient, [r(2), r(2)]), (.result(0), [r(2)]), (.result(0), []),
]

/// `h' = h + x` over `[length, 2]` with one constant, changed by `change`.
private func scan(_ change: (inout Scan) -> Void = { _ in }) -> Op {
  let body = Builder()
  let (h, x, c) = (body.input("h", [2]), body.input("x", [2]), body.input("c", [3]))
  var scan = Scan(
    body: body.graph, bodyOutputs: [], carries: 1, sequences: 1, constants: 1, length: 4, reversed: false)
  let next = h + x
  scan.body = body.graph
  scan.bodyOutputs = [next.id, c.id]
  change(&scan)
  return .scan(scan)
}

private let wrongScans: [(Op, [Node])] = [
  (scan(), [r(2), r(4, 2)]), (scan(), [r(2), r(5, 2), r(3)]), (scan(), [r(3), r(4, 2), r(3)]),
  (scan(), [r(2), r(4, 2), r(2)]),
  (scan(), [i(2), r(4, 2), r(3)]), (scan { $0.bodyOutputs = [ValueID(2)] }, [r(2), r(4, 2), r(3)]),
  (scan { $0.bodyOutputs = [] }, [r(2), r(4, 2), r(3)]),
  (scan { $0.bodyOutputs = [ValueID(9)] }, [r(2), r(4, 2), r(3)]),
  (scan { $0.constants = 2 }, [r(2), r(4, 2), r(3), r(3)]),
]

@Test func `operands that do not fit are errors that say why`() throws {
  let all = lines(wrongLeaves + wrongElementwise + wrongMoves + wrongContractions + wrongScans)
  let accepted = all.filter { !$0.contains(": error: ") }
  #expect(accepted == [])
  try expectGolden("shape-errors", all.joined(separator: "\n"))
}

@Test func `a scan is used through its results only, and they must exist`() throws {
  var graph = Graph()
  let operands = try [r(2), r(4, 2), r(3)].map { try graph.append($0.op, []) }
  let node = try graph.append(scan(), operands)
  let last = try graph.append(.result(0), [node])
  let stacked = try graph.append(.result(1), [node])
  #expect(graph[last].shape == [2] && graph[stacked].shape == [4, 3])
  for op in [Op.result(2), .result(-1), .negate, .reshape(to: [1])] {
    #expect(throws: ShapeError.self) { try graph.append(op, [node]) }
  }
}

@Test func `a shape error names the section that built the node`() throws {
  var graph = Graph()
  let x = try graph.append(.input(name: "x", shape: [2], type: .real), [])
  let origin = graph.origin("models.meta.readin")
  let error = #expect(throws: ShapeError.self) { try graph.append(.reshape(to: [3]), [x], origin: origin) }
  #expect(error?.description == "models.meta.readin: cannot reshape [2] to [3]")
}
