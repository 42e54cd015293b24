import TensorGraph

/// Moves what is computed for a sequence of a loop, and for nothing else, into the loop.
///
/// Graphs project the inputs of a recurrence in one product before the loop, which suits large machines. Here a block of
/// rows computes its projection inside the step, from the smaller inputs, while it is in the cache; the projected
/// sequence is never stored. A value is pulled when it is elementwise or a product with a matrix that is the same at every
/// step, and when slice t of it depends on slice t of its operands.
struct LoopPulling {
  private let uses: GraphUses
  private(set) var graph = Graph()
  private(set) var outputs: [ValueID] = []

  init(_ source: Graph, outputs: [ValueID]) throws(ShapeError) {
    var copy = GraphCopy(source)
    uses = GraphUses(source, outputs: outputs)
    for id in source.ids {
      if case .scan(let scan) = source[id].op, scan.length > 1 {
        copy.values[Int(id.index)] = try rewritten(scan, id, &copy)
      } else {
        try copy.copy(id)
      }
    }
    graph = copy.graph
    self.outputs = outputs.map(copy.copied)
  }

  // MARK: what can be pulled

  /// How slice t of a value is computed.
  private indirect enum Recipe {
    /// Part t of `count` parts of a value that stays outside.
    case part(ValueID)
    /// A value that is the same at every step.
    case invariant(ValueID)
    case apply(Op, [Recipe])
  }

  /// How to compute parts of a value; `.part` of itself where it cannot be pulled.
  private func recipe(_ value: ValueID, parts: Int, _ source: Graph) -> Recipe {
    let node = source[value]
    guard let shape = node.shape.part(of: parts), node.type == .real else { return .part(value) }
    func operands() -> [Recipe] { node.operands.map { recipe($0, parts: parts, source) } }
    switch node.op {
    case .constant(let number, _): return .apply(.constant(number, shape: shape), [])
    case .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber, .add, .subtract, .multiply,
      .divide, .maximum, .minimum, .less, .select:
      return uses.isUsedOnce(value) ? .apply(node.op, operands()) : .part(value)
    case .stopGradient: return .apply(.stopGradient, operands())
    case .broadcast:
      let inner = source[node.operands[0]]
      if inner.shape[0] == node.shape[0] { return .apply(.broadcast(to: shape), operands()) }
      return .apply(.broadcast(to: shape), [.invariant(node.operands[0])])
    case .reshape:
      guard source[node.operands[0]].shape.part(of: parts) != nil else { return .part(value) }
      return .apply(.reshape(to: shape), operands())
    case .matmul(let transposeA, _):
      let isRows = node.shape.rank == 2 && !transposeA && uses.isUsedOnce(value)
      let isSmaller = source[node.operands[0]].shape.count <= 2 * node.shape.count
      guard isRows, isSmaller else { return .part(value) }
      let left = recipe(node.operands[0], parts: parts, source)
      return .apply(node.op, [left, .invariant(node.operands[1])])
    case .input, .random, .transpose, .slice, .pad, .concatenate, .reverse, .sum, .largest, .raggedContract,
      .raggedExpand, .gatherRows, .scatterAddRows, .scan, .result:
      return .part(value)
    }
  }

  /// Whether a recipe computes anything.
  private func computes(_ recipe: Recipe) -> Bool {
    switch recipe {
    case .part, .invariant: return false
    case .apply(let op, let operands):
      switch op {
      case .constant, .stopGradient, .broadcast, .reshape: return operands.contains(where: computes)
      default: return true
      }
    }
  }

  // MARK: the new loop

  private func rewritten(_ scan: Scan, _ id: ValueID, _ copy: inout GraphCopy) throws(ShapeError) -> ValueID {
    let operands = copy.source[id].operands
    var pulled: [Int: Recipe] = [:]
    for position in scan.carries..<scan.carries + scan.sequences {
      let value = operands[position]
      let isOwn = uses.isUsedOnce(value) && operands.filter { $0 == value }.count == 1
      guard isOwn else { continue }
      let recipe = recipe(value, parts: scan.length, copy.source)
      if computes(recipe) { pulled[position] = recipe }
    }
    if pulled.isEmpty {
      return try copy.append(.scan(scan), operands.map(copy.copied), for: id)
    }
    var parts: [ValueID] = []
    var invariants: [ValueID] = []
    for position in pulled.keys.sorted() {
      if let recipe = pulled[position] { collect(recipe, &parts, &invariants) }
    }

    // Inputs of the new body: carries, sequences that stay, parts, constants, invariants.
    var body = GraphCopy(scan.body)
    let sequences = (scan.carries..<scan.carries + scan.sequences).filter { pulled[$0] == nil }
    let constants = scan.carries + scan.sequences..<operands.count
    var outside: [ValueID] = []
    for position in Array(0..<scan.carries) + sequences {
      try body.copy(scan.body.inputs[position])
      outside.append(copy.copied(operands[position]))
    }
    var insideOfPart: [ValueID: ValueID] = [:]
    for part in parts {
      guard let shape = copy.source[part].shape.part(of: scan.length) else { continue }
      let stacked = Shape([scan.length] + shape.dimensions)
      outside.append(try copy.reshape(copy.copied(part), to: stacked, for: id))
      let op = Op.input(name: "part\(part.index)", shape: shape, type: copy.source[part].type)
      insideOfPart[part] = try body.append(op, [], for: scan.bodyOutputs[0])
    }
    for position in constants {
      try body.copy(scan.body.inputs[position])
      outside.append(copy.copied(operands[position]))
    }
    var insideOfInvariant: [ValueID: ValueID] = [:]
    for value in invariants {
      outside.append(copy.copied(value))
      let op = Op.input(name: "invariant\(value.index)", shape: copy.source[value].shape, type: copy.source[value].type)
      insideOfInvariant[value] = try body.append(op, [], for: scan.bodyOutputs[0])
    }

    for position in pulled.keys.sorted() {
      guard let recipe = pulled[position] else { continue }
      let input = scan.body.inputs[position]
      let value = try build(recipe, insideOfPart, insideOfInvariant, &body, for: input)
      body.values[Int(input.index)] = try body.reshape(value, to: scan.body[input].shape, for: input)
    }
    for inner in scan.body.ids where body.values[Int(inner.index)] == nil { try body.copy(inner) }
    var result = scan
    result.bodyOutputs = scan.bodyOutputs.map(body.copied)
    result.body = body.graph
    result.sequences = sequences.count + parts.count
    result.constants = constants.count + invariants.count
    return try copy.append(.scan(result), outside, for: id)
  }

  private func collect(_ recipe: Recipe, _ parts: inout [ValueID], _ invariants: inout [ValueID]) {
    switch recipe {
    case .part(let value): if !parts.contains(value) { parts.append(value) }
    case .invariant(let value): if !invariants.contains(value) { invariants.append(value) }
    case .apply(_, let operands): for operand in operands { collect(operand, &parts, &invariants) }
    }
  }

  private func build(
    _ recipe: Recipe, _ parts: [ValueID: ValueID], _ invariants: [ValueID: ValueID], _ body: inout GraphCopy,
    for input: ValueID
  ) throws(ShapeError) -> ValueID {
    switch recipe {
    case .part(let value):
      guard let inside = parts[value] else { preconditionFailure("\(value) is no sequence of the loop") }
      return inside
    case .invariant(let value):
      guard let inside = invariants[value] else { preconditionFailure("\(value) is no constant of the loop") }
      return inside
    case .apply(let op, let operands):
      var values: [ValueID] = []
      for operand in operands { values.append(try build(operand, parts, invariants, &body, for: input)) }
      return try body.append(op, values, for: input)
    }
  }
}
