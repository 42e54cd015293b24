// What schemas and unions ask of a reading.
extension Reading {
  /// Whether a node is a mapping; complains about keys that the schema does not have.
  mutating func checkKeys(of node: Node, against schema: SchemaDescription) -> Bool {
    let arm = takeArm()
    guard let entries = node.entries else {
      let keys = schema.fields.map(\.name).joined(separator: ", ")
      report(
        node.isNull ? .noValue : .wrongShape,
        node.isNull ? "`\(subject)` has no value" : "`\(subject)` must be a mapping, found \(node.words)",
        at: node.isNull ? place(of: node) : node.span, label: "expected a mapping",
        notes: keys.isEmpty ? [] : ["keys of `\(schema.name)`: \(keys)"], source: node.source)
      return false
    }
    // The keys that are there, once one of them is unknown.
    var given: Set<String> = []
    for entry in entries where schema.fields.allSatisfy({ $0.name != entry.key }) && !entry.key.hasPrefix("x-") {
      if arm != nil, entry.key == "kind" { continue }
      if isSweptWithoutEffect(entry) { continue }
      guard !isFull else { break }
      if let later = schema.notBuilt.first(where: { $0.name == entry.key }) {
        reportNotBuilt("key `\(entry.key)` of `\(schema.name)`", later, at: entry.keySpan, key: entry.key)
      } else {
        if given.isEmpty { given = Set(entries.map(\.key)) }
        reportUnknown(entry, in: node, given, schema: schema, arm: arm)
      }
    }
    return true
  }

  /// Whether an unknown key is the end of a swept path: the sweep has complained about it.
  private mutating func isSweptWithoutEffect(_ entry: Node.Entry) -> Bool {
    guard entry.value.layer == .sweep, entry.keySpan.text == path.appending(entry.key).description else { return false }
    errorCount += 1
    return true
  }

  /// The kind that a mapping names, complained about unless it is one of the union's.
  mutating func kind(of node: Node, in union: UnionDescription) -> String? {
    let kinds = union.arms.map(\.name)
    let note = "kinds of \(union.name): " + kinds.joined(separator: ", ")
    guard node.entries != nil else { return reportNoMapping(node, kinds, note) }
    guard let entry = node.entry("kind") else {
      guard !lacks(node), !isBelowNothing() else { return nil }
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
    enter(entry) { _ in }
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
    guard !isFull, !isClaimed(name), !lacks(node), !isBelowNothing() else { return }
    let sentence = doc.hasSuffix(".") ? String(doc.dropLast()) : doc
    report(
      .missingKey, path.isRoot ? "missing key `\(name)` at the top level" : "missing key `\(name)` in \(subject)",
      at: place(of: node), label: "needs `\(name)`", notes: ["`\(name)` is \(kind.words): \(sentence)"])
  }

  /// Whether what lacks keys belongs to an entry that only an override names, by reaching below it: that is said
  /// instead of everything that it lacks.
  private mutating func isBelowNothing() -> Bool {
    guard path.steps.count > 1, case .key(let section) = path.steps[0], case .key(let name) = path.steps[1],
      let entries = document?[section]?.entries, let entry = entries.first(where: { $0.key == name }),
      entry.isReachedThrough, case .map? = language?.fields.first(where: { $0.name == section })?.kind
    else { return false }
    let others = entries.filter { !$0.isReachedThrough && !$0.key.hasPrefix("x-") }.map(\.key)
    let match = Suggestion.nearest(to: name, among: others)
    report(
      Diagnostic(
        .unknownReference, "there is no entry `\(name.shortened(to: 40))` in `\(section)`", at: entry.keySpan,
        label: "no such entry", path: SpecPath([.key(section), .key(name)]),
        help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
        notes: others.isEmpty ? [] : ["entries of `\(section)`: " + others.listed]))
    return true
  }

  private mutating func reportNotBuilt(
    _ what: String, _ later: NotBuilt, at span: Span, key: String, notes: [String] = []
  ) {
    report(
      .notBuilt, "\(what) belongs to the language, but this version does not build it yet", at: span, key: key,
      label: "not built yet", notes: (later.doc.isEmpty ? [] : [later.doc]) + notes)
  }

  private mutating func reportUnknown(
    _ entry: Node.Entry, in node: Node, _ given: Set<String>, schema: SchemaDescription, arm: String?
  ) {
    let names = schema.fields.map(\.name)
    let known = names + composed(schema)
    let free = known.filter { !given.contains($0) }
    // A key that is there already may be an inherited one, and this one meant to replace it.
    let taken = free.count < known.count ? names : []
    let match = Suggestion.nearest(to: entry.key, among: free) ?? Suggestion.nearest(to: entry.key, among: taken)
    var help: [String] = []
    if let match {
      claim(match.word)
      help = ["did you mean `\(match.word)`?"]
    } else if let home = home(of: entry.key) {
      help = ["`\(entry.key)` exists under `\(home)`"]
    }
    let owner = path.isRoot ? "at the top level" : "in \(subject)"
    let isTop = path.isRoot && language != nil
    let place = isTop ? "at the top level" : "of `\(schema.name)`"
    let keys =
      names.isEmpty
      ? "`\(schema.name)` has no keys" : "keys \(place): " + (isTop ? known : names).joined(separator: ", ")
    // The kind may have been picked by another layer, out of the author's sight.
    let kind = arm.flatMap { _ in node["kind"] }.flatMap { kind in
      kind.layer == entry.value.layer && kind.sibling == entry.value.sibling ? nil : kind
    }
    let remarks = kind.map { [Diagnostic.Remark($0.span, "`kind` is given here")] } ?? []
    // Beside a key of that name in the same mapping, the new name would be given twice.
    let twin = match.flatMap { node.entry($0.word) }.flatMap { node.span.holds($0.keySpan) ? $0 : nil }
    // Composition has taken its own words out, so their twins are looked for in the text.
    let isComposed = ["like", "unset"].contains { (word: String) in
      word == match?.word && node.span.text.contains("\(word):")
    }
    let renamed = twin == nil && !isComposed ? match : nil
    report(
      Diagnostic(
        .unknownKey, "unknown key `\(entry.key.shortened(to: 40))` \(owner)", at: entry.keySpan,
        label: "not a key \(place)", path: path.appending(entry.key), secondary: remarks, help: help,
        notes: [keys], fix: renamed.map { .init(entry.keySpan, replacement: $0.word, isSafe: $0.isCertain) }))
  }
}

extension Node.Entry {
  /// Whether the entry is there because a dotted path leads through it, as in `models.meta.dynamics.latent=3`.
  fileprivate var isReachedThrough: Bool {
    guard value.layer == .argument, value.span.file == keySpan.file else { return false }
    let bytes = value.span.file.bytes
    let end = keySpan.bytes.upperBound
    return end < bytes.count && bytes[end] == UInt8(ascii: ".")
  }
}

extension Reading {
  /// Keys that composition has taken out of the document before it is read.
  fileprivate func composed(_ schema: SchemaDescription) -> [String] {
    guard language != nil else { return [] }
    if path.isRoot { return LanguageKeys.composition.map(\.name) }
    return path.steps.count == 2 ? LanguageKeys.heir.map(\.name) : []
  }
}

/// Where in a language the keys of each name are, so that a misplaced key is helped home.
struct KeyHomes: Sendable {
  /// The first two places by name, such as `training.*.optimizer`: one may be where the key was misplaced.
  private var places: [String: [String]] = [:]

  init(_ language: SchemaDescription) {
    var place: [String] = []
    add(.section(language), &place)
  }

  /// The first place that has a key of this name and is another one.
  func home(of key: String, except path: SpecPath) -> String? {
    let except = path.description
    return places[key]?.first { $0 != except }
  }

  /// - Parameter place: the words on the way to the kind.
  private mutating func add(_ kind: KindDescription, _ place: inout [String]) {
    switch kind {
    case .scalar, .choice: break
    case .list(let inner, _), .optional(let inner): add(inner, &place)
    case .either(let first, let second):
      add(first, &place)
      add(second, &place)
    case .map(let inner), .paths(let inner):
      place.append("*")
      add(inner, &place)
      place.removeLast()
    case .union(let union):
      for arm in union.arms { add(.section(arm), &place) }
    case .section(let schema):
      let here = place.joined(separator: ".")
      for field in schema.fields where !place.isEmpty {
        let known = places[field.name, default: []]
        if known.count < 2, known.first != here { places[field.name] = known + [here] }
      }
      for field in schema.fields {
        place.append(field.name)
        add(field.kind, &place)
        place.removeLast()
      }
    }
  }
}
