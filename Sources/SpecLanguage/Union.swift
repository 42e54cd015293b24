/// A mapping whose `kind` says which of several schemas it follows; only that schema is reported on.
///
///     package static let union = Union<Self>("dynamics",
///       .arm("mlp", MLPDynamics.schema, Dynamics.mlp) { if case .mlp(let v) = $0 { v } else { nil } },
///       notBuilt: ["gru"])
package struct Union<Value: Sendable>: Sendable {
  package let name: String
  package let description: UnionDescription
  private let arms: [Arm]

  /// One kind of a union: its word, its schema, and how its value goes into the union and comes out again.
  package struct Arm: Sendable {
    let kind: String
    let description: SchemaDescription
    let read: @Sendable (Node, inout Reading) -> Value?
    let write: @Sendable (Value) -> PlainMap?
    /// The value with one place changed; nil for a value of another arm too.
    let change: @Sendable (Value, inout Change, Int) -> Value?

    package static func arm<Payload: Sendable>(
      _ kind: String, _ schema: Schema<Payload>, _ wrap: @escaping @Sendable (Payload) -> Value,
      _ unwrap: @escaping @Sendable (Value) -> Payload?
    ) -> Arm {
      var description = schema.description
      description.name = kind
      return Arm(
        kind: kind, description: description,
        read: { node, reading in schema.read(node, &reading).map(wrap) },
        write: { value in unwrap(value).map(schema.entries) },
        change: { value, change, depth in
          unwrap(value).flatMap { schema.changed($0, &change, depth) }.map(wrap)
        })
    }

    /// A kind without keys of its own.
    package static func arm(_ kind: String, _ doc: String, _ value: Value) -> Arm where Value: Equatable {
      let description = SchemaDescription(name: kind, doc: doc, fields: [], notBuilt: [])
      return Arm(
        kind: kind, description: description,
        read: { node, reading in reading.checkKeys(of: node, against: description) ? value : nil },
        write: { $0 == value ? PlainMap() : nil }, change: { _, _, _ in nil })
    }
  }

  package init(_ name: String, _ arms: Arm..., notBuilt: [NotBuilt] = []) {
    self.name = name
    self.arms = arms
    description = UnionDescription(name: name, arms: arms.map(\.description), notBuilt: notBuilt)
  }

  /// Reads the arm that `kind` names; a missing or unknown kind is the only complaint then.
  package func read(_ node: Node, _ reading: inout Reading) -> Value? {
    guard let kind = reading.kind(of: node, in: description) else { return nil }
    // A loop: generic algorithms of the standard library cost a search for conformances for every type that they meet.
    for arm in arms where arm.kind == kind { return reading.insideUnion(kind) { reading in arm.read(node, &reading) } }
    return nil
  }

  /// The keys of a value with `kind` first.
  package func write(_ value: Value) -> Plain {
    for arm in arms {
      guard let entries = arm.write(value) else { continue }
      var map = PlainMap([("kind", .string(arm.kind))])
      for entry in entries.entries { map[entry.key] = entry.value }
      return .map(map)
    }
    preconditionFailure("union \(name) has a value that no arm of it takes out again")
  }

  /// The value with one place of it changed; nil as in `ValueKind.changed`.
  func changed(_ value: Value, _ change: inout Change, _ depth: Int) -> Value? {
    for arm in arms {
      if let changed = arm.change(value, &change, depth) { return changed }
    }
    return nil
  }

  /// The word of a value's arm.
  package func kind(of value: Value) -> String {
    for arm in arms where arm.write(value) != nil { return arm.kind }
    preconditionFailure("union \(name) has a value that no arm of it takes out again")
  }
}
