import CKernels
import TensorGraph

/// A loop over the leading axis of tensors, with a compiled body.
final class ScanLoop {
  /// An operand: carries are read at the first step, sequences move by `step` floats, constants stay.
  struct Input {
    var place: Place
    var step: Int
    /// Floats of a slice that lies without gaps, else 0.
    var count: Int
  }

  /// Where a value that the body computes at every step goes.
  enum Target {
    case stacked(Place, step: Int)
    /// One of two buffers of `count` floats in turn.
    case alternating(Place, count: Int)
    /// Added to at every step, beginning with the carry's first value; `count` floats.
    case collected(Place, count: Int)
  }

  struct Carry {
    /// The target that holds the carry's next value.
    var target: Int
    var count: Int
    /// Where the value after the last step goes.
    var last: Place?
  }

  let body: Program
  let length: Int
  let reversed: Bool
  let inputs: [Input]
  let targets: [Target]
  let carries: [Carry]
  private let arena: Place
  /// Parts of the sums that blocks of rows collect, for the workers to share.
  private let pieces: [Piece]

  private struct Piece {
    var target: Int
    var own: RowBlocks.Own
    var range: Range<Int>
  }

  private static let floatsPerPiece = 4096

  /// What blocks of rows fetch for their next step.
  let ahead: StepAhead?

  init(
    body: Program, length: Int, reversed: Bool, inputs: [Input], targets: [Target], carries: [Carry], arena: Place,
    workers: Int, _ descriptors: Descriptors
  ) {
    self.body = body
    self.length = length
    self.reversed = reversed
    self.inputs = inputs
    self.targets = targets
    self.carries = carries
    self.arena = arena
    pieces = (body.blocks?.own ?? []).flatMap { own -> [Piece] in
      guard let target = body.outputs.firstIndex(of: own.buffer) else { return [] }
      return stride(from: 0, to: own.count, by: Self.floatsPerPiece).map {
        Piece(target: target, own: own, range: $0..<min(own.count, $0 + Self.floatsPerPiece))
      }
    }
    ahead = body.blocks.flatMap { blocks in
      StepAhead(
        parts: Self.parts(inputs, targets, rows: blocks.cuts.rows),
        work: body.instructions.reduce(0) { $0 + $1.work.multiplyAdds } / blocks.cuts.rows, workers: workers,
        descriptors)
    }
  }

  /// The slices that blocks of rows walk through step by step.
  private static func parts(_ inputs: [Input], _ targets: [Target], rows: Int) -> [StepAhead.Part] {
    var parts: [StepAhead.Part] = []
    func add(_ place: Place, step: Int, count: Int) {
      let isKnown = parts.contains { $0.place.buffer == place.buffer && $0.place.offset == place.offset }
      guard step != 0, count >= rows, count % rows == 0, !isKnown else { return }
      parts.append(StepAhead.Part(place: place, step: step, floatsPerRow: count / rows))
    }
    for input in inputs { add(input.place, step: input.step, count: input.count) }
    for case .stacked(let place, let step) in targets { add(place, step: step, count: step) }
    return parts
  }

  func run(_ outer: Bases, _ machine: Machine) throws(BackendError) {
    body.bind(arena: arena.floats(outer))
    for (input, buffer) in zip(inputs, body.inputs) { body.bases[buffer] = input.place.floats(outer) }
    for (index, carry) in carries.enumerated() {
      guard case .collected(let place, let count) = targets[carry.target] else { continue }
      place.floats(outer).update(from: inputs[index].place.floats(outer), count: count)
    }
    if length > 0 {
      try body.runPrologue(machine)
      if let blocks = body.blocks {
        runBlocks(blocks, outer, machine)
      } else {
        for count in 0..<length {
          bind(step: count, outer, body.bases)
          try body.run(machine)
        }
      }
    }
    for (index, carry) in carries.enumerated() {
      guard let last = carry.last else { continue }
      let value = length == 0 ? inputs[index].place.floats(outer) : address(carry.target, step: length - 1, outer)
      last.floats(outer).update(from: value, count: carry.count)
    }
  }

  /// Says where slices, carries and targets lie in one step; steps count in the order in which they run.
  private func bind(step count: Int, _ outer: Bases, _ bases: Bases) {
    for index in carries.indices where count > 0 || isCollected(carries[index]) {
      bases[body.inputs[index]] = address(carries[index].target, step: max(0, count - 1), outer)
    }
    for index in inputs.indices.dropFirst(carries.count) where inputs[index].step != 0 {
      bases[body.inputs[index]] = inputs[index].place.floats(outer) + slice(count) * inputs[index].step
    }
    for index in targets.indices { bases[body.outputs[index]] = address(index, step: count, outer) }
  }

  private func isCollected(_ carry: Carry) -> Bool {
    if case .collected = targets[carry.target] { true } else { false }
  }

  private func slice(_ count: Int) -> Int { reversed ? length - 1 - count : count }

  private func address(_ target: Int, step count: Int, _ outer: Bases) -> UnsafeMutablePointer<Float> {
    switch targets[target] {
    case .stacked(let place, let stride): place.floats(outer) + slice(count) * stride
    case .alternating(let place, let size): place.floats(outer) + count % 2 * size
    case .collected(let place, _): place.floats(outer)
    }
  }

  // MARK: blocks of rows

  /// What a worker needs to run a block of rows through all steps.
  private struct Call {
    let loop: Unmanaged<ScanLoop>
    let outer: Bases
    let machine: UnsafePointer<Machine>
  }

  private func runBlocks(_ blocks: RowBlocks, _ outer: Bases, _ machine: Machine) {
    withUnsafePointer(to: machine) { pointer in
      let call = Call(loop: .passUnretained(self), outer: outer, machine: pointer)
      let task: CKTask = { context, item, worker in
        guard let call = context?.assumingMemoryBound(to: Call.self).pointee else { return }
        call.loop.takeUnretainedValue().runBlock(item, worker, call.outer, call.machine.pointee)
      }
      withUnsafePointer(to: call) { machine.workers.run(task, $0, items: blocks.items) }
    }
    withUnsafePointer(to: machine) { pointer in
      let call = Call(loop: .passUnretained(self), outer: outer, machine: pointer)
      let task: CKTask = { context, item, _ in
        guard let call = context?.assumingMemoryBound(to: Call.self).pointee else { return }
        call.loop.takeUnretainedValue().addBlocks(item, call.outer, call.machine.pointee)
      }
      withUnsafePointer(to: call) { machine.workers.run(task, $0, items: pieces.count) }
    }
  }

  /// Adds what the blocks collected, block by block, to a piece of a sum.
  private func addBlocks(_ item: Int, _ outer: Bases, _ machine: Machine) {
    guard let blocks = body.blocks else { return }
    let (piece, memory) = (pieces[item], arena.floats(outer))
    let sum = address(piece.target, step: 0, outer) + piece.range.lowerBound
    for block in 0..<blocks.items {
      let part = blocks.address(piece.own, block: block, arena: memory) + piece.range.lowerBound
      machine.kernels.pointee.addInto(sum, part, piece.range.count)
    }
  }

  private func runBlock(_ block: Int, _ worker: Int, _ outer: Bases, _ machine: Machine) {
    guard let blocks = body.blocks else { return }
    let (bases, rows) = (blocks.tables[worker], blocks.rows(of: block))
    bases.update(from: body.bases, count: body.buffers)
    blocks.bind(bases, worker: worker, arena: arena.floats(outer), rows: rows)
    let scratch = machine.scratch + worker * machine.scratchStride
    let memory = arena.floats(outer)
    for buffer in blocks.own {
      blocks.address(buffer, block: block, arena: memory).update(repeating: 0, count: buffer.count)
    }
    for count in 0..<length {
      bind(step: count, outer, bases)
      for buffer in blocks.own { bases[buffer.buffer] = blocks.address(buffer, block: block, arena: memory) }
      let next = count + 1 < length ? slice(count + 1) : nil
      let fetched = ahead?.ready(worker: worker, slice: next, rows: rows, outer)
      blocks.run(body.instructions, rows: rows, bases, machine, scratch, ahead: fetched)
    }
  }
}
