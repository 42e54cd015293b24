/// What the language says about one place of a spec.
struct LanguagePlace {
  var kind: KindDescription
  var doc: String
  /// The value of the language where the spec gives none.
  var fallback: Plain?
}

/// Why a path leads nowhere.
enum DeadEnd: Error {
  /// The key that no schema has, at the step of the path, with the keys that it could be.
  case unknownKey(step: Int, schema: String, keys: [String])
  /// The key belongs to other kinds of a union, not to the one that the spec picks.
  case otherKind(step: Int, union: String, kind: String, homes: [String])
  /// The entry that the spec does not have.
  case noEntry(step: Int, known: [String])
  case noKind(step: Int, union: String)
  case notBuilt(step: Int)
  /// The path goes on behind a value that has no keys.
  case noKeys(step: Int)
  case intoList(step: Int)
}

extension SchemaDescription {
  /// The place of the language that a path of a document leads to; unions are picked by the `kind` in the document.
  /// - Parameter needsEntries: whether entries of maps must be in the document.
  func place(of path: SpecPath, in document: Node?, needsEntries: Bool) throws(DeadEnd) -> LanguagePlace {
    var place = LanguagePlace(kind: .section(self), doc: doc, fallback: nil)
    var node = document
    for (index, step) in path.steps.enumerated() {
      guard case .key(let key) = step else { throw .intoList(step: index) }
      place = try place.below(key, node, index, needsEntries: needsEntries)
      node = node?[key]
    }
    return place
  }
}

extension LanguagePlace {
  func below(_ key: String, _ node: Node?, _ step: Int, needsEntries: Bool) throws(DeadEnd) -> LanguagePlace {
    switch kind {
    case .scalar, .choice: throw .noKeys(step: step)
    case .list: throw .intoList(step: step)
    case .optional(let inner):
      return try LanguagePlace(kind: inner, doc: doc, fallback: fallback)
        .below(key, node, step, needsEntries: needsEntries)
    case .either(let first, let second):
      let chosen = first.shapes.contains(.mapping) ? first : second
      return try LanguagePlace(kind: chosen, doc: doc, fallback: fallback)
        .below(key, node, step, needsEntries: needsEntries)
    case .map(let inner), .paths(let inner):
      if needsEntries, node?.entry(key) == nil { throw .noEntry(step: step, known: node?.entries?.map(\.key) ?? []) }
      return LanguagePlace(kind: inner, doc: doc, fallback: nil)
    case .section(let schema): return try Self.field(key, of: schema, fallback, step)
    case .union(let union):
      guard let word = node?["kind"]?.scalar?.text ?? fallback?["kind"]?.word else {
        throw .noKind(step: step, union: union.name)
      }
      if key == "kind" {
        let words = union.arms.map(\.name)
        return LanguagePlace(kind: .choice(words), doc: "Which \(union.name) it is.", fallback: fallback?["kind"])
      }
      guard let arm = union.arms.first(where: { $0.name == word }) else { throw .noKind(step: step, union: union.name) }
      if arm.fields.allSatisfy({ $0.name != key }), arm.notBuilt.allSatisfy({ $0.name != key }) {
        let homes = union.arms.filter { $0.fields.contains { $0.name == key } }.map(\.name)
        if !homes.isEmpty { throw .otherKind(step: step, union: union.name, kind: word, homes: homes) }
      }
      return try Self.field(key, of: arm, fallback?["kind"]?.word == word ? fallback : nil, step)
    }
  }

  private static func field(
    _ key: String, of schema: SchemaDescription, _ fallback: Plain?, _ step: Int
  ) throws(DeadEnd) -> LanguagePlace {
    guard let field = schema.fields.first(where: { $0.name == key }) else {
      if schema.notBuilt.contains(where: { $0.name == key }) { throw .notBuilt(step: step) }
      throw .unknownKey(step: step, schema: schema.name, keys: schema.fields.map(\.name))
    }
    return LanguagePlace(kind: field.kind, doc: field.doc, fallback: fallback?[key] ?? field.fallback)
  }
}

extension Plain {
  /// The text of a string; nil for anything else.
  var word: String? { if case .string(let text) = self { text } else { nil } }
}
