import CKernels
import TensorGraph

/// A compiled graph or loop body: instructions in order, and the addresses that they work on.
final class Program {
  /// Run once before the steps of the loop whose body this is.
  let prologue: [Instruction]
  let instructions: [Instruction]
  /// Buffers that are bound from outside, in the order of the graph's inputs and of the compiled outputs.
  let inputs: [Int]
  let outputs: [Int]
  /// Floats of working memory.
  let arenaCount: Int
  /// Registers of the largest tile program, those of loop bodies too.
  let registers: Int
  let bases: Bases
  let buffers: Int
  /// How blocks of rows run through the instructions on their own; nil when they cannot.
  let blocks: RowBlocks?
  /// The spec paths that instructions come from: prologue, then the others.
  private let paths: [String]
  let arena: [(buffer: Int, offset: Int)]
  let constants: [(buffer: Int, address: UnsafeMutablePointer<Float>)]
  private let loops: [ScanLoop]
  private let descriptors: Descriptors

  init(
    prologue: [Instruction], instructions: [Instruction], paths: [String], inputs: [Int], outputs: [Int],
    arena: [(buffer: Int, offset: Int)], arenaCount: Int,
    constants: [(buffer: Int, address: UnsafeMutablePointer<Float>)], buffers: Int, registers: Int, blocks: RowBlocks?,
    loops: [ScanLoop], descriptors: Descriptors
  ) {
    self.prologue = prologue
    self.instructions = instructions
    self.paths = paths
    self.inputs = inputs
    self.outputs = outputs
    self.arena = arena
    self.arenaCount = arenaCount
    self.registers = registers
    self.constants = constants
    self.buffers = buffers
    self.blocks = blocks
    self.loops = loops
    self.descriptors = descriptors
    bases = descriptors.reserve(UnsafeMutablePointer<Float>?.self, count: buffers)
    for (buffer, address) in constants { bases[buffer] = address }
  }

  /// Says where the working memory lies.
  func bind(arena address: UnsafeMutablePointer<Float>) {
    for (buffer, offset) in arena { bases[buffer] = address + offset }
  }

  func runPrologue(_ machine: Machine) throws(BackendError) { try run(prologue, firstPath: 0, machine) }
  func run(_ machine: Machine) throws(BackendError) { try run(instructions, firstPath: prologue.count, machine) }

  private func run(_ list: [Instruction], firstPath: Int, _ machine: Machine) throws(BackendError) {
    for index in list.indices {
      do throws(BackendError) {
        try machine.run(list[index], bases)
      } catch {
        let path = paths[firstPath + index]
        throw path.isEmpty ? error : BackendError("\(path): \(error.message)")
      }
    }
  }
}
