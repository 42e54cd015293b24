/// Text with `${...}` in it, taken apart.
enum InterpolatedText {
  enum Piece {
    case text(String)
    /// What stands between the braces, with its place.
    case expression(String, Span)
  }

  /// Splits text into literal parts and expressions; braces inside quotes do not count.
  static func pieces(of text: String, _ span: Span) throws(Diagnostic) -> [Piece] {
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    let bytes = Array(text.utf8)
    // Where the text is written out as it is, a part of it is found by counting.
    let whole = span.part(0..<bytes.count, of: text)
    let isWrittenOut = span.file.bytes[whole.bytes.clamped(to: 0..<span.file.bytes.count)].elementsEqual(bytes)
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: "$${".utf8) {
        literal += "${".utf8
        index += 3
      } else if bytes[index...].starts(with: "${".utf8) {
        guard let end = Self.end(of: bytes, from: index + 2) else {
          throw Diagnostic(
            .badInterpolation, "a `${` is not closed", at: span, label: "needs `}`",
            help: ["write `$${` if the text `${` is meant"])
        }
        if !literal.isEmpty { pieces.append(.text(String(decoding: literal, as: UTF8.self))) }
        literal = []
        let source = String(decoding: bytes[index + 2..<end], as: UTF8.self)
        let start = whole.bytes.lowerBound
        let place = isWrittenOut ? Span(span.file, start + index + 2..<start + end) : span
        pieces.append(.expression(source, place))
        index = end + 1
      } else {
        literal.append(bytes[index])
        index += 1
      }
    }
    if !literal.isEmpty || pieces.isEmpty { pieces.append(.text(String(decoding: literal, as: UTF8.self))) }
    return pieces
  }

  private static func end(of bytes: [UInt8], from start: Int) -> Int? {
    var quote: UInt8?
    for index in start..<bytes.count {
      let byte = bytes[index]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: "}") {
        return index
      }
    }
    return nil
  }
}
