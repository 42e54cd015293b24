/// The bins of one trial: `count` bins of one width from a start time, all in seconds.
///
/// A spike at time t falls into bin floor((t - start) / width): one on an edge belongs to the later bin. Times on a
/// sampling grid carry rounding noise of a few 1e-14 s, so a spike counts as on the edge when it comes less than half a
/// nanosecond before it (or four units in the last place of t, where that is more).
struct BinGrid: Hashable, Sendable {
  var start: Double
  var width: Double
  var count: Int

  /// Half a nanosecond: far above rounding noise, far below any sampling interval.
  static let tolerance = 0.5e-9

  /// Below this size four units in the last place of a time are less than the tolerance.
  private static let small = 1_048_576.0

  static func slack(_ time: Double) -> Double {
    abs(time) < small ? tolerance : Swift.max(tolerance, 4 * time.ulp)
  }

  var end: Double { start + Double(count) * width }

  /// The bin of a time; below 0 or at least `count` when it lies outside.
  func bin(of time: Double) -> Int {
    let place = (time - start + Self.slack(time)) / width
    if place < 0 { return -1 }
    return place >= Double(count) ? count : Int(place)
  }

  /// Adds the spikes of one unit to counts per bin. - Parameter times: sorted. - Parameter counts: as many as bins.
  func count(_ times: UnsafeBufferPointer<Double>, into counts: UnsafeMutableBufferPointer<Float>) {
    precondition(counts.count == count, "a trial has a count for every bin")
    let first = Self.firstIndex(in: times, notBefore: start - Self.slack(start))
    for index in first..<times.count {
      let bin = bin(of: times[index])
      if bin >= count { break }
      if bin >= 0 { counts[bin] += 1 }
    }
  }

  /// The first index of a sorted array whose value is at least `time`.
  static func firstIndex(in times: [Double], notBefore time: Double) -> Int {
    times.withUnsafeBufferPointer { firstIndex(in: $0, notBefore: time) }
  }

  private static func firstIndex(in times: UnsafeBufferPointer<Double>, notBefore time: Double) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// When a unit was observed: intervals that do not touch, in order.
struct ObservedTime: Hashable, Sendable {
  private var starts: [Double] = []
  private var ends: [Double] = []

  /// A bin may stick out of its interval by this much, in seconds: interval ends are often rounded to microseconds.
  private static let tolerance = 1e-6

  init(_ intervals: [(start: Double, end: Double)]) {
    for interval in intervals.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      if let last = ends.last, interval.start <= last + Self.tolerance {
        ends[ends.count - 1] = max(last, interval.end)
      } else {
        starts.append(interval.start)
        ends.append(interval.end)
      }
    }
  }

  var first: Double? { starts.first }
  var last: Double? { ends.last }
  /// How long in all.
  var seconds: Double { zip(starts, ends).reduce(0) { $0 + $1.1 - $1.0 } }

  /// Whether the whole stretch was observed.
  func covers(_ start: Double, _ end: Double) -> Bool {
    let next = BinGrid.firstIndex(in: starts, notBefore: start + 2 * Self.tolerance)
    guard next > 0 else { return false }
    return starts[next - 1] <= start + Self.tolerance && end <= ends[next - 1] + Self.tolerance
  }
}
