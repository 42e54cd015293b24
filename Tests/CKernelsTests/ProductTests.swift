import CKernels
import Randomness
import Testing

/// The product with every sum as one chain of fused multiply-adds, which is what the kernels promise bit for bit.
private func chained(_ a: [Float], rowA: Int, columnA: Int, _ b: [Float], rowB: Int, m: Int, n: Int, k: Int) -> [Float]
{
  var c = [Float](repeating: 0, count: m * n)
  for i in 0..<m {
    for j in 0..<n {
      for p in 0..<k { c[i * n + j].addProduct(a[i * rowA + p * columnA], b[p * rowB + j]) }
    }
  }
  return c
}

@Test func `a product is one chain of fused multiply-adds per element, for every shape`() {
  var stream = Stream(seed: 8, path: ["product"])
  let extents = [1, 2, 3, 5, 11, 12, 13, 16, 17, 24, 25, 31, 32, 33, 48, 63, 65]
  for table in tables {
    for _ in 0..<60 {
      let (m, n) = (extents[stream.int(below: extents.count)], extents[stream.int(below: extents.count)])
      let k = [0, 1, 2, 7, 64, 255, 256, 257, 520][stream.int(below: 9)]
      let gap = stream.int(below: 3)
      let isTransposed = stream.int(below: 2) == 1
      let (rowA, columnA) = isTransposed ? (1, m + gap) : (k + gap, 1)
      let a = (0..<(m + gap) * (k + gap) + 1).map { _ in Float(stream.normal()) }
      let b = (0..<k * (n + gap) + 1).map { _ in Float(stream.normal()) }
      let wanted = chained(a, rowA: rowA, columnA: columnA, b, rowB: n + gap, m: m, n: n, k: k)
      let guardValue: Float = 77
      var c = [Float](repeating: guardValue, count: m * (n + 2) + 40)
      table.product(&c, n + 2, a, rowA, columnA, b, n + gap, m, n, k, 0, nil)
      let found = (0..<m).flatMap { i in (0..<n).map { c[i * (n + 2) + $0] } }
      #expect(found == wanted, "\(m) x \(n) x \(k)")
      let outside = c.indices.filter { $0 / (n + 2) >= m || $0 % (n + 2) >= n }
      #expect(outside.allSatisfy { c[$0] == guardValue })
    }
  }
}

@Test func `a product that continues adds to what is there`() {
  for table in tables {
    let a = (0..<14 * 300).map { Float($0 % 13) * 0.25 }
    let b = (0..<300 * 19).map { Float($0 % 7) - 3 }
    var parts = [Float](repeating: 0, count: 14 * 19)
    table.product(&parts, 19, a, 300, 1, b, 19, 14, 19, 100, 0, nil)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        table.product(&parts, 19, a.baseAddress! + 100, 300, 1, b.baseAddress! + 1900, 19, 14, 19, 200, 1, nil)
      }
    }
    #expect(parts == chained(a, rowA: 300, columnA: 1, b, rowB: 19, m: 14, n: 19, k: 300))
  }
}

@Test func `a product that fetches ahead asks for all lines and gives the same bits`() {
  let a = (0..<50 * 70).map { Float($0 % 13) * 0.25 }
  let b = (0..<70 * 90).map { Float($0 % 7) - 3 }
  let wanted = chained(a, rowA: 70, columnA: 1, b, rowB: 90, m: 50, n: 90, k: 70)
  let memory = [Float](repeating: 1, count: 4096)
  for table in tables {
    // Lines that the work pays for, and more than it pays for.
    for (workPerLine, all) in [(512, true), (100_000, false)] {
      memory.withUnsafeBytes { memory in
        let start = memory.baseAddress!
        let ranges = [CKRange(start: start, bytes: 8192), CKRange(start: start + 8192, bytes: 100)]
        ranges.withUnsafeBufferPointer { ranges in
          var ahead = CKAhead(
            ranges: ranges.baseAddress, count: 2, workPerLine: workPerLine, range: 0, done: 0, credit: 0)
          var c = [Float](repeating: 0, count: 50 * 90)
          table.product(&c, 90, a, 70, 1, b, 90, 50, 90, 70, 0, &ahead)
          #expect(c == wanted)
          #expect((ahead.range == 2) == all)
          #expect(ahead.credit < workPerLine)
        }
      }
    }
  }
}

@Test func `workers do every item once`() {
  for threads in [1, 2, 4] {
    guard let team = ck_hire(threads) else { continue }
    defer { ck_dismiss(team) }
    for items in [0, 1, 2, 7, 1000] + [Int](repeating: 3, count: 2000) {
      let counts = UnsafeMutablePointer<Int32>.allocate(capacity: items + 1)
      defer { counts.deallocate() }
      counts.initialize(repeating: 0, count: items + 1)
      ck_work(team, { context, item, _ in context?.assumingMemoryBound(to: Int32.self)[item] += 1 }, counts, items)
      #expect((0..<items).allSatisfy { counts[$0] == 1 } && counts[items] == 0)
    }
  }
}
