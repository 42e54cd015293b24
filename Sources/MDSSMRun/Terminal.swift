import Foundation
import SpecLanguage

/// What is printed where: results on standard output, progress and complaints on standard error.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1
  static let isColored = isInteractive && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

  static func output(_ text: String) { write(text + "\n", to: .standardOutput) }

  /// Text as it is, its own line breaks included.
  static func text(_ text: String) { write(text, to: .standardOutput) }

  /// UTF-8 as it is.
  static func bytes(_ bytes: [UInt8]) { try? FileHandle.standardOutput.write(contentsOf: bytes) }

  static func error(_ text: String) { write(text.hasSuffix("\n") ? text : text + "\n", to: .standardError) }

  /// Replaces the live line of a terminal.
  static func live(_ text: String) { write("\r\u{1B}[2K\(text.prefix(width - 1))", to: .standardError) }

  /// Columns of the terminal; a longer live line would wrap and could not be replaced.
  private static var width: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1 ? Int(size.ws_col) : 80
  }

  /// Complaints: for people on standard error, for machines on standard output.
  static func show(_ diagnostics: [Diagnostic], json: Bool) {
    if json {
      write(Rendering.jsonLines(diagnostics), to: .standardOutput)
    } else {
      error(Rendering(isColored: isColored).text(diagnostics))
    }
  }

  /// Nobody can be told that nothing can be printed; the bundle is written all the same.
  private static func write(_ text: String, to file: FileHandle) { try? file.write(contentsOf: Data(text.utf8)) }

  /// Columns aligned with two spaces between them; the first `left` columns to the left, others to the right.
  /// - Parameter last: whether the last column stands to the left as well.
  static func table(_ rows: [[String]], left: Int = 1, last: Bool = false) -> String {
    guard let columns = rows.map(\.count).max() else { return "" }
    let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column < left || last && column == columns - 1 ? cell + space : space + cell
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
