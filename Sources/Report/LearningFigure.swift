import Bundle

/// A quantity that training logs, against the step, a panel for each run.
struct LearningFigure {
  let id: String
  let axis: String
  let caption: String
  let series: [(key: String, name: String, style: String)]
  /// The part of the values that may lie above the axis: the first steps, as a rule.
  let cut: Double

  private static let limit = 12
  private static let resolution = 300

  static let loss = LearningFigure(
    id: "learning-loss", axis: "loss",
    caption:
      "Loss against the training step. The highest 10 % of the values, those of the first steps as a rule, may lie"
      + " above the axis.",
    series: [
      ("train.loss", "training", "linewidth 1 linecolor '\(Palette.colors[5])'"),
      ("valid.loss", "validation", "linewidth 1.6 linecolor '\(Palette.colors[0])'"),
    ], cut: 0.1)

  static let forecast = LearningFigure(
    id: "learning-forecast", axis: "forecast r²",
    caption: "r² of forecasts of the validation trials against the training step.",
    series: [("valid.forecast_r2", "validation", "linewidth 1.6 linecolor '\(Palette.colors[2])'")], cut: 0)

  /// - Returns: nil when no run logged the quantity more than once.
  func figure(_ all: [Contents.Log]) -> Figure? {
    let logs = all.filter { log in series.contains { points($0.key, log).count > 1 } }
    let shown = Array(logs.prefix(Self.limit))
    guard !shown.isEmpty else { return nil }
    var script = Script(id, .fitting(shown.count))
    var data = FigureData(columns: ["run", "series", "step", "value"])
    for (index, log) in shown.enumerated() {
      script.panel(index, title: log.run)
      if index == 0 {
        script.axes(x: "step", y: axis)
        script.key(series.map { ($0.name, $0.style) })
      }
      let (low, high) = range(log)
      script.range("y", low, high, steps: 4)
      script.range("x", 0, series.flatMap { points($0.key, log) }.map(\.step).max() ?? 1, steps: 4)
      var parts: [String] = []
      for (key, _, style) in series {
        let curve = Self.thinned(points(key, log))
        let rows: [[TSV.Cell]] = curve.map { [.text(log.run), .text(key), .double($0.step), .double($0.value)] }
        guard let block = data.add(rows, columns: 4) else { continue }
        parts.append("'\(id).tsv' index \(block) using 3:4 with lines \(style)")
      }
      script.plot(parts)
    }
    var caption = caption
    if logs.count > shown.count { caption += " The first \(shown.count) of \(logs.count) runs." }
    return Figure(id: id, title: "Training", caption: caption, data: data, script: script.finished, width: script.width)
  }

  private func points(_ key: String, _ log: Contents.Log) -> [(step: Double, value: Double)] {
    (log.series[key] ?? []).filter { $0.value.isFinite }
  }

  /// From the lowest value to the highest that is not cut, with a little air.
  private func range(_ log: Contents.Log) -> (Double, Double) {
    let values = series.flatMap { points($0.key, log) }.map(\.value).sorted()
    guard let low = values.first else { return (0, 1) }
    let high = values[max(0, values.count - 1 - Int(cut * Double(values.count)))]
    let air = 0.04 * (high - low)
    return (low - air, high + air)
  }

  /// At most `resolution` points, each the mean of neighbours.
  private static func thinned(_ points: [(step: Double, value: Double)]) -> [(step: Double, value: Double)] {
    let width = (points.count + resolution - 1) / resolution
    guard width > 1 else { return points }
    return stride(from: 0, to: points.count, by: width).map { start in
      let part = points[start..<min(start + width, points.count)]
      let count = Double(part.count)
      return (part.reduce(0) { $0 + $1.step } / count, part.reduce(0) { $0 + $1.value } / count)
    }
  }
}
