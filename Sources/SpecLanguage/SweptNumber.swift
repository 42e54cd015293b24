/// Numbers of a sweep: short enough to read, and exactly what the point gets.
enum SweptNumber {
  /// The nearest number of twelve significant decimal digits, kept inside its bounds.
  static func rounded(_ value: Double, within bounds: ClosedRange<Double>?) -> Double {
    guard let result = twelveDigits(value) else { return value }
    guard let bounds else { return result }
    return min(max(result, bounds.lowerBound), bounds.upperBound)
  }

  /// The shortest decimal digits of a number, rounded half up to twelve of them; nil where there are no more.
  private static func twelveDigits(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    var text = value.description
    var digits: UInt64 = 0
    var count = 0
    var dropped = 0
    var exponent = 0
    var isRoundedUp = false
    text.withUTF8 { bytes in
      var place = 0
      var isFraction = false
      while place < bytes.count {
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "."): isFraction = true
        case UInt8(ascii: "e"):
          let isNegative = bytes[place] == UInt8(ascii: "-")
          var power = 0
          for digit in bytes[(place + 1)...] { power = power * 10 + Int(digit - UInt8(ascii: "0")) }
          exponent += isNegative ? -power : power
          return
        case UInt8(ascii: "-"): break
        default:
          let digit = byte - UInt8(ascii: "0")
          if isFraction { exponent -= 1 }
          if count == 0, digit == 0 { continue }
          count += 1
          guard count > 12 else {
            digits = digits * 10 + UInt64(digit)
            continue
          }
          if count == 13 { isRoundedUp = digit >= 5 }
          exponent += 1
          if digit != 0 { dropped = count }
        }
      }
    }
    guard dropped > 12 else { return nil }
    if isRoundedUp { digits += 1 }
    // Powers of ten up to 22 and the digits are exact, so that one division or product rounds once.
    let magnitude =
      switch exponent {
      case -22...(-1): Double(digits) / powers[-exponent]
      case 0...22: Double(digits) * powers[exponent]
      default: Double("\(digits)e\(exponent)") ?? value.magnitude
      }
    return value < 0 ? -magnitude : magnitude
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// The number where it is whole and its text has no point, so that keys that take whole numbers read it too.
  static func whole(_ value: Double) -> Int? {
    Int(exactly: value).flatMap { $0.magnitude < 1 << 53 ? $0 : nil }
  }

  static func text(_ value: Double) -> String { whole(value).map { String($0) } ?? value.description }
}
