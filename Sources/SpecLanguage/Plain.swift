/// A value without types or places: what content keys, `resolved.yaml` and expressions are made of.
package enum Plain: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case list([Plain])
  case map(PlainMap)

  /// A mapping in the given order; the order is kept for people and has no part in equality or bytes.
  package static func map(_ entries: [(String, Plain)]) -> Plain { .map(PlainMap(entries)) }

  package subscript(key: String) -> Plain? {
    if case .map(let map) = self { map[key] } else { nil }
  }

  package subscript(index: Int) -> Plain? {
    if case .list(let list) = self, list.indices.contains(index) { list[index] } else { nil }
  }
}

/// The entries of a mapping: remembered in order, compared and written to bytes sorted by key.
package struct PlainMap: Sendable {
  package struct Entry: Hashable, Sendable {
    package var key: String
    package var value: Plain

    package init(key: String, value: Plain) {
      self.key = key
      self.value = value
    }
  }

  package private(set) var entries: [Entry] = []

  package init(_ entries: [(String, Plain)] = []) {
    for (key, value) in entries { self[key] = value }
  }

  package var keys: [String] { entries.map(\.key) }

  /// Reads a key; setting keeps the place of a known key and appends a new one.
  package subscript(key: String) -> Plain? {
    get { entries.first { $0.key == key }?.value }
    set {
      let place = entries.firstIndex { $0.key == key }
      switch (place, newValue) {
      case (let place?, let value?): entries[place].value = value
      case (let place?, nil): entries.remove(at: place)
      case (nil, let value?): entries.append(Entry(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  /// The entries sorted by the UTF-8 bytes of their keys.
  package var sorted: [Entry] {
    entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}

extension PlainMap: Hashable {
  package static func == (left: PlainMap, right: PlainMap) -> Bool { left.sorted == right.sorted }
  package func hash(into hasher: inout Hasher) { hasher.combine(sorted) }
}

extension Plain: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .int(value) }
  package init(floatLiteral value: Double) { self = .float(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: Plain...) { self = .list(elements) }
  package init(dictionaryLiteral elements: (String, Plain)...) { self = .map(PlainMap(elements)) }
  package init(nilLiteral: ()) { self = .null }
}

extension Plain {
  /// The one byte form of a value: JSON without spaces, keys sorted by their bytes.
  ///
  /// Whole numbers and floats stay apart (`1` and `1.0`); floats are the shortest text that reads back to the
  /// same bits; floats that are not finite are the bare words `nan`, `inf` and `-inf`.
  package var canonicalBytes: [UInt8] {
    var bytes: [UInt8] = []
    appendCanonical(to: &bytes)
    return bytes
  }

  func appendCanonical(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .int(let value): bytes += String(value).utf8
    case .float(let value): bytes += (value.isNaN ? "nan" : value.description).utf8
    case .string(let value): JSON.append(value, to: &bytes)
    case .list(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        value.appendCanonical(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .map(let map):
      bytes.append(UInt8(ascii: "{"))
      for (index, entry) in map.sorted.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        JSON.append(entry.key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        entry.value.appendCanonical(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}

/// The little JSON that the language writes itself.
package enum JSON {
  /// Adds a string as a JSON literal, quotes included.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    let isPlain = text.utf8.allSatisfy { byte in
      byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
    guard isPlain else {
      bytes += quoted(text).utf8
      return
    }
    bytes.append(UInt8(ascii: "\""))
    bytes += text.utf8
    bytes.append(UInt8(ascii: "\""))
  }

  /// A string as a JSON literal, quotes included.
  package static func quoted(_ text: String) -> String {
    let hex = Array("0123456789abcdef".unicodeScalars)
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where isHidden(scalar):
        out += "\\u"
        for shift: UInt32 in [12, 8, 4, 0] { out.unicodeScalars.append(hex[Int(scalar.value >> shift & 15)]) }
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  /// Control characters, line separators and other marks that a reader of the text cannot see.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
    default: LookAlike.isDirectionMark(scalar)
    }
  }
}
