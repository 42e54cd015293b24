/// A value that a point gives to a path. Shared by all points that have it.
final class SweptValue: Sendable {
  let path: SpecPath
  /// The key of the sweep that names the path.
  let span: Span
  let node: Node
  /// The value for comparison and for ids.
  let plain: Plain
  /// Its number among the enumerated values; nil for a drawn one, which no other point has.
  let index: Int?
  /// The first key of the path.
  let section: String
  let holdsInterpolation: Bool

  init(path: SpecPath, span: Span, node: Node, index: Int?) {
    self.path = path
    self.span = span
    self.node = node
    self.index = index
    plain = Plain(node)
    holdsInterpolation = node.holdsInterpolation
    section = if case .key(let key)? = path.steps.first { key } else { "" }
  }
}
