/// The Philox4x32-10 generator: a keyed bijection of 128-bit counters whose outputs look independent.
///
/// A counter-based generator has no state to advance: word `w` of block `c` under key `k` is a pure function, so numbers
/// can be drawn in any order and by any number of threads. Checked against the published known-answer vectors.
/// Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3.
package enum Philox {
  /// Four words: a counter before the ten rounds, random bits after them.
  package typealias Block = SIMD4<UInt32>

  /// The block of random bits at one counter.
  package static func block(_ counter: Block, key: PhiloxKey) -> Block {
    var words = counter
    var low = key.low
    var high = key.high
    for round in 0..<10 {
      if round > 0 {
        low &+= 0x9E37_79B9
        high &+= 0xBB67_AE85
      }
      let first = words[0].multipliedFullWidth(by: 0xD251_1F53)
      let second = words[2].multipliedFullWidth(by: 0xCD9E_8D57)
      words = Block(second.high ^ words[1] ^ low, second.low, first.high ^ words[3] ^ high, first.low)
    }
    return words
  }

  /// What a counter is used for; it fills the counter's last two words, so that no use meets another's numbers.
  enum Use {
    case tensorUniform, tensorNormal, stream, path

    func counter(_ index: UInt64) -> Block {
      let low = UInt32(truncatingIfNeeded: index)
      let high = UInt32(truncatingIfNeeded: index >> 32)
      switch self {
      case .tensorUniform: return Block(low, high, 0, 0)
      case .tensorNormal: return Block(low, high, 1, 0)
      case .stream: return Block(low, high, 0, 1)
      case .path: return Block(low, high, 0, 2)
      }
    }
  }
}

/// The key of a Philox generator: two words that name one family of random numbers.
package struct PhiloxKey: Hashable, Sendable {
  package var low: UInt32
  package var high: UInt32

  package init(low: UInt32, high: UInt32) {
    self.low = low
    self.high = high
  }

  /// The key whose words are the halves of a seed.
  package init(seed: UInt64) {
    self.init(low: UInt32(truncatingIfNeeded: seed), high: UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// The key one name further down a path.
  ///
  /// The name's UTF-8 bytes, eight at a time and padded with zeros, and then its length are the counters of a chain of
  /// blocks; the first two words of each block are the key of the next. The length ends the name, so the paths
  /// ["ab", "c"] and ["a", "bc"] differ.
  package func descending(to name: String) -> PhiloxKey {
    var key = self
    var chunk: UInt64 = 0
    var count = 0
    for byte in name.utf8 {
      chunk |= UInt64(byte) << UInt64(8 * (count % 8))
      count += 1
      if count % 8 == 0 {
        key = key.absorbing(chunk, end: false)
        chunk = 0
      }
    }
    if count % 8 != 0 { key = key.absorbing(chunk, end: false) }
    return key.absorbing(UInt64(count), end: true)
  }

  private func absorbing(_ value: UInt64, end: Bool) -> PhiloxKey {
    var counter = Philox.Use.path.counter(value)
    if end { counter[2] = 1 }
    let block = Philox.block(counter, key: self)
    return PhiloxKey(low: block[0], high: block[1])
  }
}
