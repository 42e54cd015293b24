import TensorGraph

/// Computes the values of a graph in the order of its nodes, leaving out those that no output needs.
struct Interpreter: Sendable {
  let graph: Graph
  let outputs: [ValueID]
  let precision: Precision
  private let needed: [Bool]

  init(graph: Graph, outputs: [ValueID], precision: Precision) {
    self.graph = graph
    self.outputs = outputs
    self.precision = precision
    needed = graph.needed(for: outputs)
  }

  /// Computes one step of a scan.
  init(body scan: Scan, precision: Precision) {
    self.init(graph: scan.body, outputs: scan.bodyOutputs, precision: precision)
  }

  /// Elements of all values that a run computes, those of scan bodies counted once.
  var elements: Int {
    var total = 0
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      total += node.shape.count
      if case .scan(let scan) = node.op { total += Interpreter(body: scan, precision: precision).elements }
    }
    return total
  }

  /// - Parameter inputs: in the order of `graph.inputs`.
  func run(_ inputs: [Value]) throws(BackendError) -> [Value] {
    var values = [Value](repeating: .results([]), count: graph.nodes.count)
    for (id, value) in zip(graph.inputs, inputs) { values[Int(id.index)] = value }
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      if case .input = node.op { continue }
      let operands = node.operands.map { values[Int($0.index)] }
      do throws(BackendError) {
        values[index] = try valueRule(node, operands, node.operands.map { graph[$0].shape }, precision)
        if precision == .float32 { values[index].roundToFloat() }
      } catch {
        let place = graph.origins[Int(node.origin)]
        throw BackendError((place.isEmpty ? "" : "\(place): ") + "%\(index) \(node.op.name): \(error.message)")
      }
    }
    return outputs.map { values[Int($0.index)] }
  }
}

/// The results of a scan: last carries, then stacked outputs.
func runScan(_ scan: Scan, _ operands: [Value], _ precision: Precision) throws(BackendError) -> [Value] {
  let body = Interpreter(body: scan, precision: precision)
  let sequences = operands[scan.carries..<scan.carries + scan.sequences]
  let constants = operands[(scan.carries + scan.sequences)...]
  var carries = Array(operands[..<scan.carries])
  var rows = [[Value]](repeating: [], count: scan.length)
  for count in 0..<scan.length {
    let step = scan.reversed ? scan.length - 1 - count : count
    let results = try body.run(carries + sequences.map { $0.row(step, of: scan.length) } + constants)
    carries = Array(results[..<scan.carries])
    rows[step] = Array(results[scan.carries...])
  }
  let stacked = scan.bodyOutputs.indices.dropFirst(scan.carries).map { position in
    Value.stack(rows.map { $0[position - scan.carries] }, type: scan.body[scan.bodyOutputs[position]].type)
  }
  return carries + stacked
}
