/// A place in the node array of a graph. Operands always have smaller indices than their users.
package struct ValueID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let index: Int32

  package init(_ index: Int) { self.index = Int32(index) }
  package var description: String { "%\(index)" }
  package static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// One operation, its operands and the shape of its result.
package struct Node: Hashable, Sendable {
  package let op: Op
  package let operands: [ValueID]
  package let shape: Shape
  package let type: ElementType
  /// Index into `Graph.origins`: the spec path of the section that built this node.
  package let origin: Int32

  package init(op: Op, operands: [ValueID], shape: Shape, type: ElementType, origin: Int32 = 0) {
    self.op = op
    self.operands = operands
    self.shape = shape
    self.type = type
    self.origin = origin
  }
}

/// What to compute: an append-only array of nodes. A value; nothing here runs.
package struct Graph: Hashable, Sendable {
  package private(set) var nodes: [Node] = []
  /// The nodes that are bound at every run, in binding order.
  package private(set) var inputs: [ValueID] = []
  package private(set) var origins: [String] = [""]

  package init() {}

  /// A graph of nodes that no rule has seen; `verify` tells whether they make sense.
  package init(unverified nodes: [Node]) {
    self.nodes = nodes
    for (index, node) in nodes.enumerated() {
      if case .input = node.op { inputs.append(ValueID(index)) }
    }
  }

  package subscript(id: ValueID) -> Node { nodes[Int(id.index)] }
  package var ids: [ValueID] { nodes.indices.map(ValueID.init) }

  /// Appends a node after checking it against the shape rule.
  package mutating func append(_ op: Op, _ operands: [ValueID], origin: Int32 = 0) throws(ShapeError) -> ValueID {
    let place = origins[Int(origin)]
    let (shape, type): (Shape, ElementType)
    do {
      (shape, type) = try shapeRule(op, operands.map { self[$0] })
    } catch {
      throw ShapeError(error.message, origin: place)
    }
    nodes.append(Node(op: op, operands: operands, shape: shape, type: type, origin: origin))
    let id = ValueID(nodes.count - 1)
    if case .input = op { inputs.append(id) }
    return id
  }

  /// The index of a spec path in `origins`, added when new.
  package mutating func origin(_ path: String) -> Int32 {
    if let known = origins.firstIndex(of: path) { return Int32(known) }
    origins.append(path)
    return Int32(origins.count - 1)
  }

  /// The first `count` nodes.
  func prefix(_ count: Int) -> Graph {
    var part = self
    part.nodes.removeLast(nodes.count - count)
    part.inputs = inputs.filter { $0.index < Int32(count) }
    return part
  }

  package func name(ofInput id: ValueID) -> String {
    guard case .input(let name, _, _) = self[id].op else { preconditionFailure("\(id) is not an input") }
    return name
  }

  /// True for every node that some output needs.
  package func needed(for outputs: [ValueID]) -> [Bool] {
    var needed = [Bool](repeating: false, count: nodes.count)
    for output in outputs { needed[Int(output.index)] = true }
    for index in nodes.indices.reversed() where needed[index] {
      for operand in nodes[index].operands { needed[Int(operand.index)] = true }
    }
    return needed
  }
}
