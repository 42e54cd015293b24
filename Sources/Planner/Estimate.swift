/// What a job is expected to take. Rough: see `docs/plan.md` for how far from the truth.
package struct Estimate: Hashable, Sendable {
  package var seconds = 0.0
  /// Bytes in memory at most.
  package var memory = 0.0
  /// Bytes on disk, in the store and in the bundle.
  package var disk = 0.0

  package init() {}

  /// One job after another: times and files add up, memory is used again.
  package static func += (left: inout Self, right: Self) {
    left.seconds += right.seconds
    left.memory = max(left.memory, right.memory)
    left.disk += right.disk
  }
}
