import Bundle

/// Roll-outs over a grid of embeddings: a panel for each, at its place, in the two latents that vary most.
struct GridFigure {
  private struct Sample {
    var embedding: [String]
    var start: String
    var state: [Double]
  }

  /// - Returns: nil when the table lacks a column or has no rows.
  static func figure(_ finding: Contents.Finding) -> Figure? {
    let samples = samples(finding.table)
    guard let latent = samples.first?.state.count, latent > 0 else { return nil }
    let shown = telling(samples, latent)
    let across = samples.map { $0.embedding[0] }.distinct
    let down = samples.map { $0.embedding[1] }.distinct
    let id = "grid-\(Slug.make("\(finding.run)-\(finding.evaluation)"))"
    var grid = Script.Grid(columns: across.count, rows: down.count)
    let width = min(210, 700 / Double(across.count))
    (grid.panelWidth, grid.panelHeight) = (width, min(width, 170))
    (grid.left, grid.right, grid.top, grid.bottom, grid.head, grid.foot) = (36, 8, 24, 20, 6, 20)
    var script = Script(id, grid)
    var data = FigureData(columns: ["e1", "e2", "start", "x", "y"])
    let starts = samples.map(\.start).distinct
    for (axis, place) in zip(["x", "y"], shown) {
      let values = samples.map { $0.state[place] }.filter(\.isFinite)
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      script.range(axis, low - 0.06 * (high - low), high + 0.06 * (high - low), steps: 3)
    }
    for (row, second) in down.enumerated() {
      for (column, first) in across.enumerated() {
        let head = ["e1 = \(short(first))"] + (second.isEmpty ? [] : ["e2 = \(short(second))"])
        script.panel(row * across.count + column, title: head.joined(separator: ", "))
        if row + column == 0 { script.axes(x: "z\(shown[0] + 1), and upwards z\(shown[1] + 1)", y: "") }
        let mine = samples.filter { $0.embedding == [first, second] }
        let lines = starts.enumerated().flatMap { index, start -> [String] in
          let rows: [[TSV.Cell]] = mine.filter { $0.start == start }.map { sample in
            [.text(first), .text(second), .text(start)] + shown.map { TSV.Cell.double(sample.state[$0]) }
          }
          guard let block = data.add(rows, columns: 5) else { return [] }
          let color = Palette.color(index)
          return [
            "'\(id).tsv' index \(block) using 4:5 with lines linewidth 0.9 linecolor '\(color)' notitle",
            "'\(id).tsv' index \(block) every ::0::0 using 4:5 with points pointtype 7 pointsize 0.35 linecolor '\(color)' notitle",
          ]
        }
        script.plot(lines)
      }
    }
    var caption = "Each panel: the dynamics without noise under one embedding, from the same states (dots)."
    if latent > 2 { caption += " The two of \(latent) latents that vary most." }
    return Figure(
      id: id, title: "Grid of embeddings of \(finding.run)", caption: caption, data: data, script: script.finished,
      width: script.width)
  }

  /// The two latents of the largest variance over all samples, the larger first; one latent twice where there is one.
  private static func telling(_ samples: [Sample], _ latent: Int) -> [Int] {
    let variances = (0..<latent).map { place -> Double in
      let values = samples.map { $0.state[place] }.filter(\.isFinite)
      guard !values.isEmpty else { return 0 }
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let order = variances.indices.sorted { (variances[$0], -$0) > (variances[$1], -$1) }
    return [order[0], order.count > 1 ? order[1] : order[0]]
  }

  private static func short(_ number: String) -> String {
    Double(number).map { Script.number(($0 * 100).rounded() / 100) } ?? number
  }

  private static func samples(_ table: TSV) -> [Sample] {
    let places = ["e1", "e2", "start"].compactMap { table.columns.firstIndex(of: $0) }
    let latents = table.columns.indices.filter { table.columns[$0].hasPrefix("z") }
    guard places.count == 3, !latents.isEmpty else { return [] }
    return table.rows.map { row in
      Sample(
        embedding: [row[places[0]], row[places[1]]], start: row[places[2]],
        state: latents.map { Double(row[$0]) ?? .nan })
    }
  }
}
