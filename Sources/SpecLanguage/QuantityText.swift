/// Quantities, read exactly: a decimal number and a unit that must be given.
enum QuantityText {
  static func time(_ scalar: Scalar) throws(ScalarProblem) -> Nanoseconds {
    let units = TimeUnit.allCases.map(\.rawValue)
    let (number, unit, text) = try parts(scalar, units: units, example: "ms", of: "a time")
    guard let unit = TimeUnit(rawValue: unit) else { throw unknown(unit, of: "time", units) }
    switch number.whole(times: unit.nanoseconds) {
    case .value(let count): return Nanoseconds(count)
    case .fraction: throw ScalarProblem(code: .unit, reason: "is `\(text)`, which is not a whole number of nanoseconds")
    case .tooLarge: throw ScalarProblem(code: .tooLargeNumber, reason: "is `\(text)`, which is more than 292 years")
    }
  }

  /// A frequency in hertz.
  static func frequency(_ scalar: Scalar) throws(ScalarProblem) -> Double {
    let (number, unit, text) = try parts(scalar, units: ["Hz", "kHz"], example: "Hz", of: "a frequency")
    guard unit == "Hz" || unit == "kHz" else { throw unknown(unit, of: "frequency", ["Hz", "kHz"]) }
    let value = number.float(timesTenTo: unit == "kHz" ? 3 : 0)
    guard value.isFinite else { throw ScalarProblem(code: .tooLargeNumber, reason: "is `\(text)`, which is too large") }
    return value
  }

  static func text(frequency value: Double) -> String { "\(trimmed(value)) Hz" }

  /// Units of memory in bytes.
  static let memoryFactors = [
    ("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20),
    ("GiB", 1 << 30),
  ]
  static let memoryUnits = memoryFactors.map(\.0)

  /// Memory in bytes: `512 MiB`, `4 GB`.
  static func memory(_ scalar: Scalar) throws(ScalarProblem) -> Int {
    let names = memoryUnits
    let (number, unit, text) = try parts(scalar, units: names, example: "GB", of: "an amount of memory")
    guard let factor = memoryFactors.first(where: { $0.0 == unit })?.1 else { throw unknown(unit, of: "memory", names) }
    guard case .value(let bytes) = number.whole(times: factor) else {
      throw ScalarProblem(code: .unit, reason: "is `\(text)`, which is not a whole number of bytes")
    }
    return bytes
  }

  static func extent(_ scalar: Scalar, _ allowed: [Extent.Unit]) throws(ScalarProblem) -> Extent {
    let counts = allowed.filter { $0 != .time }.map(\.rawValue)
    let units = (allowed.contains(.time) ? TimeUnit.allCases.map(\.rawValue) : []) + counts
    let example = counts.first ?? "ms"
    let (number, unit, text) = try parts(scalar, units: units, example: example, of: "an extent")
    guard units.contains(unit) else { throw unknown(unit, of: "length", units) }
    guard let kind = Extent.Unit(rawValue: unit) else { return .time(try time(scalar)) }
    guard case .value(let count) = number.whole(times: 1) else {
      throw ScalarProblem(code: .outOfRange, reason: "is `\(text)`, which is not a whole number of \(unit)")
    }
    switch kind {
    case .time: return .time(try time(scalar))
    case .bins: return .bins(count)
    case .steps: return .steps(count)
    case .epochs: return .epochs(count)
    }
  }

  private static func parts(
    _ scalar: Scalar, units: [String], example: String, of what: String
  ) throws(ScalarProblem) -> (Decimal, String, String) {
    var scalar = scalar
    scalar.text = String(scalar.text.map { $0 == "\u{00B5}" || $0 == "\u{03BC}" ? "u" : $0 })
    let text = try NumberText.unquoted(scalar, allowing: []) { split($0) != nil }
    let shown = text.shortened(to: 40)
    if let (number, unit) = split(text) {
      if !unit.isEmpty { return (number, unit, shown) }
      let choices = "give one of \(units.joined(separator: ", "))"
      if number.isZero {
        throw ScalarProblem(
          code: .unit, reason: "is `0` without a unit", help: ["write `0 \(example)`"], replacement: "0 \(example)")
      }
      throw ScalarProblem(
        code: .unit, reason: "is `\(shown)` without a unit; \(choices)", help: ["write `\(text) \(example)`"],
        replacement: "\(text) \(example)", isSafe: false)
    }
    let bare = text.prefix { $0 != " " }
    try NumberText.checkAmbiguous(String(bare))
    throw ScalarProblem(
      code: .wrongType, reason: "is `\(shown)`, which is not \(what)",
      help: ["a number and a unit, such as `20 \(example)`"])
  }

  private static func split(_ text: String) -> (Decimal, String)? {
    var unit = ""
    var number = Substring(text)
    while let last = number.last, last.isLetter, last.isASCII {
      // An exponent belongs to the number: the `e` of `1e3`.
      unit = String(last) + unit
      number = number.dropLast()
    }
    while number.last == " " { number = number.dropLast() }
    guard let decimal = Decimal(number), !hasLeadingZero(number) else { return nil }
    return (decimal, unit)
  }

  private static func hasLeadingZero(_ number: Substring) -> Bool {
    let bare = number.drop { $0 == "-" || $0 == "+" }
    return bare.count > 1 && bare.first == "0" && (bare.dropFirst().first?.isNumber ?? false)
  }

  private static func unknown(_ unit: String, of what: String, _ units: [String]) -> ScalarProblem {
    let others = [
      ("time", TimeUnit.allCases.map(\.rawValue)), ("frequency", ["Hz", "kHz"]), ("memory", memoryUnits),
      ("length", Extent.Unit.allCases.filter { $0 != .time }.map(\.rawValue)),
    ]
    if let other = others.first(where: { $0.0 != what && $0.1.contains(unit) }) {
      return ScalarProblem(
        code: .unit, reason: "has the unit `\(unit)`, which is a unit of \(other.0)",
        label: "units of \(what): \(units.joined(separator: ", "))")
    }
    let match = Suggestion.nearest(to: unit, among: units)
    return ScalarProblem(
      code: .unit, reason: "has the unknown unit `\(unit.shortened(to: 20))`",
      label: "units of \(what): \(units.joined(separator: ", "))",
      help: match.map { ["did you mean `\($0.word)`?"] } ?? [])
  }

  private static func trimmed(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
