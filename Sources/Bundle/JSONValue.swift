import SpecLanguage

/// A JSON value that is written in one way only: keys sorted by their bytes, numbers as short as they read back.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  package subscript(key: String) -> JSONValue? { object?[key] }

  package var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var int: Int? { if case .int(let value) = self { value } else { nil } }
  /// A number of either kind.
  package var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .null, .bool, .string, .array, .object: nil
    }
  }

  /// Indented by two spaces, with a line end at the end: for files that people open.
  package var text: String {
    var out = ""
    write(to: &out, indent: 0)
    return out + "\n"
  }

  /// On one line, without line end: for one object per line.
  package var line: String {
    var out = ""
    write(to: &out, indent: nil)
    return out
  }

  private func write(to out: inout String, indent: Int?) {
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .int(let value): out += String(value)
    case .double(let value): out += value.isFinite ? Number.text(value) : "null"  // JSON has no word for NaN
    case .string(let value): out += JSON.quoted(value)
    case .array(let values):
      Self.write(values.count, "[", "]", to: &out, indent: indent) { out, index, inner in
        values[index].write(to: &out, indent: inner)
      }
    case .object(let map):
      let keys = map.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      Self.write(keys.count, "{", "}", to: &out, indent: indent) { out, index, inner in
        out += JSON.quoted(keys[index]) + (inner == nil ? ":" : ": ")
        (map[keys[index]] ?? .null).write(to: &out, indent: inner)
      }
    }
  }

  private static func write(
    _ count: Int, _ open: String, _ close: String, to out: inout String, indent: Int?,
    _ element: (inout String, Int, Int?) -> Void
  ) {
    out += open
    let inner = indent.map { $0 + 2 }
    for index in 0..<count {
      if index > 0 { out += "," }
      if let inner { out += "\n" + String(repeating: " ", count: inner) }
      element(&out, index, inner)
    }
    if let indent, count > 0 { out += "\n" + String(repeating: " ", count: indent) }
    out += close
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .int(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
  package init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
  /// A value of the spec language as JSON.
  package init(_ plain: Plain) {
    switch plain {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .float(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .list(let values): self = .array(values.map(JSONValue.init))
    case .map(let map):
      self = .object(Dictionary(map.entries.map { ($0.key, JSONValue($0.value)) }, uniquingKeysWith: { $1 }))
    }
  }
}

/// Numbers as text: the shortest that reads back to the same value, whole numbers without a point.
package enum Number {
  package static func text(_ value: Double) -> String { shorten(value.description, isNaN: value.isNaN) }

  package static func text(_ value: Float) -> String { shorten(value.description, isNaN: value.isNaN) }

  private static func shorten(_ text: String, isNaN: Bool) -> String {
    if isNaN { return "nan" }
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
