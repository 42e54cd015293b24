import Bundle

/// Where the embedding of one run puts the sessions, a panel for each metadata column that tells them apart.
///
/// Two or more dimensions: e1 against e2, coloured by the metadata. One dimension: e1 against the metadata.
/// Rows of panels are seeds.
struct EmbeddingFigure {
  private let embedding: Embedding
  private let id: String
  private var data: FigureData
  private static let limit = 3

  static func figure(_ embedding: Embedding, run: String) -> Figure? {
    let points = embedding.points.filter { $0.run == run }
    guard !points.isEmpty else { return nil }
    var builder = EmbeddingFigure(embedding, run)
    return builder.draw(points, run)
  }

  private init(_ embedding: Embedding, _ run: String) {
    self.embedding = embedding
    id = "embedding-\(Slug.make(run))"
    data = FigureData(columns: ["seed", "session", "x", "x_sd", "y", "y_sd", "metadata"])
  }

  private mutating func draw(_ points: [Embedding.Point], _ run: String) -> Figure {
    let seeds = points.map(\.seed).distinct
    let telling = Array(embedding.telling(points).prefix(Self.limit))
    let columns: [Int?] = telling.isEmpty ? [nil] : telling
    var grid = Script.Grid(columns: columns.count, rows: min(seeds.count, Self.limit))
    grid.panelWidth = columns.count == 3 ? 190 : columns.count == 2 ? 260 : 320
    grid.panelHeight = columns.count == 1 ? 240 : 190
    grid.right = 84
    grid.head = 0
    grid.bottom = 44
    grid.foot = 0
    var script = Script(id, grid)
    for (row, seed) in seeds.prefix(Self.limit).enumerated() {
      let mine = points.filter { $0.seed == seed }
      for (place, column) in columns.enumerated() {
        let name = column.map { embedding.columns[$0] } ?? run
        script.panel(row * columns.count + place, title: seeds.count > 1 ? "\(name), seed \(seed)" : name)
        if embedding.dimensions == 1 {
          line(&script, mine, column, seeds: seeds.count)
        } else {
          plane(&script, mine, column)
        }
      }
    }
    var caption = "Posterior mean of each session's embedding; grey bars: one posterior standard deviation."
    if embedding.dimensions > 2 { caption += " The first two of \(embedding.dimensions) dimensions." }
    if seeds.count > Self.limit { caption += " The first \(Self.limit) of \(seeds.count) seeds." }
    return Figure(
      id: id, title: "Embedding of \(run)", caption: caption, data: data, script: script.finished, width: script.width)
  }

  /// e1 against e2.
  private mutating func plane(_ script: inout Script, _ points: [Embedding.Point], _ column: Int?) {
    script.add("set xlabel 'e1' offset 0,0.6; set ylabel 'e2' offset 1,0")
    scatter(&script, points, column, x: { ($0.mean[0], $0.deviation[0]) }, y: { ($0.mean[1], $0.deviation[1]) })
  }

  /// e1 against numeric metadata, or spread over categories.
  private mutating func line(_ script: inout Script, _ points: [Embedding.Point], _ column: Int?, seeds: Int) {
    let name = column.map { embedding.columns[$0] } ?? "session"
    script.add("set xlabel \(Script.quoted(name)) offset 0,0.6; set ylabel 'e1' offset 1,0")
    if let column, embedding.numbers(column, of: points) != nil {
      if seeds == 1 { script.add("unset label 1") }
      scatter(
        &script, points, nil, x: { (Double($0.metadata[column]) ?? .nan, .nan) }, y: { ($0.mean[0], $0.deviation[0]) })
    } else {
      let places = Dictionary(points.enumerated().map { ($1.session, Double($0 + 1)) }, uniquingKeysWith: { a, _ in a })
      script.add("set xlabel 'session'")
      scatter(
        &script, points, column, x: { (places[$0.session] ?? .nan, .nan) }, y: { ($0.mean[0], $0.deviation[0]) })
    }
  }

  private mutating func scatter(
    _ script: inout Script, _ points: [Embedding.Point], _ column: Int?,
    x: (Embedding.Point) -> (Double, Double), y: (Embedding.Point) -> (Double, Double)
  ) {
    func rows(_ points: [Embedding.Point]) -> [[TSV.Cell]] {
      points.map { point in
        let (x, y) = (x(point), y(point))
        let metadata = column.map { point.metadata[$0] } ?? ""
        return [
          .text(point.seed), .text(point.session), .double(x.0), .double(x.1), .double(y.0), .double(y.1),
          .text(metadata),
        ]
      }
    }
    script.add("set key off; unset colorbox")
    range(&script, "x", points.map { x($0).0 })
    range(&script, "y", points.map { y($0).0 })
    guard let column, embedding.numbers(column, of: points) == nil else {
      guard let block = data.add(rows(points), columns: 7) else { return }
      var style = "pointtype 7 pointsize 0.7 linecolor '\(Palette.colors[0])'"
      var using = "3:5"
      if column != nil {
        script.add(Palette.scale)
        script.add("set colorbox vertical user origin graph 1.06, graph 0.1 size graph 0.04, graph 0.8 noborder")
        script.add("set cbtics scale 0 offset -0.6,0")
        style = "pointtype 7 pointsize 0.7 linecolor palette"
        using = "3:5:7"
      }
      script.plot(bars(block) + ["'\(id).tsv' index \(block) using \(using) with points \(style) notitle"])
      return
    }
    script.add("set key at graph 1.04, graph 1 left top Left reverse samplen 0.2 width -1 spacing 1.05 noautotitle")
    var behind: [String] = []
    var front: [String] = []
    for (index, value) in points.map({ $0.metadata[column] }).distinct.sorted().enumerated() {
      let mine = points.filter { $0.metadata[column] == value }
      guard let block = data.add(rows(mine), columns: 7) else { continue }
      behind += bars(block)
      let style = "pointtype \(Palette.point(index)) pointsize 0.7 linecolor '\(Palette.color(index))'"
      front.append("'\(id).tsv' index \(block) using 3:5 with points \(style) title \(Script.quoted(value))")
    }
    script.plot(behind + front)
  }

  /// Room for all points and some air.
  private func range(_ script: inout Script, _ axis: String, _ values: [Double]) {
    let values = values.filter(\.isFinite)
    let low = values.min() ?? 0
    let high = values.max() ?? 0
    let air = 0.12 * (high - low)
    script.range(axis, low - air, high + air, steps: 4)
  }

  /// One posterior standard deviation either way, where there is one.
  private func bars(_ block: Int) -> [String] {
    ["using 3:5:4 with xerrorbars", "using 3:5:6 with yerrorbars"].map {
      "'\(id).tsv' index \(block) \($0) pointtype 0 linewidth 0.8 linecolor '\(Palette.bar)' notitle"
    }
  }
}
