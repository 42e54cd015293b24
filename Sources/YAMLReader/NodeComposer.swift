import SpecLanguage

/// Builds the node of a document from events, and complains about what a spec may not contain.
struct NodeComposer {
  private struct Anchor {
    var node: Node
    var weight: Int
  }

  /// Nothing after this place can be understood; the complaint has been made.
  private struct Stop: Error {}

  private let file: SourceFile
  private let layer: Node.Layer
  private let reader: EventReader
  private var anchors: [String: Anchor] = [:]
  private var openAnchors: [String: Span] = [:]
  private var aliasCount = 0
  private var aliasWeight = 0
  private var valueCount = 0
  private(set) var diagnostics: [Diagnostic] = []

  init(_ file: SourceFile, layer: Node.Layer) {
    self.file = file
    self.layer = layer
    reader = EventReader(file)
  }

  /// The only document of the text; nil when there is none or its structure is broken.
  mutating func document() -> Node? {
    do throws(Stop) {
      return try readDocument()
    } catch {
      return nil
    }
  }

  private mutating func readDocument() throws(Stop) -> Node {
    _ = try next()
    guard case .documentStart = try next().kind else {
      complain(
        .emptyDocument, "the spec is empty", Span(file, file.markLength..<file.markLength),
        help: ["a spec begins with `mdssm: 1`"])
      throw Stop()
    }
    let (node, _) = try node(try next(), depth: 0)
    _ = try next()
    let after = try next()
    if case .documentStart = after.kind {
      let first = Span(file, node.span.bytes.lowerBound..<node.span.bytes.lowerBound)
      complain(
        .severalDocuments, "the spec has more than one document", after.span, label: "the second document begins here",
        remarks: [.init(first, "the first one begins here")], help: ["split the documents into files of their own"])
      throw Stop()
    }
    return node
  }

  private mutating func next() throws(Stop) -> Event {
    do throws(SyntaxProblem) {
      return try reader.next()
    } catch {
      diagnostics.append(SyntaxMessage.diagnostic(error, in: file))
      throw Stop()
    }
  }

  /// A node that begins with an event, and its weight: text bytes plus nodes, aliases expanded.
  private mutating func node(_ event: Event, depth: Int) throws(Stop) -> (Node, Int) {
    guard depth < YAML.Limit.depth else {
      complain(
        .tooDeep, "the spec is nested deeper than \(YAML.Limit.depth) levels", first(of: event.span), label: "too deep")
      throw Stop()
    }
    if diagnostics.count >= YAML.Limit.complaints { throw Stop() }
    valueCount += 1
    guard valueCount <= YAML.Limit.values else {
      complain(
        .tooManyValues, "the spec has more than \(YAML.Limit.values) values", first(of: event.span),
        label: "one too many", help: ["data belong in files of their own that `datasets` names"])
      throw Stop()
    }
    if let anchor = event.anchor { openAnchors[anchor] = event.span }
    let built: (Node, Int)
    switch event.kind {
    case .alias(let name): return try alias(name, event.span)
    case .scalar(let scalar): built = scalarNode(scalar, event)
    case .sequenceStart: built = try sequence(event, depth: depth)
    case .mappingStart: built = try mapping(event, depth: depth)
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
      complain(.notYAML, "a value is missing here", event.span)
      throw Stop()
    }
    if let anchor = event.anchor {
      openAnchors[anchor] = nil
      anchors[anchor] = Anchor(node: built.0, weight: built.1)
    }
    return built
  }

  private mutating func scalarNode(_ scalar: Scalar, _ event: Event) -> (Node, Int) {
    var scalar = scalar
    scalar.tag = tag(event, allowed: [.str, .null, .bool, .int, .float])
    if scalar.style == .plain { checkLookAlikes(scalar.text, event.span, isKey: false) }
    let span = contentSpan(of: event)
    return (Node(.scalar(scalar), span: span, layer: layer), 1 + scalar.text.utf8.count)
  }

  private mutating func sequence(_ start: Event, depth: Int) throws(Stop) -> (Node, Int) {
    _ = tag(start, allowed: [.seq])
    var nodes: [Node] = []
    var weight = 1
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind {
        let span = whole(start, event, last: nodes.last?.span)
        return (Node(.sequence(nodes), span: span, layer: layer), weight)
      }
      let (element, elementWeight) = try node(event, depth: depth + 1)
      nodes.append(element)
      weight += elementWeight
    }
  }

  private mutating func mapping(_ start: Event, depth: Int) throws(Stop) -> (Node, Int) {
    _ = tag(start, allowed: [.map])
    var entries: [Node.Entry] = []
    var places: [String: Span] = [:]
    var weight = 1
    var last: Span?
    while true {
      let event = try next()
      if case .mappingEnd = event.kind {
        return (Node(.mapping(entries), span: whole(start, event, last: last), layer: layer), weight)
      }
      guard places.count < YAML.Limit.keys else {
        complain(
          .tooManyValues, "a mapping has more than \(YAML.Limit.keys) keys", first(of: event.span),
          label: "one too many", help: ["data belong in files of their own that `datasets` names"])
        throw Stop()
      }
      let key = try key(event, depth: depth + 1)
      let (value, valueWeight) = try node(try next(), depth: depth + 1)
      last = value.span
      weight += valueWeight + (key?.utf8.count ?? 0) + 1
      guard let key else { continue }
      let span = contentSpan(of: event)
      if let earlier = places[key] {
        complain(
          .duplicateKey, "key `\(key.shortened(to: 40))` is given twice", span, label: "given again",
          remarks: [.init(earlier, "first given here")], help: ["keep one of the two"])
        continue
      }
      places[key] = span
      entries.append(Node.Entry(key: key, keySpan: span, value: value))
    }
  }

  /// The text of a key; nil when the entry cannot be kept, with the complaint made.
  private mutating func key(_ event: Event, depth: Int) throws(Stop) -> String? {
    guard case .scalar(let scalar) = event.kind else {
      if case .alias = event.kind {
        complain(.keyNotText, "an alias cannot be a key", event.span, label: "write the key out")
        return nil
      }
      complain(
        .keyNotText, "a key must be text, found a list or a mapping", first(of: event.span), label: "not text",
        help: ["a value that begins with `{` or `[` needs quotes if it is meant as text"])
      _ = try node(event, depth: depth)
      return nil
    }
    _ = tag(event, allowed: [.str])
    let text = scalar.text
    if scalar.style != .plain || event.tag != nil { return text }
    if text == "<<" {
      complain(
        .mergeKey, "the merge key `<<` is not part of a spec", event.span, label: "merge key",
        help: ["inside a section, `like: <name>` inherits from a sibling"])
      return nil
    }
    if text.isEmpty {
      complain(.keyNotText, "a key is missing before this `:`", first(of: event.span))
      return nil
    }
    if let type = Plain.looksLike(text) {
      complain(
        .keyNotText, "key `\(text.shortened(to: 40))` is \(type), but keys are text", event.span, label: "not text",
        help: ["write `\"\(text.shortened(to: 40))\"` if text is meant"])
    }
    checkLookAlikes(text, event.span, isKey: true)
    return text
  }

  private mutating func alias(_ name: String, _ span: Span) throws(Stop) -> (Node, Int) {
    aliasCount += 1
    if aliasCount > YAML.Limit.aliases {
      complain(.tooManyAliases, "the spec has more than \(YAML.Limit.aliases) aliases", span, label: "one too many")
      throw Stop()
    }
    let empty = Node(.scalar(Scalar("")), span: span, layer: layer)
    if let open = openAnchors[name] {
      complain(
        .cyclicAlias, "`*\(name)` stands inside the node that `&\(name)` marks", span, label: "would contain itself",
        remarks: [.init(first(of: open), "the node begins here")])
      return (empty, 1)
    }
    guard let anchor = anchors[name] else {
      let match = Suggestion.nearest(to: name, among: anchors.keys.sorted())
      complain(
        .unknownAlias, "`*\(name.shortened(to: 40))` has no anchor before it", span, label: "no such anchor",
        help: match.map { ["did you mean `*\($0.word)`?"] } ?? ["text that begins with `*` needs quotes"])
      return (empty, 1)
    }
    aliasWeight += anchor.weight
    if aliasWeight > YAML.Limit.expansion * file.bytes.count {
      complain(
        .tooManyAliases, "aliases make the spec more than \(YAML.Limit.expansion) times as large as its text", span,
        label: "grows past the limit here")
      throw Stop()
    }
    var node = anchor.node
    node.span = span
    return (node, anchor.weight)
  }

  /// The core tag of a node; complains about any other and about a core tag of another shape.
  private mutating func tag(_ event: Event, allowed: [Scalar.Tag]) -> Scalar.Tag? {
    guard let tag = event.tag else { return nil }
    if tag == "!" { return allowed.contains(.str) ? .str : nil }
    let prefix = "tag:yaml.org,2002:"
    if tag.hasPrefix(prefix), let known = Scalar.Tag(rawValue: String(tag.dropFirst(prefix.count))) {
      if allowed.contains(known) { return known }
      complain(
        .foreignTag, "`!!\(known.rawValue)` does not fit this value", first(of: event.span), label: "remove the tag")
      return nil
    }
    let shown = tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
    complain(
      .foreignTag, "tag `\(shown.shortened(to: 60))` is not one of YAML's own", first(of: event.span),
      label: "remove the tag", help: ["types are known from the keys; no tag is needed"])
    return nil
  }

  private mutating func checkLookAlikes(_ text: String, _ span: Span, isKey: Bool) {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return }
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      guard let meaning = LookAlike.meaning(of: scalar) else { continue }
      let isEdge = index == 0 || index == scalars.count - 1
      let isHidden = ["no-break space", "invisible character", "wide colon"].contains(meaning.name)
      let isOpening = isEdge && ["curly quote", "wide bracket", "wide brace"].contains(meaning.name)
      guard isKey || isHidden || isOpening else { continue }
      let repaired = LookAlike.first(in: text)?.repaired ?? text
      complain(
        .lookAlike, "`\(text.shortened(to: 40))` contains a \(meaning.name) (\(LookAlike.codePoint(scalar)))", span,
        label: "only looks like plain text",
        help: ["write `\(repaired.shortened(to: 40))`, or quote it if it is meant"],
        fix: isKey ? .init(span, replacement: repaired) : nil)
      return
    }
  }

  /// The place of a scalar without its anchor and tag.
  private func contentSpan(of event: Event) -> Span {
    guard event.anchor != nil || event.tag != nil else { return event.span }
    let bytes = file.bytes
    var start = event.span.bytes.lowerBound
    let end = event.span.bytes.upperBound
    while start < end, bytes[start] == UInt8(ascii: "&") || bytes[start] == UInt8(ascii: "!") {
      while start < end, !Self.isSpace(bytes[start]) { start += 1 }
      while start < end, Self.isSpace(bytes[start]) { start += 1 }
    }
    return Span(file, start..<end)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  /// The place of a whole list or mapping: to its bracket, or to the end of its last child.
  private func whole(_ start: Event, _ end: Event, last: Span?) -> Span {
    let lower = start.span.bytes.lowerBound
    let upper = start.isFlow ? end.span.bytes.upperBound : last?.bytes.upperBound ?? start.span.bytes.upperBound
    return Span(file, lower..<max(lower, upper))
  }

  /// The first byte of a place: enough to point at something long.
  private func first(of span: Span) -> Span {
    let lower = span.bytes.lowerBound
    return Span(file, lower..<min(max(lower + 1, lower), file.bytes.count < lower + 1 ? lower : lower + 1))
  }

  private mutating func complain(
    _ code: Code, _ message: String, _ span: Span, label: String = "", remarks: [Diagnostic.Remark] = [],
    help: [String] = [], fix: Diagnostic.Fix? = nil
  ) {
    guard diagnostics.count < YAML.Limit.complaints else { return }
    diagnostics.append(Diagnostic(code, message, at: span, label: label, secondary: remarks, help: help, fix: fix))
  }
}
