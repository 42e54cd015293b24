import CKernels

/// What the next step of a block of rows reads and writes, for the products of this step to fetch.
///
/// Products work on what lies in the cache and leave the memory idle; elementwise tiles wait for it. So each product asks for
/// its share of the lines that the next step is going to walk through. Results do not change.
struct StepAhead {
  /// A part of a stack that holds a block's rows of one step.
  struct Part {
    var place: Place
    /// Floats from step to step, and in a row.
    var step: Int
    var floatsPerRow: Int
  }

  let parts: [Part]
  /// Multiply-adds between two lines.
  let workPerLine: Int
  /// One table of ranges per worker.
  private let tables: [UnsafeMutablePointer<CKRange>]
  private let states: [UnsafeMutablePointer<CKAhead>]

  /// Fewer multiply-adds would ask for lines faster than memory gives them.
  private static let leastWork = 512
  private static let floatsPerLine = 16

  /// - Parameter work: multiply-adds per row of the products of a step.
  init?(parts: [Part], work: Int, workers: Int, _ descriptors: Descriptors) {
    let floats = parts.reduce(0) { $0 + $1.floatsPerRow }
    guard floats > 0, work > 0 else { return nil }
    self.parts = parts
    // A tenth in hand, so that the last lines are asked for before the step ends.
    workPerLine = max(Self.leastWork, work * Self.floatsPerLine * 9 / (10 * floats))
    tables = (0..<workers).map { _ in descriptors.reserve(CKRange.self, count: parts.count) }
    states = (0..<workers).map { _ in descriptors.reserve(CKAhead.self, count: 1) }
  }

  /// Readies a worker's ranges: some rows of slice number `slice`; nothing when nil.
  func ready(worker: Int, slice: Int?, rows: Range<Int>, _ outer: Bases) -> UnsafeMutablePointer<CKAhead> {
    let state = states[worker]
    state.pointee = CKAhead(
      ranges: tables[worker], count: 0, workPerLine: workPerLine, range: 0, done: 0, credit: 0)
    guard let slice else { return state }
    for (index, part) in parts.enumerated() {
      let start = part.place.floats(outer) + slice * part.step + rows.lowerBound * part.floatsPerRow
      tables[worker][index] = CKRange(
        start: start, bytes: rows.count * part.floatsPerRow * MemoryLayout<Float>.stride)
    }
    state.pointee.count = parts.count
    return state
  }
}
