/// Why a scalar cannot be read as its kind, said without its name and place.
struct ScalarProblem: Error {
  var code: Code
  /// Goes behind the key: "is 0; use 1 to 64".
  var reason: String
  var label: String?
  var help: [String] = []
  var replacement: String?
  var isSafe = true
}

/// Numbers, read strictly: what another YAML reader might read otherwise is refused with both readings.
enum NumberText {
  static func int(_ scalar: Scalar) throws(ScalarProblem) -> Int {
    if case .whole(let value)? = SimpleNumber(scalar) { return value }
    let text = try unquoted(scalar, allowing: [.int], isNumber: { Int($0) != nil })
    if isWholeNumber(text) {
      guard let value = Int(text.hasPrefix("+") ? String(text.dropFirst()) : text) else {
        throw ScalarProblem(
          code: .tooLargeNumber, reason: "is `\(text.shortened(to: 40))`, which does not fit in 64 bits")
      }
      return value
    }
    try checkAmbiguous(text)
    if let decimal = Decimal(text) {
      var problem = ScalarProblem(
        code: .wrongType, reason: "is `\(text.shortened(to: 40))`, which is not a whole number")
      if case .value(let value) = decimal.whole(times: 1) {
        problem.reason = "is `\(text.shortened(to: 40))`; a whole number is written without point and exponent"
        problem.replacement = String(value)
        problem.help = ["write `\(value)`"]
      }
      throw problem
    }
    throw ScalarProblem(code: .wrongType, reason: "is `\(text.shortened(to: 40))`, which is not a whole number")
  }

  static func float(_ scalar: Scalar) throws(ScalarProblem) -> Double {
    switch SimpleNumber(scalar) {
    case .whole(let value)?: return Double(value)
    case .float(let value)?: return value
    case nil: break
    }
    let text = try unquoted(scalar, allowing: [.int, .float], isNumber: { Decimal($0) != nil })
    try checkAmbiguous(text)
    guard let decimal = Decimal(text) else {
      let isSpecial = [".inf", "inf", "infinity", ".nan", "nan"].contains(
        text.lowercased().drop { $0 == "-" || $0 == "+" })
      throw ScalarProblem(
        code: isSpecial ? .outOfRange : .wrongType,
        reason: "is `\(text.shortened(to: 40))`, which is not a \(isSpecial ? "finite " : "")number")
    }
    let value = decimal.float(timesTenTo: 0)
    guard value.isFinite else {
      throw ScalarProblem(
        code: .tooLargeNumber, reason: "is `\(text.shortened(to: 40))`, which is too large for a float")
    }
    guard value != 0 || decimal.isZero else {
      throw ScalarProblem(
        code: .tooLargeNumber, reason: "is `\(text.shortened(to: 40))`, which is too close to zero for a float")
    }
    return value
  }

  /// The most letters of a number; floats have no use for more.
  private static let longest = 1000

  /// The text of a plain scalar; quoted text is no number, and look-alike characters have their own complaint.
  static func unquoted(
    _ scalar: Scalar, allowing tags: [Scalar.Tag], isNumber: (String) -> Bool
  ) throws(ScalarProblem) -> String {
    if let tag = scalar.tag, tag != .str, !tags.contains(tag) {
      throw ScalarProblem(code: .wrongType, reason: "is tagged `!!\(tag.rawValue)`")
    }
    if scalar.isText {
      var problem = ScalarProblem(code: .wrongType, reason: "is the quoted text `\(scalar.text.shortened(to: 40))`")
      if scalar.tag == nil, isNumber(scalar.text) {
        problem.help = ["write `\(scalar.text)` without quotes"]
        problem.replacement = scalar.text
      }
      throw problem
    }
    guard scalar.text.utf8.count <= longest else {
      throw ScalarProblem(
        code: .tooLargeNumber, reason: "is `\(scalar.text.shortened(to: 40))`, which is longer than any number")
    }
    if let alike = LookAlike.first(in: scalar.text) {
      throw ScalarProblem(
        code: .lookAlike,
        reason: "contains a \(alike.name) (\(LookAlike.codePoint(alike.scalar))) that only looks like plain text",
        help: ["write `\(alike.repaired)`"], replacement: alike.repaired)
    }
    return scalar.text
  }

  /// Refuses what one reader takes for a number and another one for text or for another number.
  static func checkAmbiguous(_ text: String) throws(ScalarProblem) {
    let sign = text.hasPrefix("-") ? "-" : ""
    let bare = text.drop { $0 == "-" || $0 == "+" }
    guard let first = bare.utf8.first, isDigit(first) else { return }
    let digits = bare.utf8.filter(isDigit).count
    let shown = text.shortened(to: 40)
    if digits == bare.utf8.count, digits > 1, first == UInt8(ascii: "0") {
      let decimal = sign + (bare.drop { $0 == "0" }.isEmpty ? "0" : String(bare.drop { $0 == "0" }))
      let octal = Int(bare, radix: 8).map { "\(sign)\($0)" }
      let readings = [decimal, octal ?? decimal]
      let isSame = readings[0] == readings[1]
      throw ScalarProblem(
        code: .ambiguousNumber,
        reason: isSame
          ? "is `\(shown)`; numbers are written without leading zeros"
          : "is `\(shown)`, which is \(readings[0]) to some YAML readers and \(readings[1]) (octal) to others",
        help: [isSame ? "write `\(readings[0])`" : "write `\(readings[0])` or `\(readings[1])`"],
        replacement: isSame ? readings[0] : nil)
    }
    if bare.utf8.contains(UInt8(ascii: "_")), Decimal(bare.filter { $0 != "_" }) != nil {
      let joined = sign + bare.filter { $0 != "_" }
      throw ScalarProblem(
        code: .ambiguousNumber, reason: "is `\(shown)`, which is \(joined) to some YAML readers and text to others",
        help: ["write `\(joined)`"], replacement: joined)
    }
    let parts = bare.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 1, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) && $0.count < 6 }) {
      let value = parts.reduce(0) { $0 &* 60 &+ (Int($1) ?? 0) }
      throw ScalarProblem(
        code: .ambiguousNumber,
        reason: "is `\(shown)`, which is \(sign)\(value) (base 60) to some YAML readers and text to others",
        help: ["write `\(sign)\(value)`"], replacement: nil)
    }
    if isDate(bare) {
      throw ScalarProblem(
        code: .ambiguousNumber, reason: "is `\(shown)`, which is a date to some YAML readers and text to others")
    }
  }

  static func isWholeNumber(_ text: String) -> Bool {
    let bare =
      text.utf8.first == UInt8(ascii: "-") || text.utf8.first == UInt8(ascii: "+") ? text.dropFirst() : text[...]
    guard !bare.isEmpty, bare.utf8.allSatisfy(isDigit) else { return false }
    return bare.utf8.count == 1 || bare.utf8.first != UInt8(ascii: "0")
  }

  private static func isDate(_ text: Substring) -> Bool {
    let parts = text.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4 else { return false }
    return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
