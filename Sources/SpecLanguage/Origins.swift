/// Where every value of a resolved spec comes from: given by a layer, or a default of the language.
///
/// Made of the composed document, which knows what was given, and of the value that was read from it, which knows all
/// keys: `Origins(of: document, resolved: Specification.schema.write(spec), language: Specification.schema.description)`.
package struct Origins: Sendable {
  /// One value: a scalar, a list, or a mapping without keys.
  package struct Row: Sendable {
    package var path: SpecPath
    package var value: Plain
    /// Every step that led to the value, lowest first; empty for a default.
    package var chain: [Origin]
    /// The parameter or expression that the value stands for.
    package var source: Node.Source?
    /// The value of the language where no layer gives one.
    package var fallback: Plain?
    /// The type in words, with the unit.
    package var type: String
    package var doc: String

    package var isDefault: Bool { chain.isEmpty }
  }

  /// In the order of the language.
  package private(set) var rows: [Row] = []

  package init(of document: Node, resolved: Plain, language: SchemaDescription) {
    let place = LanguagePlace(kind: .section(language), doc: language.doc, fallback: nil)
    collect(resolved, document, place, .root, given: nil)
  }

  /// The keys of composition, which are gone from a composed document: `params`, `sweep` and their like.
  package init(layered document: Node) {
    for key in LanguageKeys.composition {
      guard let node = document[key.name] else { continue }
      let place = LanguagePlace(kind: key.kind, doc: key.doc, fallback: nil)
      collect(Plain(node), node, place, SpecPath([.key(key.name)]), given: nil)
    }
  }

  /// The rows at a path and below it.
  package func rows(at path: SpecPath) -> [Row] {
    if let list = rows.first(where: { path.steps.starts(with: $0.path.steps) }) { return [list] }
    return rows.filter { $0.path.steps.starts(with: path.steps) }
  }

  /// The known path that a wrong one probably means.
  package func nearest(to path: SpecPath) -> SpecPath? {
    var found = SpecPath.root
    for step in path.steps {
      guard case .key(let key) = step else { return found }
      let next = found.appending(key)
      if !rows(at: next).isEmpty {
        found = next
        continue
      }
      var keys: [String] = []
      for row in rows(at: found) where row.path.steps.count > found.steps.count {
        if case .key(let known) = row.path.steps[found.steps.count], !keys.contains(known) { keys.append(known) }
      }
      guard let match = Suggestion.nearest(to: key, among: keys) else { return found.isRoot ? nil : found }
      found = found.appending(match.word)
    }
    return found
  }

  /// - Parameter given: the value above that stands for all of its keys, such as a number for a mapping.
  private mutating func collect(
    _ value: Plain, _ node: Node?, _ place: LanguagePlace?, _ path: SpecPath, given: Node?
  ) {
    guard case .map(let map) = value, !map.entries.isEmpty else {
      let stated = node ?? given
      rows.append(
        Row(
          path: path, value: value, chain: stated?.chain ?? [], source: stated?.source, fallback: place?.fallback,
          type: place?.kind.words ?? "", doc: place?.doc ?? ""))
      return
    }
    let above = node.flatMap { $0.entries == nil ? $0 : nil } ?? given
    // The resolved value names its kind even where the document leaves it to the default.
    let known = node?["kind"] == nil ? value["kind"].map { Node(kind: $0, near: node) } : node
    for entry in map.entries {
      let below = try? place?.below(entry.key, known ?? node, 0, needsEntries: false)
      collect(entry.value, node?[entry.key], below, path.appending(entry.key), given: above)
    }
  }
}

extension Node {
  /// A mapping that says only its kind.
  fileprivate init(kind: Plain, near node: Node?) {
    let span = node?.span ?? Span(SourceFile(name: "defaults", text: ""), 0..<0)
    let word = Node(.scalar(Scalar(kind.word ?? "")), span: span)
    self.init(.mapping([Entry(key: "kind", keySpan: span, value: word)]), span: span)
  }
}
