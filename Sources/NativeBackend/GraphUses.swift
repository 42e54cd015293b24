import TensorGraph

/// Who reads each value of a graph, as far as some outputs need it.
struct GraphUses {
  /// Nodes that read a value, each once.
  private(set) var users: [[ValueID]]
  private var isOutput: [Bool]

  init(_ graph: Graph, outputs: [ValueID]) {
    let needed = graph.needed(for: outputs)
    users = [[ValueID]](repeating: [], count: graph.nodes.count)
    isOutput = [Bool](repeating: false, count: graph.nodes.count)
    for output in outputs { isOutput[Int(output.index)] = true }
    for id in graph.ids where needed[Int(id.index)] {
      for operand in Set(graph[id].operands) { users[Int(operand.index)].append(id) }
    }
  }

  func users(of value: ValueID) -> [ValueID] { users[Int(value.index)] }
  func isOutput(_ value: ValueID) -> Bool { isOutput[Int(value.index)] }
  /// Whether one node reads the value and nothing else does.
  func isUsedOnce(_ value: ValueID) -> Bool { users[Int(value.index)].count == 1 && !isOutput[Int(value.index)] }
}

/// Rebuilds a graph node by node.
struct GraphCopy {
  let source: Graph
  private(set) var graph = Graph()
  /// Where the values of the source stand in the copy, for those that were copied.
  var values: [ValueID?]

  init(_ source: Graph) {
    self.source = source
    values = [ValueID?](repeating: nil, count: source.nodes.count)
  }

  func copied(_ value: ValueID) -> ValueID {
    guard let id = values[Int(value.index)] else { preconditionFailure("\(value) is used before it is copied") }
    return id
  }

  /// Appends a node that takes the place of, or helps, a node of the source.
  mutating func append(_ op: Op, _ operands: [ValueID], for node: ValueID) throws(ShapeError) -> ValueID {
    try graph.append(op, operands, origin: graph.origin(source.origins[Int(source[node].origin)]))
  }

  mutating func copy(_ node: ValueID) throws(ShapeError) {
    let operands = source[node].operands.map(copied)
    values[Int(node.index)] = try append(source[node].op, operands, for: node)
  }

  mutating func reshape(_ value: ValueID, to shape: Shape, for node: ValueID) throws(ShapeError) -> ValueID {
    graph[value].shape == shape ? value : try append(.reshape(to: shape), [value], for: node)
  }
}

extension Shape {
  /// The shape of one of `count` equal parts along the leading axis; nil where there is no such part.
  func part(of count: Int) -> Shape? {
    guard rank > 0, count > 0, self[0] > 0, self[0] % count == 0 else { return nil }
    return replacing(axis: 0, with: self[0] / count)
  }
}
