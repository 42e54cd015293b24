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

extension ValueKind {
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
          guard !reading.isFull else { return nil }
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
          guard !reading.isFull else { return nil }
          reading.checkName(entry)
          let value = reading.enter(entry) { reading in element.read(entry.value, &reading) }
          if let value { values.append(Named(id: entry.key, value: value)) } else { isComplete = false }
        }
        return isComplete ? values : nil
      },
      write: { .map(PlainMap($0.map { ($0.id, element.write($0.value)) })) },
      change: { values, change, depth in
        guard let place = values.firstIndex(where: { $0.id == change.path[depth] }),
          let changed = element.changed(values[place].value, &change, depth + 1)
        else { return nil }
        var values = values
        values[place].value = changed
        return values
      })
  }

  /// A value or nothing; a missing key and `null` are nil.
  package static func optional<Wrapped: Sendable>(_ kind: ValueKind<Wrapped>) -> Self where Value == Wrapped? {
    Self(
      .optional(kind.description), absent: .some(nil),
      read: { node, reading in
        if node.isNull { return .some(nil) }
        return kind.read(node, &reading).map { .some($0) }
      }, write: { $0.map(kind.write) ?? .null },
      change: { value, change, depth in value.flatMap { kind.changed($0, &change, depth) }.map { .some($0) } })
  }

  /// A mapping with the keys of a schema.
  package static func section(_ schema: Schema<Value>) -> Self {
    Self(
      .section(schema.description), read: { node, reading in schema.read(node, &reading) },
      write: { schema.write($0) }, change: { schema.changed($0, &$1, $2) })
  }

  /// A mapping whose `kind` picks its schema.
  package static func union(_ union: Union<Value>) -> Self {
    Self(
      .union(union.description), read: { node, reading in union.read(node, &reading) }, write: { union.write($0) },
      change: { union.changed($0, &$1, $2) })
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
      write: { base.write(from($0)) }, change: { base.changed(from($0), &$1, $2).map(to) })
  }
}

extension KindDescription {
  enum Shape: Hashable { case scalar, sequence, mapping }

  var shapes: Set<Shape> {
    switch self {
    case .scalar, .choice: [.scalar]
    case .list: [.sequence]
    case .map, .paths, .section, .union: [.mapping]
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
}

extension [String] {
  /// The words with commas, cut after thirty.
  var listed: String {
    count <= 30 ? joined(separator: ", ") : prefix(30).joined(separator: ", ") + ", ... (\(count) in all)"
  }
}
