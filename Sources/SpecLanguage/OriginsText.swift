// Origins for people and for machines.
extension Origins {
  /// What `why PATH` prints: value, type and chain of one value, or of every value below a section.
  /// - Returns: nil for a path that the resolved spec does not have.
  package func why(_ path: SpecPath) -> String? {
    let found = rows(at: path)
    return found.isEmpty ? nil : found.map(Self.block).joined(separator: "\n")
  }

  /// What `why --all` prints: the resolved spec as YAML, with the origin of each value behind it.
  package var resolvedText: String {
    var lines: [(text: String, remark: String)] = []
    var open: [SpecPath.Step] = []
    for row in rows {
      let steps = row.path.steps
      var shared = 0
      while shared < min(open.count, steps.count - 1), open[shared] == steps[shared] { shared += 1 }
      for depth in shared..<max(shared, steps.count - 1) {
        lines.append((Self.margin(depth) + Self.key(steps[depth]) + ":", ""))
      }
      open = Array(steps.dropLast())
      let key = steps.last.map(Self.key) ?? ""
      lines.append((Self.margin(steps.count - 1) + key + ": " + row.value.flow, Self.short(row)))
    }
    let column = min(60, lines.map { $0.remark.isEmpty ? 0 : $0.text.count }.max() ?? 0)
    return lines.map { line in
      guard !line.remark.isEmpty else { return line.text + "\n" }
      return line.text + String(repeating: " ", count: max(0, column - line.text.count)) + "  # \(line.remark)\n"
    }.joined()
  }

  /// `origins.json`: one object per value; what was given stays apart from what is a default.
  package var json: String { json { $0 } }

  /// What `why PATH --json` prints: as `origins.json`, of one value or of every value below a section.
  /// - Returns: nil for a path that the resolved spec does not have.
  package func json(at path: SpecPath) -> String? {
    let found = rows(at: path)
    return found.isEmpty ? nil : Self.json(found) { $0 }
  }

  /// `origins.json`, with other names for files.
  package func json(naming file: (String) -> String) -> String { Self.json(rows, file) }

  private static func json(_ rows: [Row], _ file: (String) -> String) -> String {
    let lines = rows.map { row in
      var fields = [
        "\"path\": \(JSON.quoted(row.path.description))",
        "\"value\": \(String(decoding: row.value.canonicalBytes, as: UTF8.self))",
        "\"explicit\": \(!row.isDefault)",
      ]
      if !row.isDefault {
        fields.append("\"chain\": [\(row.chain.map { Self.json($0, file) }.joined(separator: ", "))]")
      }
      if let source = row.source { fields.append("\"source\": \(Self.json(source, file))") }
      return "  {" + fields.joined(separator: ", ") + "}"
    }
    return "{\"format\": 1, \"values\": [\n" + lines.joined(separator: ",\n") + "\n]}\n"
  }

  private static func block(_ row: Row) -> String {
    var facts: [(String, String)] = []
    if !row.type.isEmpty { facts.append(("type", row.type)) }
    if !row.doc.isEmpty { facts.append(("means", row.doc)) }
    for (index, step) in row.chain.enumerated().reversed() {
      let isWinner = index == row.chain.count - 1
      facts.append((isWinner ? "set" : "over", "\(step.text)   \(words(step))"))
      if isWinner, let source = row.source { facts.append(("", words(source))) }
    }
    if let fallback = row.fallback {
      facts.append((row.isDefault ? "set" : "over", "\(fallback.flow)   default of the language"))
    } else if row.isDefault {
      facts.append(("set", "default of the language"))
    }
    let lines = facts.map { name, text in
      "  " + name + String(repeating: " ", count: max(0, 5 - name.count)) + "  " + text + "\n"
    }
    return "\(row.path) = \(row.value.flow)\n" + lines.joined()
  }

  private static func words(_ step: Origin) -> String {
    let sibling = step.sibling.map { ", inherited from `\($0)`" } ?? ""
    return "\(step.layer.words), \(step.span)\(sibling)"
  }

  private static func words(_ source: Node.Source) -> String {
    source.span.map { "\(source.words): \($0.text.oneLine)   \($0)" } ?? source.words
  }

  private static func short(_ row: Row) -> String {
    guard let step = row.chain.last else { return "default" }
    return words(step)
  }

  private static func json(_ step: Origin, _ file: (String) -> String) -> String {
    let start = step.span.start
    var fields = [
      "\"layer\": \(JSON.quoted(step.layer.words))", "\"file\": \(JSON.quoted(file(step.span.file.name)))",
      "\"line\": \(start.line)", "\"column\": \(start.column)", "\"text\": \(JSON.quoted(step.text))",
    ]
    if let sibling = step.sibling { fields.append("\"like\": \(JSON.quoted(sibling))") }
    return "{" + fields.joined(separator: ", ") + "}"
  }

  private static func json(_ source: Node.Source, _ file: (String) -> String) -> String {
    guard let span = source.span else { return "{\"words\": \(JSON.quoted(source.words))}" }
    let start = span.start
    return "{\"words\": \(JSON.quoted(source.words)), \"file\": \(JSON.quoted(file(span.file.name))), "
      + "\"line\": \(start.line), \"column\": \(start.column)}"
  }

  private static func margin(_ depth: Int) -> String { String(repeating: "  ", count: max(0, depth)) }

  private static func key(_ step: SpecPath.Step) -> String {
    switch step {
    case .key(let key): key
    case .index(let index): "[\(index)]"
    }
  }
}

extension Origin {
  /// The text at the place, on one line.
  var text: String { span.text.oneLine }
}

extension String {
  /// Line breaks and what stands around them become one space; long text is cut.
  fileprivate var oneLine: String {
    split(whereSeparator: \.isNewline).map { line in
      var line = line
      while line.first == " " { line = line.dropFirst() }
      return String(line)
    }.joined(separator: " ").shortened(to: 60)
  }
}
