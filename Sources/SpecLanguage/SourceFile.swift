/// The text of one input: a spec file, standard input, or an argument such as `--set a.b=3`.
///
/// A class because it owns the text that thousands of spans share.
package final class SourceFile: Sendable {
  /// The name as the user knows it, printed in front of every place.
  package let name: String
  /// The text as UTF-8, exactly as read (a byte-order mark included).
  package let bytes: [UInt8]
  private let lineStarts: [Int]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    lineStarts = Self.findLineStarts(bytes)
  }

  package convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// Length of the byte-order mark at the start, 0 or 3.
  package var markLength: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  package var lineCount: Int { lineStarts.count }

  /// Line and column of a byte offset; offsets outside the text are moved to its nearest end.
  package func position(at byte: Int) -> Position {
    let byte = max(markLength, min(byte, bytes.count))
    let line = lineIndex(of: byte)
    var column = 1
    let start = lineStarts[line]
    bytes.withUnsafeBufferPointer { bytes in
      for index in start..<max(byte, start) { column += bytes[index] & 0xC0 != 0x80 ? 1 : 0 }
    }
    return Position(line: line + 1, column: column, byte: byte)
  }

  /// The bytes of a line, counted from 1, without its line break.
  package func lineRange(_ number: Int) -> Range<Int> {
    guard number >= 1, number <= lineStarts.count else { return bytes.count..<bytes.count }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] : bytes.count
    while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }

  /// The first byte of the scalar that a byte belongs to.
  func boundary(near byte: Int) -> Int {
    var byte = min(byte, bytes.count)
    while byte > 0, byte < bytes.count, bytes[byte] & 0xC0 == 0x80 { byte -= 1 }
    return byte
  }

  /// The text between two byte offsets; invalid UTF-8 becomes replacement characters.
  package func text(in range: Range<Int>) -> String {
    let bounds = range.clamped(to: 0..<bytes.count)
    return String(decoding: bytes[bounds], as: UTF8.self)
  }

  private func lineIndex(of byte: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= byte { low = middle } else { high = middle }
    }
    return low
  }

  private static func findLineStarts(_ bytes: [UInt8]) -> [Int] {
    var starts = [bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
    var index = starts[0]
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
      if byte == 0x0A || byte == 0x0D { starts.append(index) }
    }
    return starts
  }
}

extension SourceFile: Hashable {
  package static func == (left: SourceFile, right: SourceFile) -> Bool {
    left === right || (left.name == right.name && left.bytes == right.bytes)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
