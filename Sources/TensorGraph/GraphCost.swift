/// How much there is to compute in a graph: what estimates of time are made of.
package struct GraphCost: Hashable, Sendable {
  /// Floating point operations of contractions: two for every product that is summed.
  package var contraction = 0.0
  /// Operations on single elements, one for an addition and more for functions that cost more.
  package var elementwise = 0.0
  /// Operations, counted once for every step of the loops that they stand in: each costs something whatever its size.
  package var operations = 0.0

  package init() {}

  /// What the outputs need.
  package init(_ graph: Graph, outputs: [ValueID]) {
    let needed = graph.needed(for: outputs)
    for (index, node) in graph.nodes.enumerated() where needed[index] { self += GraphCost(node, in: graph) }
  }

  private init(_ node: Node, in graph: Graph) {
    let count = Double(node.shape.count)
    func operand(_ index: Int) -> Shape { graph[node.operands[index]].shape }
    switch node.op {
    case .input, .constant: return
    case .random(.uniform, _, _): elementwise = 4 * count
    case .random(.normal, _, _): elementwise = 12 * count
    case .negate, .absolute, .isNumber: elementwise = count
    case .exp, .log, .tanh, .sigmoid, .softplus: elementwise = 6 * count
    case .sqrt: elementwise = 2 * count
    case .add, .subtract, .multiply, .maximum, .minimum, .less, .select: elementwise = count
    case .divide: elementwise = 2 * count
    case .broadcast, .reshape, .transpose, .slice, .reverse, .stopGradient, .result: return
    case .pad, .concatenate: elementwise = 0.5 * count
    case .sum, .largest: elementwise = Double(operand(0).count)
    case .matmul(let transposeA, _):
      let a = operand(0)
      contraction = 2 * count * Double(a[a.rank - (transposeA ? 2 : 1)])
    case .raggedContract: contraction = 2 * Double(operand(0).count) * Double(operand(1)[1])
    case .raggedExpand: contraction = 2 * count * Double(operand(0)[1])
    case .gatherRows: elementwise = 0.5 * count
    case .scatterAddRows: elementwise = Double(operand(0).count)
    case .scan(let scan):
      self = GraphCost(scan.body, outputs: scan.bodyOutputs) * Double(scan.length)
      return
    }
    operations = 1
  }

  package static func += (left: inout Self, right: Self) {
    left.contraction += right.contraction
    left.elementwise += right.elementwise
    left.operations += right.operations
  }

  package static func * (cost: Self, factor: Double) -> Self {
    var cost = cost
    cost.contraction *= factor
    cost.elementwise *= factor
    cost.operations *= factor
    return cost
  }
}
