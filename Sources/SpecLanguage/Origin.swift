/// One step in the life of a value: the layer that gave it and where it stands there.
package struct Origin: Hashable, Sendable {
  package var layer: Node.Layer
  package var span: Span
  /// The sibling from which the value was inherited by `like`, such as `meta`.
  package var sibling: String?

  package init(layer: Node.Layer, span: Span, sibling: String? = nil) {
    self.layer = layer
    self.span = span
    self.sibling = sibling
  }
}

extension Node.Layer {
  /// The layer in words: `file`, `profile smoke`, `extends common/rig.yaml`.
  package var words: String {
    switch self {
    case .extended(let name): "extends \(name)"
    case .file: "file"
    case .profile(let name): "profile \(name)"
    case .argument: "--set"
    case .sweep: "sweep"
    }
  }
}

extension Node {
  /// What this node says, as a step of a chain.
  package var origin: Origin { Origin(layer: layer, span: span, sibling: sibling) }

  /// Every step that led to this value, lowest first, the node itself last.
  package var chain: [Origin] { history + [origin] }

  /// The node with the memory of one that it takes the place of.
  func replacing(_ base: Node) -> Node {
    var node = self
    if let entries, let lower = base.entries {
      // A mapping that replaces a mapping as a whole: keys that both have go on with their chains.
      node.content = .mapping(
        entries.map { entry in
          guard let old = lower.first(where: { $0.key == entry.key }) else { return entry }
          return Entry(key: entry.key, keySpan: entry.keySpan, value: entry.value.replacing(old.value))
        })
      return node
    }
    node.history = base.chain + history
    return node
  }

  /// The node and all below it, as inherited from a sibling; what that one inherited itself keeps its name.
  func inherited(from name: String) -> Node {
    var node = self
    if node.sibling == nil { node.sibling = name }
    switch content {
    case .scalar: break
    case .sequence(let nodes): node.content = .sequence(nodes.map { $0.inherited(from: name) })
    case .mapping(let entries):
      node.content = .mapping(
        entries.map { Entry(key: $0.key, keySpan: $0.keySpan, value: $0.value.inherited(from: name)) })
    }
    return node
  }
}
