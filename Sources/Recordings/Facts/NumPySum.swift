/// Sums in the order in which NumPy adds, so that totals agree with those of Python to the last bit.
///
/// Up to 128 numbers are added in eight interleaved partial sums, longer stretches as the sum of their two halves: the
/// rounding error grows with the logarithm of the length.  Source: the pairwise summation of NumPy's `add.reduce`.
enum NumPySum {
  static func of(_ values: [Double]) -> Double {
    values.withUnsafeBufferPointer { sum($0[...]) }
  }

  private static func sum(_ values: Slice<UnsafeBufferPointer<Double>>) -> Double {
    let count = values.count
    let first = values.startIndex
    if count < 8 { return values.reduce(0, +) }
    guard count <= 128 else {
      let half = count / 2 - (count / 2) % 8
      return sum(values[first..<first + half]) + sum(values[first + half..<values.endIndex])
    }
    var parts = (0..<8).map { values[first + $0] }
    let whole = count - count % 8
    for start in stride(from: 8, to: whole, by: 8) {
      for lane in 0..<8 { parts[lane] += values[first + start + lane] }
    }
    var total =
      ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]))
    for place in whole..<count { total += values[first + place] }
    return total
  }
}
