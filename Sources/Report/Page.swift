import Bundle

/// The page: what was asked, what came out, how sure one can be, and how to get it again.
struct Page {
  private let contents: Contents
  private let drawings: [Drawing]

  /// A figure with its picture, or with the reason why there is none.
  struct Drawing {
    var figure: Figure
    var svg: String?
    var problem: String?
  }

  init(_ contents: Contents, _ drawings: [Drawing]) {
    self.contents = contents
    self.drawings = drawings
  }

  var markup: String {
    let title = study("title") ?? study("name") ?? "Report"
    let sections =
      [opening(title)] + complaints + failures + sweep + comparisons + shownPoint + evaluations + embeddings + grids
      + fields + examples + training + leakGuard
    let body = (sections + [provenance]).joined(separator: "\n")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Markup.escaped(title))</title>
      <style>
      \(PageStyle.text)
      </style>
      </head>
      <body>
      \(body)
      </body>
      </html>

      """
  }

  private func study(_ key: String) -> String? {
    contents.manifest.study[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
  }

  private func opening(_ title: String) -> String {
    let status = contents.manifest.status.rawValue
    let points = contents.sweep?.points.count ?? 0
    let runs = contents.metrics.map(\.run).distinct.count
    let sessions = contents.metrics.map(\.session).distinct.filter { $0 != "*" }.count
    var facts = [Markup.element("span", status, ("class", "status \(status)"))]
    if let name = study("name") { facts.append(Markup.escaped(name)) }
    if points > 0 { facts.append(points == 1 ? "1 point" : "\(points) points") }
    if runs > 0 { facts.append(runs == 1 ? "1 run" : "\(runs) runs") }
    if sessions > 0 { facts.append(sessions == 1 ? "1 session" : "\(sessions) sessions") }
    let failed = contents.manifest.failures.count
    if failed > 0 { facts.append(failed == 1 ? "1 failure" : "\(failed) failures") }
    var parts = [Markup.element("h1", Markup.escaped(title))]
    parts.append(Markup.element("p", facts.joined(separator: " · "), ("class", "facts")))
    if let description = study("description") { parts.append(Markup.paragraph(description, kind: "lead")) }
    return Markup.element("header", parts.joined(separator: "\n"))
  }

  private var complaints: [String] {
    var notes = contents.complaints
    let problems = drawings.compactMap(\.problem).distinct
    notes += problems
    return notes.map { Markup.paragraph($0, kind: "note alarm") }
  }

  private var failures: [String] {
    let table = FailureTable(contents.manifest.failures).markup
    return table.isEmpty ? [] : [section("Failures", table)]
  }

  private var sweep: [String] {
    guard let sweep = contents.sweep else { return [] }
    let parts = SweepSection(sweep)
    var text = parts.summary
    if sweep.results.objective == nil, sweep.metric != nil {
      text += " The sweep has no objective, so points are not ranked; figures show the \(sweep.words)."
    }
    let panels = figures("axes-")
    return [
      section(
        "Sweep",
        [
          Markup.paragraph(text), parts.axes, parts.best, parts.incomplete,
          panels.isEmpty ? "" : Markup.element("div", panels.joined(separator: "\n"), ("class", "abreast")),
        ] + figures("interaction") + [parts.all])
    ]
  }

  private var comparisons: [String] {
    guard let comparisons = contents.comparisons, !comparisons.all.isEmpty else { return [] }
    let parts = comparisons.all.map { comparison in
      let head = comparisons.all.count > 1 ? Markup.element("h3", Markup.escaped(comparison.name)) : ""
      let figure = figures("comparison-\(Slug.make(comparison.name))").joined()
      return head + Markup.paragraph(comparison.words) + comparison.table + figure
    }
    let title = comparisons.all.count == 1 ? "Comparison: \(comparisons.all[0].name)" : "Comparisons"
    return [section(title, parts)]
  }

  /// Says which point of a sweep all that follows is of.
  private var shownPoint: [String] {
    guard let sweep = contents.sweep, let point = sweep.shown else { return [] }
    let kind = sweep.ranked.isEmpty ? "Scores of one point" : "The best point"
    let words = point.words(sweep.results.paths)
    let text =
      "Scores, embedding and traces below are those of point \(point.id)" + (words.isEmpty ? "." : ": \(words).")
    return [section(kind, [Markup.paragraph(text)])]
  }

  private var evaluations: [String] {
    contents.metrics.map(\.evaluation).distinct.map { name in
      let scores = EvaluationScores(name, contents.metrics)
      var parts = figures("forecast-\(Slug.make(name))")
      parts.append(ScoreTables(scores).markup)
      if scores.quantities.contains(where: \.isFloor) {
        var text = "Bold: above every floor beside it. Floor mean: each channel's training mean as prediction."
        if scores.has("hold") { text += " Floor hold: the last bin observed before the forecast, held." }
        if scores.has(MetricRow.oracle) {
          text += " Oracle: the true dynamics without noise, from the true state at the end of the context."
        }
        parts.append(Markup.paragraph(text, kind: "note"))
      }
      return section("Evaluation: \(name)", parts)
    }
  }

  private var embeddings: [String] {
    let parts = figures("embedding-")
    return parts.isEmpty ? [] : [section("Embedding", parts)]
  }

  private var grids: [String] {
    let parts = figures("grid-")
    return parts.isEmpty ? [] : [section("Grid of embeddings", parts)]
  }

  private var fields: [String] {
    let parts = figures("fields-")
    return parts.isEmpty ? [] : [section("Vector fields", parts)]
  }

  private var examples: [String] {
    let parts = figures("traces-")
    return parts.isEmpty ? [] : [section("Example traces", parts)]
  }

  private var training: [String] {
    let parts = figures("learning-") + unlearnt
    return parts.isEmpty ? [] : [section("Training", parts)]
  }

  /// What fits did not learn, fits of one run with the same words as one row.
  private var unlearnt: [String] {
    let all = contents.unlearnt
    let rows = all.map { "\($0.run)\n\($0.words)" }.distinct.map { row -> [String] in
      let parts = row.split(separator: "\n", maxSplits: 1).map(String.init)
      let count = all.count { $0.run == parts[0] && $0.words == parts[1] }
      return [parts[0] + (count > 1 ? " (\(count) fits)" : ""), parts[1]]
    }
    guard !rows.isEmpty else { return [] }
    let body = rows.prefix(100).map { $0.map { Markup.element("td", Markup.escaped($0)) } }
    let head = ["run", "what was not learnt"].map { Markup.element("th", $0) }
    let text = "Measured at the end of each training, on its validation trials where it has some."
    return [Markup.paragraph(text), Markup.table(head: [head], body: body, kind: "words")]
  }

  private var leakGuard: [String] { contents.leakGuard.map { [section("Never seen", $0.parts)] } ?? [] }

  private func section(_ title: String, _ parts: [String]) -> String {
    let head = Markup.element("h2", Markup.escaped(title))
    return Markup.element("section", ([head] + parts).joined(separator: "\n"))
  }

  /// The figures whose id begins like this, with their captions and the way to their files.
  private func figures(_ prefix: String) -> [String] {
    drawings.filter { $0.figure.id == prefix || prefix.hasSuffix("-") && $0.figure.id.hasPrefix(prefix) }.map {
      drawing in
      let figure = drawing.figure
      let files = (drawing.svg == nil ? ["tsv", "gp"] : ["svg", "tsv", "gp"]).map { ending in
        Markup.element("a", ending, ("href", "figures/\(figure.id).\(ending)"))
      }
      let caption = Markup.escaped(figure.caption) + " [" + files.joined(separator: ", ") + "]"
      let picture = drawing.svg.map { Self.inline($0, figure) } ?? Markup.paragraph("(not drawn)", kind: "note")
      let isOnly = Set(drawings.filter { $0.figure.id.hasPrefix(prefix) }.map(\.figure.title)).count == 1
      let title = prefix.hasSuffix("-") && !isOnly ? Markup.element("h3", Markup.escaped(figure.title)) : ""
      return Markup.element("figure", title + picture + Markup.element("figcaption", caption))
    }
  }

  /// An SVG file as a part of the page: without its prologue, and with names that are its own.
  private static func inline(_ svg: String, _ figure: Figure) -> String {
    let start = svg.firstRange(of: "<svg")?.lowerBound ?? svg.startIndex
    let width = Script.number(figure.width)
    let label = Markup.escaped(figure.title + ". " + figure.caption)
    return String(svg[start...]).replacing("'gp", with: "'\(figure.id)-gp").replacing("#gp", with: "#\(figure.id)-gp")
      .replacing(
        "<svg", with: "<svg role=\"img\" aria-label=\"\(label)\" style=\"width: \(width)px\"", maxReplacements: 1)
  }

  private var provenance: String {
    let manifest = contents.manifest
    var rows: [[String]] = []
    // What the author left out says nothing.
    let told = Self.flat(manifest.study).filter {
      !["", "null"].contains($1) && !["title", "description"].contains($0)
    }
    for (key, value) in told {
      rows.append([
        Markup.element("th", Markup.escaped(key), ("scope", "row")), Markup.element("td", Markup.escaped(value)),
      ])
    }
    rows.append([
      Markup.element("th", "bundle format", ("scope", "row")), Markup.element("td", String(Manifest.format)),
    ])
    let all = manifest.files.filter { !$0.path.hasPrefix("report/") }.sorted { $0.path < $1.path }
    let files = all.prefix(Self.files)
    let head = ["file", "role", "bytes", "SHA-256"].map { Markup.element("th", $0) }
    let body = files.map { file in
      [
        Markup.element("td", Markup.escaped(file.path)), Markup.element("td", Markup.escaped(file.role)),
        Markup.element("td", String(file.bytes), ("class", "number")),
        Markup.element("td", Markup.element("code", String(file.sha256.prefix(16)), ("title", file.sha256))),
      ]
    }
    let count =
      all.count == 1
      ? "1 file" : all.count > files.count ? "\(files.count) of \(all.count) files" : "\(all.count) files"
    let list = Markup.folded("\(count) of this bundle", Markup.table(head: [head], body: body, kind: "words"))
    return section("Provenance", [Markup.table(head: [], body: rows, kind: "words"), files.isEmpty ? "" : list])
  }

  /// Files that the page lists; the manifest lists all.
  private static let files = 500

  /// A value as `(path, text)` pairs, sorted by path; lists of plain values on one line.
  private static func flat(_ value: JSONValue, _ path: String = "") -> [(String, String)] {
    if let object = value.object {
      return object.sorted { $0.key < $1.key }.flatMap { flat($0.value, path.isEmpty ? $0.key : path + "." + $0.key) }
    }
    if let list = value.array, list.allSatisfy({ $0.object == nil && $0.array == nil }) {
      return [(path, list.map { $0.string ?? $0.line }.joined(separator: ", "))]
    }
    return [(path, value.string ?? value.line)]
  }
}
