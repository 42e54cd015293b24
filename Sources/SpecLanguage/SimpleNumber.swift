/// A number as nearly every spec writes it: `-3`, `0.25`, `1e-3`. All readers of YAML agree on it.
///
/// Anything else, be it a number or not, is left to those who know what to complain about.
enum SimpleNumber {
  /// Of at most 15 digits, so that it is exact as a float too.
  case whole(Int)
  /// Finite, and zero only where it says so.
  case float(Double)

  init?(_ scalar: Scalar) {
    guard scalar.tag == nil, scalar.style == .plain, let number = SimpleNumber(scalar.text) else { return nil }
    self = number
  }

  /// Reads `[-] digits [. digits] [e [+-] digits]` where no digit but a lone 0 begins with 0.
  init?(_ text: String) {
    // What is longer may be longer than a number may be.
    guard let first = text.utf8.first, first < UInt8(ascii: ":"), text.utf8.count <= 40 else { return nil }
    var text = text
    let shape = text.withUTF8 { Self.shape($0) }
    switch shape {
    case nil: return nil
    case .whole(let value)?: self = .whole(value)
    case .float(let isZero)?:
      guard let value = Double(text), value.isFinite, (value == 0) == isZero else { return nil }
      self = .float(value)
    }
  }

  private enum Shape {
    case whole(Int)
    case float(isZero: Bool)
  }

  private static func shape(_ bytes: UnsafeBufferPointer<UInt8>) -> Shape? {
    var place = 0
    /// Goes over digits and says how many there were.
    func digits(_ body: (Int) -> Void) -> Int {
      let start = place
      while place < bytes.count, bytes[place] &- UInt8(ascii: "0") < 10 {
        body(Int(bytes[place] &- UInt8(ascii: "0")))
        place += 1
      }
      return place - start
    }
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { place = 1 }
    let startsWithZero = place < bytes.count && bytes[place] == UInt8(ascii: "0")
    var value = 0
    var isZero = true
    let count = digits { digit in
      value = value &* 10 &+ digit
      if digit != 0 { isZero = false }
    }
    guard count > 0, count == 1 || !startsWithZero else { return nil }
    if place == bytes.count {
      // As a float `-0` keeps its sign, which no whole number does.
      return count > 15 || isNegative && isZero ? nil : .whole(isNegative ? -value : value)
    }
    if bytes[place] == UInt8(ascii: ".") {
      place += 1
      let count = digits { if $0 != 0 { isZero = false } }
      guard count > 0 else { return nil }
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      if place < bytes.count, bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") { place += 1 }
      guard (1...5).contains(digits { _ in }) else { return nil }
    }
    return place == bytes.count ? .float(isZero: isZero) : nil
  }
}
