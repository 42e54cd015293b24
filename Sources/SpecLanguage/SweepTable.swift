// The points of a sweep for people, spreadsheets and programs.
extension Expansion {
  package enum Form: CaseIterable, Sendable {
    /// Aligned columns; a path that ends like no other goes by its last keys alone.
    case text
    /// Comma-separated values (RFC 4180).
    case csv
    /// One JSON object per line and point, the first line naming the format.
    case json
  }

  /// Writes one row per point: its id, then the value of every swept path; empty where the point does not have the path.
  ///
  /// - Parameter sink: takes the UTF-8 text, some thousand points at a time.
  package func write(_ form: Form, to sink: ([UInt8]) throws -> Void) rethrows {
    var piece: [UInt8] = []
    let rows = points.first.map { SweepRows($0.table, form) }
    let names = form == .text ? shortPaths : paths.map(\.description)
    let widths = form == .text ? rows?.widths(points, names) ?? (["id"] + names).map(\.count) : []
    switch form {
    case .text: SweepRows.append((["id"] + names).map { Array($0.utf8) }, aligned: widths, to: &piece)
    case .csv: SweepRows.append((["id"] + names).map { SweepRows.quoted($0) }, to: &piece)
    case .json:
      let columns = paths.map { JSON.quoted($0.description) }.joined(separator: ", ")
      piece += "{\"type\": \"sweep\", \"format\": 1, \"points\": \(points.count), \"paths\": [\(columns)]}\n".utf8
    }
    for point in points {
      rows?.append(point, aligned: widths, to: &piece)
      guard piece.count > 1 << 18 else { continue }
      try sink(piece)
      piece.removeAll(keepingCapacity: true)
    }
    try sink(piece)
  }

  /// What `write` writes, whole.
  package func text(_ form: Form) -> String {
    var bytes: [UInt8] = []
    write(form) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The shortest ends of the swept paths that tell them apart.
  package var shortPaths: [String] {
    paths.map { path in
      for count in 1...max(1, path.steps.count) {
        let end = path.steps.suffix(count)
        if paths.filter({ $0.steps.suffix(count) == end }).count == 1 { return SpecPath(Array(end)).description }
      }
      return path.description
    }
  }
}

extension SweepPoint {
  /// The complete spec of the point as YAML; it expands to itself.
  package var yaml: String { Plain(document).yaml }
}

/// Rows of a table of points in one form, made of cells that are written out once.
private struct SweepRows {
  private let table: SweptTable
  private let form: Expansion.Form
  /// The cell of every enumerated value.
  private let listed: [[UInt8]]
  /// How wide each of them is on a terminal.
  private let listedWidths: [Int]
  /// The key of every path, as JSON.
  private let keys: [[UInt8]]

  init(_ table: SweptTable, _ form: Expansion.Form) {
    self.table = table
    self.form = form
    let words = table.listed.map { $0.plain.word ?? $0.plain.flow }
    listedWidths = form == .text ? words.map(\.count) : []
    switch form {
    case .text: listed = words.map { Array($0.utf8) }
    case .csv: listed = words.map { Self.quoted($0) }
    case .json: listed = table.listed.map(\.plain.canonicalBytes)
    }
    keys = form == .json ? table.paths.map { Array(JSON.quoted($0.text).utf8) } : []
  }

  /// How wide each column of the aligned form is.
  func widths(_ points: [SweepPoint], _ names: [String]) -> [Int] {
    var widths = [points.map { $0.id.utf8.count }.max() ?? 0] + names.map(\.count)
    widths[0] = max(widths[0], "id".count)
    for point in points {
      for value in point.values {
        let column = 1 + table.path(of: value)
        let width = value.code < 0 ? SweptTable.text(value).utf8.count : listedWidths[Int(value.code)]
        if width > widths[column] { widths[column] = width }
      }
    }
    return widths
  }

  func append(_ point: SweepPoint, aligned widths: [Int], to text: inout [UInt8]) {
    let id = Array(point.id.utf8)
    guard form != .json else {
      text += "{\"type\": \"point\", \"id\": \"".utf8
      text += id
      text += "\", \"values\": {".utf8
      for (index, value) in point.values.enumerated() {
        if index > 0 { text += ", ".utf8 }
        text += keys[table.path(of: value)]
        text += ": ".utf8
        text += cell(value)
      }
      text += "}}\n".utf8
      return
    }
    var cells = [[UInt8]](repeating: [], count: 1 + table.paths.count)
    cells[0] = id
    for value in point.values { cells[1 + table.path(of: value)] = cell(value) }
    if form == .csv { Self.append(cells, to: &text) } else { Self.append(cells, aligned: widths, to: &text) }
  }

  private func cell(_ value: SweptValue) -> [UInt8] {
    value.code < 0 ? Array(SweptTable.text(value).utf8) : listed[Int(value.code)]
  }

  static func append(_ cells: [[UInt8]], to text: inout [UInt8]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text += cell
    }
    text.append(UInt8(ascii: "\n"))
  }

  static func append(_ cells: [[UInt8]], aligned widths: [Int], to text: inout [UInt8]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { text += "  ".utf8 }
      text += cell
      let isPlain = cell.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\r") }
      let width = isPlain ? cell.count : String(decoding: cell, as: UTF8.self).count
      text += repeatElement(UInt8(ascii: " "), count: max(0, widths[index] - width))
    }
    while text.last == UInt8(ascii: " ") { text.removeLast() }
    text.append(UInt8(ascii: "\n"))
  }

  static func quoted(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    let isSpecial = bytes.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D].contains($0) }
    guard isSpecial else { return bytes }
    let quote = UInt8(ascii: "\"")
    return [quote] + bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
  }
}
