import Bundle

/// Vector fields of one evaluation: a column for each session, the true field above the learnt one of each run.
struct FieldFigure {
  private struct Arrow {
    var session: String
    var x: Double
    var y: Double
    var truth: (x: Double, y: Double)
    var learnt: (x: Double, y: Double)
  }

  private static let sessions = 4
  private static let runs = 6
  private static let columns = ["session", "x", "y", "true_dx", "true_dy", "learnt_dx", "learnt_dy"]

  /// - Parameter findings: tables of one evaluation; a run with a fit for every session has several.
  /// - Returns: nil when none of them has an arrow.
  static func figure(_ evaluation: String, _ findings: [Contents.Finding]) -> Figure? {
    let runs = findings.map(\.run).distinct.compactMap { run -> (name: String, arrows: [Arrow])? in
      let arrows = findings.filter { $0.run == run }.flatMap { Self.arrows($0.table) }
      return arrows.isEmpty ? nil : (run, arrows)
    }
    let all = runs.flatMap(\.arrows)
    guard !all.isEmpty else { return nil }
    let names = all.map(\.session).distinct
    // Evenly over the sessions, the first and the last among them.
    let count = min(sessions, names.count)
    let shown = (0..<count).map { names[count == 1 ? 0 : $0 * (names.count - 1) / (count - 1)] }
    let id = "fields-\(Slug.make(evaluation))"
    var grid = Script.Grid(columns: count, rows: 1 + min(runs.count, Self.runs))
    (grid.panelWidth, grid.panelHeight) = (176, 150)
    (grid.left, grid.right, grid.top, grid.bottom, grid.head, grid.foot) = (40, 8, 24, 20, 20, 0)
    var script = Script(id, grid)
    var data = FigureData(columns: ["run", "session", "x", "y", "dx", "dy"])
    for (column, session) in shown.enumerated() {
      let truth = runs.lazy.map { $0.arrows.filter { $0.session == session } }.first { !$0.isEmpty } ?? []
      let scale = Self.scale(truth)
      draw(truth, \.truth, "true", session, column, scale, &script, &data, id)
      for (row, run) in runs.prefix(Self.runs).enumerated() {
        let mine = run.arrows.filter { $0.session == session }
        draw(mine, \.learnt, run.name, session, (row + 1) * count + column, scale, &script, &data, id)
      }
    }
    var caption =
      "Arrows: where one bin leads from states that the evaluated trials visit, in the coordinates of the true"
    caption += " states; the learnt field is brought there by the linear map that fits inferred to true states."
    caption += " All arrows of a column have one scale."
    if names.count > count { caption += " \(count) of \(names.count) sessions, evenly over their order." }
    if runs.count > Self.runs { caption += " The first \(Self.runs) of \(runs.count) runs." }
    return Figure(
      id: id, title: "Vector fields", caption: caption, data: data, script: script.finished, width: script.width)
  }

  private static func draw(
    _ arrows: [Arrow], _ part: KeyPath<Arrow, (x: Double, y: Double)>, _ run: String, _ session: String, _ place: Int,
    _ scale: Double, _ script: inout Script, _ data: inout FigureData, _ id: String
  ) {
    let isTruth = run == "true"
    let rows: [[TSV.Cell]] = arrows.map { arrow in
      let change = arrow[keyPath: part]
      return [.text(run), .text(session), .double(arrow.x), .double(arrow.y), .double(change.x), .double(change.y)]
    }
    guard let block = data.add(rows, columns: 6) else { return }
    script.panel(place, title: isTruth ? session : run)
    let (xs, ys) = (arrows.map(\.x), arrows.map(\.y))
    for (axis, values) in [("x", xs), ("y", ys)] {
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      script.range(axis, low - 0.08 * (high - low), high + 0.08 * (high - low), steps: 3)
    }
    let color = isTruth ? Palette.axis : Palette.colors[0]
    let factor = Script.number(scale)
    script.plot([
      "'\(id).tsv' index \(block) using 3:4:(\(factor)*column(5)):(\(factor)*column(6)) with vectors head size screen 0.006,20 filled"
        + " linewidth 0.9 linecolor '\(color)' notitle"
    ])
  }

  /// What makes all but the longest twentieth of the true arrows at most as long as a square of the field is wide.
  private static func scale(_ arrows: [Arrow]) -> Double {
    let lengths = arrows.map { ($0.truth.x * $0.truth.x + $0.truth.y * $0.truth.y).squareRoot() }.sorted()
    let xs = arrows.map(\.x)
    let width = ((xs.max() ?? 0) - (xs.min() ?? 0)) / 14
    guard !lengths.isEmpty, lengths[lengths.count * 19 / 20] > 0, width > 0 else { return 1 }
    return 1.4 * width / lengths[lengths.count * 19 / 20]
  }

  private static func arrows(_ table: TSV) -> [Arrow] {
    let places = columns.compactMap { table.columns.firstIndex(of: $0) }
    guard places.count == columns.count else { return [] }
    return table.rows.compactMap { row in
      let numbers = places.dropFirst().compactMap { Double(row[$0]) }
      guard numbers.count == 6, numbers.allSatisfy(\.isFinite) else { return nil }
      return Arrow(
        session: row[places[0]], x: numbers[0], y: numbers[1], truth: (numbers[2], numbers[3]),
        learnt: (numbers[4], numbers[5]))
    }
  }
}
