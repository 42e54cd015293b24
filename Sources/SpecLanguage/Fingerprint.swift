/// 128 bits that stand for a sequence of bytes: equal bytes, equal fingerprint on every machine.
///
/// Two lanes of folded 64 x 64 -> 128 bit products over 8-byte words. Good enough to tell the points of a sweep apart;
/// not made to withstand an attacker, which is what the digests of artifacts are for.
package struct Fingerprint: Hashable, Sendable {
  package private(set) var high: UInt64 = 0x9E37_79B9_7F4A_7C15
  package private(set) var low: UInt64 = 0xD1B5_4A32_D192_ED03

  init() {}

  init(_ bytes: some Sequence<UInt8>) { add(bytes) }

  mutating func add(_ bytes: some Sequence<UInt8>) {
    var word: UInt64 = 0
    var count: UInt64 = 0
    for byte in bytes {
      word |= UInt64(byte) << (8 * (count & 7))
      count += 1
      if count & 7 == 0 {
        add(word: word)
        word = 0
      }
    }
    add(word: word)
    add(word: count)
  }

  /// Adds the bytes of a text.
  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add($0) }
  }

  mutating func add(_ other: Fingerprint) {
    add(word: other.high)
    add(word: other.low)
  }

  private mutating func add(word: UInt64) {
    high = Self.folded(high ^ word, 0xA076_1D64_78BD_642F) &+ 0xE703_7ED1_A0B4_28DB
    low = Self.folded(low ^ (word << 32 | word >> 32), 0x8EBC_6AF0_9C88_C6E3) &+ 0x5899_65CC_7537_4CC3
  }

  private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right | 1)
    return product.high ^ product.low
  }

  /// The first hexadecimal digits, at most 32.
  package func hex(_ digits: Int) -> String {
    let alphabet = StaticString("0123456789abcdef")
    return String(unsafeUninitializedCapacity: 32) { text in
      for place in 0..<min(digits, 32) {
        let word = place < 16 ? high : low
        let digit = Int(truncatingIfNeeded: word >> UInt64(60 - 4 * (place & 15))) & 15
        text[place] = alphabet.utf8Start[digit]
      }
      return min(digits, 32)
    }
  }

  /// Bytes that are added again and again, as the words that adding them makes.
  struct Packed: Sendable {
    fileprivate var words: [UInt64] = [0]

    init(_ bytes: some Sequence<UInt8>) {
      var count: UInt64 = 0
      for byte in bytes {
        words[words.count - 1] |= UInt64(byte) << (8 * (count & 7))
        count += 1
        if count & 7 == 0 { words.append(0) }
      }
      words.append(count)
    }
  }

  mutating func add(_ packed: Packed) {
    for word in packed.words { add(word: word) }
  }
}

// The content of nodes: equal for values that read alike where no type is known, in whatever order of keys.
extension Fingerprint {
  init(of node: Node) {
    self.init()
    switch node.content {
    case .scalar(let scalar): add(scalar)
    case .sequence(let nodes):
      add(word: 1)
      for node in nodes { add(Fingerprint(of: node)) }
      add(word: UInt64(nodes.count))
    case .mapping(let entries):
      var sum = Sum()
      for entry in entries { sum.add(Fingerprint(entry.key.utf8), Fingerprint(of: entry.value)) }
      self.init(sum)
    }
  }

  /// A number as a node says it.
  init(ofNumber value: Double) {
    self.init()
    add(word: 4)
    add(word: value.bitPattern)
  }

  /// A whole number as a node says it.
  init(ofWhole value: Int) {
    self.init()
    add(word: 5)
    add(word: UInt64(bitPattern: Int64(value)))
  }

  /// The entries of a mapping, in any order.
  struct Sum: Sendable {
    private var high = Fingerprint().high
    private var low = Fingerprint().low

    mutating func add(_ key: Fingerprint, _ value: Fingerprint) {
      var one = key
      one.add(value)
      high &+= one.high
      low &+= one.low
    }

    fileprivate func finish(_ fingerprint: inout Fingerprint) {
      fingerprint.add(word: 2)
      fingerprint.add(word: high)
      fingerprint.add(word: low)
    }
  }

  init(_ sum: Sum) {
    self.init()
    sum.finish(&self)
  }

  private mutating func add(_ scalar: Scalar) {
    // Most text begins with a letter and is no number, so that it need not be read as one.
    let isWord =
      scalar.text.utf8.first.map { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") } ?? false
    switch scalar.isText ? .string(scalar.text) : isWord ? Self.word(scalar.text) : Plain(resolving: scalar.text) {
    case .string(let text):
      add(word: 3)
      add(text)
    case .float(let value): self = Fingerprint(ofNumber: value)
    case .int(let value): self = Fingerprint(ofWhole: value)
    case .bool(let value): add(word: value ? 6 : 7)
    case .null, .list, .map: add(word: 8)
    }
  }

  private static func word(_ text: String) -> Plain {
    switch text {
    case "true": .bool(true)
    case "false": .bool(false)
    case "null", "Null", "NULL": .null
    default: .string(text)
    }
  }
}
