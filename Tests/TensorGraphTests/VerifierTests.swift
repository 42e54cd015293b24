import TensorGraph
import Testing

private func node(_ op: Op, _ operands: [Int], _ shape: Shape, _ type: ElementType = .real) -> Node {
  Node(op: op, operands: operands.map(ValueID.init), shape: shape, type: type)
}

private let x = node(.input(name: "x", shape: [2], type: .real), [], [2])

/// A loop whose body is wrong: its sum records another shape than its operands have.
private let wrongLoop: Node = {
  let body = Graph(unverified: [x, node(.exp, [0], [3])])
  let scan = Scan(
    body: body, bodyOutputs: [ValueID(1)], carries: 0, sequences: 1, constants: 0, length: 5, reversed: false)
  return node(.scan(scan), [0], [])
}()

private let wrong: [(name: String, nodes: [Node], message: String)] = [
  ("uses itself", [x, node(.negate, [1], [2])], "%1 uses a value that is not defined before it"),
  (
    "uses a later value", [x, node(.negate, [2], [2]), node(.exp, [0], [2])],
    "%1 uses a value that is not defined before it"
  ),
  ("uses no value", [x, node(.negate, [-1], [2])], "%1 uses a value that is not defined before it"),
  ("another shape", [x, node(.negate, [0], [3])], "%1: it records real[3], its rule says real[2]"),
  ("another type", [x, node(.negate, [0], [2], .index)], "%1: it records index[2], its rule says real[2]"),
  ("operands that do not fit", [x, node(.reshape(to: [3]), [0], [3])], "%1: cannot reshape [2] to [3]"),
  (
    "a wrong loop", [node(.input(name: "x", shape: [5, 2], type: .real), [], [5, 2]), wrongLoop],
    "%1: %1: it records real[3], its rule says real[2]"
  ),
]

@Test(arguments: wrong.indices)
func `the verifier finds a wrong graph`(_ index: Int) {
  let (name, nodes, message) = wrong[index]
  let error = #expect(throws: ShapeError.self, "\(name)") { try Graph(unverified: nodes).verify() }
  #expect(error?.description == message)
}

@Test func `the verifier accepts what the builder makes`() throws {
  let builder = Builder()
  let input = builder.input("x", [5, 2])
  let (carries, outputs) = builder.scan(carries: [input.sum(0)], sequences: [input], constants: []) { h, x, _ in
    ([h[0] + x[0]], [h[0].exp])
  }
  _ = outputs[0] * carries[0]
  try builder.graph.verify()
  try Graph(unverified: builder.graph.nodes).verify()
}
