import TensorGraph

/// What of one loop's stacked outputs is computed further inside the loop.
struct SinkPlan {
  private let scan: Scan
  private let id: ValueID
  private let source: Graph
  private let uses: GraphUses
  private var results: [Int: ValueID] = [:]
  private var actions: [Action] = []

  /// One node that moves into the loop.
  private struct Action {
    var node: ValueID
    var kind: Kind

    enum Kind {
      /// `sum_t left_t^T right_t`, with slices of the given shape.
      case product(left: Factor, right: Factor)
      /// `sum_t value_t`, slices seen as `shape`; then the sum over axes.
      case sum(Factor, axes: [Int])
      /// The sum over t and over all rows of a slice, `[1, columns]`.
      case total(Factor, rows: Shape)
      /// `value_t matrix`, stacked.
      case project(Factor, matrix: ValueID, transposed: Bool)
    }
  }

  /// A value whose slice t the step has: a stacked output of the loop, or a value from before the loop.
  private struct Factor {
    var base: ValueID
    /// The shape of a slice where it is used.
    var shape: Shape
  }

  init(_ scan: Scan, _ id: ValueID, _ source: Graph, _ uses: GraphUses) {
    self.scan = scan
    self.id = id
    self.source = source
    self.uses = uses
    for user in uses.users(of: id) {
      if case .result(let index) = source[user].op { results[index] = user }
    }
  }

  // MARK: what can be moved

  /// Finds the stacks whose every use can be moved.
  mutating func find() {
    for index in results.keys.sorted() where index >= scan.carries {
      guard let result = results[index], let found = moved(users: result), !found.isEmpty else { continue }
      for action in found where !actions.contains(where: { $0.node == action.node }) { actions.append(action) }
    }
  }

  /// The actions for all users of a value, views of it included; nil where one cannot be moved.
  private func moved(users value: ValueID) -> [Action]? {
    if uses.isOutput(value) || uses.users(of: value).isEmpty { return nil }
    var actions: [Action] = []
    for user in uses.users(of: value) {
      if let action = action(for: user) {
        actions.append(action)
      } else if isView(user), let more = moved(users: user) {
        actions += more
      } else {
        return nil
      }
    }
    return actions
  }

  private func isView(_ node: ValueID) -> Bool {
    switch source[node].op {
    case .reshape, .transpose: true
    default: false
    }
  }

  private func action(for node: ValueID) -> Action? {
    let operands = source[node].operands
    switch source[node].op {
    case .matmul(transposeA: true, transposeB: false):
      guard let left = factor(operands[0]), let right = factor(operands[1]) else { return nil }
      return Action(node: node, kind: .product(left: left, right: right))
    case .matmul(transposeA: false, let transposeB):
      let isRows = source[node].shape.rank == 2 && source[node].shape[1] <= source[operands[0]].shape[1]
      guard isRows, isBefore(operands[1]), let rows = factor(operands[0]) else { return nil }
      return Action(node: node, kind: .project(rows, matrix: operands[1], transposed: transposeB))
    case .sum(let axes):
      guard axes.contains(0), let value = factor(operands[0]) else { return nil }
      if let rows = value.shape.rows(summedOver: axes) { return Action(node: node, kind: .total(value, rows: rows)) }
      return Action(node: node, kind: .sum(value, axes: axes))
    default: return nil
    }
  }

  /// The value that a view is a view of, when slices of the view are slices of it.
  private func factor(_ value: ValueID) -> Factor? {
    if let folded = foldedTime(value) { return folded }
    guard let shape = source[value].shape.part(of: scan.length) else { return nil }
    var base = value
    while case .reshape = source[base].op, source[source[base].operands[0]].shape.part(of: scan.length) != nil {
      base = source[base].operands[0]
    }
    return isAvailable(base) ? Factor(base: base, shape: shape) : nil
  }

  /// Recognises `[time, batch..., rows, columns]` as `[batch..., time * rows, columns]`.
  private func foldedTime(_ value: ValueID) -> Factor? {
    guard case .reshape(let target) = source[value].op else { return nil }
    let moved = source[value].operands[0]
    guard case .transpose(let permutation) = source[moved].op, permutation.count >= 4 else { return nil }
    let base = source[moved].operands[0]
    let (shape, batch) = (source[base].shape, permutation.count - 3)
    let wanted = Array(1...batch) + [0, batch + 1, batch + 2]
    guard permutation == wanted, shape[0] == scan.length, isAvailable(base) else { return nil }
    let folded = Array(shape.dimensions[1...batch]) + [shape[0] * shape[batch + 1], shape[batch + 2]]
    return target.dimensions == folded ? Factor(base: base, shape: Shape(Array(shape.dimensions.dropFirst()))) : nil
  }

  private func isAvailable(_ base: ValueID) -> Bool {
    isOwn(base) != nil || (isBefore(base) && source[base].type == .real)
  }
  private func isBefore(_ value: ValueID) -> Bool { value < id }

  /// The number of the stacked output of this loop that a value is.
  private func isOwn(_ base: ValueID) -> Int? {
    guard case .result(let index) = source[base].op, source[base].operands[0] == id, index >= scan.carries else {
      return nil
    }
    return index
  }

  // MARK: the new loop

  func rewrite(_ copy: inout GraphCopy, _ sunk: inout [ValueID: Sunk]) throws(ShapeError) {
    let operands = source[id].operands.map(copy.copied)
    if actions.isEmpty {
      copy.values[Int(id.index)] = try copy.append(.scan(scan), operands, for: id)
      return
    }
    var outside = Outside(
      carries: Array(operands.prefix(scan.carries)),
      sequences: Array(operands.dropFirst(scan.carries).prefix(scan.sequences)),
      constants: Array(operands.dropFirst(scan.carries + scan.sequences)))
    var factors: [ValueID: Int] = [:]  // sequences that were added, by base
    var matrices: [ValueID: Int] = [:]  // constants that were added
    var sums: [ValueID: Int] = [:]  // carries that collect a base
    var added: [Shape] = []
    for action in actions {
      switch action.kind {
      case .product(let left, let right):
        for factor in [left, right] where isOwn(factor.base) == nil && factors[factor.base] == nil {
          factors[factor.base] = outside.sequences.count
          let part = source[factor.base].shape.part(of: scan.length) ?? []
          let stacked = Shape([scan.length] + part.dimensions)
          outside.sequences.append(try copy.reshape(copy.copied(factor.base), to: stacked, for: id))
        }
        outside.carries.append(try zero(source[action.node].shape, &copy))
        added.append(source[action.node].shape)
      case .sum(let value, _):
        guard sums[value.base] == nil else { continue }
        sums[value.base] = outside.carries.count
        let shape = stepShape(value.base)
        outside.carries.append(try zero(shape, &copy))
        added.append(shape)
      case .total(_, let rows):
        outside.carries.append(try zero([1, rows[1]], &copy))
        added.append([1, rows[1]])
      case .project(_, let matrix, _):
        guard matrices[matrix] == nil else { continue }
        matrices[matrix] = outside.constants.count
        outside.constants.append(copy.copied(matrix))
      }
    }

    var inside = try StepCopy(scan, outside, copy.graph, added: added)
    var nextCarry = scan.carries
    var extraOutputs: [ValueID] = []
    var plans: [(Action, Int)] = []
    for action in actions {
      switch action.kind {
      case .product(let left, let right):
        let a = try slice(left, factors, &inside)
        let b = try slice(right, factors, &inside)
        let product = try inside.append(.matmul(transposeA: true, transposeB: false), [a, b])
        try inside.collect(product, carry: nextCarry)
        plans.append((action, nextCarry))
        nextCarry += 1
      case .sum(let value, _):
        let carry = sums[value.base] ?? 0
        if carry == nextCarry {
          try inside.collect(inside.output(isOwn(value.base) ?? 0), carry: carry)
          nextCarry += 1
        }
        plans.append((action, carry))
      case .total(let value, let rows):
        let own = inside.output(isOwn(value.base) ?? 0)
        try inside.collect(try inside.sumOfRows(own, rows), carry: nextCarry)
        plans.append((action, nextCarry))
        nextCarry += 1
      case .project(let rows, let matrix, let transposed):
        let a = try slice(rows, factors, &inside)
        let b = inside.constants[matrices[matrix] ?? 0]
        extraOutputs.append(try inside.append(.matmul(transposeA: false, transposeB: transposed), [a, b]))
        plans.append((action, -extraOutputs.count))
      }
    }
    let loop = try copy.append(.scan(inside.scan(extraOutputs)), outside.all, for: id)
    copy.values[Int(id.index)] = loop
    sunk[id] = .loop(first: scan.carries, added: added.count)
    let firstExtra = scan.bodyOutputs.count + added.count
    for (action, place) in plans {
      if case .sum(let value, let axes) = action.kind {
        sunk[action.node] = .sum(loop, place, shape: value.shape, axes: axes)
      } else {
        sunk[action.node] = .result(loop, place >= 0 ? place : firstExtra - place - 1)
      }
    }
  }

  private func zero(_ shape: Shape, _ copy: inout GraphCopy) throws(ShapeError) -> ValueID {
    try copy.append(.constant(0, shape: shape), [], for: id)
  }

  /// The shape of one slice of a stacked output, as the step makes it.
  private func stepShape(_ base: ValueID) -> Shape { scan.body[scan.bodyOutputs[isOwn(base) ?? 0]].shape }

  private func slice(
    _ factor: Factor, _ factors: [ValueID: Int], _ inside: inout StepCopy
  ) throws(ShapeError) -> ValueID {
    let value = isOwn(factor.base).map { inside.output($0) } ?? inside.sequences[factors[factor.base] ?? 0]
    return try inside.reshape(value, to: factor.shape)
  }
}

/// Operands of a loop that grows.
struct Outside {
  var carries: [ValueID]
  var sequences: [ValueID]
  var constants: [ValueID]
  var all: [ValueID] { carries + sequences + constants }
}

/// The body of a loop with more inputs, being rebuilt.
struct StepCopy {
  private var body: GraphCopy
  private let source: Scan
  private var carries: [ValueID] = []
  private(set) var sequences: [ValueID] = []
  private(set) var constants: [ValueID] = []
  private var nextCarries: [ValueID]

  /// - Parameter graph: the graph that the operands belong to.  - Parameter added: shapes of the carries that are new.
  init(_ scan: Scan, _ outside: Outside, _ graph: Graph, added: [Shape]) throws(ShapeError) {
    source = scan
    body = GraphCopy(scan.body)
    nextCarries = []
    let inputs = scan.body.inputs
    let place = scan.bodyOutputs[0]
    for carry in outside.carries.indices {
      if carry < scan.carries {
        try body.copy(inputs[carry])
        carries.append(body.copied(inputs[carry]))
      } else {
        let op = Op.input(name: "collected\(carry)", shape: added[carry - scan.carries], type: .real)
        carries.append(try body.append(op, [], for: place))
      }
    }
    func add(_ values: [ValueID], known: ArraySlice<ValueID>, dropping axes: Int, _ name: String) throws(ShapeError)
      -> [ValueID]
    {
      var result: [ValueID] = []
      for (position, value) in values.enumerated() {
        if position < known.count {
          let input = known[known.startIndex + position]
          try body.copy(input)
          result.append(body.copied(input))
        } else {
          let shape = Shape(Array(graph[value].shape.dimensions.dropFirst(axes)))
          let op = Op.input(name: "\(name)\(position)", shape: shape, type: graph[value].type)
          result.append(try body.append(op, [], for: place))
        }
      }
      return result
    }
    let constantStart = scan.carries + scan.sequences
    sequences = try add(outside.sequences, known: inputs[scan.carries..<constantStart], dropping: 1, "sunk.slice")
    constants = try add(outside.constants, known: inputs[constantStart...], dropping: 0, "sunk.constant")
    for id in scan.body.ids where body.values[Int(id.index)] == nil { try body.copy(id) }
    nextCarries = scan.bodyOutputs.prefix(scan.carries).map(body.copied)
  }

  /// Output number `index` of the step.
  func output(_ index: Int) -> ValueID { body.copied(source.bodyOutputs[index]) }

  mutating func append(_ op: Op, _ operands: [ValueID]) throws(ShapeError) -> ValueID {
    try body.append(op, operands, for: source.bodyOutputs[0])
  }

  mutating func reshape(_ value: ValueID, to shape: Shape) throws(ShapeError) -> ValueID {
    try body.reshape(value, to: shape, for: source.bodyOutputs[0])
  }

  mutating func sumOfRows(_ value: ValueID, _ rows: Shape) throws(ShapeError) -> ValueID {
    let flat = try reshape(value, to: rows)
    let ones = try append(.constant(1, shape: [rows[0], 1]), [])
    return try append(.matmul(transposeA: true, transposeB: false), [ones, flat])
  }

  /// Adds a value to a carry at every step.
  mutating func collect(_ value: ValueID, carry: Int) throws(ShapeError) {
    precondition(nextCarries.count == carry, "carries are added in order")
    nextCarries.append(try append(.add, [carries[carry], value]))
  }

  func scan(_ extraOutputs: [ValueID]) -> Scan {
    var result = source
    result.body = body.graph
    result.bodyOutputs = nextCarries + source.bodyOutputs.dropFirst(source.carries).map(body.copied) + extraOutputs
    result.carries = carries.count
    result.sequences = sequences.count
    result.constants = constants.count
    return result
  }
}
