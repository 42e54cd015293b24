import Bundle

/// `embedding.tsv`: the embeddings of all points, runs and sessions in one table.
///
/// Runs and points may differ in the size of their embeddings, and evaluations in the metadata that they ask for: the table
/// has every column that one of them has, and a cell is empty where a row has no such value. Two evaluations of one run
/// share its rows.
struct EmbeddingTable {
  private struct Row {
    var cells: [String: String]
  }

  private let isSweep: Bool
  private var size = 0
  private var metadata: [String] = []
  private var rows: [Row] = []
  private var places: [[String]: Int] = [:]

  init(isSweep: Bool) { self.isSweep = isSweep }

  /// - Parameter table: what an evaluation stored: session, seed, `e1`..., `sd1`..., metadata.
  mutating func add(_ table: TSV, trial: String, run: String) {
    let dimensions = table.columns.dropFirst(2).enumerated().prefix { $0.element == "e\($0.offset + 1)" }.count
    let own = Array(table.columns.dropFirst(2 + 2 * dimensions))
    size = max(size, dimensions)
    for name in own where !metadata.contains(name) { metadata.append(name) }
    for row in table.rows {
      var cells: [String: String] = ["session": row[0], "seed": row[1], "trial": trial, "run": run]
      for place in 0..<dimensions {
        cells["e\(place + 1)"] = row[2 + place]
        cells["sd\(place + 1)"] = row[2 + dimensions + place]
      }
      for (place, name) in own.enumerated() { cells["metadata " + name] = row[2 + 2 * dimensions + place] }
      let identity = [trial, run, row[0]]
      if let known = places[identity] {
        rows[known].cells.merge(cells) { first, _ in first }
      } else {
        places[identity] = rows.count
        rows.append(Row(cells: cells))
      }
    }
  }

  /// Nil when nothing was added.
  var table: TSV? {
    guard !rows.isEmpty else { return nil }
    let first = (isSweep ? ["trial"] : []) + ["run", "session", "seed"]
    let numbers = (1...max(1, size)).map { "e\($0)" } + (1...max(1, size)).map { "sd\($0)" }
    let keys = first + numbers + metadata.map { "metadata " + $0 }
    var table = TSV(columns: first + numbers + metadata)
    for row in rows { table.append(keys.map { row.cells[$0].map(TSV.Cell.text) ?? .empty }) }
    return table
  }
}
