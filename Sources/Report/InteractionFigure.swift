import Bundle
import SpecLanguage

/// The mean score over two axes of numbers, a panel for each pair of axes.
struct InteractionFigure {
  private typealias Axis = SweepResults.Axis

  private struct Cell {
    var x: String
    var y: String
    var mean: Double
    var count: Int
  }

  private static let id = "interaction"
  private static let panels = 3
  private static let most = 24

  /// - Returns: nil when the sweep is no grid, or has fewer than two axes of numbers.
  static func figure(_ sweep: ScoredSweep) -> Figure? {
    guard let metric = sweep.metric, sweep.results.strategy == "grid" else { return nil }
    let axes = sweep.results.axes.filter { $0.isNumeric && !$0.isSeed && (2...most).contains($0.values.count) }
    let pairs = axes.indices.flatMap { first in axes[(first + 1)...].map { (axes[first], $0) } }
    let filled = pairs.map { (axes: $0, cells: cells(sweep, $0.0, $0.1)) }.filter { pair in
      2 * pair.cells.count > pair.axes.0.values.count * pair.axes.1.values.count
    }
    let shown = Array(filled.prefix(panels))
    let values = shown.flatMap { $0.cells.map(\.mean) }
    guard let low = values.min(), let high = values.max() else { return nil }
    var grid = Script.Grid(
      columns: shown.count, rows: 1, panelWidth: shown.count == 1 ? 360 : shown.count == 2 ? 270 : 180)
    grid.panelHeight = shown.count == 1 ? 250 : 200
    grid.left = 74
    grid.right = shown.count == 1 ? 90 : 30
    grid.bottom = 44
    grid.top = 14
    grid.head = shown.count == 1 ? 4 : 40
    grid.foot = 0
    var script = Script(id, grid)
    var data = FigureData(columns: ["x_value", "y_value", "x", "y", "mean", "points", "label", "label_color"])
    script.add(Palette.scale)
    script.add("set cbrange [\(Script.number(low)):\(Script.number(high > low ? high : low + 1))]; set cbtics scale 0")
    for (index, pair) in shown.enumerated() {
      panel(&script, &data, index, pair.axes.0, pair.axes.1, pair.cells, low, high, isOnly: shown.count == 1)
    }
    var caption = "\(sweep.headWords), mean over all points with these two values."
    if !sweep.outside.isEmpty { caption += " Not counted: \(sweep.outside)." }
    if filled.count > shown.count { caption += " The first \(shown.count) of \(filled.count) pairs of axes." }
    return Figure(
      id: id, title: "\(metric) over two axes", caption: caption, data: data, script: script.finished,
      width: script.width)
  }

  private static func cells(_ sweep: ScoredSweep, _ x: Axis, _ y: Axis) -> [Cell] {
    var sums: [[String]: (sum: Double, count: Int)] = [:]
    for (point, score) in sweep.scored where sweep.bounds?.contains(score) ?? true {
      let place = [point.values[x.column], point.values[y.column]]
      guard !place.contains("") else { continue }
      let known = sums[place] ?? (0, 0)
      sums[place] = (known.sum + score, known.count + 1)
    }
    return x.values.flatMap { a in
      y.values.compactMap { b in
        sums[[a, b]].map { Cell(x: a, y: b, mean: $0.sum / Double($0.count), count: $0.count) }
      }
    }
  }

  private static func panel(
    _ script: inout Script, _ data: inout FigureData, _ index: Int, _ x: Axis, _ y: Axis, _ cells: [Cell],
    _ low: Double,
    _ high: Double, isOnly: Bool
  ) {
    let (columns, rows) = (ascending(x), ascending(y))
    let hasLabels = isOnly && columns.count <= 8 && rows.count <= 10
    let table: [[TSV.Cell]] = cells.map { cell in
      let share = high > low ? (cell.mean - low) / (high - low) : 0
      return [
        .text(cell.x), .text(cell.y), .int((columns.firstIndex(of: cell.x) ?? 0) + 1),
        .int((rows.firstIndex(of: cell.y) ?? 0) + 1), .double(cell.mean), .int(cell.count),
        .text(ScoreTables.text(cell.mean)), .int(share < 0.55 ? 0xFFFFFF : 0x222222),
      ]
    }
    guard let block = data.add(table, columns: 8) else { return }
    script.panel(index, title: "")
    script.add("set xlabel \(Script.quoted(x.path)) offset 0,0.4; set ylabel \(Script.quoted(y.path)) offset 0.4,0")
    script.marks("x", marks(columns, room: isOnly ? 9 : 5))
    script.marks("y", marks(rows, room: 10))
    script.add("set xrange [0.5:\(Double(columns.count) + 0.5)]; set yrange [0.5:\(Double(rows.count) + 0.5)]")
    if isOnly {
      script.add("set colorbox vertical user origin graph 1.05, graph 0 size graph 0.035, graph 1 noborder")
    } else if index == 0 {
      script.add("set colorbox horizontal user origin graph 0, graph 1.09 size graph 1, graph 0.035 noborder")
      script.add("set cbtics offset 0,2.4")
    } else {
      script.add("unset colorbox")
    }
    let source = "'\(id).tsv' index \(block) using"
    var parts = [
      "\(source) 3:4:($3-0.5):($3+0.5):($4-0.5):($4+0.5):5 with boxxyerror fillstyle solid 1 noborder linecolor palette notitle"
    ]
    if hasLabels { parts.append("\(source) 3:4:7:8 with labels font ',9.5' textcolor rgb variable notitle") }
    script.plot(parts)
  }

  private static func ascending(_ axis: Axis) -> [String] {
    axis.values.sorted { (Double($0) ?? 0) < (Double($1) ?? 0) }
  }

  /// Not more marks than there is room for.
  private static func marks(_ values: [String], room: Int) -> [(String, Double)] {
    let step = (values.count + room - 1) / room
    return values.enumerated().filter { $0.offset % step == 0 }.map { place, value in
      (Double(value).map(ScoreTables.compact) ?? value, Double(place + 1))
    }
  }
}
