import TensorGraph

extension NativeBackend {
  /// What compiling makes of a graph, for people and golden files: the graph after each pass over its loops, then the program.
  ///
  /// - Returns: name and text of each stage, in order. A pass that changes nothing has the text of the stage before it.
  package func stages(
    of graph: Graph, outputs: [ValueID]
  ) throws(BackendError) -> [(name: String, text: String)] {
    var stages = [("graph", Self.text(graph, outputs))]
    do {
      let sunk = try LoopSinking(graph, outputs: outputs)
      stages.append(("sinking", Self.text(sunk.graph, sunk.outputs)))
      let pulled = try LoopPulling(sunk.graph, outputs: sunk.outputs)
      stages.append(("pulling", Self.text(pulled.graph, pulled.outputs)))
      let hoisted = try SumHoisting(pulled.graph)
      let outputs = pulled.outputs.map { hoisted.values[Int($0.index)] }
      stages.append(("hoisting", Self.text(hoisted.graph, outputs)))
      let carries = try CarrySplitting(hoisted.graph, outputs: outputs)
      stages.append(("carries", Self.text(carries.graph, carries.outputs)))
      let columns = try ColumnSplitting(carries.graph, outputs: carries.outputs)
      stages.append(("columns", Self.text(columns.graph, columns.outputs)))
    } catch {
      throw BackendError("\(error)")
    }
    let lowering = try Lowering(preparing: graph, outputs: outputs, workers: workers.count)
    stages.append(("program", lowering.program().text()))
    return stages
  }

  private static func text(_ graph: Graph, _ outputs: [ValueID]) -> String {
    "\(graph)\noutputs \(outputs.map(\.description).joined(separator: ", "))"
  }
}
