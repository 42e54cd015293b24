extension Rendering {
  /// Complaints for machines: one JSON object per line, sorted by place, none left out.
  package static func jsonLines(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.sortedByPlace.map { json($0) + "\n" }.joined()
  }

  /// One complaint as a JSON object.
  package static func json(_ diagnostic: Diagnostic, type: String = "diagnostic") -> String {
    var fields: [(String, String)] = [
      ("type", JSON.quoted(type)), ("code", JSON.quoted(diagnostic.code.id)),
      ("severity", JSON.quoted(diagnostic.severity.rawValue)), ("message", JSON.quoted(diagnostic.message)),
    ]
    fields += place(diagnostic.span)
    fields.append(("path", JSON.quoted(diagnostic.path.description)))
    fields.append(("help", list(diagnostic.help.map(JSON.quoted))))
    fields.append(("notes", list(diagnostic.notes.map(JSON.quoted))))
    let remarks = diagnostic.secondary.map { object(place($0.span) + [("label", JSON.quoted($0.label))]) }
    fields.append(("secondary", list(remarks)))
    if let fix = diagnostic.fix {
      let edit = place(fix.span) + [("replacement", JSON.quoted(fix.replacement)), ("safe", String(fix.isSafe))]
      fields.append(("fix", object(edit)))
    }
    return object(fields)
  }

  private static func place(_ span: Span) -> [(String, String)] {
    let start = span.start
    let end = span.end
    return [
      ("file", JSON.quoted(span.file.name)), ("line", String(start.line)), ("column", String(start.column)),
      ("end_line", String(end.line)), ("end_column", String(end.column)),
    ]
  }

  private static func list(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }

  private static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(JSON.quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
  }
}
