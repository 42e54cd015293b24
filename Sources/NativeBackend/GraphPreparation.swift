import TensorGraph

extension Lowering {
  /// Lowers a whole graph after the passes that change its loops: work moves into loops, sums move out of them,
  /// products of several gates are split.
  convenience init(preparing graph: Graph, outputs: [ValueID], workers: Int) throws(BackendError) {
    let prepared: (graph: Graph, outputs: [ValueID])
    do {
      prepared = try Self.prepared(graph, outputs)
    } catch {
      throw BackendError("\(error)")
    }
    try self.init(
      prepared.graph, inputs: graph.inputs.map { _ in (nil, false) }, outputs: prepared.outputs.map { Int($0.index) },
      workers: workers)
  }

  private static func prepared(
    _ graph: Graph, _ outputs: [ValueID]
  ) throws(ShapeError) -> (graph: Graph, outputs: [ValueID]) {
    let sunk = try LoopSinking(graph, outputs: outputs)
    let pulled = try LoopPulling(sunk.graph, outputs: sunk.outputs)
    let hoisted = try SumHoisting(pulled.graph)
    let carries = try CarrySplitting(hoisted.graph, outputs: pulled.outputs.map { hoisted.values[Int($0.index)] })
    let columns = try ColumnSplitting(carries.graph, outputs: carries.outputs)
    return (columns.graph, columns.outputs)
  }
}

/// A carry that only collects: `next = carry + term`, and nothing else reads or hands on either.
struct CollectingCarry {
  let input: ValueID
  let next: ValueID
  let term: ValueID

  init?(_ scan: Scan, _ carry: Int) {
    let body = scan.body
    (input, next) = (body.inputs[carry], scan.bodyOutputs[carry])
    let (input, next) = (input, next)
    guard case .add = body[next].op, scan.bodyOutputs.filter({ $0 == next || $0 == input }).count == 1 else {
      return nil
    }
    let operands = body[next].operands
    guard operands.filter({ $0 == input }).count == 1, let other = operands.first(where: { $0 != input }) else {
      return nil
    }
    term = other
    for (index, node) in body.nodes.enumerated() {
      if node.operands.contains(next) { return nil }
      if node.operands.contains(input), ValueID(index) != next { return nil }
    }
  }
}
