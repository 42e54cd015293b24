import Bundle

/// What gave no result: one row for each cause, because one failed training leaves whatever reads it undone as well.
struct FailureTable {
  private struct Cause: Hashable {
    var message: String
    var session: String?
    var file: String?
    var object: String?

    init(_ failure: Manifest.Failure) {
      message = failure.message
      session = failure.session
      file = failure.file
      object = failure.object
    }
  }

  private struct Row {
    var cause: Cause
    var jobs: [String] = []
    var points: [String] = []
    var places: [String] = []
  }

  private static let shown = 100
  private let rows: [Row]

  init(_ failures: [Manifest.Failure]) {
    var rows: [Row] = []
    var places: [Cause: Int] = [:]
    for failure in failures {
      let cause = Cause(failure)
      let place = places[cause] ?? rows.count
      if place == rows.count { rows.append(Row(cause: cause)) }
      places[cause] = place
      rows[place].jobs.append(failure.job)
      rows[place].points += failure.trials
      if let line = failure.place { rows[place].places.append(line) }
    }
    self.rows = rows
  }

  /// What stands below the heading; empty without failures.
  var markup: [String] {
    guard !rows.isEmpty else { return [] }
    // A column that no failure fills is left out.
    let columns: [(name: String, text: (Row) -> String)] = [
      ("points", { Self.listed($0.points, " ") }), ("job", { Self.listed($0.jobs, ", ") }),
      ("what went wrong", { $0.cause.message }), ("asked for at", { Self.listed($0.places, ", ") }),
      ("session", { $0.cause.session ?? "" }), ("file", { $0.cause.file ?? "" }),
      ("object", { $0.cause.object ?? "" }),
    ]
    let used = columns.filter { column in rows.contains { !column.text($0).isEmpty } }
    let body = rows.prefix(Self.shown).map { row in used.map { Markup.element("td", Markup.escaped($0.text(row))) } }
    var text = "These jobs gave no result; everything else below is complete."
    if rows.count > body.count { text += " The first \(body.count) of \(rows.count) causes, all in manifest.json." }
    let head = used.map { Markup.element("th", $0.name) }
    return [Markup.paragraph(text), Markup.table(head: [head], body: body, kind: "words")]
  }

  /// The first three of some words, each once.
  private static func listed(_ words: [String], _ separator: String) -> String {
    let words = words.distinct
    let rest = words.count > 3 ? " and \(words.count - 3) more" : ""
    return words.prefix(3).joined(separator: separator) + rest
  }
}
