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
    let runs = logs.map(\.run).distinct
    let shown = runs.prefix(Self.limit)
    guard !shown.isEmpty else { return nil }
    var script = Script(id, .fitting(shown.count))
    var data = FigureData(columns: ["run", "fit", "series", "step", "value"])
    for (index, run) in shown.enumerated() {
      let mine = logs.filter { $0.run == run }
      script.panel(index, title: run)
      if index == 0 {
        script.axes(x: "step", y: axis)
        script.key(series.map { ($0.name, $0.style) })
      }
      let (low, high) = range(mine)
      script.range("y", low, high, steps: 4)
      let last = mine.flatMap { log in series.flatMap { points($0.key, log).map(\.step) } }.max()
      script.range("x", 0, last ?? 1, steps: 4)
      // The fits of other points of a sweep lie behind those of the point that is shown.
      let ordered = mine.filter { !$0.isShown } + mine.filter(\.isShown)
      script.plot(ordered.flatMap { lines(of: $0, among: mine.count, &data) })
    }
    var caption = caption
    if logs.contains(where: { !$0.isShown }) {
      caption += " Faint: every fit of the sweep"
      caption += logs.count > Self.faint ? ", at most \(Self.faint) of each run." : "."
      if logs.contains(where: \.isShown) { caption += " In colour: the point that is shown." }
    }
    if runs.count > shown.count { caption += " The first \(shown.count) of \(runs.count) runs." }
    return Figure(id: id, title: "Training", caption: caption, data: data, script: script.finished, width: script.width)
  }

  private static let faint = Contents.fitsOfRun

  /// The lines of one fit: in colour where it is shown, else faint.
  private func lines(of log: Contents.Log, among count: Int, _ data: inout FigureData) -> [String] {
    series.enumerated().compactMap { place, series -> String? in
      // Of a faint fit only the quantity that choosing looks at, where there is one.
      guard log.isShown || place == self.series.count - 1 || points(self.series[place + 1].key, log).count < 2 else {
        return nil
      }
      let curve = Self.thinned(points(series.key, log), to: count > 10 ? 100 : Self.resolution)
      let rows: [[TSV.Cell]] = curve.map {
        [.text(log.run), .text(log.fit ?? ""), .text(series.key), .double($0.step), .double($0.value)]
      }
      let style = log.isShown ? series.style : "linewidth 0.7 linecolor '\(Palette.faint)'"
      return data.add(rows, columns: 5).map { "'\(id).tsv' index \($0) using 4:5 with lines \(style)" }
    }
  }

  private func points(_ key: String, _ log: Contents.Log) -> [(step: Double, value: Double)] {
    (log.series[key] ?? []).filter { $0.value.isFinite }
  }

  /// From the lowest value to the highest that is not cut, with a little air.
  private func range(_ logs: [Contents.Log]) -> (Double, Double) {
    let values = logs.flatMap { log in series.flatMap { points($0.key, log) }.map(\.value) }.sorted()
    guard let low = values.first else { return (0, 1) }
    let high = values[max(0, values.count - 1 - Int(cut * Double(values.count)))]
    let air = 0.04 * (high - low)
    return (low - air, high + air)
  }

  /// At most so many points, each the mean of neighbours.
  private static func thinned(
    _ points: [(step: Double, value: Double)], to resolution: Int
  ) -> [(step: Double, value: Double)] {
    let width = (points.count + resolution - 1) / resolution
    guard width > 1 else { return points }
    return stride(from: 0, to: points.count, by: width).map { start in
      let part = points[start..<min(start + width, points.count)]
      let count = Double(part.count)
      return (part.reduce(0) { $0 + $1.step } / count, part.reduce(0) { $0 + $1.value } / count)
    }
  }
}
