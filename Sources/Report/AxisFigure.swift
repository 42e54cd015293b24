import Bundle
import SpecLanguage

/// The score of every point of a sweep against one axis, with means where points share a value.
///
/// Thin dots are points, thick marks the mean over the points with one value, bars its standard error. A second axis of few
/// values is told by colour.
struct AxisFigure {
  private let sweep: ScoredSweep
  private let metric: String
  private let axis: SweepResults.Axis
  private let color: SweepResults.Axis?
  private let id: String
  private let others: String
  private var data = FigureData(columns: ["series", "trial", "color", "value", "x", "score", "error", "points"])

  private struct Dot {
    var trial: String
    var value: String
    var color: String
    var score: Double
  }

  private struct Mean {
    var value: String
    var x: Double
    var mean: Double
    var error: Double
    var count: Int
  }

  static func figures(_ sweep: ScoredSweep) -> [Figure] {
    guard let metric = sweep.metric else { return [] }
    return sweep.results.axes.compactMap { axis in
      var builder = AxisFigure(sweep, metric, axis)
      return builder.draw()
    }
  }

  private init(_ sweep: ScoredSweep, _ metric: String, _ axis: SweepResults.Axis) {
    self.sweep = sweep
    self.metric = metric
    self.axis = axis
    let rivals = sweep.results.axes.filter { $0.path != axis.path && !$0.isSeed && (2...6).contains($0.values.count) }
    // Categories first: numbers are better told by their own axis.
    color = rivals.first { !$0.isNumeric } ?? rivals.min { $0.values.count < $1.values.count }
    id = "axes-\(Slug.make(axis.path))"
    others = sweep.results.axes.count > 1 ? " All other values of the sweep are mixed." : ""
  }

  private mutating func draw() -> Figure? {
    let scored = sweep.scored.filter { !$0.point.values[axis.column].isEmpty }
    let dots = scored.map { entry in
      Dot(
        trial: entry.point.id, value: entry.point.values[axis.column],
        color: color.map { entry.point.values[$0.column] } ?? "", score: entry.score)
    }
    let present = axis.values.filter { value in dots.contains { $0.value == value } }
    guard present.count > 1 else { return nil }
    var grid = Script.Grid(columns: 1, rows: 1, panelWidth: 340, panelHeight: 200, left: 64, right: 20, top: 12)
    grid.bottom = 34
    grid.foot = 14
    grid.head = color == nil ? 4 : 24
    var script = Script(id, grid)
    script.panel(0, title: "")
    script.axes(x: axis.path, y: metric)
    let bounds = sweep.bounds ?? 0...1
    let air = 0.06 * (bounds.upperBound - bounds.lowerBound)
    script.range("y", bounds.lowerBound - air, bounds.upperBound + air, steps: 4)
    let regular = dots.filter { bounds.contains($0.score) }
    let isNumeric = axis.isNumeric
    let placed = isNumeric ? numbers(&script, present) : categories(&script, present)
    let groups = color?.values.filter { value in dots.contains { $0.color == value } } ?? [""]
    if let color, groups.count > 1 {
      let names = groups.enumerated().map { index, value in
        (name: value, style: "linewidth 2 linecolor '\(Palette.color(index))'")
      }
      script.key(names, title: SweepSection.short(color.path, among: sweep.results.paths))
    }
    var behind: [String] = []
    var front: [String] = []
    let repeats = Double(dots.count) / Double(present.count * groups.count)
    for (index, group) in groups.enumerated() {
      let mine = regular.filter { $0.color == group }
      let far = dots.filter { $0.color == group && !bounds.contains($0.score) }
      let shift = isNumeric || groups.count == 1 ? 0 : 0.7 * ((Double(index) + 0.5) / Double(groups.count) - 0.5)
      let width = isNumeric ? 0 : 0.5 / Double(groups.count)
      let hasMeans = repeats >= 1.5
      // Without means the dots carry the figure.
      let shade = hasMeans ? Palette.pale[index % Palette.pale.count] : Palette.color(index)
      behind += points(mine, placed, shift: shift, width: width, style: "pointsize 0.45 linecolor '\(shade)'")
      behind += outliers(far, placed, shift: shift, bounds, color: Palette.color(index))
      if hasMeans { front += means(mine, placed, shift: shift, width: width, index: index) }
    }
    script.plot(behind + front)
    var caption = "\(sweep.headWords) of every point against \(axis.path)."
    if !front.isEmpty { caption += " Thick: mean over the points with one value, bars: its standard error." }
    if let color, groups.count > 1 { caption += " Colour: \(color.path)." }
    caption += others
    if regular.count < dots.count { caption += " Triangles: \(sweep.outside), not counted in means." }
    return Figure(
      id: id, title: axis.path, caption: caption, data: data, script: script.finished, width: script.width)
  }

  /// Places values on a scale of numbers.
  private func numbers(_ script: inout Script, _ values: [String]) -> [String: Double] {
    let places = Dictionary(values.map { ($0, Double($0) ?? .nan) }, uniquingKeysWith: { first, _ in first })
    let sorted = places.values.sorted()
    guard let low = sorted.first, let high = sorted.last else { return places }
    if axis.scale == .log, low > 0 {
      script.logRange("x", low, high, marks: sorted)
    } else {
      let air = 0.06 * (high - low)
      script.range("x", low - air, high + air, steps: 5)
      if sorted.count <= 8 {
        script.marks("x", Script.apart(sorted, low: low, high: high).map { (ScoreTables.compact($0), $0) })
      }
    }
    return places
  }

  /// Places values in columns 1, 2, ...
  private func categories(_ script: inout Script, _ values: [String]) -> [String: Double] {
    let longest = values.map(\.count).max() ?? 0
    script.marks("x", values.enumerated().map { ($1.count > 24 ? $1.prefix(23) + "…" : $1, Double($0 + 1)) })
    if longest * values.count > 56 { script.add("set xtics rotate by -24 offset -0.4,0.2") }
    script.add("set xrange [0.4:\(Script.number(Double(values.count) + 0.6))]")
    return Dictionary(values.enumerated().map { ($1, Double($0 + 1)) }, uniquingKeysWith: { first, _ in first })
  }

  private mutating func points(
    _ dots: [Dot], _ placed: [String: Double], shift: Double, width: Double, style: String
  ) -> [String] {
    var seen: [String: Int] = [:]
    let rows: [[TSV.Cell]] = dots.map { dot in
      let number = seen[dot.value, default: 0]
      seen[dot.value] = number + 1
      // Spread evenly, neighbours apart: the fractions of the golden ratio.
      let spread = (Double(number) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1) - 0.5
      let x = (placed[dot.value] ?? .nan) + shift + width * spread
      return [
        "point", .text(dot.trial), .text(dot.color), .text(dot.value), .double(x), .double(dot.score), .empty, 1,
      ]
    }
    guard let block = data.add(rows, columns: 8) else { return [] }
    return ["'\(id).tsv' index \(block) using 5:6 with points pointtype 7 \(style) notitle"]
  }

  /// Points beyond the axis, as triangles at its end.
  private mutating func outliers(
    _ dots: [Dot], _ placed: [String: Double], shift: Double, _ bounds: ClosedRange<Double>, color: String
  ) -> [String] {
    [true, false].flatMap { isAbove -> [String] in
      let rows: [[TSV.Cell]] = dots.filter { ($0.score > bounds.upperBound) == isAbove }.map { dot in
        let x = (placed[dot.value] ?? .nan) + shift
        return [
          "outside", .text(dot.trial), .text(dot.color), .text(dot.value), .double(x), .double(dot.score), .empty, 1,
        ]
      }
      guard let block = data.add(rows, columns: 8) else { return [] }
      let edge = Script.number(isAbove ? bounds.upperBound : bounds.lowerBound)
      let shape = "pointtype \(isAbove ? 9 : 11) pointsize 0.7 linecolor '\(color)' notitle"
      return ["'\(id).tsv' index \(block) using 5:(\(edge)) with points \(shape)"]
    }
  }

  private mutating func means(
    _ dots: [Dot], _ placed: [String: Double], shift: Double, width: Double, index: Int
  ) -> [String] {
    let means = placed.sorted { $0.value < $1.value }.compactMap { value, x -> Mean? in
      let scores = dots.filter { $0.value == value }.map(\.score)
      guard !scores.isEmpty else { return nil }
      let count = Double(scores.count)
      let mean = scores.reduce(0, +) / count
      let spread = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = scores.count > 1 ? (spread / (count - 1) / count).squareRoot() : .nan
      return Mean(value: value, x: x + shift, mean: mean, error: error, count: scores.count)
    }
    let group = dots.first?.color ?? ""
    let rows: [[TSV.Cell]] = means.map { mean in
      [
        "mean", .empty, .text(group), .text(mean.value), .double(mean.x), .double(mean.mean), .double(mean.error),
        .int(mean.count),
      ]
    }
    guard let block = data.add(rows, columns: 8) else { return [] }
    let source = "'\(id).tsv' index \(block) using"
    let tint = "linecolor '\(Palette.color(index))'"
    let bars = "\(source) 5:6:7 with yerrorbars pointtype 7 pointsize 0.75 linewidth 1.4 \(tint) notitle"
    guard axis.isNumeric else {
      let half = Script.number(0.6 * width)
      let dash = "\(source) ($5-\(half)):6:(2*\(half)):(0) with vectors nohead linewidth 2.4 \(tint) notitle"
      return [bars.replacing("pointtype 7 pointsize 0.75", with: "pointtype 0"), dash]
    }
    return ["\(source) 5:6 with lines linewidth 1.8 \(tint) notitle", bars]
  }
}
