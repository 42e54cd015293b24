import Randomness

/// The permutation test of paired differences: under the null each could as well have the other sign.
///
/// The statistic is the mean difference; p is the share of the choices of signs whose mean is as far from zero as that of the
/// data. Up to 20 differences all 2^n choices are counted; above, 10 000 are drawn and the data counted as one more.
/// Source: Fisher 1935, The Design of Experiments, section 21; the added one: Phipson and Smyth 2010.
struct SignFlip {
  let p: Double

  private static let exactLimit = 20

  init(_ differences: [Double], stream: Stream) {
    let observed = differences.reduce(0, +).magnitude
    // Sums that are equal on paper differ in their last bits.
    let bound = observed - 1e-12 * differences.reduce(0) { $0 + $1.magnitude }
    if differences.isEmpty {
      p = .nan
    } else if differences.count <= Self.exactLimit {
      let half = differences.count / 2
      let first = Self.sums(differences[..<half])
      let second = Self.sums(differences[half...])
      let far = first.reduce(0) { count, one in count + second.count { (one + $0).magnitude >= bound } }
      p = Double(far) / Double(first.count * second.count)
    } else {
      p = Self.sampled(differences, bound: bound, stream: stream)
    }
  }

  /// The sums of all choices of signs.
  private static func sums(_ values: ArraySlice<Double>) -> [Double] {
    values.reduce([0]) { sums, value in sums.flatMap { [$0 + value, $0 - value] } }
  }

  private static func sampled(_ differences: [Double], bound: Double, stream: Stream) -> Double {
    var stream = stream
    var far = 1
    for _ in 0..<PairedTest.resamples {
      var sum = 0.0
      var bits: UInt64 = 0
      for (index, value) in differences.enumerated() {
        if index % 64 == 0 { bits = stream.word() }
        sum += bits & 1 == 0 ? value : -value
        bits >>= 1
      }
      if sum.magnitude >= bound { far += 1 }
    }
    return Double(far) / Double(PairedTest.resamples + 1)
  }
}
