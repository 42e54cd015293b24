import CKernels
import TensorGraph

/// Runs graphs on this CPU in Float.
///
/// A graph becomes a linear list of loops: elementwise operations fused into passes over cache-sized tiles, matrix products
/// by own kernels, memory planned when the graph is compiled; a run allocates nothing. The workers share each loop; the
/// bits of the results depend neither on their number nor on the instruction set.
package struct NativeBackend: Backend {
  let workers: Workers
  /// One of the constant tables of `CKernels`.
  nonisolated(unsafe) private let kernels: UnsafePointer<CKernels>

  /// - Parameter threads: threads that share the work; all processors that this process may use when nil.
  /// - Parameter instructionSet: to force one, as tests do; the best that the processor has when nil.
  package init(threads: Int? = nil, instructionSet: CKInstructionSet? = nil) {
    workers = Workers(count: threads ?? ck_processors())
    guard let kernels = instructionSet.map(ck_for) ?? ck_best() else {
      preconditionFailure("this processor lacks the instruction set that was asked for")
    }
    self.kernels = kernels
  }

  /// Raised with every change after which the same graph gives other bits: it enters the keys of artifacts, so that what
  /// an older version computed is not taken for what this one would.
  package static let numericsVersion = 3

  package var kind: String { "native" }
  package var precision: Precision { .float32 }

  package func compile(_ graph: Graph, outputs: [ValueID]) throws(BackendError) -> any Executable {
    for output in outputs where !graph.nodes.indices.contains(Int(output.index)) {
      throw BackendError("\(output) is not in the graph")
    }
    let lowering = try Lowering(preparing: graph, outputs: outputs, workers: workers.count)
    return NativeExecutable(
      lowering.program(), inputs: graph.inputs.map { graph[$0] }, outputs: outputs.map { graph[$0] }, workers, kernels)
  }
}

/// A program with its working memory.
private final class NativeExecutable: Executable, @unchecked Sendable {
  private let program: Program
  private let inputs: [Node]
  private let outputs: [Node]
  private let memory: UnsafeMutableBufferPointer<Float>
  private let machine: Machine

  /// Floats between the arena and the scratch of the workers: a cache line.
  private static let gap = 16

  init(
    _ program: Program, inputs: [Node], outputs: [Node], _ workers: Workers, _ kernels: UnsafePointer<CKernels>
  ) {
    self.program = program
    self.inputs = inputs
    self.outputs = outputs
    let stride = program.registers * Int(CKTile) + Self.gap
    let count = program.arenaCount + Self.gap + workers.count * stride
    let bytes = count * MemoryLayout<Float>.stride
    guard let block = ck_reserve(bytes) else { preconditionFailure("no memory for a program") }
    memory = UnsafeMutableBufferPointer(start: block.assumingMemoryBound(to: Float.self), count: count)
    let arena = block.assumingMemoryBound(to: Float.self)
    machine = Machine(
      kernels: kernels, workers: workers, scratch: arena + program.arenaCount + Self.gap, scratchStride: stride)
    program.bind(arena: arena)
  }

  deinit { ck_release(memory.baseAddress, workingMemory) }

  var workingMemory: Int { memory.count * MemoryLayout<Float>.stride }

  func run(inputs views: [View], outputs results: [View]) throws(BackendError) {
    try check(views, "input", inputs)
    try check(results, "output", outputs)
    for (view, buffer) in zip(views, program.inputs) { program.bases[buffer] = address(view) }
    for (view, buffer) in zip(results, program.outputs) { program.bases[buffer] = address(view) }
    try program.runPrologue(machine)
    try program.run(machine)
  }

  private func address(_ view: View) -> UnsafeMutablePointer<Float> {
    view.storage.base.assumingMemoryBound(to: Float.self) + view.offset
  }

  /// Views must have the sizes and element types of their tensors.
  private func check(_ views: [View], _ role: String, _ nodes: [Node]) throws(BackendError) {
    guard views.count == nodes.count else {
      throw BackendError("\(views.count) \(role)s bound to \(nodes.count) tensors")
    }
    for (position, (view, node)) in zip(views, nodes).enumerated() {
      guard view.count == node.shape.count else {
        throw BackendError("\(role) \(position) has \(view.count) elements, its tensor is \(node.shape)")
      }
      let fits = node.type == .index ? view.storage.precision == nil : view.storage.precision == .float32
      guard fits else {
        throw BackendError("\(role) \(position) is bound to a storage of another element type than \(node.type)")
      }
    }
  }
}
