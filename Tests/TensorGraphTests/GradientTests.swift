import BackendChecks
import TensorGraph
import Testing

/// The graphs whose gradients are checked.
enum GradientTable: String, CaseIterable, Sendable {
  case operations, contractions, scans, programs

  var cases: [GraphCase] {
    switch self {
    case .operations: operationCases
    case .contractions: smooth(.contractions)
    case .scans: smooth(.scans)
    case .programs: smooth(.programs)
    }
  }

  /// The graphs of a group of backend checks that are about numbers, not about NaN and not about moving elements, and
  /// whose gradients are their slopes.
  private func smooth(_ group: CheckGroup) -> [GraphCase] {
    group.cases.filter { $0.closeness == .tensor && !$0.name.contains("NaN") && !stops($0) }
  }

  private func stops(_ graphCase: GraphCase) -> Bool {
    Sketch(graphCase, values: 0).graph.nodes.contains { $0.op == .stopGradient }
  }
}

@Test(arguments: GradientTable.allCases)
func `gradients agree with finite differences`(_ table: GradientTable) throws {
  for graphCase in table.cases {
    if let failure = try gradientFailure(graphCase) { Issue.record("\(graphCase.name): \(failure)") }
  }
}

@Test(arguments: GradientTable.allCases)
func `a target's gradient is the same alone and beside other targets`(_ table: GradientTable) throws {
  for graphCase in table.cases {
    let together = try GradientProbe(graphCase)
    let (_, gradients) = try together.valueAndGradients()
    for target in together.targets.indices {
      let (_, alone) = try GradientProbe(graphCase, only: [target]).valueAndGradients()
      let scale = gradients[target].reduce(1) { max($0, abs($1)) }
      let error = zip(alone[0], gradients[target]).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(
        alone[0].count == gradients[target].count && error <= 1e-12 * scale, "\(graphCase.name), target \(target)")
    }
  }
}

@Test func `the check of gradients finds a gradient that is not the slope`() throws {
  let wrong = GraphCase("half of the slope is stopped") { sketch in
    let x = sketch.real([3])
    return [x * x.stopGradient]
  }
  #expect(try gradientFailure(wrong) != nil)
}

/// Gradients of gradients: |gradient|^2 is a graph like any other.
private let secondOrder: [GraphCase] = {
  let names = [
    "a diamond on [5, 7]", "layer norm", "mixed broadcasts", "plain recurrence, length 1",
    "running sum, length 7, reversed",
    "several shapes, length 2", "an invariant product, length 7", "linear layers", "a scan feeds a scan", "attention",
    "inner loop of 4 over a constant, outer of 3 reversed", "segments that change from step to step",
    "gated recurrent units, forward and reversed, with and without a mask",
  ]
  let all = CheckGroup.programs.cases + CheckGroup.scans.cases + CheckGroup.contractions.cases
  return names.compactMap { name in all.first { $0.name == name } }
}()

@Test func `gradients of gradients agree with finite differences`() throws {
  #expect(secondOrder.count == 13)
  for graphCase in secondOrder {
    if let failure = try gradientFailure(graphCase, order: 2) { Issue.record("\(graphCase.name): \(failure)") }
  }
}
