import Foundation

/// What is printed where: results on standard output, progress and complaints on standard error.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1
  static let isColored = isInteractive && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

  static func error(_ text: String) {
    FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }

  /// Replaces the live line of a terminal.
  static func live(_ text: String) {
    FileHandle.standardError.write(Data("\r\u{1B}[2K\(text)".utf8))
  }

  /// Columns aligned with two spaces between them; the first `left` columns to the left, others to the right.
  static func table(_ rows: [[String]], left: Int = 1) -> String {
    guard let columns = rows.map(\.count).max() else { return "" }
    let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column < left ? cell + space : space + cell
      }
      return trimmed(cells.joined(separator: "  "))
    }.joined(separator: "\n")
  }

  private static func trimmed(_ line: String) -> String {
    var line = Substring(line)
    while line.last == " " { line = line.dropLast() }
    return String(line)
  }
}
