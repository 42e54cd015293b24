import BackendChecks
import ReferenceBackend
import TensorGraph
import Testing

/// A mistake that a backend could make.
enum Fault: CaseIterable, Sendable {
  case wrongOperation, forgetsReversal, imprecise, remembersLastRun, writesOutside, writesInput, leavesOutput,
    failsToRun,
    dependsOnAlignment
}

/// The reference with one fault.
private struct FaultyBackend: Backend {
  let fault: Fault
  var kind: String { "faulty" }
  var precision: Precision { .float32 }

  func compile(_ graph: Graph, outputs: [ValueID]) throws(BackendError) -> any Executable {
    let nodes = graph.nodes.map { node in
      Node(op: changed(node.op), operands: node.operands, shape: node.shape, type: node.type)
    }
    let reference = ReferenceBackend(precision: .float32)
    return FaultyExecutable(fault, try reference.compile(Graph(unverified: nodes), outputs: outputs))
  }

  private func changed(_ op: Op) -> Op {
    if fault == .wrongOperation, op == .tanh { return .sigmoid }
    if fault == .forgetsReversal, case .scan(var scan) = op {
      scan.reversed = false
      return .scan(scan)
    }
    return op
  }
}

private final class FaultyExecutable: Executable, @unchecked Sendable {
  private let fault: Fault
  private let inner: any Executable
  private var runs = 0
  var workingMemory: Int { inner.workingMemory }

  init(_ fault: Fault, _ inner: any Executable) {
    self.fault = fault
    self.inner = inner
  }

  func run(inputs: [View], outputs: [View]) throws(BackendError) {
    runs += 1
    if fault == .failsToRun { throw BackendError("out of order") }
    let target = outputs.first { $0.count > 0 && $0.storage.precision != nil }
    let before = target.map { $0.storage[$0.offset] } ?? 0
    try inner.run(inputs: inputs, outputs: outputs)
    guard let target else { return }
    let (storage, first) = (target.storage, target.offset)
    switch fault {
    case .wrongOperation, .forgetsReversal, .failsToRun: break
    case .imprecise: storage[first] *= 1.0001
    case .remembersLastRun: if runs > 2 { storage[first] = storage[first].nextUp + 1e-6 }
    case .writesOutside: storage[first + target.count] = 1
    case .writesInput:
      if let input = inputs.first(where: { $0.count > 0 && $0.storage.precision != nil }) {
        input.storage[input.offset] = 5
      }
    case .leavesOutput: storage[first] = before
    case .dependsOnAlignment: if first % 2 == 1 { storage[first] = Double(Float(storage[first]).nextUp) }
    }
  }
}

@Test(arguments: Fault.allCases)
func `the law finds a faulty backend`(_ fault: Fault) {
  let failures = checkBackend(FaultyBackend(fault: fault), groups: [.elementwise, .scans])
  #expect(!failures.isEmpty)
}

@Test func `the law names the operation that is wrong`() throws {
  let failures = checkBackend(FaultyBackend(fault: .wrongOperation), groups: [.elementwise, .programs])
  let lone = try #require(failures.first { $0.hasPrefix("elementwise: tanh [7]") })
  #expect(lone.contains("%1 = tanh(%0) : [7]"))
  let program = try #require(failures.first { $0.contains("a diamond on [5, 7]") })
  #expect(program.contains("first wrong value: %1 tanh"))
  let others = failures.filter { $0.hasPrefix("elementwise: ") && !$0.hasPrefix("elementwise: tanh") }
  #expect(others == [])
}

@Test func `every operation is in some graph of the law`() {
  let names: Set<String> = [
    "input", "constant", "uniform", "normal", "negate", "exp", "log", "tanh", "sigmoid", "softplus", "sqrt", "absolute",
    "isNumber", "add", "subtract", "multiply", "divide", "maximum", "minimum", "less", "select", "broadcast", "reshape",
    "transpose", "slice", "pad", "concatenate", "reverse", "sum", "largest", "matmul", "raggedContract", "raggedExpand",
    "gatherRows", "scatterAddRows", "stopGradient", "scan", "result",
  ]
  #expect(checkedOperations.symmetricDifference(names) == [])
}
