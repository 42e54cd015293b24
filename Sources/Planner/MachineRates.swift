import TensorGraph

/// How fast a backend is here, measured on three small graphs in a few milliseconds.
package struct MachineRates: Sendable {
  /// Per second.
  private let contraction: Double
  private let elementwise: Double
  private let operations: Double

  /// Graphs of real size run slower than small ones that stay in the caches.
  private static let slack = 1.25

  package init(_ backend: any Backend) throws(BackendError) {
    // A backend that is quick on the small product is measured on a larger one, which its threads can share.
    let small = try Self.rate(backend, \.contraction) { Self.product(rows: 64, $0) }
    contraction = small < 1e9 ? small : try Self.rate(backend, \.contraction) { Self.product(rows: 1024, $0) }
    elementwise = try Self.rate(backend, \.elementwise, Self.chain)
    operations = try Self.rate(backend, \.operations, Self.recurrence)
  }

  /// Seconds that a graph takes.
  package func seconds(_ cost: GraphCost) -> Double {
    Self.slack * (cost.contraction / contraction + cost.elementwise / elementwise + cost.operations / operations)
  }

  private static func rate(
    _ backend: any Backend, _ part: KeyPath<GraphCost, Double>, _ build: (Builder) -> Tensor
  ) throws(BackendError) -> Double {
    let builder = Builder()
    let result = build(builder)
    let graph = builder.graph
    let program = try backend.compile(graph, outputs: [result.id])
    let inputs = graph.inputs.map { Storage(backend.precision, count: graph[$0].shape.count).view() }
    let output = Storage(backend.precision, count: result.shape.count).view()
    let clock = ContinuousClock()
    var best = Duration.seconds(1000)
    let began = clock.now
    // The first run warms up; the fastest of the others counts, as something else may be running.
    for round in 0..<40 {
      let start = clock.now
      try program.run(inputs: inputs, outputs: [output])
      let end = clock.now
      if round > 0 { best = min(best, end - start) }
      if round >= 5, end - began > .milliseconds(2) { break }
    }
    let seconds = Double(best.components.attoseconds) * 1e-18 + Double(best.components.seconds)
    return GraphCost(graph, outputs: [result.id])[keyPath: part] / max(seconds, 1e-9)
  }

  private static func product(rows: Int, _ builder: Builder) -> Tensor {
    builder.input("a", [rows, 64]).matmul(builder.input("b", [64, 64]))
  }

  private static func chain(_ builder: Builder) -> Tensor {
    let (x, y) = (builder.input("x", [128, 128]), builder.input("y", [128, 128]))
    return ((x * y + x).tanh * y + x.sigmoid).exp
  }

  /// A gated recurrence as small as it can be, so that all its time is spent between operations.
  private static func recurrence(_ builder: Builder) -> Tensor {
    let (x, weight) = (builder.input("x", [50, 4, 8]), builder.input("w", [8, 8]))
    let (_, outputs) = builder.scan(carries: [builder.input("h", [4, 8])], sequences: [x], constants: [weight]) {
      carries, slices, constants in
      let gate = (carries[0].matmul(constants[0]) + slices[0]).sigmoid
      let candidate = (gate * carries[0]).matmul(constants[0]) + slices[0]
      let next = gate * carries[0] + (1 - gate) * candidate.tanh
      return ([next], [next])
    }
    return outputs[0]
  }
}
