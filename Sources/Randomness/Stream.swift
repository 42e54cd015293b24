/// A stream of random numbers named by a seed and a path of names.
///
/// The same seed and path give the same numbers on every machine and in every build: all arithmetic is integers or
/// correctly rounded doubles, with no call into the C library. Streams of different paths are independent, so adding a
/// draw in one place changes no number elsewhere. The whole state is `key` and `position`; both can be saved.
package struct Stream: Hashable, Sendable {
  /// The name of the numbers; graph operations that make random tensors take it.
  package let key: PhiloxKey
  /// How many 64-bit words have been drawn.
  package var position: UInt64

  package init(key: PhiloxKey, position: UInt64 = 0) {
    self.key = key
    self.position = position
  }

  package init(seed: UInt64, path: [String]) {
    self.init(key: path.reduce(PhiloxKey(seed: seed)) { $0.descending(to: $1) })
  }

  /// The stream further down the path; `Stream(seed: s, path: [a, b])` is `Stream(seed: s, path: [a]).child(b)`.
  ///
  /// It depends on the names only, not on how much has been drawn here.
  package func child(_ names: String...) -> Stream {
    Stream(key: names.reduce(key) { $0.descending(to: $1) })
  }

  /// `child(String(number))`, for the steps of a loop.
  package func child(number: Int) -> Stream { Stream(key: key.descending(to: String(number))) }

  /// The next 64 random bits.
  package mutating func word() -> UInt64 {
    let block = Philox.block(Philox.Use.stream.counter(position >> 1), key: key)
    let half = position & 1 == 0 ? (block[0], block[1]) : (block[2], block[3])
    position += 1
    return UInt64(half.1) << 32 | UInt64(half.0)
  }

  /// A number from the open interval (0, 1), one of 2^52 midpoints.
  package mutating func uniform() -> Double {
    Uniform.double(word())
  }

  /// A number from the standard normal distribution; draws two words.
  package mutating func normal() -> Double {
    let radius = uniform()
    return BoxMuller.pair(radius, uniform()).cosine
  }

  /// An integer from 0..<bound, every one equally likely.
  ///
  /// Source: Lemire 2019, "Fast random integer generation in an interval": the high word of a product, with the few
  /// values rejected that would favour some results.
  package mutating func int(below bound: Int) -> Int {
    precondition(bound > 0, "int(below:) needs a bound of at least 1")
    let count = UInt64(bound)
    let rejected = (0 &- count) % count
    while true {
      let product = word().multipliedFullWidth(by: count)
      if product.low >= rejected { return Int(product.high) }
    }
  }

  /// The integers 0..<n in random order, every order equally likely.
  package mutating func permutation(_ n: Int) -> [Int] {
    var order = Array(0..<n)
    shuffle(&order)
    return order
  }

  /// The elements in random order.
  package mutating func shuffled<Element>(_ elements: some Sequence<Element>) -> [Element] {
    let all = Array(elements)
    return permutation(all.count).map { all[$0] }
  }

  /// Puts numbers in random order without allocating (Fisher and Yates, from the last place down).
  package mutating func shuffle(_ numbers: inout [Int]) {
    var last = numbers.count - 1
    while last > 0 {
      numbers.swapAt(last, int(below: last + 1))
      last -= 1
    }
  }
}
