/// Places buffers in one arena so that those in use at the same time do not overlap.
///
/// Larger buffers first, each at the lowest offset that is free for its whole life ("greedy by size"; Pisarchyk and
/// Lee 2020, "Efficient memory management for deep neural net inference").
package struct MemoryPlan {
  /// Floats from the start of the arena, per request.
  package private(set) var offsets: [Int]
  /// Floats in the arena.
  package private(set) var count = 0

  /// A buffer of `count` floats that is in use from instruction `first` to instruction `last`.
  package struct Request {
    package var count: Int
    package var first: Int
    package var last: Int

    package init(count: Int, first: Int, last: Int) {
      self.count = count
      self.first = first
      self.last = last
    }
  }

  /// - Parameter alignment: floats of which offsets are multiples; 64 bytes unless said otherwise.
  package init(_ requests: [Request], alignment: Int = 16) {
    func rounded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }
    offsets = [Int](repeating: 0, count: requests.count)
    let order = requests.indices.sorted { (requests[$1].count, $0) < (requests[$0].count, $1) }
    var placed: [Int] = []
    for request in order {
      let size = rounded(requests[request].count)
      var offset = 0
      for other in placed where requests[other].overlaps(requests[request]) {
        if offsets[other] >= offset + size { break }
        offset = max(offset, offsets[other] + rounded(requests[other].count))
      }
      offsets[request] = offset
      count = max(count, offset + size)
      let position = placed.firstIndex { offsets[$0] > offset } ?? placed.count
      placed.insert(request, at: position)
    }
  }

}

extension MemoryPlan.Request {
  fileprivate func overlaps(_ other: Self) -> Bool { first <= other.last && other.first <= last }
}
