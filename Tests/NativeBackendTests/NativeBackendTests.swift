import BackendChecks
import NativeBackend
import Testing

@Test(arguments: CheckGroup.allCases)
func `the native backend obeys the law of backends`(_ group: CheckGroup) {
  #expect(checkBackend(NativeBackend(), groups: [group]) == [])
}
