import TensorGraph

/// Moves into a loop what is computed from its stacked outputs step by step.
///
/// The gradient of a recurrence stacks cotangents of all steps and then multiplies, sums or projects them. When nothing else
/// reads such a stack, the step does it at once: products `sum_t a_t^T b_t` and sums over time collect in carries, and
/// products with a matrix that is the same at every step are stacked instead, which are smaller.
struct LoopSinking {
  private(set) var graph: Graph
  let outputs: [ValueID]

  init(_ source: Graph, outputs: [ValueID]) throws(ShapeError) {
    let uses = GraphUses(source, outputs: outputs)
    var copy = GraphCopy(source)
    var sunk: [ValueID: Sunk] = [:]
    for id in source.ids {
      if let replacement = sunk[id] {
        copy.values[Int(id.index)] = try replacement.value(&copy, for: id)
      } else if case .scan(let scan) = source[id].op, scan.length > 1 {
        var plan = SinkPlan(scan, id, source, uses)
        plan.find()
        try plan.rewrite(&copy, &sunk)
      } else if case .result(let index) = source[id].op, let plan = sunk[source[id].operands[0]] {
        // Results move behind the carries that were added.
        let operand = copy.copied(source[id].operands[0])
        copy.values[Int(id.index)] = try copy.append(.result(plan.moved(index)), [operand], for: id)
      } else {
        try copy.copy(id)
      }
    }
    graph = copy.graph
    self.outputs = outputs.map(copy.copied)
  }
}

/// What stands where a node stood that was moved into a loop.
enum Sunk {
  /// The loop itself: results from `first` on have moved by `added`.
  case loop(first: Int, added: Int)
  /// A result of the new loop.
  case result(ValueID, Int)
  /// The sum over axes of a result, seen as a shape.
  case sum(ValueID, Int, shape: Shape, axes: [Int])

  func moved(_ index: Int) -> Int {
    guard case .loop(let first, let added) = self else { return index }
    return index < first ? index : index + added
  }

  func value(_ copy: inout GraphCopy, for node: ValueID) throws(ShapeError) -> ValueID {
    switch self {
    case .loop: preconditionFailure("a loop is not replaced")
    case .result(let loop, let index):
      let value = try copy.append(.result(index), [loop], for: node)
      return try copy.reshape(value, to: copy.source[node].shape, for: node)
    case .sum(let loop, let index, let shape, let axes):
      let value = try copy.append(.result(index), [loop], for: node)
      let shaped = try copy.reshape(value, to: shape, for: node)
      return try copy.append(.sum(axes: axes), [shaped], for: node)
    }
  }
}
