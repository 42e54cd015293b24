import SpecChecks
import SpecLanguage
import Testing

@Suite struct SobolTests {
  /// The first ten points in three dimensions, as Joe and Kuo print them beside their direction numbers.
  private static let published: [[Double]] = [
    [0, 0, 0], [0.5, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.75, 0.75], [0.375, 0.375, 0.625], [0.875, 0.875, 0.125],
    [0.625, 0.125, 0.875], [0.125, 0.625, 0.375], [0.1875, 0.3125, 0.9375], [0.6875, 0.8125, 0.4375],
  ]

  @Test func `the first points are the published ones`() {
    for (index, point) in Self.published.enumerated() {
      let found = (0..<3).map { Double(Sobol.bits(index, dimension: $0)) * 0x1p-32 }
      #expect(found == point)
    }
  }

  @Test func `in every dimension a power of two of points fills every interval once`() {
    for dimension in 0..<Sobol.dimensions {
      for power in [1, 4, 9] {
        let places = (0..<1 << power).map { Sobol.bits($0, dimension: dimension) >> UInt32(32 - power) }
        #expect(Set(places).count == 1 << power, "dimension \(dimension), \(1 << power) points")
      }
    }
  }

  @Test func `no two dimensions are alike`() {
    let columns = (0..<Sobol.dimensions).map { dimension in (0..<64).map { Sobol.bits($0, dimension: dimension) } }
    #expect(Set(columns).count == Sobol.dimensions)
  }

  @Test func `all dimensions agree with scipy`() throws {
    let count = 1024
    let program = """
      points = scipy.stats.qmc.Sobol(\(Sobol.dimensions), scramble=False, bits=32).random(\(count))
      for point in points: print(" ".join(str(int(x * 2**32)) for x in point))
      """
    guard let text = try Python.output(of: program, needing: "scipy.stats") else {
      print(Python.absence(of: "scipy"))
      return
    }
    let expected = text.split(separator: "\n").map { $0.split(separator: " ").compactMap { UInt32($0) } }
    #expect(expected.count == count)
    let found = (0..<count).map { index in (0..<Sobol.dimensions).map { Sobol.bits(index, dimension: $0) } }
    #expect(found == expected)
  }
}
