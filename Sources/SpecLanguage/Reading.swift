/// What a reading of a spec collects besides the values: every complaint, and where each given value stands.
///
/// A path has a span here only if the author gave it; a value without one is a default.
package struct Reading: Sendable {
  package struct Place: Sendable {
    package let value: Span
    /// Nil for an element of a list.
    package let key: Span?
  }

  package private(set) var diagnostics: [Diagnostic] = []
  /// Where every value that was given stands, and its key.
  package private(set) var places: [SpecPath: Place] = [:]
  /// Every reference that was read, with the path that holds it.
  package private(set) var references: [SpecPath: Reference] = [:]
  /// The whole document; references are looked up in its sections. Without one they are taken as they are.
  package let document: Node?
  /// The whole language, to say under which section a misplaced key belongs.
  package let language: SchemaDescription?
  /// The path of the value being read.
  package private(set) var path = SpecPath.root
  /// Whether the places of values and keys are kept; what only looks for complaints reads faster without.
  package var keepsPlaces = true
  /// How many errors there are, those included that have been complained about elsewhere.
  var errorCount = 0
  private var toldCount = 0
  private var claimed: [SpecPath: Set<String>] = [:]
  private var armName: String?
  private let names: [String: Set<String>]
  private var homes: KeyHomes?

  package init(document: Node? = nil, language: SchemaDescription? = nil) {
    self.document = document
    self.language = language
    var names: [String: Set<String>] = [:]
    for entry in document?.entries ?? [] { names[entry.key] = Set(entry.value.entries?.map(\.key) ?? []) }
    self.names = names
  }

  /// Whether a section of the document has an entry.
  func section(_ section: String, has name: String) -> Bool { names[section]?.contains(name) ?? false }

  /// Where else in the language a key of this name is.
  mutating func home(of key: String) -> String? {
    guard let language else { return nil }
    let homes = self.homes ?? KeyHomes(language)
    self.homes = homes
    return homes.home(of: key, except: path)
  }

  /// Whether so many errors have been told that no more are looked for: what is read now has no value.
  var isFull: Bool { toldCount >= Diagnostic.limit }

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

  /// Whether a key may be missing because what the mapping inherits is unknown; that has been complained about.
  mutating func lacks(_ node: Node) -> Bool {
    if node.isPartial { errorCount += 1 }
    return node.isPartial
  }

  /// How many values the axes of a sweep have so far.
  var sweptCount = 0
  /// The path of the last key that a schema cannot do without.
  var requiredPath: SpecPath?
  /// What to do about a key without a value.
  var helpForNothing: String {
    requiredPath == path ? "give a value; the key is required" : "give a value or remove the key"
  }

  /// Adds a complaint.
  package mutating func report(_ diagnostic: Diagnostic) {
    if diagnostic.isError { errorCount += 1 }
    // Errors are never crowded out by warnings.
    guard diagnostic.isError ? !isFull : diagnostics.count < Diagnostic.limit else { return }
    if diagnostic.isError { toldCount += 1 }
    var diagnostic = diagnostic
    // The wrong text does not stand where something is filled in.
    if diagnostic.fix?.span.text.contains("${") ?? false { diagnostic.fix = nil }
    diagnostics.append(diagnostic)
  }

  /// Adds a complaint about the value being read, or about a key of it.
  package mutating func report(
    _ code: Code, _ message: String, at span: Span, key: String? = nil, label: String = "", help: [String] = [],
    notes: [String] = [], fix: Diagnostic.Fix? = nil, source: Node.Source? = nil, remarks: [Diagnostic.Remark] = []
  ) {
    let place = key.map(path.appending) ?? path
    var remarks = remarks
    var notes = notes
    if let source {
      if let span = source.span { remarks.append(.init(span, source.words)) } else { notes.append(source.words) }
    }
    let fix = source.map { source in fix.flatMap { $0.moved(from: span, to: source) } } ?? fix
    report(
      Diagnostic(
        code, message, at: span, label: label, path: place, secondary: remarks, help: help, notes: notes, fix: fix))
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
    if let place = places[path] { return place.value }
    var path = path
    while !path.isRoot {
      path = path.parent
      if let span = places[path]?.key { return span }
    }
    return document.map { Span($0.span.file, $0.span.bytes.lowerBound..<$0.span.bytes.lowerBound) }
  }

  /// Warns of entries that nothing refers to.
  /// - Parameter inherited: entries that others inherit from, which is use enough.
  package mutating func warnUnused(entriesOf sections: [String], inherited: [Reference] = []) {
    let used = Set(references.values).union(inherited)
    for section in sections {
      for entry in document?[section]?.entries ?? [] where !entry.key.hasPrefix("x-") {
        guard !used.contains(Reference(section: section, id: entry.key)) else { continue }
        report(
          Diagnostic(
            .unused, "nothing uses `\(section).\(entry.key)`", at: entry.keySpan, label: "never used",
            path: SpecPath([.key(section), .key(entry.key)])))
      }
    }
  }

  /// Reads the value of a key one level down.
  mutating func enter<Result>(_ entry: Node.Entry, _ body: (inout Reading) -> Result) -> Result {
    let outer = path
    path = path.appending(entry.key)
    defer { path = outer }
    if keepsPlaces { places[path] = Place(value: entry.value.span, key: entry.keySpan) }
    return body(&self)
  }

  /// Reads an element of a list.
  mutating func enter<Result>(_ index: Int, _ node: Node, _ body: (inout Reading) -> Result) -> Result {
    let outer = path
    path = path.appending(index)
    defer { path = outer }
    if keepsPlaces { places[path] = Place(value: node.span, key: nil) }
    return body(&self)
  }

  mutating func note(_ reference: Reference) { references[path] = reference }

  /// Reads an arm of a union: its `kind` key is not the arm's own.
  mutating func insideUnion<Result>(_ kind: String, _ body: (inout Reading) -> Result) -> Result {
    armName = kind
    defer { armName = nil }
    return body(&self)
  }

  /// The arm whose keys come next, told once.
  mutating func takeArm() -> String? {
    defer { armName = nil }
    return armName
  }

  /// Remembers that a misspelt key of this mapping stands for a real one.
  mutating func claim(_ key: String) { claimed[path, default: []].insert(key) }

  /// Whether a missing key was given under a misspelt name; the mapping counts as wrong, without a second complaint.
  mutating func isClaimed(_ key: String) -> Bool {
    guard claimed[path]?.contains(key) ?? false else { return false }
    errorCount += 1
    return true
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
    if let span = places[path]?.key { return span }
    if let first = node.entries?.first { return first.keySpan }
    return node.span
  }
}

extension Diagnostic.Fix {
  /// The fix of a value that stands elsewhere, at that place; nil where no place holds the text, or it is made of it.
  fileprivate func moved(from span: Span, to source: Node.Source) -> Self? {
    guard let place = source.span, self.span == span, !replacement.contains("${") else { return nil }
    return Self(place, replacement: replacement, isSafe: isSafe)
  }
}
