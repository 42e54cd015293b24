/// Decides, for the step graph of a differentiated scan, which forward values the backward step stashes, recomputes or binds.
struct StepSplit {
  /// Values of the step graph to be stacked by the forward scan, in node order.
  private(set) var stashed: [ValueID] = []
  /// Sequences and constants of the scan that the backward step reads again.
  private(set) var sequences: [Int] = []
  private(set) var constants: [Int] = []
  private let graph: Graph

  init(step: Differentiator, scan: Scan, forwardCount: Int, outputs: [ValueID]) {
    graph = step.builder.graph
    let inputs = scan.body.inputs.map { step.values[Int($0.index)].id }
    let invariant = Self.invariant(graph, constants: Set(inputs.dropFirst(scan.carries + scan.sequences)))
    var visited = [Bool](repeating: false, count: graph.nodes.count)
    var open = outputs
    while let id = open.popLast() {
      if visited[Int(id.index)] { continue }
      visited[Int(id.index)] = true
      let node = graph[id]
      if let position = inputs.firstIndex(of: id) {
        if position < scan.carries {
          stashed.append(id)
        } else if position < scan.carries + scan.sequences {
          sequences.append(position - scan.carries)
        } else {
          constants.append(position - scan.carries - scan.sequences)
        }
      } else if case .input = node.op {
        continue  // a seed
      } else if !scan.recomputes, Int(id.index) < forwardCount, !invariant[Int(id.index)], isStashed(node) {
        stashed.append(id)
      } else {
        open += node.operands
      }
    }
    stashed.sort()
    sequences.sort()
    constants.sort()
  }

  /// True for values that are the same at every step.
  private static func invariant(_ graph: Graph, constants: Set<ValueID>) -> [Bool] {
    var invariant = [Bool](repeating: false, count: graph.nodes.count)
    for id in graph.ids {
      if case .input = graph[id].op {
        invariant[Int(id.index)] = constants.contains(id)
      } else {
        invariant[Int(id.index)] = graph[id].operands.allSatisfy { invariant[Int($0.index)] }
      }
    }
    return invariant
  }

  /// A value is stashed when computing it again costs more than reading it; so is a part of such a value.
  private func isStashed(_ node: Node) -> Bool {
    switch node.op {
    case .random, .exp, .log, .tanh, .sigmoid, .softplus, .sum, .largest, .matmul, .raggedContract, .raggedExpand,
      .gatherRows,
      .scatterAddRows, .result:
      return true
    case .slice, .reshape:
      let operand = graph[node.operands[0]]
      if case .input = operand.op { return false }
      return isStashed(operand)
    case .input, .constant, .negate, .sqrt, .absolute, .isNumber, .add, .subtract, .multiply, .divide, .maximum,
      .minimum,
      .less, .select, .broadcast, .transpose, .pad, .concatenate, .reverse, .stopGradient, .scan:
      return false
    }
  }

  /// Copies what `values` need into `body`, stopping at bound values.
  func copy(into body: Builder, bound: [ValueID: Tensor], values: [ValueID]) -> [Tensor] {
    var copies = bound
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for value in values { needed[Int(value.index)] = true }
    for id in graph.ids.reversed() where needed[Int(id.index)] && copies[id] == nil {
      for operand in graph[id].operands { needed[Int(operand.index)] = true }
    }
    for id in graph.ids where needed[Int(id.index)] && copies[id] == nil {
      let node = graph[id]
      let operands = node.operands.compactMap { copies[$0]?.id }
      precondition(operands.count == node.operands.count, "a value of the backward step is not bound")
      copies[id] = body.tensor(body.append(node.op, operands, origin: graph.origins[Int(node.origin)]))
    }
    return values.compactMap { copies[$0] }
  }
}
