/// A graph in two stages: what the inputs that vary do not reach is computed once, the rest at every run.
///
/// Views of what is prepared (broadcasts, reshapes, slices) stay in the second stage, which costs nothing there.
package struct StagedGraph {
  /// Computes what is handed over; its inputs are those of the whole graph that it needs.
  package let preparation: Graph
  /// Values of `preparation`, in the order of the inputs of `step` named `prepared0`, `prepared1`, ...
  package let prepared: [ValueID]
  package let step: Graph
  package let outputs: [ValueID]

  /// - Parameter varying: names of the inputs that differ from run to run.
  package init(_ graph: Graph, outputs: [ValueID], varying: Set<String>) {
    var varies = [Bool](repeating: false, count: graph.nodes.count)
    for id in graph.ids {
      if case .input(let name, _, _) = graph[id].op {
        varies[Int(id.index)] = varying.contains(name)
      } else {
        varies[Int(id.index)] = graph[id].operands.contains { varies[Int($0.index)] }
      }
    }
    let copy = Self.copied(graph, outputs, varies)
    step = copy.step
    self.outputs = copy.outputs

    let first = Builder()
    var places = [ValueID?](repeating: nil, count: graph.nodes.count)
    let needed = graph.needed(for: copy.handed)
    for id in graph.ids where needed[Int(id.index)] {
      let operands = graph[id].operands.compactMap { places[Int($0.index)] }
      places[Int(id.index)] = first.append(graph[id].op, operands, origin: graph.origins[Int(graph[id].origin)])
    }
    preparation = first.graph
    prepared = copy.handed.compactMap { places[Int($0.index)] }
  }

  private static func copied(
    _ graph: Graph, _ outputs: [ValueID], _ varies: [Bool]
  ) -> (step: Graph, outputs: [ValueID], handed: [ValueID]) {
    let builder = Builder()
    var places: [ValueID: ValueID] = [:]
    var handed: [ValueID] = []
    func place(_ id: ValueID) -> ValueID {
      if let known = places[id] { return known }
      let (node, origin) = (graph[id], graph.origins[Int(graph[id].origin)])
      let own: ValueID
      if varies[Int(id.index)] || node.op.isLeafOrView {
        own = builder.append(node.op, node.operands.map(place), origin: origin)
      } else {
        own = builder.input("prepared\(handed.count)", node.shape, node.type).id
        handed.append(id)
      }
      places[id] = own
      return own
    }
    let results = outputs.map(place)
    return (builder.graph, results, handed)
  }
}

extension Op {
  /// An input, a number, or the elements of the operand under another shape or order.
  fileprivate var isLeafOrView: Bool {
    switch self {
    case .input, .constant, .broadcast, .reshape, .transpose, .slice, .reverse, .stopGradient: true
    case .random, .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber, .add, .subtract,
      .multiply, .divide, .maximum, .minimum, .less, .select, .pad, .concatenate, .sum, .largest, .matmul,
      .raggedContract, .raggedExpand, .gatherRows, .scatterAddRows, .scan, .result:
      false
    }
  }
}
