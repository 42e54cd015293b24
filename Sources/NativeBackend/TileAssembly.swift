import CKernels

/// The steps of an elementwise group before registers are chosen.
struct TileAssembly {
  enum Operand {
    /// The result of a step for this node.
    case value(Int)
    case memory(Layout)
    case number(Float)
  }

  private struct Step {
    var node: Int
    var code: CKStepCode
    var operands: [Source]
  }

  private enum Source {
    case step(Int)
    case input(Int)
    case number(Int)
  }

  /// Tensors that are read, each once.
  private(set) var inputs: [Layout] = []
  private var numbers: [UInt32] = []
  private var steps: [Step] = []
  private var stepOfNode: [Int: Int] = [:]
  private var inputOfLayout: [Layout: Int] = [:]

  mutating func add(_ node: Int, _ code: CKStepCode, _ operands: [Operand]) {
    var sources: [Source] = []
    for operand in operands {
      switch operand {
      case .value(let other):
        guard let step = stepOfNode[other] else { preconditionFailure("%\(other) is used before it is computed") }
        sources.append(.step(step))
      case .memory(let layout):
        let known = inputOfLayout[layout] ?? inputs.count
        if known == inputs.count {
          inputs.append(layout)
          inputOfLayout[layout] = known
        }
        sources.append(.input(known))
      case .number(let value):
        let known = numbers.firstIndex(of: value.bitPattern) ?? numbers.count
        if known == numbers.count { numbers.append(value.bitPattern) }
        sources.append(.number(known))
      }
    }
    stepOfNode[node] = steps.count
    steps.append(Step(node: node, code: code, operands: sources))
  }

  /// Steps with registers: first those of the inputs, then the numbers, then results.
  struct Code {
    var steps: [CKStep]
    var constants: [CKSplat]
    var outputRegisters: [Int]
    var registers: Int
  }

  /// Chooses registers. An output keeps its own, which may be memory; others are free after their last use.
  func allocated(outputs: [Int]) -> Code {
    var lastUse = [Int](repeating: -1, count: steps.count)
    for (index, step) in steps.enumerated() {
      for case .step(let source) in step.operands { lastUse[source] = index }
    }
    let isOutput = Set(outputs)
    var registerOfStep: [Int] = []
    var next = inputs.count + numbers.count
    var free: [Int] = []
    var code: [CKStep] = []
    for (index, step) in steps.enumerated() {
      let operands = step.operands.map { source in
        switch source {
        case .step(let other): registerOfStep[other]
        case .input(let input): input
        case .number(let number): inputs.count + number
        }
      }
      // An elementwise step may write over an operand that it is the last to read.
      for case .step(let other) in step.operands where lastUse[other] == index && !isOutput.contains(steps[other].node)
      {
        if !free.contains(registerOfStep[other]) { free.append(registerOfStep[other]) }
      }
      let own: Int
      if !isOutput.contains(step.node), let reused = free.popLast() {
        own = reused
      } else {
        own = next
        next += 1
      }
      registerOfStep.append(own)
      func operand(_ position: Int) -> UInt16 { UInt16(operands[min(position, operands.count - 1)]) }
      code.append(
        CKStep(code: UInt16(step.code.rawValue), out: UInt16(own), a: operand(0), b: operand(1), c: operand(2)))
    }
    let constants = numbers.enumerated().map { position, bits in
      CKSplat(reg: Int32(inputs.count + position), value: Float(bitPattern: bits))
    }
    let outputRegisters = outputs.map { node -> Int in
      guard let step = stepOfNode[node] else { preconditionFailure("%\(node) is not computed here") }
      return registerOfStep[step]
    }
    return Code(steps: code, constants: constants, outputRegisters: outputRegisters, registers: next)
  }
}
