import ReferenceBackend
import TensorGraph
import Testing

/// Numbers that lie outside their tensor.
struct WrongIndices: Sendable {
  let op: Op
  let shapes: [Shape]
  let indices: [Int32]
  let message: String
}

private let wrong: [WrongIndices] = [
  WrongIndices(
    op: .gatherRows, shapes: [[3, 2]], indices: [0, 3],
    message: "model.x: %2 gatherRows: index 3 of a tensor with 3 rows"),
  WrongIndices(
    op: .scatterAddRows(rows: 2), shapes: [[2, 2]], indices: [0, 2],
    message: "model.x: %2 scatterAddRows: index 2 of a tensor with 2 rows"),
  WrongIndices(
    op: .raggedContract, shapes: [[3, 1], [3, 1]], indices: [0, 2, 1],
    message: "model.x: %3 raggedContract: group 1 is rows 2 to 1 of 3"),
  WrongIndices(
    op: .raggedContract, shapes: [[3, 1], [3, 1]], indices: [-1, 2],
    message: "model.x: %3 raggedContract: group 0 is rows -1 to 2 of 3"),
  WrongIndices(
    op: .raggedExpand(transposeZ: false), shapes: [[3, 1], [1, 1, 1]], indices: [0, 4],
    message: "model.x: %3 raggedExpand: group 0 is rows 0 to 4 of 3"),
]

@Test(arguments: wrong)
func `an index outside its tensor is an error that names the section and the node`(_ wrong: WrongIndices) throws {
  var graph = Graph()
  let origin = graph.origin("model.x")
  var operands = try wrong.shapes.map { try graph.append(.input(name: "x", shape: $0, type: .real), []) }
  operands.append(try graph.append(.input(name: "i", shape: [wrong.indices.count], type: .index), []))
  let node = try graph.append(wrong.op, operands, origin: origin)
  let executable = try ReferenceBackend().compile(graph, outputs: [node])
  let indices = Storage(nil, count: wrong.indices.count)
  for (place, index) in wrong.indices.enumerated() { indices.indices[place] = index }
  let inputs = wrong.shapes.map { Storage(.float64, count: $0.count).view() } + [indices.view()]
  let output = Storage(.float64, count: graph[node].shape.count)
  let error = #expect(throws: BackendError.self) { try executable.run(inputs: inputs, outputs: [output.view()]) }
  #expect(error?.message == wrong.message)
}

@Test func `views that do not fit their tensors are errors`() throws {
  let builder = Builder()
  let sum = builder.input("x", [3]) + builder.input("y", [3])
  let executable = try ReferenceBackend().compile(builder.graph, outputs: [sum.id])
  let (three, two, indices) = (Storage(.float64, count: 3), Storage(.float64, count: 2), Storage(nil, count: 3))
  let attempts: [(inputs: [Storage], outputs: [Storage], message: String)] = [
    ([three], [three], "1 inputs bound to 2 tensors"),
    ([three, three], [], "0 outputs bound to 1 tensors"),
    ([three, two], [three], "input 1 has 2 elements, its tensor is [3]"),
    ([three, three], [two], "output 0 has 2 elements, its tensor is [3]"),
    ([indices, three], [three], "input 0 is bound to a storage of another element type than real"),
  ]
  for (inputs, outputs, message) in attempts {
    let error = #expect(throws: BackendError.self) {
      try executable.run(inputs: inputs.map { $0.view() }, outputs: outputs.map { $0.view() })
    }
    #expect(error?.message == message)
  }
}

@Test func `a scan itself cannot be an output`() throws {
  let builder = Builder()
  let x = builder.input("x", [2, 3])
  _ = builder.scan(carries: [], sequences: [x], constants: []) { _, x, _ in ([], [x[0].exp]) }
  let scan = try #require(
    builder.graph.ids.first { id in
      if case .scan = builder.graph[id].op { true } else { false }
    })
  #expect(throws: BackendError.self) { try ReferenceBackend().compile(builder.graph, outputs: [scan]) }
  #expect(throws: BackendError.self) { try ReferenceBackend().compile(builder.graph, outputs: [ValueID(99)]) }
}
