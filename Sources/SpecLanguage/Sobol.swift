/// The Sobol sequence: points that fill a cube more evenly than random ones.
///
/// Direction numbers: Joe and Kuo 2008, "Constructing Sobol sequences with better two-dimensional projections",
/// table `new-joe-kuo-6`.
package enum Sobol {
  /// The most dimensions that the table holds.
  package static let dimensions = rows.count + 1

  /// The 32 bits of a coordinate of a point.
  package static func bits(_ index: Int, dimension: Int) -> UInt32 {
    var result: UInt32 = 0
    // The Gray code of the index, so that the order is the usual one.
    var code = index ^ (index >> 1)
    var bit = 0
    while code != 0, bit < 32 {
      if code & 1 == 1 { result ^= directions[dimension][bit] }
      code >>= 1
      bit += 1
    }
    return result
  }

  /// Degree, inner coefficients and first direction numbers of the primitive polynomial of each dimension from the
  /// second on.
  private static let rows: [(degree: Int, coefficients: UInt32, start: [UInt32])] = [
    (1, 0, [1]), (2, 1, [1, 3]), (3, 1, [1, 3, 1]), (3, 2, [1, 1, 1]), (4, 1, [1, 1, 3, 3]), (4, 4, [1, 3, 5, 13]),
    (5, 2, [1, 1, 5, 5, 17]), (5, 4, [1, 1, 5, 5, 5]), (5, 7, [1, 1, 7, 11, 19]), (5, 11, [1, 1, 5, 1, 1]),
    (5, 13, [1, 1, 1, 3, 11]), (5, 14, [1, 3, 5, 5, 31]), (6, 1, [1, 3, 3, 9, 7, 49]), (6, 13, [1, 1, 1, 15, 21, 21]),
    (6, 16, [1, 3, 1, 13, 27, 49]), (6, 19, [1, 1, 1, 15, 7, 5]), (6, 22, [1, 3, 1, 15, 13, 25]),
    (6, 25, [1, 1, 5, 5, 19, 61]), (7, 1, [1, 3, 7, 11, 23, 15, 103]), (7, 4, [1, 3, 7, 13, 13, 15, 69]),
  ]

  private static let directions: [[UInt32]] = {
    let first = (0..<32).map { UInt32(1) << UInt32(31 - $0) }
    return [first]
      + rows.map { row in
        var numbers = row.start.enumerated().map { $1 << UInt32(31 - $0) }
        for index in row.degree..<32 {
          var next = numbers[index - row.degree] ^ (numbers[index - row.degree] >> UInt32(row.degree))
          for inner in 1..<max(row.degree, 1) where (row.coefficients >> UInt32(row.degree - 1 - inner)) & 1 == 1 {
            next ^= numbers[index - inner]
          }
          numbers.append(next)
        }
        return numbers
      }
  }()
}
