/// One node of a spec as text: still without type, with its place and the layer that it came from.
package struct Node: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    case scalar(Scalar)
    case sequence([Node])
    case mapping([Entry])
  }

  /// A key of a mapping with its value, in the order of the file.
  package struct Entry: Hashable, Sendable {
    package var key: String
    package var keySpan: Span
    package var value: Node

    package init(key: String, keySpan: Span, value: Node) {
      self.key = key
      self.keySpan = keySpan
      self.value = value
    }
  }

  /// The layer of the composed document that gave a node, lowest first.
  package enum Layer: Hashable, Sendable {
    case extended(String)
    case file
    case profile(String)
    case argument
    case sweep
  }

  /// Where a value came from when it does not stand at its own place: a parameter, a variable.
  package struct Source: Hashable, Sendable {
    package var words: String
    package var span: Span?

    package init(words: String, span: Span?) {
      self.words = words
      self.span = span
    }
  }

  package var content: Content
  package var span: Span
  package var layer: Layer
  package var source: Source?
  /// What this value replaced on its way up the layers, lowest first.
  package var history: [Origin] = []
  /// The sibling that it was inherited from by `like`.
  package var sibling: String?
  /// Whether the node could not be given its value and has been complained about: nothing more is said of it.
  package var isBroken = false
  /// Whether what it inherits is unknown and has been complained about: nothing is said of keys that are missing.
  package var isPartial = false

  package init(_ content: Content, span: Span, layer: Layer = .file, source: Source? = nil) {
    self.content = content
    self.span = span
    self.layer = layer
    self.source = source
  }

  package var scalar: Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
  package var elements: [Node]? { if case .sequence(let nodes) = content { nodes } else { nil } }
  package var entries: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }

  /// The value of a key of a mapping; nil for a missing key and for anything that is not a mapping.
  package subscript(key: String) -> Node? { entry(key)?.value }

  package func entry(_ key: String) -> Entry? {
    guard case .mapping(let entries) = content else { return nil }
    // By place: entries are large, and to look at one in a loop over them copies it.
    for place in entries.indices where entries[place].key == key { return entries[place] }
    return nil
  }

  /// The node at a path below this one.
  package func node(at path: SpecPath) -> Node? {
    var node = self
    for step in path.steps {
      switch step {
      case .key(let key):
        guard let next = node[key] else { return nil }
        node = next
      case .index(let index):
        guard let all = node.elements, all.indices.contains(index) else { return nil }
        node = all[index]
      }
    }
    return node
  }

  /// Whether this is `null`, `~` or nothing at all.
  package var isNull: Bool { scalar?.isNull ?? false }
}

/// A piece of text in a spec: what it says and how it was written.
package struct Scalar: Hashable, Sendable {
  package enum Style: Hashable, Sendable { case plain, single, double, literal, folded }

  /// The seven tags of the YAML core schema; any other is an error of the reader.
  package enum Tag: String, Hashable, CaseIterable, Sendable { case map, seq, str, null, bool, int, float }

  package var text: String
  package var style: Style
  package var tag: Tag?

  package init(_ text: String, style: Style = .plain, tag: Tag? = nil) {
    self.text = text
    self.style = style
    self.tag = tag
  }

  /// Whether the author said that this is text: by quotes, a block, or `!!str`.
  package var isText: Bool { tag == .str || (tag == nil && style != .plain) }

  package var isNull: Bool {
    guard !isText else { return false }
    return tag == .null || ["", "~", "null", "Null", "NULL"].contains(text)
  }
}

extension Node {
  /// The node in a few words for a message: ``text `six` ``, `a list`, `nothing`.
  package var words: String {
    switch content {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar(let scalar): scalar.isNull ? "nothing" : "`\(scalar.text.shortened(to: 40))`"
    }
  }
}

extension String {
  /// The text cut to a length, the cut marked by three dots.
  package func shortened(to length: Int) -> String {
    count <= length ? self : String(prefix(max(0, length - 3))) + "..."
  }
}
