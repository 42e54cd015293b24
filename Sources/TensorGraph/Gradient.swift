/// A graph with the gradient of one of its values appended.
package struct Differentiated {
  package let graph: Graph
  /// Where the values of the original graph stand now.
  package let values: [ValueID]
  /// One gradient per target, of the target's shape.
  package let gradients: [ValueID]

  package subscript(original: ValueID) -> ValueID { values[Int(original.index)] }
}

extension Graph {
  /// Reverse-mode gradient of a scalar, as a graph-to-graph pass: the result holds all values of this graph and the
  /// gradients. Scans are rewritten to keep what their backward scan needs.
  ///
  /// - Parameter recomputing: long scans keep the carries of about sqrt(T) of their T steps, and the others are computed
  ///   again; see `ScanSegments`.
  package func differentiated(
    _ loss: ValueID, withRespectTo targets: [ValueID], recomputing: Bool = false
  ) -> Differentiated {
    if recomputing {
      let segments = ScanSegments(self)
      func moved(_ id: ValueID) -> ValueID { segments.values[Int(id.index)] }
      let result = segments.graph.differentiated(moved(loss), withRespectTo: targets.map(moved))
      return Differentiated(
        graph: result.graph, values: segments.values.map { result[$0] }, gradients: result.gradients)
    }
    precondition(self[loss].shape.count == 1, "only a scalar has a gradient, not \(self[loss].shape)")
    let pass = Differentiator(self, targets: targets, wanted: needed(for: [loss]))
    pass.copyForward()
    let seed = pass.builder.constant(1, self[loss].shape)
    let cotangents = pass.pullBack([(loss, seed)])
    let gradients = targets.map { cotangents[Int($0.index)] ?? pass.builder.constant(0, self[$0].shape) }
    return Differentiated(graph: pass.builder.graph, values: pass.values.map(\.id), gradients: gradients.map(\.id))
  }

  /// True for every value that changes when a target changes, as far as gradients see.
  func active(targets: [ValueID]) -> [Bool] {
    var active = [Bool](repeating: false, count: nodes.count)
    for target in targets { active[Int(target.index)] = true }
    for (index, node) in nodes.enumerated() where node.type == .real && node.op.passesGradient {
      if node.operands.contains(where: { active[Int($0.index)] }) { active[index] = true }
    }
    return active
  }
}

extension Op {
  /// False for operations whose result is constant in every operand as far as gradients see.
  fileprivate var passesGradient: Bool {
    switch self {
    case .input, .constant, .random, .isNumber, .less, .stopGradient: false
    case .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .add, .subtract, .multiply, .divide,
      .maximum,
      .minimum, .select, .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .reverse, .sum, .largest,
      .matmul,
      .raggedContract, .raggedExpand, .gatherRows, .scatterAddRows, .scan, .result:
      true
    }
  }
}

/// Copies a graph into a builder and pulls cotangents back through the copy.
final class Differentiator {
  let source: Graph
  let builder = Builder()
  let active: [Bool]
  /// Source values that reach what is differentiated; results of scans outside get no cotangent.
  private let wanted: [Bool]
  /// The copy of every source value, in source order.
  private(set) var values: [Tensor] = []
  private var tapes: [ValueID: ScanTape] = [:]

  init(_ source: Graph, targets: [ValueID], wanted: [Bool]) {
    self.source = source
    self.wanted = wanted
    active = source.active(targets: targets)
  }

  func isActive(_ id: ValueID) -> Bool { active[Int(id.index)] }

  func copyForward() {
    let wantedResults = self.wantedResults()
    for id in source.ids {
      let node = source[id]
      let operands = node.operands.map { values[Int($0.index)] }
      var op = node.op
      if case .scan(let scan) = op, active[Int(id.index)], let wanted = wantedResults[id] {
        let tape = ScanTape(scan, active: node.operands.map { active[Int($0.index)] }, wanted: wanted)
        tapes[id] = tape
        op = .scan(tape.forward)
      }
      let copy = builder.append(op, operands.map(\.id), origin: source.origins[Int(node.origin)])
      values.append(builder.tensor(copy))
    }
  }

  /// For every scan, which of its results may get a cotangent.
  private func wantedResults() -> [ValueID: [Bool]] {
    var found: [ValueID: [Bool]] = [:]
    for id in source.ids {
      guard case .result(let index) = source[id].op, wanted[Int(id.index)], active[Int(id.index)] else { continue }
      let scanID = source[id].operands[0]
      guard case .scan(let scan) = source[scanID].op else { continue }
      found[scanID, default: Array(repeating: false, count: scan.bodyOutputs.count)][index] = true
    }
    return found
  }

  /// Cotangents of the source values, given cotangents of some; `nil` where none arrives.
  func pullBack(_ seeds: [(ValueID, Tensor)]) -> [Tensor?] {
    var cotangents = [Tensor?](repeating: nil, count: source.nodes.count)
    var contributions = [[Tensor]](repeating: [], count: source.nodes.count)
    var resultCotangents: [ValueID: [Tensor?]] = [:]
    func accumulate(_ id: ValueID, _ value: Tensor) {
      if active[Int(id.index)] { contributions[Int(id.index)].append(value) }
    }
    for (id, value) in seeds { accumulate(id, value) }

    for id in source.ids.reversed() where active[Int(id.index)] {
      let node = source[id]
      let operands = node.operands.map { values[Int($0.index)] }
      if case .scan = node.op {
        guard let arrived = resultCotangents[id], let tape = tapes[id] else { continue }
        let results = scanResults(values[Int(id.index)], tape.forward)
        for (operand, value) in zip(node.operands, tape.pullBack(arrived, operands: operands, results: results)) {
          if let value { accumulate(operand, value) }
        }
        continue
      }
      guard let cotangent = joined(contributions[Int(id.index)]) else { continue }
      cotangents[Int(id.index)] = cotangent
      let place = source.origins[Int(node.origin)]
      builder.scope(place) {
        if case .result(let index) = node.op, case .scan(let scan) = source[node.operands[0]].op {
          let empty = [Tensor?](repeating: nil, count: scan.bodyOutputs.count)
          let known = resultCotangents[node.operands[0], default: empty][index]
          resultCotangents[node.operands[0], default: empty][index] = known.map { $0 + cotangent } ?? cotangent
          return
        }
        let parts = pullback(node.op, operands, values[Int(id.index)], cotangent)
        for (operand, part) in zip(node.operands, parts) {
          if let part { accumulate(operand, part) }
        }
      }
    }
    return cotangents
  }

  private func scanResults(_ scanNode: Tensor, _ scan: Scan) -> [Tensor] {
    scan.bodyOutputs.indices.map { builder.apply(.result($0), [scanNode]) }
  }
}
