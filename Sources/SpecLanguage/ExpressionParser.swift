/// Parses expressions by precedence: `??`, `or`, `and`, `not`, comparison, sum, product, sign.
struct ExpressionParser {
  private let span: Span
  private let written: String
  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0
  private var size = 0

  init(_ text: String, _ span: Span) {
    self.span = span
    written = text
    bytes = Array(text.utf8)
  }

  mutating func whole() throws(Diagnostic) -> Term {
    guard bytes.count <= Expression.lengthLimit else {
      throw problem("the expression is longer than \(Expression.lengthLimit) bytes", at: 0..<bytes.count)
    }
    let term = try fallback()
    skipSpace()
    guard index == bytes.count else { throw problem("`\(rest)` is left over", at: index..<bytes.count) }
    return term
  }

  private mutating func fallback() throws(Diagnostic) -> Term {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Expression.depthLimit else {
      throw problem("the expression is nested too deeply", at: index..<index)
    }
    let start = begin()
    let left = try or()
    guard take("??") else { return left }
    let right = try fallback()
    return try term(.fallback(left, right), from: start)
  }

  private mutating func or() throws(Diagnostic) -> Term {
    let start = begin()
    var left = try and()
    while takeWord("or") { left = try term(.binary(.or, left, try and()), from: start) }
    return left
  }

  private mutating func and() throws(Diagnostic) -> Term {
    let start = begin()
    var left = try not()
    while takeWord("and") { left = try term(.binary(.and, left, try not()), from: start) }
    return left
  }

  private mutating func not() throws(Diagnostic) -> Term {
    let start = begin()
    var count = 0
    while takeWord("not") { count += 1 }
    guard count <= 1 else { throw problem("`not` stands twice", at: start..<index) }
    let inner = try comparison()
    return count == 0 ? inner : try term(.unary(.not, inner), from: start)
  }

  private mutating func comparison() throws(Diagnostic) -> Term {
    let start = begin()
    let left = try sum()
    guard let comparison = takeComparison() else { return left }
    let right = try sum()
    let result = try term(.binary(comparison, left, right), from: start)
    let here = index
    if takeComparison() != nil {
      throw problem("comparisons cannot be chained", at: here..<index, help: ["join two of them with `and`"])
    }
    return result
  }

  private mutating func takeComparison() -> Term.Binary? {
    for sign in [Term.Binary.equal, .notEqual, .lessOrEqual, .greaterOrEqual, .less, .greater] where take(sign.rawValue)
    {
      return sign
    }
    if takeWord("in") { return .within }
    let here = index
    if takeWord("not") {
      if takeWord("in") { return .notWithin }
      index = here
    }
    return nil
  }

  private mutating func sum() throws(Diagnostic) -> Term {
    let start = begin()
    var left = try product()
    while true {
      if take("+") {
        left = try term(.binary(.add, left, try product()), from: start)
      } else if take("-") {
        left = try term(.binary(.subtract, left, try product()), from: start)
      } else {
        return left
      }
    }
  }

  private mutating func product() throws(Diagnostic) -> Term {
    let start = begin()
    var left = try sign()
    while true {
      if take("*") {
        left = try term(.binary(.multiply, left, try sign()), from: start)
      } else if take("/") {
        left = try term(.binary(.divide, left, try sign()), from: start)
      } else if take("%") {
        left = try term(.binary(.remainder, left, try sign()), from: start)
      } else {
        return left
      }
    }
  }

  private mutating func sign() throws(Diagnostic) -> Term {
    let start = begin()
    guard take("-") else { return try primary() }
    return try term(.unary(.negate, try primary()), from: start)
  }

  private mutating func primary() throws(Diagnostic) -> Term {
    let start = begin()
    guard index < bytes.count else {
      throw problem("the expression ends too early", at: index..<index, label: "expected a value")
    }
    if take("(") {
      let inner = try fallback()
      guard take(")") else { throw problem("a `(` is not closed", at: start..<start + 1) }
      return inner
    }
    if take("[") { return try term(.list(try arguments(until: "]", from: start)), from: start) }
    let byte = bytes[index]
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try quoted(byte, from: start) }
    if Self.isDigit(byte) || byte == UInt8(ascii: ".") { return try number(from: start) }
    guard Self.isLetter(byte) || byte == UInt8(ascii: "_") else {
      throw problem("`\(rest)` cannot begin a value", at: start..<start + 1)
    }
    return try word(from: start)
  }

  private mutating func word(from start: Int) throws(Diagnostic) -> Term {
    while index < bytes.count, isNamePart(bytes[index]) { index += 1 }
    let word = text(start..<index)
    switch word {
    case "true": return try term(.constant(.bool(true)), from: start)
    case "false": return try term(.constant(.bool(false)), from: start)
    case "null": return try term(.constant(.null), from: start)
    case "and", "or", "not", "in": throw problem("`\(word)` stands where a value is expected", at: start..<index)
    default: break
    }
    if word == "env", index < bytes.count, bytes[index] == UInt8(ascii: ":") {
      index += 1
      let nameStart = index
      while index < bytes.count, isNamePart(bytes[index]) { index += 1 }
      guard index > nameStart else { throw problem("`env:` needs the name of a variable", at: start..<index) }
      return try term(.variable(text(nameStart..<index)), from: start)
    }
    let afterWord = index
    guard take("(") else {
      index = afterWord
      return try term(.name(word), from: start)
    }
    guard let function = Term.Function(rawValue: word) else {
      let known = Term.Function.allCases.map(\.rawValue)
      let help = Suggestion.nearest(to: word, among: known).map { ["did you mean `\($0.word)`?"] } ?? []
      throw problem(
        "there is no function `\(word.shortened(to: 40))`", at: start..<afterWord, help: help,
        notes: ["functions: " + known.joined(separator: ", ")])
    }
    let arguments = try arguments(until: ")", from: start)
    let isVariadic = function == .min || function == .max
    guard isVariadic ? arguments.count >= 1 : arguments.count == 1 else {
      throw problem("`\(word)` takes \(isVariadic ? "at least one value" : "one value")", at: start..<index)
    }
    return try term(.call(function, arguments), from: start)
  }

  private mutating func arguments(until close: String, from start: Int) throws(Diagnostic) -> [Term] {
    var terms: [Term] = []
    if take(close) { return terms }
    while true {
      terms.append(try fallback())
      if take(close) { return terms }
      guard take(",") else {
        throw problem("`,` or `\(close)` is missing", at: index..<min(index + 1, bytes.count))
      }
    }
  }

  private mutating func quoted(_ quote: UInt8, from start: Int) throws(Diagnostic) -> Term {
    index += 1
    var content: [UInt8] = []
    while index < bytes.count, bytes[index] != quote {
      if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
      content.append(bytes[index])
      index += 1
    }
    guard index < bytes.count else { throw problem("a quote is opened but never closed", at: start..<bytes.count) }
    index += 1
    return try term(.constant(.string(String(decoding: content, as: UTF8.self))), from: start)
  }

  private mutating func number(from start: Int) throws(Diagnostic) -> Term {
    while index < bytes.count, Self.isDigit(bytes[index]) || Self.isLetter(bytes[index]) || isPointOrExponentSign() {
      index += 1
    }
    let number = text(start..<index)
    switch Plain(resolving: number) {
    case .int(let value): return try term(.constant(.int(value)), from: start)
    case .float(let value): return try term(.constant(.float(value)), from: start)
    case .null, .bool, .string, .list, .map:
      throw problem("`\(number.shortened(to: 40))` is not a number", at: start..<index)
    }
  }

  private func isPointOrExponentSign() -> Bool {
    let byte = bytes[index]
    if byte == UInt8(ascii: ".") { return true }
    guard byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"), index > 0 else { return false }
    return bytes[index - 1] | 0x20 == UInt8(ascii: "e")
  }

  private mutating func begin() -> Int {
    skipSpace()
    return index
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
  }

  private mutating func take(_ sign: String) -> Bool {
    skipSpace()
    guard bytes[index...].starts(with: sign.utf8) else { return false }
    index += sign.utf8.count
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    skipSpace()
    guard bytes[index...].starts(with: word.utf8) else { return false }
    let after = index + word.utf8.count
    guard after == bytes.count || !isNamePart(bytes[after]) else { return false }
    index = after
    return true
  }

  private mutating func term(_ content: Term.Content, from start: Int) throws(Diagnostic) -> Term {
    size += 1
    guard size <= Expression.sizeLimit else { throw problem("the expression is too long", at: start..<index) }
    return Term(content: content, span: place(start..<index), source: text(start..<index))
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private var rest: String { text(min(index, bytes.count)..<bytes.count).shortened(to: 20) }

  private func place(_ range: Range<Int>) -> Span { span.part(range, of: written) }

  private func problem(
    _ message: String, at range: Range<Int>, label: String = "in this expression", help: [String] = [],
    notes: [String] = []
  ) -> Diagnostic {
    Diagnostic(.badExpression, message, at: place(range), label: label, help: help, notes: notes)
  }

  private func isNamePart(_ byte: UInt8) -> Bool {
    Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
