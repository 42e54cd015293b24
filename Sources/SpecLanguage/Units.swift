/// A stretch of time in whole nanoseconds, so that `20 ms`, `0.02 s` and `20000 us` are one value.
package struct Nanoseconds: Hashable, Comparable, Sendable {
  package let count: Int

  package init(_ count: Int) { self.count = count }
  package init(count: Int) { self.count = count }

  package static func milliseconds(_ count: Int) -> Nanoseconds { Nanoseconds(count * 1_000_000) }
  package static let zero = Nanoseconds(0)

  package var seconds: Double { Double(count) / 1e9 }

  package static func < (left: Nanoseconds, right: Nanoseconds) -> Bool { left.count < right.count }
}

extension Nanoseconds: CustomStringConvertible {
  /// The largest unit that gives a whole number: `20 ms`, `3 s`, `1500 us`; it reads back to the same value.
  package var description: String {
    for unit in TimeUnit.allCases.reversed() where count != 0 && count % unit.nanoseconds == 0 {
      return "\(count / unit.nanoseconds) \(unit.rawValue)"
    }
    return "\(count) \(count == 0 ? "s" : "ns")"
  }
}

/// The units of time, smallest first.
package enum TimeUnit: String, CaseIterable, Sendable {
  case ns, us, ms, s, min, h

  package var nanoseconds: Int {
    switch self {
    case .ns: 1
    case .us: 1_000
    case .ms: 1_000_000
    case .s: 1_000_000_000
    case .min: 60_000_000_000
    case .h: 3_600_000_000_000
    }
  }
}

/// How long something is, in the unit that its field allows: `400 ms`, `10 bins`, `500 steps`, `50 epochs`.
package enum Extent: Hashable, Sendable {
  case time(Nanoseconds)
  case bins(Int)
  case steps(Int)
  case epochs(Int)

  package enum Unit: String, CaseIterable, Sendable { case time, bins, steps, epochs }
}

extension Extent: CustomStringConvertible {
  package var description: String {
    switch self {
    case .time(let time): time.description
    case .bins(let count): "\(count) bins"
    case .steps(let count): "\(count) steps"
    case .epochs(let count): "\(count) epochs"
    }
  }
}

/// A decimal number exactly as written: digits times a power of ten.
struct Decimal: Hashable, Sendable {
  var isNegative: Bool
  /// The digits without leading and trailing zeros; empty for zero.
  var digits: [UInt8]
  var exponent: Int

  /// Reads `[+-] digits [. digits] [e [+-] digits]`; nil for anything else.
  init?(_ text: some StringProtocol) {
    guard text.utf8.count <= 1000 else { return nil }
    var rest = Substring(text).utf8[...]
    isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let whole = rest.prefix { Self.isDigit($0) }
    rest = rest.dropFirst(whole.count)
    var fraction = rest.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = rest.prefix { Self.isDigit($0) }
      rest = rest.dropFirst(fraction.count)
    }
    guard whole.count + fraction.count > 0 else { return nil }
    var power = 0
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      guard let written = Self.power(rest.dropFirst()) else { return nil }
      power = written
      rest = rest.suffix(0)
    }
    guard rest.isEmpty else { return nil }
    var all = (Array(whole) + Array(fraction)).map { $0 - UInt8(ascii: "0") }
    exponent = power - fraction.count
    while all.last == 0 {
      all.removeLast()
      exponent += 1
    }
    digits = Array(all.drop { $0 == 0 })
    if digits.isEmpty { exponent = 0 }
  }

  var isZero: Bool { digits.isEmpty }

  /// The number times a factor as a whole number; nil when it is not whole or does not fit.
  func whole(times factor: Int) -> Exact {
    guard !isZero else { return .value(0) }
    guard digits.count <= 20 else { return exponent < 0 ? .fraction : .tooLarge }
    var value = Int128(factor)
    var base: Int128 = 0
    for digit in digits { base = base * 10 + Int128(digit) }
    value *= base
    guard exponent <= 20 else { return .tooLarge }
    for _ in 0..<max(0, exponent) {
      guard value <= Int128(Int.max) else { return .tooLarge }
      value *= 10
    }
    for _ in 0..<max(0, -max(exponent, -60)) {
      guard value % 10 == 0 else { return .fraction }
      value /= 10
    }
    guard value <= Int128(Int.max) else { return .tooLarge }
    return .value(isNegative ? -Int(value) : Int(value))
  }

  /// The nearest float of the number times ten to a power.
  func float(timesTenTo power: Int) -> Double {
    guard !isZero else { return isNegative ? -0.0 : 0 }
    let text = digits.map(String.init).joined()
    return Double("\(isNegative ? "-" : "")\(text)e\(exponent + power)") ?? .infinity
  }

  enum Exact: Hashable {
    case value(Int)
    case fraction
    case tooLarge
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private static func power(_ bytes: Substring.UTF8View.SubSequence) -> Int? {
    var digits = bytes
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    guard !digits.isEmpty, digits.allSatisfy({ isDigit($0) }) else { return nil }
    var value = 0
    for digit in digits { value = min(1_000_000, value * 10 + Int(digit - UInt8(ascii: "0"))) }
    return isNegative ? -value : value
  }
}
