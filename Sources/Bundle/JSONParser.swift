/// Why some bytes are not JSON, and where.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  package var message: String
  /// Bytes before the place.
  package var offset: Int

  package var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
  /// Reads RFC 8259 JSON: whole numbers that fit become `int`, others `double`. A repeated key is an error.
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var place = 0
  private static let deepest = 128

  init(bytes: [UInt8]) { self.bytes = bytes }

  private func failure(_ message: String) -> JSONError { JSONError(message: message, offset: place) }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 32 || byte == 9 || byte == 10 || byte == 13 { place += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    place += 1
    return true
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard next == nil else { throw failure("text after the value") }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < Self.deepest else { throw failure("nested too deeply") }
    skipSpace()
    guard let byte = next else { throw failure("the text ends too early") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[place...].starts(with: text.utf8) else { throw failure("an unknown word") }
    place += text.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    var map: [String: JSONValue] = [:]
    place += 1
    skipSpace()
    if take("}") { return .object(map) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("a key is missing") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw failure("a colon is missing") }
      guard map.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
        throw failure("the key `\(key)` is repeated")
      }
      skipSpace()
      if take("}") { return .object(map) }
      guard take(",") else { throw failure("a comma is missing") }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    var values: [JSONValue] = []
    place += 1
    skipSpace()
    if take("]") { return .array(values) }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(values) }
      guard take(",") else { throw failure("a comma is missing") }
    }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = place
    while let byte = next, "+-.eE0123456789".utf8.contains(byte) { place += 1 }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if let value = Int(text), !text.hasPrefix("+") { return .int(value) }
    guard let value = Double(text), let first = text.first, first == "-" || first.isNumber else {
      throw failure("not a number")
    }
    return .double(value)
  }

  private mutating func string() throws(JSONError) -> String {
    place += 1
    var out: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: out, as: UTF8.self) else { throw failure("text that is not UTF-8") }
        return text
      case UInt8(ascii: "\\"): out += try escape()
      case 0..<32: throw failure("a control character in text")
      default: out.append(byte)
      }
    }
    throw failure("text without an end")
  }

  private mutating func escape() throws(JSONError) -> [UInt8] {
    guard let byte = next else { throw failure("text without an end") }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "u"): return try scalar()
    default: throw failure("an unknown escape")
    }
  }

  private mutating func scalar() throws(JSONError) -> [UInt8] {
    var code = try unit()
    if (0xD800..<0xDC00).contains(code) {
      guard take("\\"), take("u") else { throw failure("half of a surrogate pair") }
      let low = try unit()
      guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func unit() throws(JSONError) -> UInt32 {
    let digits = bytes[place...].prefix(4)
    guard digits.count == 4, let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
      throw failure("four hexadecimal digits are missing")
    }
    place += 4
    return code
  }
}
