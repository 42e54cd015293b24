/// What a reading of a spec collects besides the values: every complaint, and where each given value stands.
///
/// A path has a span here only if the author gave it; a value without one is a default.
package struct Reading: Sendable {
  /// A hostile spec does not fill the memory with complaints.
  private static let limit = 1000

  package private(set) var diagnostics: [Diagnostic] = []
  /// The place of every value that was given.
  package private(set) var spans: [SpecPath: Span] = [:]
  /// The place of every key that was given.
  package private(set) var keySpans: [SpecPath: Span] = [:]
  /// The layer that gave each value.
  package private(set) var layers: [SpecPath: Node.Layer] = [:]
  /// Every reference that was read, with the path that holds it.
  package private(set) var references: [SpecPath: Reference] = [:]
  /// The whole document; references are looked up in its sections. Without one they are taken as they are.
  package let document: Node?
  /// The whole language, to say under which section a misplaced key belongs.
  package let language: SchemaDescription?
  /// The path of the value being read.
  package private(set) var path = SpecPath.root
  private(set) var errorCount = 0
  private var claimed: [SpecPath: Set<String>] = [:]
  private var armName: String?
  private let names: [String: Set<String>]

  package init(document: Node? = nil, language: SchemaDescription? = nil) {
    self.document = document
    self.language = language
    var names: [String: Set<String>] = [:]
    for entry in document?.entries ?? [] { names[entry.key] = Set(entry.value.entries?.map(\.key) ?? []) }
    self.names = names
  }

  /// Whether a section of the document has an entry.
  func section(_ section: String, has name: String) -> Bool { names[section]?.contains(name) ?? false }

  /// Whether complaints are still few enough to be worth a search for what was meant.
  var isHelpful: Bool { diagnostics.count < 100 }

  /// Reads a whole document against the schema of the language.
  package static func read<Root>(_ document: Node, as schema: Schema<Root>) -> (value: Root?, reading: Reading) {
    var reading = Reading(document: document, language: schema.description)
    let value = schema.read(document, &reading)
    return (reading.errorCount > 0 ? nil : value, reading)
  }

  /// Whether a node has been complained about already, so that nothing more is said of it.
  mutating func skips(_ node: Node) -> Bool {
    if node.isBroken { errorCount += 1 }
    return node.isBroken
  }

  /// Adds a complaint.
  package mutating func report(_ diagnostic: Diagnostic) {
    if diagnostic.isError { errorCount += 1 }
    if diagnostics.count < Self.limit { diagnostics.append(diagnostic) }
  }

  /// Adds a complaint about the value being read, or about a key of it.
  package mutating func report(
    _ code: Code, _ message: String, at span: Span, key: String? = nil, label: String = "", help: [String] = [],
    notes: [String] = [], fix: Diagnostic.Fix? = nil, source: Node.Source? = nil
  ) {
    let where_ = key.map(path.appending) ?? path
    var remarks: [Diagnostic.Remark] = []
    var notes = notes
    if let source {
      if let span = source.span { remarks.append(.init(span, source.words)) } else { notes.append(source.words) }
    }
    report(
      Diagnostic(
        code, message, at: span, label: label, path: where_, secondary: remarks, help: help, notes: notes,
        fix: source == nil ? fix : nil))
  }

  /// Adds a complaint about a path that has been read, at its place or at that of its nearest given parent.
  package mutating func report(
    _ code: Code, _ message: String, about path: SpecPath, label: String = "", help: [String] = [],
    notes: [String] = [], secondary: [SpecPath: String] = [:]
  ) {
    guard let span = span(of: path) else { return }
    let remarks = secondary.sorted { $0.key < $1.key }.compactMap { path, label in
      self.span(of: path).map { Diagnostic.Remark($0, label) }
    }
    report(
      Diagnostic(code, message, at: span, label: label, path: path, secondary: remarks, help: help, notes: notes))
  }

  /// The place of a value, or of the key of its nearest parent that was given.
  package func span(of path: SpecPath) -> Span? {
    if let span = spans[path] { return span }
    var path = path
    while !path.isRoot {
      path = path.parent
      if let span = keySpans[path] { return span }
    }
    return document.map { Span($0.span.file, $0.span.bytes.lowerBound..<$0.span.bytes.lowerBound) }
  }

  /// Reads the value of a key one level down.
  mutating func enter<Result>(_ entry: Node.Entry, _ body: (inout Reading) -> Result) -> Result {
    let outer = path
    path = path.appending(entry.key)
    defer { path = outer }
    keySpans[path] = entry.keySpan
    note(entry.value)
    return body(&self)
  }

  /// Reads an element of a list.
  mutating func enter<Result>(_ index: Int, _ node: Node, _ body: (inout Reading) -> Result) -> Result {
    let outer = path
    path = path.appending(index)
    defer { path = outer }
    note(node)
    return body(&self)
  }

  mutating func note(_ reference: Reference) { references[path] = reference }

  private mutating func note(_ node: Node) {
    spans[path] = node.span
    layers[path] = node.layer
  }

  /// Reads an arm of a union: its `kind` key is not the arm's own.
  mutating func insideUnion<Result>(_ kind: String, _ body: (inout Reading) -> Result) -> Result {
    armName = kind
    defer { armName = nil }
    return body(&self)
  }

  /// The name that the value being read goes by in a message: `lr`, `hidden[1]`, `models.meta`.
  var subject: String {
    guard let key = path.lastKey else { return "spec" }
    if path.steps.count == 2 { return path.description }
    var text = key
    for step in path.steps.reversed() {
      guard case .index(let index) = step else { break }
      text = "\(key)[\(index)]" + text.dropFirst(key.count)
    }
    return text
  }

  /// The place that stands for a whole mapping: its key, or its first line.
  func place(of node: Node) -> Span {
    if let span = keySpans[path] { return span }
    if let first = node.entries?.first { return first.keySpan }
    return node.span
  }
}

// What schemas and unions ask of a reading.
extension Reading {
  /// Whether a node is a mapping; complains about keys that the schema does not have.
  mutating func checkKeys(of node: Node, against schema: SchemaDescription) -> Bool {
    let arm = armName
    armName = nil
    guard let entries = node.entries else {
      let keys = schema.fields.map(\.name).joined(separator: ", ")
      report(
        node.isNull ? .noValue : .wrongShape,
        node.isNull ? "`\(subject)` has no value" : "`\(subject)` must be a mapping, found \(node.words)",
        at: node.isNull ? place(of: node) : node.span, label: "expected a mapping",
        notes: keys.isEmpty ? [] : ["keys of `\(schema.name)`: \(keys)"], source: node.source)
      return false
    }
    for entry in entries where schema.fields.allSatisfy({ $0.name != entry.key }) && !entry.key.hasPrefix("x-") {
      if arm != nil, entry.key == "kind" { continue }
      if let later = schema.notBuilt.first(where: { $0.name == entry.key }) {
        reportNotBuilt("key `\(entry.key)` of `\(schema.name)`", later, at: entry.keySpan, key: entry.key)
      } else {
        reportUnknown(entry, in: node, schema: schema)
      }
    }
    return true
  }

  /// The kind that a mapping names, complained about unless it is one of the union's.
  mutating func kind(of node: Node, in union: UnionDescription) -> String? {
    let kinds = union.arms.map(\.name)
    let note = "kinds of \(union.name): " + kinds.joined(separator: ", ")
    guard node.entries != nil else { return reportNoMapping(node, kinds, note) }
    guard let entry = node.entry("kind") else {
      report(
        .missingKey, "`\(subject)` does not say which `kind` it is", at: place(of: node), label: "needs `kind`",
        notes: [note])
      return nil
    }
    guard !skips(entry.value) else { return nil }
    guard let scalar = entry.value.scalar, !scalar.isNull else {
      report(
        .wrongType, "`kind` must be one word, found \(entry.value.words)", at: entry.value.span, key: "kind",
        label: "expected a kind", notes: [note], source: entry.value.source)
      return nil
    }
    keySpans[path.appending("kind")] = entry.keySpan
    spans[path.appending("kind")] = entry.value.span
    layers[path.appending("kind")] = entry.value.layer
    if kinds.contains(scalar.text) { return scalar.text }
    if let later = union.notBuilt.first(where: { $0.name == scalar.text }) {
      reportNotBuilt("kind `\(scalar.text)` of \(union.name)", later, at: entry.value.span, key: "kind", notes: [note])
      return nil
    }
    let match = Suggestion.nearest(to: scalar.text, among: kinds)
    report(
      .unknownChoice, "unknown kind `\(scalar.text.shortened(to: 40))` of \(union.name)", at: entry.value.span,
      key: "kind", label: "not a kind of \(union.name)", help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
      notes: [note], fix: match.map { .init(entry.value.span, replacement: $0.word, isSafe: $0.isCertain) },
      source: entry.value.source)
    return nil
  }

  private mutating func reportNoMapping(_ node: Node, _ kinds: [String], _ note: String) -> String? {
    if node.isNull {
      report(.noValue, "`\(subject)` has no value", at: place(of: node), label: "expected a mapping", notes: [note])
      return nil
    }
    var help: [String] = []
    var fix: Diagnostic.Fix?
    if let word = node.scalar?.text, kinds.contains(word) {
      help = ["write `{kind: \(word)}`"]
      fix = .init(node.span, replacement: "{kind: \(word)}")
    }
    report(
      .wrongShape, "`\(subject)` must be a mapping with a `kind`, found \(node.words)", at: node.span,
      label: "expected a mapping", help: help, notes: [note], fix: fix, source: node.source)
    return nil
  }

  /// Complains about a required key, unless a misspelt one has been taken for it already.
  mutating func reportMissing(_ name: String, _ kind: KindDescription, _ doc: String, in node: Node) {
    if claimed[path]?.contains(name) ?? false {
      errorCount += 1
      return
    }
    let sentence = doc.hasSuffix(".") ? String(doc.dropLast()) : doc
    report(
      .missingKey, path.isRoot ? "missing key `\(name)` at the top level" : "missing key `\(name)` in \(subject)",
      at: place(of: node), label: "needs `\(name)`", notes: ["`\(name)` is \(kind.words): \(sentence)"])
  }

  private mutating func reportNotBuilt(
    _ what: String, _ later: NotBuilt, at span: Span, key: String, notes: [String] = []
  ) {
    report(
      .notBuilt, "\(what) belongs to the language, but this version does not build it yet", at: span, key: key,
      label: "not built yet", notes: (later.doc.isEmpty ? [] : [later.doc]) + notes)
  }

  private mutating func reportUnknown(_ entry: Node.Entry, in node: Node, schema: SchemaDescription) {
    let names = schema.fields.map(\.name)
    let free = isHelpful ? names.filter { node.entry($0) == nil } : []
    let match = Suggestion.nearest(to: entry.key, among: free)
    var help: [String] = []
    if let match {
      claimed[path, default: []].insert(match.word)
      help = ["did you mean `\(match.word)`?"]
    } else if isHelpful, let home = language?.home(of: entry.key, except: path) {
      help = ["`\(entry.key)` exists under `\(home)`"]
    }
    let owner = path.isRoot ? "at the top level" : "in \(subject)"
    let keys = names.isEmpty ? "`\(schema.name)` has no keys" : "keys of `\(schema.name)`: " + names.joined(separator: ", ")
    report(
      .unknownKey, "unknown key `\(entry.key.shortened(to: 40))` \(owner)", at: entry.keySpan, key: entry.key,
      label: "not a key of `\(schema.name)`", help: help, notes: [keys],
      fix: match.map { .init(entry.keySpan, replacement: $0.word, isSafe: $0.isCertain) })
  }
}

extension SchemaDescription {
  /// The first place in the language that has a key of this name, such as `training.*.optimizer`.
  func home(of key: String, except path: SpecPath) -> String? {
    let found = Self.homes(of: key, in: .section(self), at: "")
    return found.first { !$0.isEmpty && $0 != path.description }
  }

  private static func homes(of key: String, in kind: KindDescription, at place: String) -> [String] {
    switch kind {
    case .scalar, .choice: return []
    case .list(let element, _): return homes(of: key, in: element, at: place)
    case .optional(let inner): return homes(of: key, in: inner, at: place)
    case .either(let first, let second): return homes(of: key, in: first, at: place) + homes(of: key, in: second, at: place)
    case .map(let inner): return homes(of: key, in: inner, at: place + ".*")
    case .union(let union): return union.arms.flatMap { homes(of: key, in: .section($0), at: place) }
    case .section(let schema):
      var found = schema.fields.contains { $0.name == key } ? [place] : []
      for field in schema.fields {
        found += homes(of: key, in: field.kind, at: place.isEmpty ? field.name : "\(place).\(field.name)")
      }
      return found
    }
  }
}
