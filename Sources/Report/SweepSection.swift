import Bundle

/// The part of the page on a sweep: what was swept, what came out best, and every point.
struct SweepSection {
  private let sweep: ScoredSweep
  private static let best = 10
  private static let rows = 200

  init(_ sweep: ScoredSweep) { self.sweep = sweep }

  private var results: SweepResults { sweep.results }

  /// `24 points of a grid over 3 paths; 22 complete, 2 failed.`
  var summary: String {
    let points = results.points
    let over = results.axes.count == 1 ? "1 path" : "\(results.axes.count) paths"
    let count = points.count == 1 ? "1 point" : "\(points.count) points"
    let kind = results.strategy == "grid" ? "a grid" : "a sweep (\(results.strategy))"
    let counts = points.map(\.status).distinct.map { status in "\(points.count { $0.status == status }) \(status)" }
    return "\(count) of \(kind) over \(over): \(counts.joined(separator: ", "))."
  }

  var axes: String {
    let head = ["path", "values", "scale"].map { Markup.element("th", $0) }
    let body = results.axes.map { axis in
      [
        Markup.element("th", Markup.element("code", Markup.escaped(axis.path)), ("scope", "row")),
        Markup.element("td", Markup.escaped(Self.listed(axis))), Markup.element("td", axis.scale.rawValue),
      ]
    }
    return Markup.table(head: [head], body: body, kind: "words")
  }

  /// The values of an axis, or the ends of many.
  private static func listed(_ axis: SweepResults.Axis) -> String {
    guard axis.values.count > 12 else { return axis.values.joined(separator: ", ") }
    let numbers = axis.values.compactMap(Double.init).sorted()
    guard axis.isNumeric, let first = numbers.first, let last = numbers.last else {
      return axis.values.prefix(12).joined(separator: ", ") + ", … (\(axis.values.count) in all)"
    }
    return "\(axis.values.count) values from \(ScoreTables.compact(first)) to \(ScoreTables.compact(last))"
  }

  /// The best points by the objective; empty without one.
  var best: String {
    let ranked = sweep.ranked
    guard !ranked.isEmpty, let goal = sweep.goal else { return "" }
    let rows = ranked.prefix(Self.best).enumerated().map { rank, entry in
      [Markup.element("td", String(rank + 1), ("class", "count"))]
        + cells(entry.point, score: entry.score, isBest: rank == 0)
    }
    let text =
      "The best \(rows.count) of \(ranked.count) complete points with a score, by the objective: \(goal.rawValue) the "
      + sweep.words + " over runs and sessions."
    return Markup.element("h3", "Best points") + Markup.paragraph(text)
      + Markup.table(head: [[Markup.element("th", "rank")] + head(status: false)], body: rows, kind: "scores")
  }

  /// The points that lack results, which have no score and no rank; empty when there are none.
  var incomplete: String {
    let points = results.points.filter { !$0.isComplete }
    guard !points.isEmpty else { return "" }
    let rows = points.prefix(Self.best).map { [Self.name($0), Self.status($0)] + values($0) }
    let rest = points.count > rows.count ? " The first \(rows.count) of \(points.count), all below." : ""
    let head = ["point", "status"].map { Markup.element("th", $0, ("class", "name")) } + paths
    return Markup.element("h3", "Points that are not complete")
      + Markup.paragraph("Some of their results are missing, so they have no score and no rank." + rest)
      + Markup.table(head: [head], body: rows, kind: "scores")
  }

  /// Every point, in the order of the sweep.
  var all: String {
    let rows = sweep.points.prefix(Self.rows).map { entry in
      cells(entry.point, score: entry.score, status: true)
    }
    let count = sweep.points.count
    let title = count > rows.count ? "The first \(rows.count) of \(count) points" : "All \(count) points"
    let link = Markup.element("a", "result/trials.tsv", ("href", "../result/trials.tsv"))
    let note = Markup.element(
      "p",
      "Every point with its values: " + link + "; every score: "
        + Markup.element("a", "result/metrics.tsv", ("href", "../result/metrics.tsv")) + ".", ("class", "note"))
    return Markup.folded(title, note + Markup.table(head: [head(status: true)], body: rows, kind: "scores"))
  }

  private func head(status: Bool) -> [String] {
    let names = ["point"] + (status ? ["status"] : [])
    let words = names.map { Markup.element("th", $0, ("class", "name")) }
    return words + [Markup.element("th", Markup.escaped(sweep.metric ?? "score"))] + paths
  }

  private var paths: [String] {
    results.paths.map { Markup.element("th", Markup.escaped(Self.short($0, among: results.paths)), ("title", $0)) }
  }

  private func cells(
    _ point: SweepResults.Point, score: Double?, status: Bool = false, isBest: Bool = false
  ) -> [String] {
    var cells = [Self.name(point)]
    if status { cells.append(Self.status(point)) }
    cells.append(
      Markup.element("td", score.map(ScoreTables.text) ?? "", ("class", isBest ? "best" : "model")))
    return cells + values(point)
  }

  private static func name(_ point: SweepResults.Point) -> String {
    Markup.element("th", Markup.element("code", Markup.escaped(point.id)), ("scope", "row"))
  }

  private static func status(_ point: SweepResults.Point) -> String {
    Markup.element("td", Markup.escaped(point.status), ("class", "status \(Slug.make(point.status))"))
  }

  private func values(_ point: SweepResults.Point) -> [String] {
    point.values.map { Markup.element("td", Self.cell($0), ("title", $0)) }
  }

  /// A value of a path as markup: drawn numbers with as many digits as tell, whole ones, such as seeds, with all.
  private static func cell(_ value: String) -> String {
    if value.isEmpty { return "–" }
    let isLong = value.count > 8 && UInt64(value) == nil && Int(value) == nil
    return Markup.escaped(isLong ? Double(value).map(ScoreTables.compact) ?? value : value)
  }

  /// As many last words of a path as tell it from the others.
  static func short(_ path: String, among paths: [String]) -> String {
    let parts = path.split(separator: ".")
    for count in 1..<max(2, parts.count) {
      let tail = parts.suffix(count).joined(separator: ".")
      if paths.count(where: { $0 == tail || $0.hasSuffix("." + tail) }) == 1 { return tail }
    }
    return path
  }
}
