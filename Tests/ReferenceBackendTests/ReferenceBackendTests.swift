import BackendChecks
import ReferenceBackend
import TensorGraph
import Testing

@Test(arguments: CheckGroup.allCases)
func `the reference obeys the law of backends`(_ group: CheckGroup) {
  for failure in checkBackend(ReferenceBackend(), groups: [group]) { Issue.record("\(failure)") }
}

@Test(arguments: CheckGroup.allCases)
func `rounding every value to a Float stays inside what the law allows`(_ group: CheckGroup) {
  for failure in checkBackend(ReferenceBackend(precision: .float32), groups: [group]) { Issue.record("\(failure)") }
}
