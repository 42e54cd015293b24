extension Op {
  /// The word that stands for the operation in printed graphs and messages.
  package var name: String {
    switch self {
    case .input: "input"
    case .constant: "constant"
    case .random(let distribution, _, _): distribution.rawValue
    case .negate: "negate"
    case .exp: "exp"
    case .log: "log"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .softplus: "softplus"
    case .sqrt: "sqrt"
    case .absolute: "absolute"
    case .isNumber: "isNumber"
    case .add: "add"
    case .subtract: "subtract"
    case .multiply: "multiply"
    case .divide: "divide"
    case .maximum: "maximum"
    case .minimum: "minimum"
    case .less: "less"
    case .select: "select"
    case .broadcast: "broadcast"
    case .reshape: "reshape"
    case .transpose: "transpose"
    case .slice: "slice"
    case .pad: "pad"
    case .concatenate: "concatenate"
    case .reverse: "reverse"
    case .sum: "sum"
    case .largest: "largest"
    case .matmul: "matmul"
    case .raggedContract: "raggedContract"
    case .raggedExpand: "raggedExpand"
    case .gatherRows: "gatherRows"
    case .scatterAddRows: "scatterAddRows"
    case .stopGradient: "stopGradient"
    case .scan: "scan"
    case .result: "result"
    }
  }

  /// The attributes after the operands, "" when there are none.
  private var attributes: String {
    switch self {
    case .input(let name, _, let type): " \"\(name)\"" + (type == .index ? " index" : "")
    case .constant(let value, _): " \(value)"
    case .random(_, let salt, _): " salt \(salt)"
    case .transpose(let permutation): " \(permutation)"
    case .slice(let from, let to): " \(from)..<\(to)"
    case .pad(let low, let high): " \(low) \(high)"
    case .concatenate(let axis), .reverse(let axis): " axis \(axis)"
    case .sum(let axes), .largest(let axes): " axes \(axes)"
    case .matmul(let a, let b): (a ? " ᵀ" : " ·") + (b ? "ᵀ" : "·")
    case .raggedExpand(let transposed): transposed ? " ᵀ" : ""
    case .scatterAddRows(let rows): " rows \(rows)"
    case .result(let index): " \(index)"
    case .scan(let scan):
      " length \(scan.length)" + (scan.reversed ? " reversed" : "") + (scan.recomputes ? " recomputed" : "")
    case .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber, .add, .subtract, .multiply,
      .divide,
      .maximum, .minimum, .less, .select, .broadcast, .reshape, .raggedContract, .gatherRows, .stopGradient:
      ""
    }
  }

  fileprivate func line(_ operands: [ValueID]) -> String {
    let list = operands.isEmpty ? "" : "(" + operands.map(\.description).joined(separator: ", ") + ")"
    return name + list + attributes
  }
}

extension Graph: CustomStringConvertible {
  /// One line per node: `%4 = matmul(%1, %2) ·· : [32, 64]`; the body of a scan is indented.
  package var description: String { text(indent: "") }

  private func text(indent: String) -> String {
    var lines: [String] = []
    for (index, node) in nodes.enumerated() {
      let shape: String
      if case .scan(let scan) = node.op {
        shape = scan.resultShapes.map(\.description).joined(separator: ", ")
      } else {
        shape = node.shape.description
      }
      lines.append("\(indent)%\(index) = \(node.op.line(node.operands)) : \(shape)")
      if case .scan(let scan) = node.op {
        lines.append(scan.body.text(indent: indent + "    "))
        let outputs = scan.bodyOutputs.map(\.description).joined(separator: ", ")
        lines.append("\(indent)    carry \(scan.carries) of \(outputs)")
      }
    }
    return lines.joined(separator: "\n")
  }
}
