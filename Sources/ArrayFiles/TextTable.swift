import Foundation

/// A table of numbers as text: columns between commas, tabs or semicolons, names in the first line where it is no
/// numbers. Empty fields, `NA`, `NaN`, `null` and `-` are missing.
package struct TextTable {
  package let path: String
  /// As the first line gives them; `column_1`, `column_2`, ... where it does not.
  package let names: [String]
  package let rows: Int
  /// Row after row; NaN for what is missing.
  package let values: [Double]
  /// Columns that hold words, as they stand there.
  package let words: [String: [String]]

  private static let most = 1 << 31
  private static let missing: Set<String> = ["", "na", "nan", "null", "none", "-", "n/a"]

  package init(path: String) throws(ArrayFileError) {
    self.path = path
    guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe),
      bytes.count < Self.most,
      let text = String(data: bytes, encoding: .utf8)
    else { throw ArrayFileError(path, "the file cannot be read as text in UTF-8") }
    let body = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    let lines = body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).filter { line in
      !line.allSatisfy { $0 == " " } && !line.hasPrefix("#")
    }
    guard let first = lines.first else { throw ArrayFileError(path, "the table is empty") }
    let separator = Self.separator(first)
    let head = try Self.fields(first, separator, path, line: 1)
    let hasNames = head.contains { Self.number($0) == nil && !Self.missing.contains($0.lowercased()) }
    let names = hasNames ? head : head.indices.map { "column_\($0 + 1)" }
    guard Set(names).count == names.count else {
      let twice = names.first { name in names.count { $0 == name } > 1 } ?? ""
      throw ArrayFileError(path, in: twice, "two columns have the name `\(twice)`")
    }
    var cells = [[String]](repeating: [], count: names.count)
    for (number, line) in lines.enumerated() where number > 0 || !hasNames {
      let row = try Self.fields(line, separator, path, line: number + 1)
      guard row.count == names.count else {
        throw ArrayFileError(path, "line \(number + 1) has \(row.count) fields, the first has \(names.count)")
      }
      for (column, field) in row.enumerated() { cells[column].append(field) }
    }
    let count = cells.first?.count ?? 0
    rows = count
    var words: [String: [String]] = [:]
    var columns: [[Double]] = []
    for (name, column) in zip(names, cells) {
      let numbers = column.map { Self.missing.contains($0.lowercased()) ? Double.nan : Self.number($0) }
      if numbers.contains(where: { $0 == nil }) { words[name] = column }
      columns.append(numbers.map { $0 ?? .nan })
    }
    self.names = names
    self.words = words
    values = (0..<count).flatMap { row in columns.map { $0[row] } }
  }

  /// One column of numbers.
  package func column(_ name: String) -> [Double]? {
    guard let place = names.firstIndex(of: name), words[name] == nil else { return nil }
    return stride(from: place, to: values.count, by: names.count).map { values[$0] }
  }

  private static func separator(_ line: Substring) -> Character {
    let candidates: [Character] = ["\t", ",", ";"]
    let counts = candidates.map { candidate in line.count { $0 == candidate } }
    let best = counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0
    return candidates[best]
  }

  private static func fields(
    _ line: Substring, _ separator: Character, _ path: String, line number: Int
  ) throws(ArrayFileError) -> [String] {
    guard line.contains("\"") else {
      return line.split(separator: separator, omittingEmptySubsequences: false).map(trimmed)
    }
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var previous: Character = " "
    for character in line {
      if character == "\"" {
        // Two quotes in a quoted field are one.
        if !isQuoted, previous == "\"", !field.isEmpty { field.append("\"") }
        isQuoted.toggle()
      } else if character == separator, !isQuoted {
        fields.append(trimmed(field[...]))
        field = ""
      } else {
        field.append(character)
      }
      previous = character
    }
    if isQuoted { throw ArrayFileError(path, "line \(number) has a quote that is not closed") }
    return fields + [trimmed(field[...])]
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " }
    while text.last == " " || text.last == "\r" { text = text.dropLast() }
    return String(text)
  }

  private static func number(_ text: String) -> Double? {
    switch text.lowercased() {
    case "true": 1
    case "false": 0
    default: Double(text)
    }
  }
}
