import Bundle

/// The pairs of one comparison: a panel for every two runs, a line for every pair, and the means.
struct ComparisonFigure {
  private static let limit = 6
  private static let lines = 400

  /// - Returns: nil when no two runs have pairs.
  static func figure(_ comparison: Comparisons.Comparison, _ all: [Comparisons.Pair]) -> Figure? {
    let id = "comparison-\(Slug.make(comparison.name))"
    let rows = comparison.rows.filter { $0.pairs > 0 }
    let shown = Array(rows.prefix(limit))
    guard !shown.isEmpty else { return nil }
    var grid = Script.Grid(columns: min(3, shown.count), rows: (shown.count + 2) / 3, panelWidth: 190, panelHeight: 190)
    grid.head = 2
    grid.foot = 0
    var script = Script(id, grid)
    var data = FigureData(columns: ["a", "b", "pair", "x", "value"])
    let mine = all.filter { $0.comparison == comparison.name }
    let values = mine.flatMap { [$0.values.a, $0.values.b] }
    let air = 0.06 * ((values.max() ?? 1) - (values.min() ?? 0))
    script.axes(x: "", y: comparison.metric)
    script.range("y", (values.min() ?? 0) - air, (values.max() ?? 1) + air, steps: 4)
    script.add("set xrange [0.6:2.4]")
    for (index, row) in shown.enumerated() {
      let pairs = mine.filter { $0.a == row.a && $0.b == row.b }
      let p = row.corrected.isFinite ? row.corrected : row.p
      let words = Comparisons.Comparison.probability(p).replacing("&lt;", with: "<")
      script.panel(index, title: "\(ScoreTables.signed(row.difference)), p \(words.hasPrefix("<") ? "" : "= ")\(words)")
      script.marks("x", [(row.a, 1), (row.b, 2)])
      draw(&script, &data, id, row, pairs)
    }
    var caption = "Each line is one pair (\(comparison.pairBy.joined(separator: ", "))); thick: means."
    caption += " Above each panel: mean of the first run less the second, and p, corrected where there are several."
    if rows.count > shown.count { caption += " The first \(shown.count) of \(rows.count) pairs of runs." }
    if shown.contains(where: { $0.pairs > lines }) { caption += " At most \(lines) pairs are drawn." }
    return Figure(
      id: id, title: comparison.name, caption: caption, data: data, script: script.finished, width: script.width)
  }

  private static func draw(
    _ script: inout Script, _ data: inout FigureData, _ id: String, _ row: Comparisons.Row, _ pairs: [Comparisons.Pair]
  ) {
    var parts: [String] = []
    let drawn = pairs.prefix(lines)
    func cells(_ name: String, _ x: Int, _ value: Double) -> [TSV.Cell] {
      [.text(row.a), .text(row.b), .text(name), .int(x), .double(value)]
    }
    // A line for each pair: its two ends are neighbours in the table, and a gap follows them.
    let ends = drawn.flatMap { pair in
      [cells(pair.name, 1, pair.values.a), cells(pair.name, 2, pair.values.b), cells(pair.name, 2, .nan)]
    }
    if let block = data.add(ends, columns: 5) {
      let source = "'\(id).tsv' index \(block) using 4:5"
      parts.append("\(source) with lines linewidth 0.5 linecolor '\(Palette.bar)' notitle")
      parts.append("\(source) with points pointtype 7 pointsize 0.4 linecolor '\(Palette.observed)' notitle")
    }
    let count = Double(max(1, pairs.count))
    let means = [pairs.reduce(0) { $0 + $1.values.a } / count, pairs.reduce(0) { $0 + $1.values.b } / count]
    if let block = data.add([cells("mean", 1, means[0]), cells("mean", 2, means[1])], columns: 5) {
      let source = "'\(id).tsv' index \(block) using 4:5"
      parts.append(
        "\(source) with linespoints pointtype 7 pointsize 0.9 linewidth 2.2 linecolor '\(Palette.colors[0])' notitle")
    }
    if !parts.isEmpty { script.plot(parts) }
  }
}
