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

  /// Calls `task(context, item, worker)` for every item once, from any of the threads.
  func run<Context>(_ task: CKTask, _ context: UnsafePointer<Context>, items: Int) {
    ck_work(team, task, UnsafeMutableRawPointer(mutating: context), items)
  }
}
