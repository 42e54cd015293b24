/// The gradient of one scan: a forward scan that also stacks what its backward scan needs, and the backward scan.
///
/// What the backward step needs of the forward step is either recomputed (cheap elementwise and shape operations) or stashed
/// (products, reductions, transcendental functions). The gradient of a constant that enters by a matrix product is taken
/// out of the loop: its factors are stacked and multiplied once, with time folded into the contracted axis. A scan that
/// recomputes stashes its carries alone and sums such gradients step by step.
struct ScanTape {
  let forward: Scan
  private let original: Scan
  private let backward: Scan
  private let plan: Plan

  /// Where the operands and results of the backward scan come from and go to.
  private struct Plan {
    var carries: [Int] = []  // active carries
    var accumulated: [Int] = []  // constants whose gradient is summed in a carry
    var seededOutputs: [Int] = []  // results of the forward scan with a cotangent
    var stashes: [Int] = []  // results of the forward scan that hold stashed values
    var sequencesIn: [Int] = []
    var constantsIn: [Int] = []
    var sequences: [Int] = []  // active sequences
    var products: [Product] = []
  }

  /// A gradient term `sum_t left_t^T right_t` of a constant.
  private struct Product {
    var constant: Int
    var left: Stack
    var right: Stack
  }

  /// Where a factor lies stacked over time.
  private enum Stack {
    case forwardResult(Int)
    case sequence(Int)
    case backwardResult(Int)
  }

  init(_ scan: Scan, active operands: [Bool], wanted: [Bool]) {
    let activeInputs = Self.activeInputs(scan, operands)
    let inputs = scan.body.inputs
    let targets = inputs.indices.filter { activeInputs[$0] }.map { inputs[$0] }
    let step = Differentiator(scan.body, targets: targets, wanted: scan.body.needed(for: scan.bodyOutputs))
    step.copyForward()
    let forwardCount = step.builder.graph.nodes.count

    var plan = Plan()
    plan.carries = (0..<scan.carries).filter { activeInputs[$0] }
    plan.seededOutputs = scan.bodyOutputs.indices.filter {
      $0 >= scan.carries && wanted[$0] && step.isActive(scan.bodyOutputs[$0])
    }
    let carrySeeds = plan.carries.map { step.builder.input("g.carry\($0)", scan.body[scan.bodyOutputs[$0]].shape) }
    let outputSeeds = plan.seededOutputs.map {
      step.builder.input("g.output\($0)", scan.body[scan.bodyOutputs[$0]].shape)
    }
    let seeds = zip(plan.carries + plan.seededOutputs, carrySeeds + outputSeeds).map { (scan.bodyOutputs[$0], $1) }
    let cotangents = step.pullBack(seeds)
    func cotangent(_ input: Int) -> Tensor? { cotangents[Int(inputs[input].index)] }

    // What the backward step hands on: next cotangents of the carries, terms of the constants, slices of the sequences.
    let nextCarries = plan.carries.map { cotangent($0) ?? step.builder.constant(0, scan.body[inputs[$0]].shape) }
    plan.sequences = (0..<scan.sequences).filter { cotangent(scan.carries + $0) != nil }
    let sequenceOutputs = plan.sequences.compactMap { cotangent(scan.carries + $0) }
    var accumulated: [Tensor] = []
    var factors: [(constant: Int, left: Tensor, right: Tensor)] = []
    for constant in 0..<scan.constants {
      guard let whole = cotangent(scan.carries + scan.sequences + constant) else { continue }
      let (products, rest) = scan.recomputes ? ([], whole) : Self.terms(of: whole, after: forwardCount)
      factors += products.map { (constant, $0, $1) }
      if let rest {
        plan.accumulated.append(constant)
        accumulated.append(rest)
      }
    }

    // Split the step graph: backward nodes are kept, forward values are stashed, recomputed or bound.
    let wantedValues = (nextCarries + accumulated + sequenceOutputs + factors.flatMap { [$0.left, $0.right] }).map(\.id)
    let split = StepSplit(step: step, scan: scan, forwardCount: forwardCount, outputs: wantedValues)
    plan.sequencesIn = split.sequences
    plan.constantsIn = split.constants

    var forward = scan
    forward.body = step.builder.graph.prefix(forwardCount)
    forward.bodyOutputs = scan.bodyOutputs.map { step.values[Int($0.index)].id }
    for value in split.stashed {
      if let known = forward.bodyOutputs.indices.first(where: { $0 >= scan.carries && forward.bodyOutputs[$0] == value }
      ) {
        plan.stashes.append(known)
      } else {
        plan.stashes.append(forward.bodyOutputs.count)
        forward.bodyOutputs.append(value)
      }
    }

    // The backward body: inputs in scan order (sums of constants, cotangents of carries, sequences, constants), then the step.
    let body = Builder()
    let accumulators = plan.accumulated.map {
      body.input("sum\($0)", scan.body[inputs[scan.carries + scan.sequences + $0]].shape)
    }
    var bound: [ValueID: Tensor] = [:]
    func bind(_ values: [ValueID], _ role: String) {
      for value in values {
        let node = step.builder.graph[value]
        bound[value] = body.input("\(role)\(value.index)", node.shape, node.type)
      }
    }
    bind(carrySeeds.map(\.id), "g.carry")
    bind(outputSeeds.map(\.id), "g.output")
    bind(split.stashed, "stash")
    bind(split.sequences.map { step.values[Int(inputs[scan.carries + $0].index)].id }, "slice")
    bind(split.constants.map { step.values[Int(inputs[scan.carries + scan.sequences + $0].index)].id }, "constant")
    let copied = split.copy(into: body, bound: bound, values: wantedValues)
    var outputs = Array(copied.prefix(nextCarries.count + accumulated.count))
    for position in accumulators.indices {
      outputs[nextCarries.count + position] = accumulators[position] + outputs[nextCarries.count + position]
    }
    let carriesOut = Array(outputs.dropFirst(nextCarries.count)) + Array(outputs.prefix(nextCarries.count))
    var results = carriesOut + Array(copied.dropFirst(outputs.count).prefix(sequenceOutputs.count))
    let factorCopies = Array(copied.dropFirst(outputs.count + sequenceOutputs.count))
    func stack(_ value: Tensor, _ copy: Tensor) -> Stack {
      if let position = split.stashed.firstIndex(of: value.id) { return .forwardResult(plan.stashes[position]) }
      let sequence = split.sequences.first { step.values[Int(inputs[scan.carries + $0].index)].id == value.id }
      if let sequence { return .sequence(sequence) }
      results.append(copy)
      return .backwardResult(results.count - 1)
    }
    for (position, factor) in factors.enumerated() {
      let left = stack(factor.left, factorCopies[2 * position])
      let right = stack(factor.right, factorCopies[2 * position + 1])
      plan.products.append(Product(constant: factor.constant, left: left, right: right))
    }

    self.original = scan
    self.forward = forward
    self.plan = plan
    self.backward = Scan(
      body: body.graph, bodyOutputs: results.map(\.id), carries: carriesOut.count,
      sequences: plan.seededOutputs.count + plan.stashes.count + plan.sequencesIn.count,
      constants: plan.constantsIn.count,
      length: scan.length, reversed: !scan.reversed)
  }

  /// Inputs of the body that change with an active operand: a carry becomes active when its next value is.
  private static func activeInputs(_ scan: Scan, _ operands: [Bool]) -> [Bool] {
    var active = operands
    for position in operands.indices where scan.body[scan.body.inputs[position]].type != .real {
      active[position] = false
    }
    while true {
      let targets = active.indices.filter { active[$0] }.map { scan.body.inputs[$0] }
      let values = scan.body.active(targets: targets)
      let news = (0..<scan.carries).filter { !active[$0] && values[Int(scan.bodyOutputs[$0].index)] }
      if news.isEmpty { return active }
      for carry in news { active[carry] = true }
    }
  }

  /// Splits a sum into products `left^T right` and the rest.
  private static func terms(of whole: Tensor, after forwardCount: Int) -> (products: [(Tensor, Tensor)], rest: Tensor?)
  {
    var products: [(Tensor, Tensor)] = []
    var rest: Tensor?
    var open = [whole]
    while let term = open.popLast() {
      let node = term.builder.graph[term.id]
      let isBackward = Int(term.id.index) >= forwardCount
      let operands = node.operands.map(term.builder.tensor)
      if isBackward, case .add = node.op {
        open += operands
      } else if isBackward, node.op == .matmul(transposeA: true, transposeB: false) {
        products.append((operands[0], operands[1]))
      } else {
        rest = rest.map { $0 + term } ?? term
      }
    }
    return (products, rest)
  }

  /// Cotangents of the operands of the scan.
  ///
  /// - Parameter arrived: cotangents of the original results.
  /// - Parameter operands: operands of the scan.  - Parameter results: all results of the forward scan.
  func pullBack(_ arrived: [Tensor?], operands: [Tensor], results: [Tensor]) -> [Tensor?] {
    guard let builder = operands.first?.builder else { return [] }
    let shapes = original.resultShapes
    func seed(_ result: Int) -> Tensor { arrived[result] ?? builder.constant(0, shapes[result]) }
    let constantStart = original.carries + original.sequences
    var inputs = plan.accumulated.map { builder.constant(0, operands[constantStart + $0].shape) }
    inputs += plan.carries.map(seed)
    inputs += plan.seededOutputs.map(seed)
    inputs += plan.stashes.map { results[$0] }
    inputs += plan.sequencesIn.map { operands[original.carries + $0] }
    inputs += plan.constantsIn.map { operands[constantStart + $0] }
    let gradients = builder.apply(backward, to: inputs)

    var cotangents = [Tensor?](repeating: nil, count: operands.count)
    let carryStart = plan.accumulated.count
    for (position, carry) in plan.carries.enumerated() { cotangents[carry] = gradients[carryStart + position] }
    for (position, sequence) in plan.sequences.enumerated() {
      cotangents[original.carries + sequence] = gradients[backward.carries + position]
    }
    for (position, constant) in plan.accumulated.enumerated() {
      cotangents[constantStart + constant] = gradients[position]
    }
    func rows(_ stack: Stack) -> Tensor {
      switch stack {
      case .forwardResult(let index): Self.timeIntoRows(results[index])
      case .sequence(let index): Self.timeIntoRows(operands[original.carries + index])
      case .backwardResult(let index): Self.timeIntoRows(gradients[index])
      }
    }
    for product in plan.products {
      let term = rows(product.left).matmul(rows(product.right), transposeA: true)
      let known = cotangents[constantStart + product.constant]
      cotangents[constantStart + product.constant] = known.map { $0 + term } ?? term
    }
    return cotangents
  }

  /// `[time, ..., rows, columns]` to `[..., time * rows, columns]`.
  private static func timeIntoRows(_ stack: Tensor) -> Tensor {
    let extents = stack.shape.dimensions
    let batch = Array(extents[1..<extents.count - 2])
    let moved = stack.transpose(Array(1...batch.count + 1).dropLast() + [0, batch.count + 1, batch.count + 2])
    return moved.reshape(Shape(batch + [extents[0] * extents[extents.count - 2], extents[extents.count - 1]]))
  }
}
