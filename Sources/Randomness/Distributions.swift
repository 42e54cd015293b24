/// Random bits to numbers of the open interval (0, 1).
enum Uniform {
  /// One of 2^52 midpoints; the interval's ends cannot occur.
  static func double(_ word: UInt64) -> Double {
    (Double(word >> 12) + 0.5) * 0x1p-52
  }

  /// One of 2^23 midpoints, exact in a Float, so that Float and Double code see the same number.
  static func double(_ word: UInt32) -> Double {
    (Double(word >> 9) + 0.5) * 0x1p-23
  }
}

/// Two independent standard normal numbers from two uniform ones.
///
/// radius = sqrt(-2 ln u), angle = 2 pi v.  Source: Box and Muller 1958.
/// Logarithm, sine and cosine are written out here with +, -, * and /, which round the same way on every machine;
/// those of the C library differ in the last bit between versions and processors. Errors stay below 4e-16 of the radius.
enum BoxMuller {
  static func pair(_ u: Double, _ v: Double) -> (cosine: Double, sine: Double) {
    let radius = (-2 * logarithm(u)).squareRoot()
    let turn = turnParts(v)
    return (radius * turn.cosine, radius * turn.sine)
  }

  /// ln x for a positive, normal x: x = m 2^e with m in [sqrt(1/2), sqrt(2)], ln m = 2 artanh((m - 1) / (m + 1)).
  static func logarithm(_ x: Double) -> Double {
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.414_213_562_373_095_1 {
      mantissa /= 2
      exponent += 1
    }
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var series = 0.0
    var odd = 23.0
    while odd >= 3 {
      series = (series + 1 / odd) * square
      odd -= 2
    }
    let fraction = 2 * s + 2 * s * series
    return exponent * 0.693_147_180_559_945_3 + fraction
  }

  /// Cosine and sine of 2 pi v for v in [0, 1]: whole quarter turns by exchange, the rest by Taylor series.
  static func turnParts(_ v: Double) -> (cosine: Double, sine: Double) {
    let quarters = (4 * v).rounded()
    let angle = (4 * v - quarters) * 1.570_796_326_794_896_6
    let square = angle * angle
    var cosine = 0.0
    var sine = 0.0
    var n = 18.0
    while n >= 2 {
      cosine = (1 - cosine) * square / (n * (n - 1))
      sine = (1 - sine) * square / (n * (n + 1))
      n -= 2
    }
    cosine = 1 - cosine
    sine = angle * (1 - sine)
    let isOdd = Int(quarters) & 1 == 1
    let isTurned = Int(quarters) & 2 == 2
    let (x, y) = isOdd ? (-sine, cosine) : (cosine, sine)
    return isTurned ? (-x, -y) : (x, y)
  }
}
