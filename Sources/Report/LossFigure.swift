import Bundle

/// Training and validation loss against the step, a panel for each run.
enum LossFigure {
  private static let limit = 12
  private static let resolution = 300
  private static let series = [
    (key: "train.loss", name: "training", style: "linewidth 1 linecolor '\(Palette.colors[5])'"),
    (key: "valid.loss", name: "validation", style: "linewidth 1.6 linecolor '\(Palette.colors[0])'"),
  ]

  static func figure(_ logs: [Contents.Log]) -> Figure? {
    let logs = logs.filter { $0.series["train.loss"] != nil || $0.series["valid.loss"] != nil }
    let shown = Array(logs.prefix(limit))
    guard !shown.isEmpty else { return nil }
    let grid = Script.Grid.fitting(shown.count)
    var script = Script("loss", grid)
    var data = FigureData(columns: ["run", "series", "step", "loss"])
    for (index, log) in shown.enumerated() {
      script.panel(index, title: log.run)
      if index == 0 {
        script.axes(x: "step", y: "loss")
        script.key(series.map { ($0.name, $0.style) })
      }
      let (low, high) = range(log)
      script.range("y", low, high, steps: 4)
      script.range("x", 0, series.flatMap { log.series[$0.key] ?? [] }.map(\.step).max() ?? 1, steps: 4)
      var parts: [String] = []
      for (key, _, style) in series {
        let points = thinned(log.series[key] ?? [])
        let rows: [[TSV.Cell]] = points.map { [.text(log.run), .text(key), .double($0.step), .double($0.value)] }
        guard let block = data.add(rows, columns: 4) else { continue }
        parts.append("'loss.tsv' index \(block) using 3:4 with lines \(style)")
      }
      script.plot(parts)
    }
    var caption = "Loss against the training step, averaged over neighbouring steps where there are many."
    caption += " The highest 2 % of the values, those of the first steps as a rule, may lie above the axis."
    if logs.count > shown.count { caption += " The first \(shown.count) of \(logs.count) runs." }
    return Figure(id: "loss", title: "Training", caption: caption, data: data, script: script.finished)
  }

  /// From the lowest value to the one that 2 % exceed, with a little air.
  private static func range(_ log: Contents.Log) -> (Double, Double) {
    let values = series.flatMap { log.series[$0.key] ?? [] }.map(\.value).filter(\.isFinite).sorted()
    guard let low = values.first else { return (0, 0) }
    let high = values[min(values.count - 1, values.count * 98 / 100)]
    let air = 0.04 * (high - low)
    return (low - air, high + air)
  }

  /// At most `resolution` points, each the mean of neighbours.
  private static func thinned(_ points: [(step: Double, value: Double)]) -> [(step: Double, value: Double)] {
    let points = points.filter { $0.value.isFinite }
    let width = (points.count + resolution - 1) / resolution
    guard width > 1 else { return points }
    return stride(from: 0, to: points.count, by: width).map { start in
      let part = points[start..<min(start + width, points.count)]
      let count = Double(part.count)
      return (part.reduce(0) { $0 + $1.step } / count, part.reduce(0) { $0 + $1.value } / count)
    }
  }
}
