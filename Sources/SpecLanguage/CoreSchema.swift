// What a scalar means where no kind says what it should be: in expressions and in values without a declared type.
extension Plain {
  /// Resolves text by the YAML 1.2 core schema, its strict reading: `3`, `1e-3`, `true`, `null`; all else is text.
  package init(resolving text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true": self = .bool(true)
    case "false": self = .bool(false)
    default: self = Self.number(text) ?? .string(text)
    }
  }

  /// The value of a node without a declared type.
  package init(_ node: Node) {
    switch node.content {
    case .scalar(let scalar): self = scalar.isText ? .string(scalar.text) : Plain(resolving: scalar.text)
    case .sequence(let nodes): self = .list(nodes.map { Plain($0) })
    case .mapping(let entries): self = .map(PlainMap(entries.map { ($0.key, Plain($0.value)) }))
    }
  }

  /// The type that plain text seems to have, in words; nil for text that is only text.
  package static func looksLike(_ text: String) -> String? {
    switch Plain(resolving: text) {
    case .null: "null"
    case .bool: "a truth value"
    case .int, .float: "a number"
    case .string, .list, .map: nil
    }
  }

  /// The number that a text reads as: `3`, `-0.5`, `1e-3`; nil for all other text.
  package init?(number text: String) {
    guard let number = Self.number(text) else { return nil }
    self = number
  }

  private static func number(_ text: String) -> Plain? {
    // Most text is none.
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return nil }
    switch SimpleNumber(text) {
    case .whole(let value)?: return .int(value)
    case .float(let value)?: return .float(value)
    case nil: break
    }
    if NumberText.isWholeNumber(text) {
      guard let value = Int(text.hasPrefix("+") ? String(text.dropFirst()) : text) else { return nil }
      return .int(value)
    }
    let bare = text.drop { $0 == "-" || $0 == "+" }
    if bare.first == "0", bare.dropFirst().first?.isNumber ?? false { return nil }
    guard let decimal = Decimal(text) else { return nil }
    let value = decimal.float(timesTenTo: 0)
    return value.isFinite ? .float(value) : nil
  }
}
