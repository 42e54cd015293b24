import SpecLanguage

/// The checks of a text before its structure: size, encoding, control characters, conflict markers.
struct TextCheck {
  private let file: SourceFile
  private(set) var diagnostics: [Diagnostic] = []

  init(_ file: SourceFile) { self.file = file }

  /// Whether the structure of the text may be looked at.
  mutating func run() -> Bool {
    guard checkSize(), checkEncoding(), checkMarkers() else { return false }
    return true
  }

  private mutating func checkSize() -> Bool {
    guard file.bytes.count > YAML.Limit.bytes else { return true }
    complain(
      .tooLarge, "the spec has more than \(YAML.Limit.bytes) bytes", 0..<0,
      help: "data belong in files of their own that `datasets` names")
    return false
  }

  /// Walks the bytes once as UTF-8.
  private mutating func checkEncoding() -> Bool {
    let bytes = file.bytes
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      complain(.notUTF8, "the spec is UTF-16; save it as UTF-8", 0..<2)
      return false
    }
    var isClean = true
    var index = file.markLength
    while index < bytes.count {
      // Most of any text.
      while index < bytes.count, (0x20..<0x7F).contains(bytes[index]) || bytes[index] == 0x0A { index += 1 }
      guard index < bytes.count else { break }
      guard let (scalar, length) = Self.scalar(in: bytes, at: index) else {
        let byte = bytes[index]
        let hex = String(byte, radix: 16, uppercase: true)
        let old = byte >= 0xA0 ? "in Latin-1 this byte is `\(Unicode.Scalar(byte))`: " : ""
        complain(
          .notUTF8, "byte 0x\(hex) at offset \(index) is not UTF-8", index..<index + 1, label: "not UTF-8",
          help: old + "save the file as UTF-8")
        return false
      }
      if isClean, Self.isControl(scalar) {
        let name = scalar.value == 0 ? "a NUL byte" : "the control character \(LookAlike.codePoint(scalar))"
        complain(.controlCharacter, "the spec contains \(name)", index..<index + length, label: "remove it")
        isClean = false
      } else if LookAlike.isDirectionMark(scalar) {
        let point = LookAlike.codePoint(scalar)
        complain(
          .directionMark, "the spec contains the invisible direction mark \(point)", index..<index + length,
          label: "remove it", fix: "")
      }
      index += length
    }
    return isClean
  }

  /// One complaint for each conflict: its first marker, with the last one beside it.
  private mutating func checkMarkers() -> Bool {
    var isClean = true
    var isOpen = false
    for line in 1...max(1, file.lineCount) {
      let range = file.lineRange(line)
      let start = file.bytes[range].prefix(8)
      guard start.count >= 7, let first = start.first, "<>|".utf8.contains(first) else { continue }
      guard start.prefix(7).allSatisfy({ $0 == first }) else { continue }
      guard start.count == 7 || start.last == UInt8(ascii: " ") else { continue }
      let marker = range.lowerBound..<range.lowerBound + 7
      isClean = false
      if isOpen, first != UInt8(ascii: "<") {
        if first == UInt8(ascii: ">") {
          isOpen = false
          diagnostics[diagnostics.count - 1].secondary = [.init(Span(file, marker), "the conflict ends here")]
        }
        continue
      }
      guard diagnostics.count < YAML.Limit.complaints else { break }
      isOpen = first == UInt8(ascii: "<")
      complain(
        .conflictMarker, "a merge conflict was left in the spec", marker, label: "conflict marker",
        help: "keep one of the two versions and delete the marker lines")
    }
    return isClean
  }

  private mutating func complain(
    _ code: Code, _ message: String, _ bytes: Range<Int>, label: String = "", help: String? = nil, fix: String? = nil
  ) {
    guard diagnostics.count < YAML.Limit.complaints else { return }
    let span = Span(file, bytes)
    diagnostics.append(
      Diagnostic(
        code, message, at: span, label: label, help: help.map { [$0] } ?? [],
        fix: fix.map { .init(span, replacement: $0) }))
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: false
    case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: true
    default: false
    }
  }

  /// One scalar and its length in bytes; nil for a byte that does not belong to valid UTF-8.
  private static func scalar(in bytes: [UInt8], at index: Int) -> (Unicode.Scalar, Int)? {
    let first = bytes[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length =
      switch first {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    guard length > 0, index + length <= bytes.count else { return nil }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length {
      guard bytes[index + offset] & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(bytes[index + offset] & 0x3F)
    }
    let smallest: UInt32 = [0, 0, 0x80, 0x800, 0x1_0000][length]
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }
}
