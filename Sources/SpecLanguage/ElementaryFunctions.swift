/// Exponential and logarithm without a system library: one result on every machine.
enum ElementaryFunctions {
  private static let ln2High = 6.93147180369123816490e-01
  private static let ln2Low = 1.90821492927058770002e-10

  /// e to the x: x = k ln 2 + r with |r| <= ln 2 / 2, then the Taylor series of r; error below 2 ulp.
  static func exp(_ x: Double) -> Double {
    guard !x.isNaN else { return x }
    if x > 709.79 { return .infinity }
    if x < -745.2 { return 0 }
    let k = (x / (ln2High + ln2Low)).rounded()
    let r = (x - k * ln2High) - k * ln2Low
    var sum = 1.0
    for n in stride(from: 18, through: 1, by: -1) { sum = 1 + r / Double(n) * sum }
    // In two steps, so that neither the largest nor the subnormal results leave the range on the way.
    let half = Int(k) / 2
    let scaled = sum * Double(sign: .plus, exponent: half, significand: 1)
    return scaled * Double(sign: .plus, exponent: Int(k) - half, significand: 1)
  }

  /// Natural logarithm: x = 2^k m with m near 1, then log m = 2 artanh((m - 1) / (m + 1)); error below 2 ulp.
  static func log(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    guard x.isFinite else { return x }
    var k = Double(x.exponent)
    var m = x.significand
    if m > 1.4142135623730951 {
      m /= 2
      k += 1
    }
    let s = (m - 1) / (m + 1)
    let square = s * s
    var sum = 0.0
    for n in stride(from: 25, through: 1, by: -2) { sum = sum * square + 1 / Double(n) }
    return k * ln2High + (2 * s * sum + k * ln2Low)
  }
}
