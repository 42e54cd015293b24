import CKernels
import Randomness
import Testing

private let key = PhiloxKey(low: 0x9ABC_DEF0, high: 0x1234_5678)

private func fill(_ function: CKFill, from first: UInt64, count: Int) -> [Float] {
  [Float](unsafeUninitializedCapacity: count) { out, written in
    function(out.baseAddress, key.low, key.high, first, count)
    written = count
  }
}

@Test func `a uniform random tensor has the bits of the scalar definition`() {
  for table in tables {
    for first in [UInt64(0), 64, 1 << 36] {
      let wanted = (0..<256).map { Float(philoxUniform(key: key, Int(first) + $0)) }
      #expect(fill(table.uniform, from: first, count: 256) == wanted)
    }
  }
}

@Test func `a normal random tensor is within rounding of the scalar definition`() {
  for table in tables {
    let found = fill(table.normal, from: 0, count: 1 << 14)
    for (i, value) in found.enumerated() {
      let wanted = philoxNormal(key: key, i)
      // Four units of the last place of the largest radius, 5.8.
      #expect(abs(Double(value) - wanted) < 2e-6, "element \(i)")
    }
  }
}

@Test func `every instruction set gives the same random bits`() {
  for table in tables {
    #expect(fill(table.normal, from: 12, count: 5000) == fill(tables[0].normal, from: 12, count: 5000))
    #expect(fill(table.uniform, from: 12, count: 5000) == fill(tables[0].uniform, from: 12, count: 5000))
  }
}

@Test func `any range of a random tensor is that part of the whole`() {
  for table in tables {
    for function in [table.uniform, table.normal].compactMap({ $0 }) {
      let whole = fill(function, from: 0, count: 400)
      for first in [0, 1, 15, 63, 64, 65, 130] {
        for count in [0, 1, 2, 63, 64, 65, 200] {
          #expect(fill(function, from: UInt64(first), count: count) == Array(whole[first..<first + count]))
        }
      }
    }
  }
}
