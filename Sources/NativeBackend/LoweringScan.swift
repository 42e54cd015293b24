import CKernels
import TensorGraph

extension Lowering {
  /// Compiles the body of a scan and makes a loop of it.
  ///
  /// Stacked outputs are written where they belong by the step that makes them. A carry that is also stacked is read from
  /// there by the next step; other carries alternate between two buffers.
  func lowerScan(_ node: Int, _ scan: Scan, _ operands: [Int]) throws(BackendError) {
    let results = scan.bodyOutputs.indices.map { self.results[node]?[$0] }
    var touched: [Layout] = []
    var inputs: [ScanLoop.Input] = []
    var bodyInputs: [(layout: Layout?, isInvariant: Bool)] = []
    for (position, operand) in operands.enumerated() {
      let isSequence = position >= scan.carries && position < scan.carries + scan.sequences
      var source = try layout(operand)
      if position < scan.carries { source = try contiguous(source) }
      touched.append(source)
      let step = isSequence ? source.strides[0] : 0
      let slice = source.slice
      let count = isSequence && slice.isContiguous ? slice.count : 0
      inputs.append(ScanLoop.Input(place: Place(source), step: step, count: count))
      bodyInputs.append((isSequence ? slice : source, position >= scan.carries + scan.sequences))
    }

    // What the body writes: one target per stacked result, and one per carry that is not stacked anyway.
    var targets: [ScanLoop.Target] = []
    var values: [Int] = []
    func isDuplicate(_ carry: Int, of target: Int) -> Bool { values[target] == Int(scan.bodyOutputs[carry].index) }
    let states = stacks.states(of: node)
    for state in states {
      guard let result = results[state.before] else { continue }
      var first = try layout(result).slice
      first.offset += (state.first(length: scan.length) - state.start(isAfter: false)) * first.count
      try copy(try layout(operands[state.carry]), to: first)
    }
    for position in scan.bodyOutputs.indices.dropFirst(scan.carries) {
      // The states before the steps lie where the steps before left them.
      let isElsewhere = stacks.isRepeated(position, of: node) || states.contains { $0.before == position }
      guard let result = results[position], !isElsewhere else { continue }
      let stacked = try layout(result)
      touched.append(stacked)
      values.append(Int(scan.bodyOutputs[position].index))
      targets.append(.stacked(Place(stacked), step: stacked.shape.dropFirst().reduce(1, *)))
    }
    var carries: [ScanLoop.Carry] = []
    var collected: [Int: Int] = [:]
    var collectors: Set<Int> = []
    var plain = Set(0..<scan.carries)
    for carry in 0..<scan.carries {
      let count = scan.body[scan.bodyOutputs[carry]].shape.count
      if let collecting = CollectingCarry(scan, carry) {
        let sum = try results[carry].map { node throws(BackendError) in try layout(node) }
        let place = sum ?? temporary([count], isInvariant: false)
        touched.append(place)
        if case .matmul = scan.body[collecting.term].op, isUsedOnce(collecting.term, scan) {
          collected[Int(collecting.next.index)] = Int(collecting.term.index)
          collectors.insert(targets.count)
          plain.remove(carry)
        }
        carries.append(ScanLoop.Carry(target: targets.count, count: count, last: nil))
        values.append(Int(collecting.next.index))
        targets.append(.collected(Place(place), count: count))
        continue
      }
      let known = targets.indices.first { isDuplicate(carry, of: $0) }
      let before = states.first { $0.carry == carry && $0.after == nil }.flatMap { results[$0.before] }
      if let known, before == nil {
        carries.append(ScanLoop.Carry(target: known, count: count, last: nil))
      } else {
        carries.append(ScanLoop.Carry(target: targets.count, count: count, last: nil))
        values.append(Int(scan.bodyOutputs[carry].index))
        if let before {
          var after = try layout(before)
          after.offset += (scan.reversed ? -1 : 1) * count
          touched.append(after)
          targets.append(.stacked(Place(after), step: count))
        } else {
          let pair = temporary([2, count], isInvariant: false)
          touched.append(pair)
          targets.append(.alternating(Place(pair), count: count))
        }
      }
      if let result = results[carry] {
        let last = try layout(result)
        touched.append(last)
        carries[carry].last = Place(last)
      }
    }

    let body = try Lowering(scan.body, inputs: bodyInputs, outputs: values, collected: collected, workers: workers)
    let shapes = scan.body.nodes.map(\.shape.dimensions)
    let program = body.program(carries: plain, collected: collectors, rowCounts: Self.rowCounts(shapes))
    need(registers: program.registers)
    let arena = temporary([program.arenaCount], isInvariant: false)
    touched.append(arena)
    let loop = ScanLoop(
      body: program, length: scan.length, reversed: scan.reversed, inputs: inputs, targets: targets, carries: carries,
      arena: Place(arena), workers: workers, descriptors)
    keep(loop)
    emit(
      Instruction(work: .scan(Unmanaged.passUnretained(loop)), axis: 0, extent: 1, grain: 1), touching: touched,
      isInvariant: operands.allSatisfy { (try? isInvariant(layout($0))) ?? false } && !operands.isEmpty)
  }
  private func isUsedOnce(_ value: ValueID, _ scan: Scan) -> Bool {
    scan.body.nodes.filter { $0.operands.contains(value) }.count == 1 && !scan.bodyOutputs.contains(value)
  }

  /// Products of leading extents, largest first.
  private static func rowCounts(_ shapes: [[Int]]) -> [Int] {
    var counts: Set<Int> = []
    for shape in shapes {
      var rows = 1
      for extent in shape.dropLast() {
        rows *= extent
        counts.insert(rows)
      }
    }
    return counts.filter { $0 > 1 }.sorted(by: >)
  }
}
