import Bundle

/// Example traces of one run: observed, reconstructed and forecast, a column for each example and a row for each channel.
struct TraceFigure {
  private struct Example: Hashable {
    var session: String
    var trial: String
  }

  private struct Sample {
    var example: Example
    var channel: String
    var time: Double
    /// Observed, reconstruction, forecast; NaN = none.
    var values: [Double]
  }

  private static let examples = 3
  private static let channels = 4
  private static let series = ["observed", "reconstruction", "forecast"]
  private static let styles = [
    "linewidth 0.9 linecolor '\(Palette.observed)'", "linewidth 1.3 linecolor '\(Palette.colors[0])'",
    "linewidth 1.6 linecolor '\(Palette.colors[1])'",
  ]

  /// - Returns: nil when the table lacks a column or has no rows.
  /// - Parameter name: the run, and the evaluation where the run has several.
  static func figure(_ examples: Contents.Finding, name: String) -> Figure? {
    guard let samples = samples(examples.table), !samples.isEmpty else { return nil }
    let chosen = choice(samples.map(\.example).distinct)
    let id = "traces-\(Slug.make(name))"
    let channels = chosen.map { example in
      samples.filter { $0.example == example }.map(\.channel).distinct.prefix(Self.channels)
    }
    var grid = Script.Grid(columns: chosen.count, rows: channels.map(\.count).max() ?? 1)
    grid.panelWidth = chosen.count == 1 ? 560 : chosen.count == 2 ? 350 : 235
    grid.panelHeight = 72
    grid.top = 14
    grid.bottom = 6
    grid.head = 44
    grid.foot = 36
    var script = Script(id, grid)
    var data = FigureData(columns: ["session", "trial", "channel", "time"] + series)
    for row in 0..<grid.rows {
      for (column, example) in chosen.enumerated() where row < channels[column].count {
        let channel = channels[column][row]
        let mine = samples.filter { $0.example == example && $0.channel == channel }
        let head = row == 0 ? "\(example.session), trial \(example.trial)" : ""
        let isLast = row + 1 == channels[column].count
        draw(mine, head: head, place: row * grid.columns + column, isLast: isLast, &script, &data, id)
      }
    }
    var caption = "Grey: observed; blue: reconstructed from the whole trial;"
    caption += " orange: forecast, which sees only what lies left of the shaded part. Time in seconds."
    return Figure(
      id: id, title: "Examples of \(name)", caption: caption, data: data, script: script.finished,
      width: script.width)
  }

  private static func draw(
    _ samples: [Sample], head: String, place: Int, isLast: Bool, _ script: inout Script, _ data: inout FigureData,
    _ id: String
  ) {
    let rows: [[TSV.Cell]] = samples.map { sample in
      [.text(sample.example.session), .text(sample.example.trial), .text(sample.channel), .double(sample.time)]
        + sample.values.map(TSV.Cell.double)
    }
    guard let block = data.add(rows, columns: 4 + series.count), let first = samples.first, let last = samples.last
    else { return }
    script.panel(place, title: "channel \(first.channel)")
    script.add("set label 1 font ',10' textcolor '\(Palette.axis)' offset 0,0.5")
    if !head.isEmpty { script.add("set label 4 \(Script.quoted(head)) at graph 0, graph 1 offset 0,1.7 left") }
    if place == 0 {
      script.axes(x: "time (s)", y: "")
      script.key(zip(series, styles).map { ($0, $1) })
    }
    let values = samples.flatMap(\.values).filter(\.isFinite)
    let low = values.min() ?? 0
    let high = values.max() ?? 0
    script.range("y", low - 0.06 * (high - low), high + 0.06 * (high - low), steps: 2)
    script.range("x", first.time, last.time, steps: 5)
    if !isLast { script.add("set xtics format ''") }
    script.add("unset object 1")
    let boundary = samples.firstIndex { !$0.values[2].isNaN }.map { start in
      start > 0 ? (samples[start - 1].time + samples[start].time) / 2 : samples[start].time
    }
    if let boundary {
      script.add(
        "set object 1 rectangle from first \(Script.number(boundary)), graph 0 to graph 1, graph 1 behind"
          + " fillcolor '\(Palette.shade)' fillstyle solid noborder")
    }
    script.plot(
      series.indices.map { index in
        "'\(id).tsv' index \(block) using 4:\(5 + index) with lines \(styles[index])"
      })
  }

  /// One example of each session; more of a session when there are fewer sessions than room.
  private static func choice(_ all: [Example]) -> [Example] {
    let firsts = all.map(\.session).distinct.compactMap { name in all.first { $0.session == name } }
    let rest = all.filter { !firsts.contains($0) }
    return Array((firsts + rest).prefix(examples))
  }

  private static func samples(_ table: TSV) -> [Sample]? {
    let places = (["session", "trial", "channel", "time"] + series).compactMap { table.columns.firstIndex(of: $0) }
    guard places.count == 4 + series.count else { return nil }
    return table.rows.compactMap { row in
      guard let time = Double(row[places[3]]) else { return nil }
      return Sample(
        example: Example(session: row[places[0]], trial: row[places[1]]), channel: row[places[2]], time: time,
        values: places[4...].map { Double(row[$0]) ?? .nan })
    }
  }
}
