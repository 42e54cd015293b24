import TensorGraph

/// Which elementwise values are parts of concatenations, so that they can be written where they belong.
struct ConcatenationParts {
  /// A range of a concatenation.
  struct Part {
    var node: Int
    var from: [Int]
    var to: [Int]
  }

  private var parts: [Int: [Part]] = [:]
  private let outputs: Set<Int>

  init(_ graph: Graph, needed: [Bool], outputs: Set<Int>, apart: ApartConcatenations) {
    self.outputs = outputs
    for (index, node) in graph.nodes.enumerated() where needed[index] && node.shape.count > 0 {
      guard case .concatenate(let axis) = node.op, node.type == .real, apart.parts[index] == nil else { continue }
      var from = node.shape.dimensions.map { _ in 0 }
      for operand in node.operands {
        let extent = graph[operand].shape[axis]
        var to = node.shape.dimensions
        to[axis] = from[axis] + extent
        if graph[operand].op.isElementwise, extent > 0 {
          parts[Int(operand.index), default: []].append(Part(node: index, from: from, to: to))
        }
        from[axis] += extent
      }
    }
  }

  /// The part that holds a value; nil where it has memory of its own.
  func host(of value: Int) -> Part? { outputs.contains(value) ? nil : parts[value]?.first }
  func parts(of value: Int) -> [Part] { parts[value] ?? [] }
}

extension Op {
  var isElementwise: Bool {
    switch self {
    case .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber, .add, .subtract, .multiply,
      .divide, .maximum, .minimum, .less, .select:
      true
    case .input, .constant, .random, .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .reverse, .sum,
      .largest, .matmul, .raggedContract, .raggedExpand, .gatherRows, .scatterAddRows, .stopGradient, .scan, .result:
      false
    }
  }
}
