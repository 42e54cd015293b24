import BackendChecks
import TensorGraph
import Testing

@Test(arguments: GradientTable.allCases)
func `gradients agree with finite differences`(_ table: GradientTable) throws {
  for graphCase in table.cases {
    if let failure = try gradientFailure(graphCase) { Issue.record("\(graphCase.name): \(failure)") }
  }
}

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

  /// The graphs of a group of backend checks that are about numbers, not about NaN and not about moving elements.
  private func smooth(_ group: CheckGroup) -> [GraphCase] {
    group.cases.filter { $0.closeness == .tensor && !$0.name.contains("NaN") }
  }
}
