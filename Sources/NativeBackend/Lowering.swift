import CKernels
import TensorGraph

/// Turns a graph into a linear program: drops what no output needs, makes views of what only renames elements, groups
/// elementwise operations, orders the groups and gives every tensor a place.
///
/// Lowerings of operations stand in the extensions: elementwise groups, movement, reductions, contractions, scans.
final class Lowering {
  let graph: Graph
  let workers: Int
  let descriptors = Descriptors()
  private let needed: [Bool]
  /// How the value of a node lies in memory; nil for scans and for what is not needed.
  private(set) var layouts: [Layout?]
  /// The node that holds the elements of a node: itself, or what it is a view of.
  private(set) var roots: [Int]
  private var grouping: Grouping
  private var invariant: [Bool]
  /// Roots whose elements are read outside their elementwise group.
  private var isStored: [Bool]

  private(set) var buffers: [Buffer] = []
  /// Where concatenations lie whose parts are written in place.
  private var concatenation: [Int: Layout] = [:]
  private var prologue: [Step] = []
  private var steps: [Step] = []
  private var registers = 1
  private(set) var loops: [ScanLoop] = []
  private var path = ""
  /// Sums `carry + product` that a loop body collects in place, with their products.
  private let collected: [Int: Int]
  private let parts: ConcatenationParts
  /// Concatenations that are never put together.
  let apart: ApartConcatenations
  let stacks: SharedStacks
  /// Buffers of stacks that share memory, by loop and number.
  private var sharedStacks: [Int: [Int: Int]] = [:]
  /// The node that holds each result of each scan.
  private(set) var results: [Int: [Int: Int]] = [:]
  /// Whether a value has all elements of its root in their order.
  private var isWhole: [Bool]

  /// An instruction with the buffers that it touches, for the memory plan.
  private struct Step {
    var instruction: Instruction
    var buffers: [Int]
    var path: String
  }

  /// - Parameter inputs: how the inputs of the graph lie behind the addresses that they are bound to, row-major when nil;
  ///   and which of them are the same at every step of a loop.
  /// - Parameter collected: sums of a carry and a product that are computed in the memory of the carry.
  /// - Parameter workers: threads that share the work.
  init(
    _ graph: Graph, inputs: [(layout: Layout?, isInvariant: Bool)], outputs: [Int], collected: [Int: Int] = [:],
    workers: Int
  ) throws(BackendError) {
    self.graph = graph
    self.workers = workers
    self.collected = collected
    needed = Self.needed(graph, outputs)
    apart = ApartConcatenations(
      graph, needed: needed, outputs: Set(outputs), collected: Set(collected.values))
    parts = ConcatenationParts(graph, needed: needed, outputs: Set(outputs), apart: apart)
    stacks = SharedStacks(graph, needed: needed)
    let count = graph.nodes.count
    isWhole = [Bool](repeating: true, count: count)
    layouts = [Layout?](repeating: nil, count: count)
    roots = Array(0..<count)
    grouping = Grouping(nodes: count)
    invariant = [Bool](repeating: false, count: count)
    isStored = [Bool](repeating: false, count: count)
    for (position, id) in graph.inputs.enumerated() {
      let node = Int(id.index)
      let own = addBuffer(node, .input(position), isInvariant: inputs[position].isInvariant)
      var layout = inputs[position].layout ?? own
      (layout.buffer, layout.offset) = (own.buffer, 0)
      layouts[node] = layout
      invariant[node] = inputs[position].isInvariant
    }
    for (index, node) in graph.nodes.enumerated() where needed[index] { classify(index, node) }
    mergeGroups()
    for index in graph.nodes.indices where needed[index] { markStored(index) }
    try place(outputs: outputs)
  }

  /// True for every node that some output needs. A tensor without elements needs nothing.
  private static func needed(_ graph: Graph, _ outputs: [Int]) -> [Bool] {
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for output in outputs { needed[output] = true }
    for (index, node) in graph.nodes.enumerated().reversed() where needed[index] && node.shape.count > 0 {
      for operand in node.operands { needed[Int(operand.index)] = true }
    }
    return needed
  }

  // MARK: what a node is

  private func classify(_ index: Int, _ node: Node) {
    if case .input = node.op { return }
    let operands = operands(of: index)
    if !operands.isEmpty { invariant[index] = operands.allSatisfy { invariant[$0] } }
    let shape = node.shape.dimensions
    if collected.values.contains(index) { return }
    if collected[index] != nil { return single(index, operands) }
    if apart.parts[index] != nil { return }
    if node.shape.count == 0 {
      layouts[index] = addBuffer(index, .unplaced, isInvariant: invariant[index])
      return
    }
    switch node.op {
    case .input: return
    case .constant(let value, _):
      layouts[index] = Layout(buffer: number(Float(value)), shape: shape, strides: shape.map { _ in 0 })
      invariant[index] = true
    case .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber, .add, .subtract, .multiply,
      .divide, .maximum, .minimum, .less, .select:
      layouts[index] = hosted(index) ?? addBuffer(index, .unplaced, isInvariant: invariant[index])
      let views = operands.filter { !isWhole[$0] }
      grouping.addElementwise(
        index, shape: shape, roots: operands.map { roots[$0] }, viewed: views.map { roots[$0] },
        isInvariant: invariant[index])
    case .broadcast(let target): view(index, of: operands[0]) { $0.broadcast(to: target.dimensions) }
    case .reshape: view(index, of: operands[0]) { $0.reshaped(to: shape) }
    case .transpose(let permutation): view(index, of: operands[0]) { $0.transposed(permutation) }
    case .slice(let from, let to): view(index, of: operands[0]) { $0.sliced(from: from, to: to) }
    case .reverse(let axis): view(index, of: operands[0]) { $0.reversed(axis: axis) }
    case .stopGradient: view(index, of: operands[0]) { $0 }
    case .random, .pad, .concatenate, .sum, .largest, .matmul, .raggedContract, .raggedExpand, .gatherRows,
      .scatterAddRows:
      single(index, operands)
    case .scan: grouping.addSingle(index, roots: operands.map { roots[$0] }, isInvariant: invariant[index])
    case .result(let position):
      if let same = results[operands[0]]?[position] {
        (layouts[index], roots[index]) = (layouts[same], same)
        return
      }
      results[operands[0], default: [:]][position] = index
      layouts[index] =
        sharedStack(index, of: operands[0], position) ?? addBuffer(index, .unplaced, isInvariant: invariant[index])
      grouping.addResult(index, of: operands[0])
    }
  }

  /// A view where a layout describes it, else a copy.
  private func view(_ index: Int, of operand: Int, _ make: (Layout) -> Layout?) {
    if let layout = layouts[operand].flatMap(make) {
      layouts[index] = layout
      roots[index] = roots[operand]
      switch graph.nodes[index].op {
      case .reshape, .stopGradient: isWhole[index] = isWhole[operand]
      default: isWhole[index] = false
      }
    } else {
      single(index, [operand])
    }
  }

  private func single(_ index: Int, _ operands: [Int]) {
    layouts[index] = concatenation[index] ?? addBuffer(index, .unplaced, isInvariant: invariant[index])
    if case .concatenate = graph.nodes[index].op { concatenation[index] = layouts[index] }
    grouping.addSingle(index, roots: operands.map { roots[$0] }, isInvariant: invariant[index])
  }

  private func mergeGroups() {
    var readers = [Set<Int>](repeating: [], count: grouping.groups.count)
    var barred = [Bool](repeating: false, count: grouping.groups.count)
    for index in graph.nodes.indices where needed[index] && roots[index] == index {
      guard let group = grouping.group[index] else { continue }
      for operand in operands(of: index) {
        guard let producer = grouping.group[roots[operand]], producer != group else { continue }
        readers[producer].insert(group)
        if !isWhole[operand] { barred[producer] = true }
      }
    }
    grouping.merge(readers: readers, barred: barred)
  }

  private func markStored(_ index: Int) {
    guard roots[index] == index, let group = grouping.group[index] else { return }
    for operand in operands(of: index) where !isInside(operand, group) { isStored[roots[operand]] = true }
  }

  /// What a node reads: for a sum that is collected in place what its product reads, and the parts of what stays apart.
  private func operands(of index: Int) -> [Int] {
    graph.nodes[collected[index] ?? index].operands.flatMap { apart.parts[Int($0.index)] ?? [Int($0.index)] }
  }

  /// The place of a stack that shares its buffer with another one.
  private func sharedStack(_ index: Int, of loop: Int, _ position: Int) -> Layout? {
    guard let place = stacks.place(of: position, loop) else { return nil }
    let shape = graph.nodes[index].shape.dimensions
    let slice = shape.dropFirst().reduce(1, *)
    let known = sharedStacks[loop]?[place.buffer]
    if known == nil {
      let count = (shape[0] + place.extra) * slice
      buffers.append(Buffer(count: count, place: .unplaced, isInvariant: invariant[index]))
    }
    let buffer = known ?? buffers.count - 1
    sharedStacks[loop, default: [:]][place.buffer] = buffer
    var layout = Layout(buffer: buffer, shape: shape)
    layout.offset = place.start * slice
    return layout
  }

  /// The place of a value inside the concatenation that it is made for.
  private func hosted(_ index: Int) -> Layout? {
    guard let host = parts.host(of: index), invariant[index] == false else { return nil }
    return place(host)
  }

  /// Where a part of a concatenation lies; its buffer is made when the first part is.
  private func place(_ part: ConcatenationParts.Part) -> Layout {
    let whole = concatenation[part.node] ?? addBuffer(part.node, .unplaced, isInvariant: false)
    concatenation[part.node] = whole
    return whole.sliced(from: part.from, to: part.to)
  }

  /// Further places that an elementwise value is written to.
  func copies(of index: Int) -> [Layout] {
    invariant[index] ? [] : parts.parts(of: index).map(place).filter { $0 != layouts[index] }
  }

  /// Whether the operand of a concatenation is written in place by what computes it.
  func isInPlace(_ operand: Int, at part: Layout) -> Bool {
    guard roots[operand] == operand, !invariant[operand], let layout = layouts[operand] else { return false }
    return layout == part || parts.parts(of: operand).contains { place($0) == part }
  }

  /// Whether an elementwise group computes all elements of a value itself, in their order.
  func isInside(_ value: Int, _ group: Int) -> Bool {
    grouping.group[roots[value]] == group && grouping.groups[group].space != nil && isWhole[value]
  }

  // MARK: order and places

  private func place(outputs: [Int]) throws(BackendError) {
    var copies: [(output: Int, value: Int)] = []
    for (position, value) in outputs.enumerated() {
      let root = roots[value]
      guard let layout = layouts[value] else { throw BackendError("%\(value) is a scan; ask for its results instead") }
      isStored[root] = true
      let isAll =
        isWhole[value] && layout.offset == 0 && layout.isContiguous && layout.count == buffers[layout.buffer].count
      if isAll, !invariant[root], grouping.group[root] != nil || layout.count == 0,
        case .unplaced = buffers[layout.buffer].place
      {
        buffers[layout.buffer].place = .output(position)
      } else {
        copies.append((position, value))
      }
    }
    for root in isStored.indices where isStored[root] {
      guard let buffer = layouts[root]?.buffer, case .unplaced = buffers[buffer].place else { continue }
      buffers[buffer].place = .arena
    }
    for index in grouping.order {
      let group = grouping.groups[index]
      path = graph.origins[Int(graph.nodes[group.nodes[0]].origin)]
      if let space = group.space {
        try lowerElementwise(group.nodes.sorted(), space: space, group: index, isInvariant: group.isInvariant)
      } else {
        try lowerSingle(group.nodes[0])
      }
    }
    path = ""
    for (position, value) in copies {
      guard let layout = layouts[value] else { continue }
      buffers.append(Buffer(count: layout.count, place: .output(position), isInvariant: false))
      try copy(layout, to: Layout(buffer: buffers.count - 1, shape: layout.shape))
    }
  }

  private func lowerSingle(_ index: Int) throws(BackendError) {
    let node = graph.nodes[index]
    let operands = node.operands.map { Int($0.index) }
    switch node.op {
    case .random(let distribution, let salt, _): try lowerRandom(index, distribution, salt, key: operands[0])
    case .reshape, .broadcast, .transpose, .slice, .reverse, .stopGradient:
      guard let layout = layouts[operands[0]] else { return }
      try copy(layout, toElementsOf: index)
    case .pad(let low, _): try lowerPad(index, operands[0], low: low)
    case .concatenate(let axis): try lowerConcatenate(index, operands, axis: axis)
    case .sum(let axes): try lowerReduction(index, operands[0], axes: axes, largest: false)
    case .largest(let axes): try lowerReduction(index, operands[0], axes: axes, largest: true)
    case .matmul(let transposeA, let transposeB): try lowerProduct(index, operands, transposeA, transposeB)
    case .raggedContract: try lowerRaggedContract(index, operands)
    case .raggedExpand(let transposeZ): try lowerRaggedExpand(index, operands, transposeZ: transposeZ)
    case .gatherRows: try lowerGather(index, operands)
    case .scatterAddRows: try lowerScatter(index, operands)
    case .scan(let scan): try lowerScan(index, scan, operands)
    case .add:
      guard let product = collected[index], case .matmul(let transposeA, let transposeB) = graph.nodes[product].op
      else {
        preconditionFailure("add is no group of its own")
      }
      let factors = graph.nodes[product].operands.map { Int($0.index) }
      try lowerProduct(index, factors, transposeA, transposeB, continues: true)
    case .input, .constant, .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber, .subtract,
      .multiply, .divide, .maximum, .minimum, .less, .select, .result:
      preconditionFailure("\(node.op.name) is no group of its own")
    }
  }

  // MARK: for the lowerings of operations

  func layout(_ value: Int) throws(BackendError) -> Layout {
    guard let layout = layouts[value] else { throw BackendError("%\(value) has no elements of its own") }
    return layout
  }

  func isStored(_ root: Int) -> Bool { isStored[root] }
  func isConstant(_ value: Int) -> Float? {
    guard case .constant(let number, _) = graph.nodes[roots[value]].op else { return nil }
    return Float(number)
  }

  private func addBuffer(_ node: Int, _ place: Buffer.Place, isInvariant: Bool) -> Layout {
    let shape = graph.nodes[node].shape.dimensions
    buffers.append(Buffer(count: shape.reduce(1, *), place: place, isInvariant: isInvariant))
    return Layout(buffer: buffers.count - 1, shape: shape)
  }

  /// A buffer that holds one number.
  func number(_ value: Float) -> Int {
    let place = descriptors.reserve(Float.self, count: 1)
    place.pointee = value
    buffers.append(Buffer(count: 1, place: .constant(place), isInvariant: true))
    return buffers.count - 1
  }

  /// A new row-major tensor in the arena.
  func temporary(_ shape: [Int], isInvariant: Bool) -> Layout {
    buffers.append(Buffer(count: shape.reduce(1, *), place: .arena, isInvariant: isInvariant))
    return Layout(buffer: buffers.count - 1, shape: shape)
  }

  /// Appends an instruction; one whose operands are all the same at every step runs once, before the loop.
  func emit(_ instruction: Instruction, touching: [Layout], isInvariant: Bool) {
    let step = Step(instruction: instruction, buffers: touching.map(\.buffer), path: path)
    if isInvariant { prologue.append(step) } else { steps.append(step) }
  }

  func need(registers count: Int) { registers = max(registers, count) }
  func keep(_ loop: ScanLoop) { loops.append(loop) }
  func isInvariant(_ layout: Layout) -> Bool { buffers[layout.buffer].isInvariant }

  // MARK: result

  /// The program, with every buffer of the arena placed.
  ///
  /// - Parameter carries: inputs that a loop binds to what an earlier step wrote.
  /// - Parameter collected: outputs that collect products in place.
  /// - Parameter rowCounts: numbers of rows for which the program may be separable, best first.
  func program(carries: Set<Int> = [], collected: Set<Int> = [], rowCounts: [Int] = []) -> Program {
    let all = prologue + steps
    var lives: [Int: MemoryPlan.Request] = [:]
    for (time, step) in all.enumerated() {
      for buffer in step.buffers {
        guard case .arena = buffers[buffer].place else { continue }
        let first = lives[buffer]?.first ?? time
        // What is made before the loop lives through all of its steps.
        let last = first < prologue.count ? all.count : time
        lives[buffer] = MemoryPlan.Request(count: buffers[buffer].count, first: first, last: last)
      }
    }
    var constants: [(buffer: Int, address: UnsafeMutablePointer<Float>)] = []
    var inputs = [Int](repeating: 0, count: graph.inputs.count)
    var outputs: [Int: Int] = [:]
    var written: [Int: Int] = [:]
    for (index, buffer) in buffers.enumerated() {
      switch buffer.place {
      case .unplaced: continue
      case .arena: if let life = lives[index], life.first >= prologue.count { written[index] = buffer.count }
      case .input(let position):
        inputs[position] = index
        if carries.contains(position) { written[index] = buffer.count }
      case .output(let position):
        outputs[position] = index
        written[index] = buffer.count
      case .constant(let address): constants.append((index, address))
      }
    }

    let instructions = steps.map(\.instruction)
    let collectors = Set(collected.compactMap { outputs[$0] })
    let cuts = rowCounts.lazy.compactMap { RowCuts(instructions, rows: $0, written: written, collected: collectors) }
      .first
    let isLocal = { (buffer: Int) in cuts != nil && written[buffer] != nil }
    let shared = lives.keys.sorted().filter { !isLocal($0) }
    let plan = MemoryPlan(shared.compactMap { lives[$0] })
    let local = lives.keys.sorted().filter(isLocal)
    let blocks = cuts.map { rowBlocks($0, local, local.compactMap { lives[$0] }, start: plan.count) }
    return Program(
      prologue: prologue.map(\.instruction), instructions: instructions, paths: all.map(\.path), inputs: inputs,
      outputs: outputs.keys.sorted().compactMap { outputs[$0] }, arena: zip(shared, plan.offsets).map { ($0, $1) },
      arenaCount: plan.count + (blocks.map { $0.arenaCount } ?? 0), constants: constants, buffers: buffers.count,
      registers: registers, blocks: blocks, loops: loops, descriptors: descriptors)
  }
}
