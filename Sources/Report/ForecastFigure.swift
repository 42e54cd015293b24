import Bundle

/// r2 against the number of bins ahead, a panel for each run, beside floors and true dynamics.
struct ForecastFigure {
  private let scores: EvaluationScores
  private let horizons: [Int]
  private let id: String
  private var data = FigureData(columns: ["run", "series", "session", "k", "r2"])
  private static let limit = 11

  /// - Returns: nil when the evaluation has no `r2@k` at two or more horizons.
  static func figure(_ scores: EvaluationScores) -> Figure? {
    var builder = ForecastFigure(scores)
    return builder.horizons.count > 1 ? builder.draw() : nil
  }

  private init(_ scores: EvaluationScores) {
    self.scores = scores
    horizons = scores.horizons("r2")
    id = "forecast-\(Slug.make(scores.name))"
  }

  private mutating func draw() -> Figure {
    let shown = Array(scores.groups.prefix(Self.limit))
    let hasOverview = shown.count > 1
    var script = Script(id, .fitting(shown.count + (hasOverview ? 1 : 0)))
    let (low, high) = range(shown)
    script.range("y", low, high, steps: 4)
    script.range("x", 0, Double(horizons.last ?? 1), steps: 5)
    if hasOverview {
      script.panel(0, title: "mean over sessions, all runs")
      head(&script)
      let overview = shown.enumerated().compactMap { index, group in
        line(means("", group), group, "overview", "linewidth 2 linecolor '\(Palette.color(index))'")
      }
      script.plot([Self.zero] + overview)
    }
    for (index, group) in shown.enumerated() {
      script.panel(index + (hasOverview ? 1 : 0), title: group.title(among: scores.groups))
      script.add("set label 1 textcolor '\(Palette.color(index))'")
      if !hasOverview { head(&script) }
      script.plot([Self.zero] + lines(group, index))
    }
    var caption =
      "r² at exactly the k-th bin after the context; 0 is each channel's mean over the test trials at that bin."
    caption += " Thick: mean over sessions. Thin: single sessions. Dashed: the last observed bin is held."
    caption += " Dotted: each channel's training mean."
    if hasOracle { caption += " Dots and dashes: the true dynamics without noise, from the true state." }
    caption += " Values below the axis are cut off."
    if scores.groups.count > shown.count { caption += " The first \(shown.count) of \(scores.groups.count) runs." }
    return Figure(id: id, title: "Forecast", caption: caption, data: data, script: script.finished, width: script.width)
  }

  private func head(_ script: inout Script) {
    script.axes(x: "bins ahead (k)", y: "r²")
    script.key(hasOracle ? Self.shortKey : Self.key)
  }

  private var hasOracle: Bool { scores.has(MetricRow.oracle) }

  private static let zero = "0 with lines linewidth 0.6 linecolor '\(Palette.faint)' notitle"
  private static let hold = "linewidth 1.2 dashtype (6,4) linecolor '\(Palette.hold)'"
  private static let constant = "linewidth 1.2 dashtype (1,3) linecolor '\(Palette.mean)'"

  private static let oracle = "linewidth 1.2 dashtype (8,3,1,3) linecolor '\(Palette.text)'"

  private static let key = [
    (name: "mean over sessions", style: "linewidth 2 linecolor '\(Palette.text)'"),
    (name: "each session", style: "linewidth 0.8 linecolor '\(Palette.observed)'"),
    (name: "last bin held", style: hold), (name: "training mean", style: constant),
  ]

  /// With the true dynamics there is room for short names alone; the caption says the rest.
  private static let shortKey = [
    (name: "mean", style: key[0].style), (name: "sessions", style: key[1].style), (name: "bin held", style: hold),
    (name: "training mean", style: constant), (name: "true dynamics", style: oracle),
  ]

  /// The lines of one run: sessions behind, then the references, the mean in front.
  private mutating func lines(_ group: MetricGroup, _ index: Int) -> [String] {
    var parts: [String?] = []
    let pale = "linewidth 0.8 linecolor '\(Palette.pale[index % Palette.pale.count])'"
    for session in scores.sessions(of: group) {
      let values = horizons.map { scores.value(quantity("", $0), group, session) }
      parts.append(line(values, group, "session", pale, session: session))
    }
    for (reference, style) in [("hold", Self.hold), ("mean", Self.constant), (MetricRow.oracle, Self.oracle)] {
      parts.append(line(means(reference, group), group, reference, style))
    }
    let thick = "linewidth 2 linecolor '\(Palette.color(index))'"
    parts.append(line(means("", group), group, "mean over sessions", thick))
    return parts.compactMap { $0 }
  }

  private mutating func line(
    _ values: [Double], _ group: MetricGroup, _ series: String, _ style: String, session: String = ""
  ) -> String? {
    let run = group.title(among: scores.groups)
    let points = zip(horizons, values).filter { !$1.isNaN }
    let rows: [[TSV.Cell]] = points.map { [.text(run), .text(series), .text(session), .int($0), .double($1)] }
    guard let block = data.add(rows, columns: 5) else { return nil }
    return "'\(id).tsv' index \(block) using 4:5 with lines \(style) notitle"
  }

  private func quantity(_ reference: String, _ horizon: Int) -> EvaluationScores.Quantity {
    .init(reference: reference, measure: "r2", horizon: horizon)
  }

  private func means(_ reference: String, _ group: MetricGroup) -> [Double] {
    horizons.map { scores.mean(quantity(reference, $0), group) }
  }

  /// Wide enough for the models, the training mean and the true dynamics, but not below -1; a held bin may fall far lower.
  private func range(_ groups: [MetricGroup]) -> (Double, Double) {
    let references = ["", "mean", MetricRow.oracle]
    let values = groups.flatMap { group in references.flatMap { means($0, group) } }.filter(\.isFinite)
    let low = max(-1, ((values.min() ?? 0) * 5).rounded(.down) / 5)
    let high = max(0.2, ((values.max() ?? 0) * 5).rounded(.up) / 5)
    return (min(low, 0), high)
  }
}
