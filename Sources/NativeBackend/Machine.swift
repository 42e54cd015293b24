import CKernels
import TensorGraph

/// What runs instructions: kernels of this processor, workers, and scratch memory for each of them.
struct Machine {
  let kernels: UnsafePointer<CKernels>
  let workers: Workers
  /// One block of tile registers per worker.
  let scratch: UnsafeMutablePointer<Float>
  let scratchStride: Int

  /// Runs one instruction to its end.
  func run(_ instruction: Instruction, _ bases: Bases) throws(BackendError) {
    switch instruction.work {
    case .scan(let loop): return try loop.takeUnretainedValue().run(bases, self)
    case .gather(let gather): try gather.check(bases)
    case .scatter(let scatter): try scatter.check(bases)
    case .raggedContract(let product), .raggedExpand(let product): try product.check(bases)
    case .elementwise, .copy, .reduce, .product, .random: break
    }
    let items = instruction.items
    if items == 1 {
      perform(instruction, item: 0, bases, scratch)
    } else if items > 1 {
      withUnsafePointer(to: self) { machine in
        withUnsafePointer(to: instruction) { instruction in
          workers.run(Call(machine: machine, instruction: instruction, bases: bases), items: items)
        }
      }
    }
  }

  /// What a worker needs to do an item.
  struct Call {
    let machine: UnsafePointer<Machine>
    let instruction: UnsafePointer<Instruction>
    let bases: Bases
  }

  /// Computes one item.
  func perform(_ instruction: Instruction, item: Int, _ bases: Bases, _ scratch: UnsafeMutablePointer<Float>) {
    let lower = item * instruction.grain
    let upper = min(instruction.extent, lower + instruction.grain)
    let (axis, from, to) = (Int32(instruction.axis), Int64(lower), Int64(upper))
    let addresses = UnsafePointer(bases)
    switch instruction.work {
    case .elementwise(let program): ck_program(kernels, program, addresses, axis, from, to, scratch)
    case .copy(let plan): ck_copy(plan, addresses, axis, from, to)
    case .reduce(let reduction, let stride):
      ck_reduce(kernels, reduction, addresses, axis, from, to, Int64(item * stride))
    case .product(let plan, let stride):
      let axis = CKProductAxis(rawValue: UInt32(instruction.axis))
      ck_products(kernels, plan, addresses, axis, from, to, Int64(item * stride))
    case .random(let fill): fill.perform(lower..<upper, bases, kernels)
    case .gather(let gather): gather.perform(lower..<upper, bases)
    case .scatter(let scatter): scatter.perform(lower..<upper, bases, kernels)
    case .raggedContract(let product): product.contract(lower..<upper, bases, kernels)
    case .raggedExpand(let product): product.expand(lower..<upper, bases, kernels)
    case .scan: preconditionFailure("a loop is not cut into items")
    }
  }
}
