import CKernels

extension Program {
  /// One line per instruction; buffers are `in0`, `out0`, their number in the arena (`b7`) or a number.
  ///
  /// An operand is `b7+32(96, 1)`: buffer, offset and strides in floats. The body of a loop is indented.
  func text(indent: String = "") -> String {
    var lines: [String] = []
    let places = arena.map { "b\($0.buffer) at \($0.offset)" }
    lines.append("memory of \(arenaCount) floats" + (places.isEmpty ? "" : ": " + places.joined(separator: ", ")))
    if let blocks {
      var line = "blocks of \(blocks.rowsPerBlock) of \(blocks.cuts.rows) rows"
      let local = blocks.local.map { "b\($0.buffer) at \($0.offset)" }
      if !local.isEmpty { line += "; of a worker \(blocks.count) floats: " + local.joined(separator: ", ") }
      let own = blocks.own.map { name(of: Int32($0.buffer)) }
      if !own.isEmpty { line += "; every block collects its own " + own.joined(separator: ", ") }
      lines.append(line)
    }
    if !prologue.isEmpty {
      lines.append("before the first step")
      for instruction in prologue { lines += text(of: instruction).map { "  " + $0 } }
      lines.append("at every step")
    }
    for instruction in instructions { lines += text(of: instruction) }
    return lines.map { indent + $0 }.joined(separator: "\n")
  }

  func name(of buffer: Int32) -> String {
    let buffer = Int(buffer)
    if let input = inputs.firstIndex(of: buffer) { return "in\(input)" }
    if let output = outputs.firstIndex(of: buffer) { return "out\(output)" }
    if let constant = constants.first(where: { $0.buffer == buffer }) { return "\(constant.address.pointee)" }
    return "b\(buffer)"
  }

  private func name(_ place: Place) -> String {
    name(of: Int32(place.buffer)) + (place.offset == 0 ? "" : "+\(place.offset)")
  }

  private func operand(_ access: CKAccess, _ rank: Int32) -> String {
    let strides = first(Int(rank), of: access.strides)
    return name(of: access.base) + (access.offset == 0 ? "" : "+\(access.offset)") + "(\(joined(strides)))"
  }

  private func text(of instruction: Instruction) -> [String] {
    let cut = instruction.items > 1 ? " in \(instruction.items) items" : ""
    switch instruction.work {
    case .elementwise(let program): return elementwise(program.pointee, cut)
    case .copy(let plan):
      let plan = plan.pointee
      let extents = joined(first(Int(plan.rank), of: plan.extents))
      return ["copy [\(extents)] \(operand(plan.out, plan.rank)) = \(operand(plan.in, plan.rank))\(cut)"]
    case .reduce(let reduction, let stride):
      let plan = reduction.pointee
      let extents = joined(first(Int(plan.rank), of: plan.extents))
      let parts = stride > 0 ? ", a part per item" : ""
      let verb = plan.largest == 1 ? "largest" : "sum"
      return ["\(verb) [\(extents)] \(operand(plan.out, plan.rank)) = \(operand(plan.in, plan.rank))\(cut)\(parts)"]
    case .product(let product, let stride): return [text(of: product.pointee, stride) + cut]
    case .random(let fill): return ["\(fill.distribution.rawValue) \(name(fill.target))\(cut)"]
    case .gather(let rows): return ["gather \(name(rows.target)) = rows of \(name(rows.table))\(cut)"]
    case .scatter(let rows): return ["scatter \(name(rows.target)) = rows of \(name(rows.updates))\(cut)"]
    case .raggedContract(let product):
      return ["raggedContract \(name(product.target)) = \(name(product.left)), \(name(product.right))\(cut)"]
    case .raggedExpand(let product):
      return ["raggedExpand \(name(product.target)) = \(name(product.left)), \(name(product.right))\(cut)"]
    case .scan(let loop): return text(of: loop.takeUnretainedValue())
    }
  }

  private func text(of plan: CKProductPlan, _ partialStride: Int) -> String {
    let stack = plan.rank > 0 ? "\(joined(first(Int(plan.rank), of: plan.extents))) of " : ""
    let sign = plan.continues == 1 ? "+=" : "="
    let matrices = [(plan.c, plan.rowC, 1), (plan.a, plan.rowA, plan.columnA), (plan.b, plan.rowB, 1)]
    let names = matrices.map { access, row, column in
      name(of: access.base) + (access.offset == 0 ? "" : "+\(access.offset)") + "(\(row), \(column))"
    }
    let parts = partialStride > 0 ? ", a part of the terms per item" : ""
    return "product \(stack)\(plan.m) x \(plan.n) x \(plan.k): \(names[0]) \(sign) \(names[1]) \(names[2])\(parts)"
  }

  private func elementwise(_ program: CKProgram, _ cut: String) -> [String] {
    var lines = ["elementwise [\(joined(first(Int(program.rank), of: program.extents)))]\(cut)"]
    for index in 0..<program.inputCount {
      let input = program.inputs[index]
      lines.append("  r\(input.reg) = \(operand(input, program.rank))")
    }
    for index in 0..<program.constantCount {
      lines.append("  r\(program.constants[index].reg) = \(program.constants[index].value)")
    }
    for index in 0..<program.stepCount { lines.append("  " + text(of: program.steps[index])) }
    for index in 0..<program.outputCount {
      let output = program.outputs[index]
      lines.append("  \(operand(output, program.rank)) = r\(output.reg)")
    }
    return lines
  }

  private func text(of step: CKStep) -> String {
    let names = [
      "copy", "negate", "exp", "log", "tanh", "sigmoid", "softplus", "sqrt", "absolute", "isNumber", "add", "subtract",
      "multiply", "divide", "maximum", "minimum", "less", "select",
    ]
    let code = Int(step.code)
    let operands = code >= Int(CKSelect.rawValue) ? 3 : code >= Int(CKAdd.rawValue) ? 2 : 1
    let registers = [step.a, step.b, step.c].prefix(operands).map { "r\($0)" }
    return "r\(step.out) = \(names[code])(\(registers.joined(separator: ", ")))"
  }

  private func text(of loop: ScanLoop) -> [String] {
    var lines = ["loop of \(loop.length) steps" + (loop.reversed ? ", last slice first" : "")]
    for (position, input) in loop.inputs.enumerated() {
      let role = position < loop.carries.count ? "first" : input.step == 0 ? "always" : "slices of \(input.step) in"
      lines.append("    in\(position): \(role) \(name(input.place))")
    }
    for (position, target) in loop.targets.enumerated() {
      switch target {
      case .stacked(let place, let step): lines.append("    out\(position): slices of \(step) in \(name(place))")
      case .alternating(let place, let count): lines.append("    out\(position): two of \(count) in \(name(place))")
      case .collected(let place, _): lines.append("    out\(position): collects in \(name(place))")
      }
    }
    for (position, carry) in loop.carries.enumerated() {
      let last = carry.last.map { ", last to \(name($0))" } ?? ""
      lines.append("    carry \(position) is out\(carry.target)\(last)")
    }
    if let ahead = loop.ahead {
      let floats = ahead.parts.reduce(0) { $0 + $1.floatsPerRow }
      lines.append("    fetches ahead \(floats) floats a row, a line every \(ahead.workPerLine) multiply-adds")
    }
    lines += loop.body.text(indent: "    ").split(separator: "\n").map(String.init)
    return lines
  }

  private func first(_ count: Int, of values: PerAxis) -> [Int64] {
    let all = [values.0, values.1, values.2, values.3, values.4, values.5, values.6, values.7]
    return Array(all.prefix(count))
  }

  private func joined(_ values: [Int64]) -> String { values.map(String.init).joined(separator: ", ") }
}
