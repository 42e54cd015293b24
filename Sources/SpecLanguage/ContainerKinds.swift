/// An entry of a map of the spec, in file order.
package struct Named<Value> {
  package var id: String
  package var value: Value

  package init(id: String, value: Value) {
    self.id = id
    self.value = value
  }
}

extension Named: Sendable where Value: Sendable {}
extension Named: Equatable where Value: Equatable {}
extension Named: Hashable where Value: Hashable {}

/// A name that stands for an entry of a section.
package struct Reference: Hashable, Sendable {
  package var section: String
  package var id: String

  package init(section: String, id: String) {
    self.section = section
    self.id = id
  }
}

extension ValueKind {
  /// One of the words of an enum.
  package static func choice(_ type: Value.Type, notBuilt: [NotBuilt] = []) -> Self
  where Value: RawRepresentable<String> & CaseIterable {
    let names = Value.allCases.map(\.rawValue)
    let words = KindDescription.choice(names).words
    return Self(
      .choice(names),
      read: { node, reading in
        guard let scalar = reading.scalar(of: node, expecting: words) else { return nil }
        if let value = Value(rawValue: scalar.text) { return value }
        reading.reportUnknownChoice(scalar.text, node, names, notBuilt)
        return nil
      }, write: { .string($0.rawValue) })
  }

  /// A list; the whole list is read even if an element is wrong.
  package static func list<Element: Sendable>(
    _ element: ValueKind<Element>, count: ClosedRange<Int> = 0...Int.max
  ) -> Self where Value == [Element] {
    let description = KindDescription.list(element.description, count: count)
    return Self(
      description,
      read: { node, reading in
        guard let nodes = reading.elements(of: node, expecting: description.words) else { return nil }
        var values: [Element] = []
        for (index, node) in nodes.enumerated() {
          let value = reading.enter(index, node) { reading in element.read(node, &reading) }
          if let value { values.append(value) }
        }
        guard count.contains(nodes.count) else {
          let found = nodes.count == 1 ? "1 element" : "\(nodes.count) elements"
          reading.report(
            .wrongCount, "`\(reading.subject)` has \(found)", at: node.span, label: "expected \(description.words)",
            source: node.source)
          return nil
        }
        return values.count == nodes.count ? values : nil
      }, write: { .list($0.map(element.write)) })
  }

  /// A mapping from names to values, in file order.
  package static func map<Element: Sendable>(_ element: ValueKind<Element>) -> Self where Value == [Named<Element>] {
    let description = KindDescription.map(element.description)
    return Self(
      description,
      read: { node, reading in
        guard let entries = reading.entries(of: node, expecting: description.words) else { return nil }
        var values: [Named<Element>] = []
        var isComplete = true
        for entry in entries where !entry.key.hasPrefix("x-") {
          reading.checkName(entry)
          let value = reading.enter(entry) { reading in element.read(entry.value, &reading) }
          if let value { values.append(Named(id: entry.key, value: value)) } else { isComplete = false }
        }
        return isComplete ? values : nil
      },
      write: { .map(PlainMap($0.map { ($0.id, element.write($0.value)) })) })
  }

  /// A value or nothing; a missing key and `null` are nil.
  package static func optional<Wrapped: Sendable>(_ kind: ValueKind<Wrapped>) -> Self where Value == Wrapped? {
    Self(
      .optional(kind.description), absent: .some(nil),
      read: { node, reading in
        if node.isNull { return .some(nil) }
        return kind.read(node, &reading).map { .some($0) }
      }, write: { $0.map(kind.write) ?? .null })
  }

  /// A mapping with the keys of a schema.
  package static func section(_ schema: Schema<Value>) -> Self {
    Self(
      .section(schema.description), read: { node, reading in schema.read(node, &reading) },
      write: { schema.write($0) })
  }

  /// A mapping whose `kind` picks its schema.
  package static func union(_ union: Union<Value>) -> Self {
    Self(.union(union.description), read: { node, reading in union.read(node, &reading) }, write: { union.write($0) })
  }

  /// A short form beside a long one, told apart by shape: a number beside a mapping, a word beside a list.
  package static func either<Short: Sendable>(
    _ short: ValueKind<Short>, as wrap: @escaping @Sendable (Short) -> Value,
    from unwrap: @escaping @Sendable (Value) -> Short?, or long: ValueKind<Value>
  ) -> Self {
    let shapes = short.description.shapes
    return Self(
      .either(short.description, long.description), absent: long.absent,
      read: { node, reading in
        shapes.contains(node.shape) ? short.read(node, &reading).map(wrap) : long.read(node, &reading)
      },
      write: { value in unwrap(value).map(short.write) ?? long.write(value) })
  }

  /// A kind that is written as another one.
  package static func converted<Base: Sendable>(
    _ base: ValueKind<Base>, to: @escaping @Sendable (Base) -> Value, from: @escaping @Sendable (Value) -> Base
  ) -> Self {
    Self(
      base.description, absent: base.absent.map(to), read: { node, reading in base.read(node, &reading).map(to) },
      write: { base.write(from($0)) })
  }
}

extension ValueKind where Value == Reference {
  /// The name of an entry of a section.
  package static func reference(to section: String) -> Self { .reference(toAnyOf: [section]) }

  /// The name of an entry of one of several sections; names that two of them define are refused.
  package static func reference(toAnyOf sections: [String]) -> Self {
    let words = "the name of an entry of " + sections.map { "`\($0)`" }.joined(separator: " or ")
    return Self(
      .scalar(.reference, words),
      read: { node, reading in
        guard let scalar = reading.scalar(of: node, expecting: words) else { return nil }
        guard let section = reading.section(of: scalar.text, node, among: sections) else { return nil }
        let reference = Reference(section: section, id: scalar.text)
        reading.note(reference)
        return reference
      }, write: { .string($0.id) })
  }
}

extension KindDescription {
  enum Shape: Hashable { case scalar, sequence, mapping }

  var shapes: Set<Shape> {
    switch self {
    case .scalar, .choice: [.scalar]
    case .list: [.sequence]
    case .map, .section, .union: [.mapping]
    case .optional(let kind): kind.shapes.union([.scalar])
    case .either(let first, let second): first.shapes.union(second.shapes)
    }
  }
}

extension Node {
  var shape: KindDescription.Shape {
    switch content {
    case .scalar: .scalar
    case .sequence: .sequence
    case .mapping: .mapping
    }
  }
}

extension Reading {
  mutating func elements(of node: Node, expecting words: String) -> [Node]? {
    if let nodes = node.elements { return nodes }
    reportShape(node, "a list", words, fix: node.scalar.map { _ in "[\(node.span.text)]" })
    return nil
  }

  mutating func entries(of node: Node, expecting words: String) -> [Node.Entry]? {
    if let entries = node.entries { return entries }
    reportShape(node, "a mapping", words, fix: nil)
    return nil
  }

  private mutating func reportShape(_ node: Node, _ shape: String, _ words: String, fix: String?) {
    if node.isNull {
      report(
        .noValue, "`\(subject)` has no value", at: node.span.bytes.isEmpty ? place(of: node) : node.span,
        label: "expected \(words)", source: node.source)
      return
    }
    report(
      .wrongShape, "`\(subject)` must be \(shape), found \(node.words)", at: node.span, label: "expected \(words)",
      help: fix.map { ["write `\($0.shortened(to: 40))`"] } ?? [],
      fix: fix.map { .init(node.span, replacement: $0) }, source: node.source)
  }

  mutating func checkName(_ entry: Node.Entry) {
    guard !Name.isValid(entry.key) else { return }
    report(
      .badName, "`\(entry.key.shortened(to: 40))` is not a name", at: entry.keySpan, key: entry.key,
      label: "expected a name", help: [Name.rule])
  }

  mutating func reportUnknownChoice(_ text: String, _ node: Node, _ names: [String], _ notBuilt: [NotBuilt]) {
    if let later = notBuilt.first(where: { $0.name == text }) {
      report(
        .notBuilt, "`\(text)` belongs to the language, but this version does not build it yet", at: node.span,
        label: "not built yet", notes: later.doc.isEmpty ? [] : [later.doc], source: node.source)
      return
    }
    let match = Suggestion.nearest(to: text, among: names)
    report(
      .unknownChoice, "`\(subject)` is `\(text.shortened(to: 40))`, which is not one of its choices", at: node.span,
      label: "expected \(KindDescription.choice(names).words)",
      help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
      fix: match.map { .init(node.span, replacement: $0.word, isSafe: $0.isCertain) }, source: node.source)
  }

  /// The section that defines a name, complained about unless exactly one does.
  mutating func section(of name: String, _ node: Node, among sections: [String]) -> String? {
    guard let document else { return sections.first }
    let homes = sections.filter { self.section($0, has: name) }
    if homes.count == 1 { return homes[0] }
    let places = sections.map { "`\($0)`" }.joined(separator: " or ")
    if homes.count > 1 {
      report(
        .unknownReference, "`\(name)` is defined in \(homes.map { "`\($0)`" }.joined(separator: " and "))",
        at: node.span, label: "which one is meant?", help: ["rename one of them"], source: node.source)
      return nil
    }
    let all = isHelpful ? sections.flatMap { document[$0]?.entries?.map(\.key) ?? [] } : []
    let known = Array(all.filter { !$0.hasPrefix("x-") }.prefix(1000))
    let match = Suggestion.nearest(to: name, among: known)
    var help = match.map { ["did you mean `\($0.word)`?"] } ?? []
    var remarks: [Diagnostic.Remark] = []
    for entry in document.entries ?? [] where !sections.contains(entry.key) {
      guard self.section(entry.key, has: name), let other = entry.value.entry(name) else { continue }
      help.append("`\(name)` exists in `\(entry.key)`, but `\(subject)` takes an entry of \(places)")
      remarks.append(.init(other.keySpan, "an entry of `\(entry.key)`"))
      break
    }
    let note = known.isEmpty ? "\(places) has no entries" : "entries of \(places): " + known.listed
    var diagnostic = Diagnostic(
      .unknownReference, "`\(subject)` is `\(name.shortened(to: 40))`, which is not an entry of \(places)",
      at: node.span, label: "no such entry", path: path, secondary: remarks, help: help, notes: [note])
    diagnostic.fix = match.map { .init(node.span, replacement: $0.word, isSafe: $0.isCertain) }
    report(diagnostic)
    return nil
  }
}

extension [String] {
  /// The words with commas, cut after thirty.
  var listed: String {
    count <= 30 ? joined(separator: ", ") : prefix(30).joined(separator: ", ") + ", ... (\(count) in all)"
  }
}
