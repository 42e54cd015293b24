import BackendChecks
import ReferenceBackend
import TensorGraph
import Testing

@Test(arguments: CheckGroup.allCases)
func `the reference obeys the law of backends`(_ group: CheckGroup) {
  #expect(checkBackend(ReferenceBackend(), groups: [group]) == [])
}

@Test(arguments: CheckGroup.allCases)
func `rounding every value to a Float stays inside what the law allows`(_ group: CheckGroup) {
  #expect(checkBackend(ReferenceBackend(precision: .float32), groups: [group]) == [])
}
