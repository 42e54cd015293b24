import ReferenceBackend
import TensorGraph

/// What a graph of the checks exercises.
package enum CheckGroup: String, CaseIterable, Sendable {
  case elementwise, movement, reductions, contractions, indexing, random, scans, programs, gradients

  package var cases: [GraphCase] {
    switch self {
    case .elementwise: elementwiseCases
    case .movement: movementCases
    case .reductions: reductionCases
    case .contractions: contractionCases
    case .indexing: indexingCases
    case .random: randomCases
    case .scans: scanCases + nestedScanCases
    case .programs: programCases + drawnProgramCases
    case .gradients: gradientCases
    }
  }
}

/// Checks the law of `Backend`: outputs agree with `ReferenceBackend` to the rounding of `precision` and depend only on
/// graph and inputs.
///
/// Every graph runs several times, with values between, on storages of another alignment and from a second compilation:
/// the bits must not change. Nothing outside the output views may be written.
/// - Parameter trace: prints the name of each graph before it runs, to find the one that crashes.
/// - Returns: one text per graph that failed: what is wrong, the first wrong node, and the graph. Empty means lawful.
package func checkBackend(
  _ backend: any Backend, groups: [CheckGroup] = CheckGroup.allCases, trace: Bool = false
) -> [String] {
  groups.flatMap { group in
    group.cases.compactMap { graphCase in
      if trace { print("\(group.rawValue): \(graphCase.name)") }
      return failure(of: graphCase, on: backend).map { "\(group.rawValue): \(graphCase.name): \($0)" }
    }
  }
}

/// Names of all operations that occur in the graphs of the checks, scan bodies too.
package var checkedOperations: Set<String> {
  func collect(_ graph: Graph, into names: inout Set<String>) {
    for node in graph.nodes {
      names.insert(node.op.name)
      if case .scan(let scan) = node.op { collect(scan.body, into: &names) }
    }
  }
  var names: Set<String> = []
  for graphCase in CheckGroup.allCases.flatMap(\.cases) { collect(Sketch(graphCase, values: 0).graph, into: &names) }
  return names
}

private func failure(of graphCase: GraphCase, on backend: any Backend) -> String? {
  let (first, second) = (Sketch(graphCase, values: 0), Sketch(graphCase, values: 1))
  let graph = first.graph
  func report(_ message: String) -> String { "\(message)\n\(graph)\noutputs \(first.outputs)" }
  guard graph.description == second.graph.description else {
    return report("the two drawings of this case differ; the case is wrong")
  }
  do {
    try graph.verify()
    let reference = try Probe(ReferenceBackend(), graph, first.outputs)
    let probe = try Probe(backend, graph, first.outputs)
    let expected = [try reference.run(first.inputs), try reference.run(second.inputs)]
    let found = [try probe.run(first.inputs), try probe.run(second.inputs)]
    for (expected, found) in zip(expected, found) {
      for (position, (right, result)) in zip(expected, found).enumerated() {
        let shape = graph[first.outputs[position]].shape
        guard let difference = difference(result, right, graphCase.closeness, backend.precision, shape) else {
          continue
        }
        let node = try firstWrongNode(first, graphCase.closeness, backend)
        return report("output \(position) \(difference)\n\(node)")
      }
    }
    for again in [probe, try Probe(backend, graph, first.outputs)] {
      let repeated = try again.run(first.inputs, shift: 3)
      if let output = repeated.indices.first(where: { !repeated[$0].hasSameBits(as: found[0][$0]) }) {
        return report("output \(output) has other bits when the graph runs again")
      }
    }
    return nil
  } catch {
    return report("\(error)")
  }
}

/// Runs the graph with every value as an output, to name the operation that goes wrong first.
private func firstWrongNode(_ sketch: Sketch, _ closeness: Closeness, _ backend: any Backend) throws -> String {
  let graph = sketch.graph
  let values = graph.ids.filter { id in
    if case .scan = graph[id].op { false } else { true }
  }
  let expected = try Probe(ReferenceBackend(), graph, values).run(sketch.inputs)
  let found = try Probe(backend, graph, values).run(sketch.inputs)
  for (id, (right, result)) in zip(values, zip(expected, found)) {
    if let difference = difference(result, right, closeness, backend.precision, graph[id].shape) {
      return "first wrong value: \(id) \(graph[id].op.name), which \(difference)"
    }
  }
  return "every value is right when all are outputs"
}
