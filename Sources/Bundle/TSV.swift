/// A table as tab-separated text: a header line, one line per row, every line ended.
///
/// Tabs, line ends and backslashes inside text are written as `\t`, `\n`, `\r`, `\\`; numbers as `Number` writes them.
package struct TSV: Hashable, Sendable {
  package private(set) var columns: [String]
  package private(set) var rows: [[String]] = []

  package enum Cell: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral
  {
    case text(String)
    case int(Int)
    case double(Double)
    case float(Float)
    /// No value.
    case empty

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .double(value) }

    var text: String {
      switch self {
      case .text(let value): value
      case .int(let value): String(value)
      case .double(let value): Number.text(value)
      case .float(let value): Number.text(value)
      case .empty: ""
      }
    }
  }

  package init(columns: [String]) { self.columns = columns }

  package mutating func append(_ cells: [Cell]) {
    precondition(cells.count == columns.count, "a row of \(cells.count) cells for \(columns.count) columns")
    rows.append(cells.map(\.text))
  }

  package var text: String {
    var out = ""
    for row in [columns] + rows {
      for (place, cell) in row.enumerated() {
        if place > 0 { out += "\t" }
        out += Self.escape(cell)
      }
      out += "\n"
    }
    return out
  }

  /// Reads what `text` writes; nil when a row has more or fewer cells than the header.
  package init?(parsing text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    let cells = lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(Self.unescape) }
    guard let columns = cells.first, cells.allSatisfy({ $0.count == columns.count }) else { return nil }
    self.columns = columns
    rows = Array(cells.dropFirst())
  }

  package func column(_ name: String) -> [String]? {
    columns.firstIndex(of: name).map { index in rows.map { $0[index] } }
  }

  private static func escape(_ text: String) -> String {
    // Nearly all cells are plain, and tables of large sweeps have millions of them.
    guard text.utf8.contains(where: { $0 == 9 || $0 == 10 || $0 == 13 || $0 == 92 }) else { return text }
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\t": out += "\\t"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\\": out += "\\\\"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  private static func unescape(_ text: Substring) -> String {
    guard text.utf8.contains(92) else { return String(text) }
    var out = ""
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        switch scalar {
        case "t": out += "\t"
        case "n": out += "\n"
        case "r": out += "\r"
        default: out.unicodeScalars.append(scalar)
        }
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
