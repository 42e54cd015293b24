/// The reference of the language as Markdown, made of the declarations of its keys.
package struct ReferencePage: Sendable {
  private var blocks: [String] = []
  private var written: [KindDescription: String] = [:]

  /// The page of a language.
  package static func text(_ language: SchemaDescription) -> String {
    var page = ReferencePage()
    page.blocks.append(
      """
      # The language, key by key

      Made of the declarations in the sources; do not edit. `*` stands for a name of your own. A key without a default is
      required, unless it says `optional`. Every mapping takes keys that begin with `x-`; they are carried and ignored.
      Entries of `datasets`, `cohorts`, `models`, `training`, `runs` and `evaluations` may say `like: <sibling>` to
      inherit from it and `unset: [key]` to drop what they inherit.
      """)
    page.add(LanguageKeys.file(language), at: "", heading: "The top level")
    return page.blocks.joined(separator: "\n\n") + "\n"
  }

  /// The error catalogue.
  package static func text(_ codes: [Code]) -> String {
    let sorted = codes.sorted { $0.id < $1.id }
    let rows = sorted.map { "## \($0.id): \($0.title)\n\n\($0.explanation)" }
    let head = """
      # What the program complains about

      Made of the codes in the sources; do not edit. `mdssm-run explain CODE` prints the same. Codes that begin with `W`
      are warnings.
      """
    return ([head] + rows).joined(separator: "\n\n") + "\n"
  }

  private mutating func add(_ schema: SchemaDescription, at path: String, heading: String) {
    var text = "## \(heading)\n\n\(schema.doc)"
    let kind = heading.contains(": kind ")
    if !schema.fields.isEmpty {
      text += "\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |"
      for field in schema.fields { text += "\n" + row(field) }
    } else if kind {
      text += "\n\nNo keys of its own."
    }
    if !schema.notBuilt.isEmpty {
      text +=
        "\n\nOf the language, but not built yet: " + schema.notBuilt.map { "`\($0.name)`" }.joined(separator: ", ")
        + "."
    }
    blocks.append(text)
    for field in schema.fields { add(field.kind, at: path.isEmpty ? field.name : "\(path).\(field.name)") }
  }

  private mutating func add(_ kind: KindDescription, at path: String) {
    switch kind {
    case .scalar, .choice: return
    case .list(let inner, _): add(inner, at: path)
    case .paths(let inner): add(inner, at: path)
    case .optional(let inner): add(inner, at: path)
    case .map(let inner): add(inner, at: path + ".*")
    case .either(let first, let second):
      add(first, at: path)
      add(second, at: path)
    case .section(let schema):
      guard isNew(kind, path) else { return }
      add(schema, at: path, heading: "`\(path)`")
    case .union(let union):
      guard isNew(kind, path) else { return }
      for arm in union.arms { add(arm, at: path, heading: "`\(path)`: kind `\(arm.name)`") }
      guard !union.notBuilt.isEmpty else { return }
      let names = union.notBuilt.map { "`\($0.name)`" }.joined(separator: ", ")
      blocks.append("Kinds of `\(path)` that belong to the language, but are not built yet: \(names).")
    }
  }

  /// Whether a mapping has not been described; if it has, the page says where.
  private mutating func isNew(_ kind: KindDescription, _ path: String) -> Bool {
    if let place = written[kind] {
      blocks.append("## `\(path)`\n\nThe same keys as `\(place)`.")
      return false
    }
    written[kind] = path
    return true
  }

  private func row(_ field: SchemaDescription.Field) -> String {
    let isOptional = if case .optional = field.kind { true } else { false }
    let fallback: String
    if isOptional || field.fallback == .null {
      fallback = "optional"
    } else if let value = field.fallback {
      fallback = "`\(value.flow)`"
    } else {
      fallback = "required"
    }
    let cells = ["`\(field.name)`", field.kind.words, fallback, field.doc]
    return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }
}
