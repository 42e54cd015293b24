extension Plain {
  /// The value as YAML that reads back to the same value: `resolved.yaml` is made of this.
  ///
  /// Mappings stand in block form in their own order, short lists of scalars on one line. Text is quoted wherever it
  /// could be taken for anything else.
  package var yaml: String {
    switch self {
    case .map(let map) where !map.entries.isEmpty: Self.block(map, indent: 0)
    case .list(let list) where !Self.fitsLine(list): Self.block(list, indent: 0)
    case .null, .bool, .int, .float, .string, .list, .map: flow + "\n"
    }
  }

  /// The value on one line, in flow form.
  package var flow: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .float(let value): Self.text(value)
    case .string(let text): Self.text(text)
    case .list(let values): "[" + values.map(\.flow).joined(separator: ", ") + "]"
    case .map(let map):
      "{" + map.entries.map { "\(Self.text($0.key)): \($0.value.flow)" }.joined(separator: ", ") + "}"
    }
  }

  private static func block(_ map: PlainMap, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    return map.entries.map { "\(margin)\(text($0.key)):" + after($0.value, indent: indent) }.joined()
  }

  private static func block(_ list: [Plain], indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    return list.map { value in
      switch value {
      case .map(let map) where !map.entries.isEmpty:
        // The first key stands behind the dash, the others below it.
        return margin + "- " + block(map, indent: indent + 2).dropFirst(indent + 2)
      case .list(let inner) where !fitsLine(inner):
        return margin + "- " + block(inner, indent: indent + 2).dropFirst(indent + 2)
      case .null, .bool, .int, .float, .string, .list, .map:
        return margin + "- " + value.flow + "\n"
      }
    }.joined()
  }

  /// What stands behind the colon of a key.
  private static func after(_ value: Plain, indent: Int) -> String {
    switch value {
    case .map(let map) where !map.entries.isEmpty: "\n" + block(map, indent: indent + 2)
    case .list(let list) where !fitsLine(list): "\n" + block(list, indent: indent + 2)
    case .null, .bool, .int, .float, .string, .list, .map: " " + value.flow + "\n"
    }
  }

  private static func fitsLine(_ list: [Plain]) -> Bool {
    var length = 0
    for value in list {
      switch value {
      case .map: return false
      case .list(let inner): if !fitsLine(inner) { return false }
      case .null, .bool, .int, .float, .string: break
      }
      length += value.flow.utf8.count + 2
    }
    return length <= 90
  }

  /// The shortest text of a float that reads back to it, never to a whole number.
  private static func text(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf" }
    return value.description
  }

  private static func text(_ text: String) -> String {
    isPlainSafe(text) ? text : JSON.quoted(text)
  }

  /// Whether text may stand without quotes: it begins like a word or a quantity and cannot be taken for another type.
  private static func isPlainSafe(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, last != UInt8(ascii: " ") else { return false }
    let isWordStart = isLetter(first) || isDigit(first) || first == UInt8(ascii: "/") || first == UInt8(ascii: "_")
    guard isWordStart || (first == UInt8(ascii: "-") && text.utf8.dropFirst().first.map(isDigit) ?? false) else {
      return false
    }
    let others = "_-./ +()<>=*%".utf8
    guard text.utf8.allSatisfy({ isLetter($0) || isDigit($0) || others.contains($0) }) else { return false }
    guard case .string = Plain(resolving: text) else { return false }
    let words: Set<String> = ["yes", "no", "on", "off", "y", "n", "true", "false", "null", "nan", "inf"]
    if words.contains(text.lowercased()) { return false }
    // A lone number in another reader's eyes: dates, 010, 1_000, 0x10.
    if isDigit(first) || first == UInt8(ascii: "-") { return text.utf8.contains(UInt8(ascii: " ")) }
    return true
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
