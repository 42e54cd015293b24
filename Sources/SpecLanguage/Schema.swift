/// The keys of one mapping of the spec and the type that they make, declared once beside that type.
///
///     package struct LowRankAdaptation: Hashable, Sendable {
///       package var rank: Int
///       package var layers: [Int]
///       package static let schema = Schema<Self>("low_rank", "A low-rank change of the weights.",
///         Field("rank", \.rank, .int(1...64), "Rank of the change that the embedding makes to a weight matrix."),
///         Field("layers", \.layers, .list(.int(0...8)), default: [0, 1], "Layers that the embedding changes."),
///         make: Self.init(rank:layers:))
///     }
///
/// The exact form of the fields is free: a parameter pack keeps every type, so the fields must stand in the order
/// of the initialiser's arguments. A field without `default:` is required, except `.optional(k)`, which is nil when
/// absent. `Other.schema.defaults` is the value of a section whose keys all have defaults; give it as the `default:`
/// of a `.section(Other.schema)` field. Keys that begin with `x-` are carried and ignored everywhere.
package struct Schema<Root: Sendable>: Sendable {
  package let name: String
  package let doc: String
  /// The schema as data, for error texts, the reference page and the JSON schema.
  package let description: SchemaDescription
  private let reader: @Sendable (Node, inout Reading) -> Root?
  private let keyReader: @Sendable (Node.Entry, inout Reading) -> KeyValue<Root>?
  private let writer: @Sendable (Root) -> PlainMap
  let changers: [Changer]
  let rules: [Rule<Root>]

  package init<each Value: Sendable>(
    _ name: String, _ doc: String, _ fields: repeat Field<Root, each Value>, notBuilt: [NotBuilt] = [],
    rules: [Rule<Root>] = [], make: @escaping @Sendable (repeat each Value) -> Root
  ) {
    self.name = name
    self.doc = doc
    let fields = (repeat each fields)
    var described: [SchemaDescription.Field] = []
    var changers: [Changer] = []
    for field in repeat each fields {
      described.append(field.description)
      changers.append(field.changer)
    }
    self.changers = changers
    self.rules = rules
    let description = SchemaDescription(name: name, doc: doc, fields: described, notBuilt: notBuilt)
    self.description = description
    reader = { node, reading in
      guard reading.checkKeys(of: node, against: description) else { return nil }
      let errorsBefore = reading.errorCount
      let values = (repeat (each fields).read(from: node, &reading))
      guard let root = try? make(repeat Self.need(each values)) else { return nil }
      guard reading.errorCount == errorsBefore else { return root }
      for rule in rules { rule.check(root, node, &reading) }
      return root
    }
    keyReader = { entry, reading in
      for field in repeat each fields {
        guard field.name == entry.key else { continue }
        let value = reading.enter(entry) { reading in field.kind.read(entry.value, &reading) }
        return value.map { KeyValue(path: field.path, value: $0) }
      }
      return nil
    }
    writer = { root in
      var map = PlainMap()
      for field in repeat each fields { map[field.name] = field.kind.write(root[keyPath: field.path]) }
      return map
    }
  }

  /// Reads a mapping; nil when a value is missing or wrong, with every complaint added to the reading.
  package func read(_ node: Node, _ reading: inout Reading) -> Root? { reader(node, &reading) }

  /// Reads one key on its own; nil when it is wrong, with every complaint added to the reading, and for keys that the
  /// schema does not have.
  package func read(key entry: Node.Entry, _ reading: inout Reading) -> KeyValue<Root>? { keyReader(entry, &reading) }

  /// All keys of a value with defaults filled in, in declared order.
  package func write(_ value: Root) -> Plain { .map(writer(value)) }

  /// The entries of a value, for a union that puts its `kind` in front.
  func entries(_ value: Root) -> PlainMap { writer(value) }

  /// The value of an empty mapping; nil when some key is required.
  package var defaults: Root? {
    let nowhere = Span(SourceFile(name: "defaults", text: ""), 0..<0)
    var reading = Reading()
    return reader(Node(.mapping([]), span: nowhere), &reading)
  }

  private struct Missing: Error {}

  private static func need<Value>(_ value: Value?) throws(Missing) -> Value {
    guard let value else { throw Missing() }
    return value
  }
}

/// The value of one key of a schema, with the property that it is meant for.
package struct KeyValue<Root>: Sendable {
  fileprivate let path: any (AnyKeyPath & Sendable)
  fileprivate let value: any Sendable

  init<Value: Sendable>(path: KeyPath<Root, Value> & Sendable, value: Value) {
    self.path = path
    self.value = value
  }

  /// The value, if it is meant for this property.
  package func callAsFunction<Value>(_ path: KeyPath<Root, Value>) -> Value? {
    let own: AnyKeyPath = self.path
    return own == path ? value as? Value : nil
  }
}

/// The property of a key. It is made when it is needed: to make one takes longer than to read the key, and most keys are
/// read and never written.
package typealias FieldPath<Root, Value> = @Sendable () -> KeyPath<Root, Value> & Sendable

/// One key of a schema: its name, its property, its kind, its default and its sentence.
package struct Field<Root: Sendable, Value: Sendable>: Sendable {
  package let name: String
  private let makePath: FieldPath<Root, Value>
  package let kind: ValueKind<Value>
  /// The value of a missing key; nil where the key is required.
  package let fallback: Value?
  package let doc: String

  package init(
    _ name: String, _ path: @autoclosure @escaping FieldPath<Root, Value>, _ kind: ValueKind<Value>,
    default value: Value? = nil, _ doc: String
  ) {
    self.name = name
    makePath = path
    self.kind = kind
    fallback = value ?? kind.absent
    self.doc = doc
  }

  package var path: KeyPath<Root, Value> & Sendable { makePath() }

  var description: SchemaDescription.Field {
    .init(name: name, kind: kind.description, fallback: fallback.map(kind.write), doc: doc)
  }

  func read(from node: Node, _ reading: inout Reading) -> Value? {
    guard let entry = node.entry(name) else {
      if fallback == nil { reading.reportMissing(name, kind.description, doc, in: node) }
      return fallback
    }
    return reading.enter(entry) { reading in
      if fallback == nil, entry.value.isNull { reading.requiredPath = reading.path }
      return kind.read(entry.value, &reading)
    }
  }
}

/// A condition over several keys of one schema, checked once all of them have been read.
package struct Rule<Root: Sendable>: Sendable {
  private let key: String
  private let test: @Sendable (Root) -> String?

  /// - Parameter key: the key that the complaint points at, or the path of one further down, such as `trials.length`.
  /// - Parameter test: nil when the rule holds, else the complaint in one line.
  package init(_ key: String, _ test: @escaping @Sendable (Root) -> String?) {
    self.key = key
    self.test = test
  }

  func holds(_ root: Root) -> Bool { test(root) == nil }

  func check(_ root: Root, _ node: Node, _ reading: inout Reading) {
    guard let message = test(root) else { return }
    let path = SpecPath(key)
    let top = path.steps.first.map { SpecPath([$0]) } ?? path
    let found = [path, top].first { node.node(at: $0) != nil }
    let span = found.flatMap { node.node(at: $0)?.span } ?? reading.place(of: node)
    reading.report(
      Diagnostic(.brokenRule, message, at: span, path: SpecPath(reading.path.steps + (found ?? top).steps)))
  }
}
