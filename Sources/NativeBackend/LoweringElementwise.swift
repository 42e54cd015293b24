import CKernels
import TensorGraph

extension Lowering {
  /// Makes one tile program of an elementwise group.
  func lowerElementwise(_ nodes: [Int], space: [Int], group: Int, isInvariant: Bool) throws(BackendError) {
    var assembly = TileAssembly()
    for node in nodes {
      var operands: [TileAssembly.Operand] = []
      for operand in graph.nodes[node].operands.map({ Int($0.index) }) {
        if isInside(operand, group) {
          operands.append(.value(roots[operand]))
        } else if let number = isConstant(operand) {
          operands.append(.number(number))
        } else {
          guard let layout = try layout(operand).reshaped(to: space) else {
            throw BackendError("%\(operand) does not fit the space of its elementwise group")
          }
          operands.append(.memory(layout))
        }
      }
      assembly.add(node, stepCode(graph.nodes[node].op), operands)
    }
    var outputs: [(node: Int, layout: Layout)] = []
    for node in nodes where isStored(node) {
      for place in [try layout(node)] + copies(of: node) {
        guard let layout = place.reshaped(to: space) else {
          throw BackendError("%\(node) does not fit the space of its elementwise group")
        }
        outputs.append((node, layout))
      }
    }
    let code = assembly.allocated(outputs: outputs.map(\.node))
    need(registers: code.registers)

    let tensors = assembly.inputs + outputs.map(\.layout)
    var axes = Axes(space, tensors.map(\.strides))
    axes.pad(to: 2)
    var accesses: [CKAccess] = []
    for (position, layout) in tensors.enumerated() {
      let register =
        position < assembly.inputs.count ? position : code.outputRegisters[position - assembly.inputs.count]
      accesses.append(try access(layout, axes.strides[position], register: register))
    }
    let program = CKProgram(
      rank: Int32(axes.extents.count), registers: Int32(code.registers), extents: try perAxis(axes.extents),
      steps: descriptors.keep(code.steps), inputs: descriptors.keep(Array(accesses.prefix(assembly.inputs.count))),
      outputs: descriptors.keep(Array(accesses.dropFirst(assembly.inputs.count))),
      constants: descriptors.keep(code.constants), stepCount: code.steps.count, inputCount: assembly.inputs.count,
      outputCount: outputs.count, constantCount: code.constants.count)
    let cut = Cut(axes.extents, workPerElement: Double(2 * code.steps.count + 4 * tensors.count))
    emit(
      Instruction(
        work: .elementwise(descriptors.keep(program)), axis: cut.axis, extent: cut.extent, grain: cut.grain),
      touching: tensors, isInvariant: isInvariant)
  }
}

/// The step of the tile machine for an elementwise operation.
private func stepCode(_ op: Op) -> CKStepCode {
  switch op {
  case .negate: CKNegate
  case .exp: CKExp
  case .log: CKLog
  case .tanh: CKTanh
  case .sigmoid: CKSigmoid
  case .softplus: CKSoftplus
  case .sqrt: CKSqrt
  case .absolute: CKAbsolute
  case .isNumber: CKIsNumber
  case .add: CKAdd
  case .subtract: CKSubtract
  case .multiply: CKMultiply
  case .divide: CKDivide
  case .maximum: CKMaximum
  case .minimum: CKMinimum
  case .less: CKLess
  case .select: CKSelect
  case .input, .constant, .random, .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .reverse, .sum,
    .largest, .matmul, .raggedContract, .raggedExpand, .gatherRows, .scatterAddRows, .stopGradient, .scan, .result:
    preconditionFailure("\(op.name) is not elementwise")
  }
}

/// How a loop is cut for the workers: along its first long axis, into items of some microseconds.
struct Cut {
  var axis: Int
  var extent: Int
  var grain: Int

  /// About this much work is worth handing to another thread.
  private static let workPerItem = 200_000.0

  /// - Parameter workPerElement: in units of about 1/20 ns.
  init(_ extents: [Int], workPerElement: Double) {
    axis = extents.firstIndex { $0 >= 8 } ?? extents.indices.max { extents[$0] < extents[$1] } ?? 0
    extent = extents.isEmpty ? 1 : extents[axis]
    let count = extents.reduce(1, *)
    let perIndex = Double(count / max(1, extent)) * workPerElement
    grain = max(1, Int(min(Self.workPerItem / max(1, perIndex), 1e9)))
  }
}
