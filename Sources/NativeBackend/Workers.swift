import CKernels

/// A team of threads that shares the items of instructions.
final class Workers: @unchecked Sendable {
  let count: Int
  private let team: OpaquePointer

  init(count: Int) {
    self.count = max(1, count)
    guard let team = ck_hire(self.count) else { preconditionFailure("no memory for a team of workers") }
    self.team = team
  }

  deinit { ck_dismiss(team) }

  func run(_ call: Machine.Call, items: Int) {
    withUnsafePointer(to: call) { call in
      ck_work(team, doItem, UnsafeMutableRawPointer(mutating: call), items)
    }
  }
}

private func doItem(_ context: UnsafeMutableRawPointer?, _ item: Int, _ worker: Int) {
  guard let call = context?.assumingMemoryBound(to: Machine.Call.self).pointee else { return }
  let machine = call.machine
  let scratch = machine.pointee.scratch + worker * machine.pointee.scratchStride
  machine.pointee.perform(call.instruction.pointee, item: item, call.bases, scratch)
}
