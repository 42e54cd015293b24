import Bundle

/// A figure before it is drawn: a table and the gnuplot script that draws it, both kept beside the picture.
struct Figure {
  /// The stem of its three files.
  var id: String
  var title: String
  var caption: String
  var data: FigureData
  var script: String
  /// Pixels at which it is drawn.
  var width: Double
}

/// A tidy table in blocks: the header, then one block for each series, two empty lines apart.
///
/// gnuplot picks block i by `index i` (the header is block 0); readers that skip empty lines see one plain table.
struct FigureData {
  private let header: String
  private var blocks: [String] = []

  init(columns: [String]) {
    header = TSV(columns: columns).text
  }

  /// Adds a block and returns its index. An empty block is left out, since gnuplot could not find those after it.
  mutating func add(_ rows: [[TSV.Cell]], columns: Int) -> Int? {
    guard !rows.isEmpty else { return nil }
    var table = TSV(columns: Array(repeating: "", count: columns))
    rows.forEach { table.append($0) }
    let text = table.text
    blocks.append(String(text[text.index(after: text.firstIndex(of: "\n") ?? text.startIndex)...]))
    return blocks.count
  }

  var text: String { ([header] + blocks).joined(separator: "\n\n") }
}
