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
          let call = Call(machine: machine, instruction: instruction, bases: bases)
          withUnsafePointer(to: call) { workers.run(doItem, $0, items: items) }
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
    let range = lower..<min(instruction.extent, lower + instruction.grain)
    perform(instruction.work, axis: instruction.axis, range, item: item, bases, scratch)
  }

  /// Computes a part of the work along an axis.
  ///
  /// - Parameter ahead: what products fetch meanwhile, because it is wanted soon.
  func perform(
    _ work: Work, axis: Int, _ range: Range<Int>, item: Int, _ bases: Bases, _ scratch: UnsafeMutablePointer<Float>,
    ahead: UnsafeMutablePointer<CKAhead>? = nil
  ) {
    let (axis, from, to) = (Int32(axis), Int64(range.lowerBound), Int64(range.upperBound))
    let addresses = UnsafePointer(bases)
    switch work {
    case .elementwise(let program): ck_program(kernels, program, addresses, axis, from, to, scratch)
    case .copy(let plan): ck_copy(plan, addresses, axis, from, to)
    case .reduce(let reduction, let stride):
      ck_reduce(kernels, reduction, addresses, axis, from, to, Int64(item * stride))
    case .product(let plan, let stride):
      ck_products(
        kernels, plan, addresses, CKProductAxis(rawValue: UInt32(axis)), from, to, Int64(item * stride), ahead)
    case .random(let fill): fill.perform(range, bases, kernels)
    case .gather(let gather): gather.perform(range, bases)
    case .scatter(let scatter): scatter.perform(range, bases, kernels)
    case .raggedContract(let product): product.contract(range, bases, kernels)
    case .raggedExpand(let product): product.expand(range, bases, kernels)
    case .scan: preconditionFailure("a loop is not cut into items")
    }
  }
}

private func doItem(_ context: UnsafeMutableRawPointer?, _ item: Int, _ worker: Int) {
  guard let call = context?.assumingMemoryBound(to: Machine.Call.self).pointee else { return }
  let machine = call.machine.pointee
  machine.perform(call.instruction.pointee, item: item, call.bases, machine.scratch + worker * machine.scratchStride)
}
