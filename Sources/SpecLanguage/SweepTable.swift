// The points of a sweep for people, spreadsheets and programs.
extension Expansion {
  /// One row per point: its id, then the value of every swept path; empty where the point does not have the path.
  package var table: (columns: [String], rows: [[String]]) {
    let columns = ["id"] + paths.map(\.description)
    let rows = points.map { point in
      var cells: [String: String] = [:]
      for (path, value) in point.assignments { cells[path.description] = value.word ?? value.flow }
      return [point.id] + columns.dropFirst().map { cells[$0] ?? "" }
    }
    return (columns, rows)
  }

  /// The table with aligned columns; a path that ends like no other goes by its last keys alone.
  package var text: String {
    let table = table
    let names = ["id"] + shortPaths
    let rows = [names] + table.rows
    let widths = names.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      var line = cells.joined(separator: "  ")[...]
      while line.last == " " { line = line.dropLast() }
      return line + "\n"
    }.joined()
  }

  /// The table as comma-separated values (RFC 4180).
  package var csv: String {
    let table = table
    return ([table.columns] + table.rows).map { row in row.map(Self.cell).joined(separator: ",") + "\n" }.joined()
  }

  /// One JSON object per line and point, the first line naming the format.
  package var jsonLines: String {
    let columns = paths.map { JSON.quoted($0.description) }.joined(separator: ", ")
    let head = "{\"type\": \"sweep\", \"format\": 1, \"points\": \(points.count), \"paths\": [\(columns)]}\n"
    return points.reduce(into: head) { text, point in
      let values = point.assignments.map { path, value in
        "\(JSON.quoted(path.description)): \(String(decoding: value.canonicalBytes, as: UTF8.self))"
      }
      text += "{\"type\": \"point\", \"id\": \"\(point.id)\", \"values\": {\(values.joined(separator: ", "))}}\n"
    }
  }

  private static func cell(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
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
