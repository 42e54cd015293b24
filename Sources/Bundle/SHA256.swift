import CCrypto
import Foundation

/// The SHA-256 of some bytes (FIPS 180-4), computed by libcrypto.
package struct SHA256Digest: Sendable, CustomStringConvertible {
  /// The 32 bytes, eight in a word, the first one in the highest place.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  package init(of bytes: some Sequence<UInt8>) { self.init(of: Array(bytes)) }

  package init(of bytes: [UInt8]) {
    var hasher = SHA256()
    hasher.update(bytes)
    self = hasher.finish()
  }

  /// Reads a whole file, a piece at a time.
  package init(ofFileAt path: String) throws {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var hasher = SHA256()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hasher.update(Array(piece)) }
    self = hasher.finish()
  }

  fileprivate init(bytes: [UInt8]) {
    func word(_ place: Int) -> UInt64 { bytes[8 * place..<8 * place + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    words = (word(0), word(1), word(2), word(3))
  }

  /// 32 bytes.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  func append(to bytes: inout [UInt8]) {
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
  }

  /// Reads 64 hexadecimal digits; nil for anything else.
  package init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for place in stride(from: 0, to: 64, by: 2) {
      guard let high = Self.value(digits[place]), let low = Self.value(digits[place + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    self.init(bytes: bytes)
  }

  /// 64 lower-case digits.
  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  package var description: String { hex }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

extension SHA256Digest: Hashable, Comparable {
  package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool { left.words == right.words }
  package static func < (left: SHA256Digest, right: SHA256Digest) -> Bool { left.words < right.words }
  package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// A SHA-256 that grows by pieces.
package struct SHA256: ~Copyable {
  private var context = SHA256_CTX()

  package init() { precondition(SHA256_Init(&context) == 1, "libcrypto failed to begin a digest") }

  package mutating func update(_ bytes: [UInt8]) {
    let status = bytes.withUnsafeBytes { SHA256_Update(&context, $0.baseAddress, $0.count) }
    precondition(status == 1, "libcrypto failed to update a digest")
  }

  package consuming func finish() -> SHA256Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    precondition(SHA256_Final(&bytes, &context) == 1, "libcrypto failed to finish a digest")
    return SHA256Digest(bytes: bytes)
  }
}
