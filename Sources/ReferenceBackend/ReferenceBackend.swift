import TensorGraph

/// Runs graphs node by node in Double, with plain loops: slow, obviously right, the judge of every other backend.
///
/// With precision `float32` every value is rounded to a Float as soon as it is computed.
package struct ReferenceBackend: Backend {
  package let precision: Precision

  package init(precision: Precision = .float64) { self.precision = precision }

  /// Raised with every change after which the same graph gives other bits: it enters the keys of artifacts, so that what
  /// an older version computed is not taken for what this one would.
  package static let numericsVersion = 1

  package var kind: String { "reference" }

  package func compile(_ graph: Graph, outputs: [ValueID]) throws(BackendError) -> any Executable {
    for output in outputs {
      guard graph.nodes.indices.contains(Int(output.index)) else { throw BackendError("\(output) is not in the graph") }
      if case .scan = graph[output].op { throw BackendError("\(output) is a scan; ask for its results instead") }
    }
    return ReferenceExecutable(Interpreter(graph: graph, outputs: outputs, precision: precision))
  }
}

/// A graph and the order to interpret it; keeps nothing between runs.
private final class ReferenceExecutable: Executable {
  private let interpreter: Interpreter
  let workingMemory: Int

  init(_ interpreter: Interpreter) {
    self.interpreter = interpreter
    workingMemory = interpreter.elements * MemoryLayout<Double>.stride
  }

  func run(inputs: [View], outputs: [View]) throws(BackendError) {
    let graph = interpreter.graph
    var bound: [Value] = []
    try expect(inputs, "input", graph.inputs)
    try expect(outputs, "output", interpreter.outputs)
    for view in inputs { bound.append(Value(reading: view)) }
    for (value, view) in zip(try interpreter.run(bound), outputs) { value.write(to: view) }
  }

  /// Views must have the sizes and element types of their tensors.
  private func expect(_ views: [View], _ role: String, _ ids: [ValueID]) throws(BackendError) {
    guard views.count == ids.count else { throw BackendError("\(views.count) \(role)s bound to \(ids.count) tensors") }
    for (position, (view, id)) in zip(views, ids).enumerated() {
      let node = interpreter.graph[id]
      guard view.count == node.shape.count else {
        throw BackendError("\(role) \(position) has \(view.count) elements, its tensor is \(node.shape)")
      }
      guard (view.storage.precision == nil) == (node.type == .index) else {
        throw BackendError("\(role) \(position) is bound to a storage of another element type than \(node.type)")
      }
    }
  }
}
