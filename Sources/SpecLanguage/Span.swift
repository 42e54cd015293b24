/// A place in a text. Lines and columns count from 1, columns in Unicode scalars, bytes from 0.
package struct Position: Hashable, Comparable, Sendable {
  package var line: Int
  package var column: Int
  package var byte: Int

  package init(line: Int, column: Int, byte: Int) {
    self.line = line
    self.column = column
    self.byte = byte
  }

  package static func < (left: Position, right: Position) -> Bool { left.byte < right.byte }
}

/// A stretch of one source file, from its first byte up to the byte after its last.
package struct Span: Hashable, Sendable {
  package var file: SourceFile
  package var bytes: Range<Int>

  package init(_ file: SourceFile, _ bytes: Range<Int>) {
    self.file = file
    self.bytes = bytes
  }

  package var start: Position { file.position(at: bytes.lowerBound) }
  package var end: Position { file.position(at: bytes.upperBound) }
  package var text: String { file.text(in: bytes) }

  /// The place of a part of a text that stands in this span; the whole span where the text is not written out there
  /// (escapes, folded lines).
  package func part(_ range: Range<Int>, of text: String) -> Span {
    let whole = bytes.clamped(to: 0..<file.bytes.count)
    let length = text.utf8.count
    for quote in [0, 1] where whole.count >= length + 2 * quote {
      let lower = whole.lowerBound + quote
      if file.bytes[lower..<lower + length].elementsEqual(text.utf8) {
        return Span(file, lower + range.lowerBound..<lower + range.upperBound)
      }
    }
    return self
  }

  /// Whether another span lies inside this one.
  func holds(_ other: Span) -> Bool {
    file == other.file && bytes.lowerBound <= other.bytes.lowerBound && other.bytes.upperBound <= bytes.upperBound
  }

  /// The stretch from the start of this span to the end of another one of the same file.
  package func joined(to other: Span) -> Span {
    let lower = min(bytes.lowerBound, other.bytes.lowerBound)
    return Span(file, lower..<max(bytes.upperBound, other.bytes.upperBound))
  }
}

extension Span: CustomStringConvertible {
  package var description: String {
    let start = start
    return "\(file.name):\(start.line):\(start.column)"
  }
}
