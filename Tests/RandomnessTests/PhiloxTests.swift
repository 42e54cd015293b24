import Foundation
import Randomness
import Testing

/// The published known-answer vectors, or nil where the folder `shared` does not stand beside this package.
private let vectors: [[String]]? = {
  var root = URL(filePath: #filePath)
  for _ in 0..<3 { root.deleteLastPathComponent() }
  let file = root.appending(path: "../shared/conformance/random123/kat_vectors")
  guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
  return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
}()

@Test(.enabled(if: vectors != nil, "../shared/conformance/random123 is not here"))
func `Philox4x32-10 gives the published answers`() throws {
  let rows = try #require(vectors).filter { $0.starts(with: ["philox4x32", "10"]) }
  #expect(rows.count >= 3)
  for row in rows {
    let words = try row.dropFirst(2).map { try #require(UInt32($0, radix: 16)) }
    let block = Philox.block(Philox.Block(words[0...3]), key: PhiloxKey(low: words[4], high: words[5]))
    #expect(block == Philox.Block(words[6...9]))
  }
}

@Test func `a path of names gives the same numbers on every machine`() {
  var stream = Stream(seed: 7, path: ["fit", "motor", "shuffle"])
  #expect(stream.key == PhiloxKey(low: 3_188_407_944, high: 176_231_934))
  #expect(stream.word() == 5_426_129_848_815_022_568)
  #expect(stream.uniform() == 0.587_981_757_555_217_9)
  #expect(stream.normal() == -0.721_360_519_503_469)
  #expect(stream.permutation(8) == [6, 4, 5, 2, 0, 7, 1, 3])
}

@Test func `a child continues the path and does not depend on what was drawn`() {
  var parent = Stream(seed: 3, path: ["a"])
  _ = parent.word()
  #expect(parent.child("b", "c") == Stream(seed: 3, path: ["a", "b", "c"]))
}

@Test func `paths that join to the same text differ`() {
  let paths = [
    ["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], ["abc\0"], [], ["12345678"], ["1234567", "8"],
  ]
  let keys = Set(paths.map { Stream(seed: 1, path: $0).key })
  #expect(keys.count == paths.count)
  #expect(Stream(seed: 1, path: ["a"]).key != Stream(seed: 2, path: ["a"]).key)
}

@Test func `a saved position resumes the stream`() {
  var stream = Stream(seed: 5, path: ["x"])
  for _ in 0..<7 { _ = stream.word() }
  var resumed = Stream(key: stream.key, position: stream.position)
  #expect((0..<9).map { _ in stream.word() } == (0..<9).map { _ in resumed.word() })
}

@Test func `integers below a bound are in range and equally likely`() {
  var stream = Stream(seed: 11, path: ["int"])
  var counts = [Int](repeating: 0, count: 7)
  for _ in 0..<70_000 { counts[stream.int(below: 7)] += 1 }
  // The standard deviation of one count is 93; the bound is five of them.
  #expect(counts.allSatisfy { abs($0 - 10_000) < 465 })
  #expect(stream.int(below: 1) == 0)
  let huge = stream.int(below: Int.max)
  #expect(huge >= 0 && huge < Int.max)
}

@Test func `a permutation holds every index once, of any length`() {
  var stream = Stream(seed: 2, path: ["order"])
  for n in [0, 1, 2, 50] { #expect(stream.permutation(n).sorted() == Array(0..<n)) }
  #expect(stream.permutation(50) != stream.permutation(50))
}

@Test func `a shuffle puts every element in every place equally often`() {
  var stream = Stream(seed: 4, path: ["places"])
  var counts = [Int](repeating: 0, count: 16)
  for _ in 0..<40_000 {
    for (place, element) in stream.shuffled(0..<4).enumerated() { counts[4 * place + element] += 1 }
  }
  // The standard deviation of one count is 87; the bound is five of them.
  #expect(counts.allSatisfy { abs($0 - 10_000) < 435 })
}
