import Evaluation
import Testing

struct PairingTests {
  private func value(
    _ key: [String], _ value: Double, rest: [String] = [], source: String? = nil
  ) -> Pairing.Observation {
    .init(key: key, rest: rest, source: source ?? (key + rest).joined(separator: "/"), value: value)
  }

  @Test func `values with one key make a pair, others none`() {
    let pairing = Pairing(
      [value(["s1"], 1), value(["s2"], 2), value(["s4"], 9)], [value(["s2"], 5), value(["s1"], 3), value(["s3"], 7)])
    #expect(pairing.pairs == [.init(key: ["s1"], a: 1, b: 3), .init(key: ["s2"], a: 2, b: 5)])
    #expect(pairing.pairs.map(\.difference) == [-2, -3])
  }

  @Test func `what is not paired by is averaged, over what both sides have`() {
    // Seeds 1 and 2 for a; b failed at seed 2.
    let a = [value(["s"], 1, rest: ["1"]), value(["s"], 9, rest: ["2"])]
    #expect(Pairing(a, [value(["s"], 4, rest: ["1"])]).pairs == [.init(key: ["s"], a: 1, b: 4)])
    // Nothing in common: both sides as they are.
    #expect(Pairing(a, [value(["s"], 4, rest: ["3"])]).pairs == [.init(key: ["s"], a: 5, b: 4)])
  }

  @Test func `numbers that a sweep repeats count once`() {
    let a = (1...4).map { value(["s", "\($0)"], 1, source: "same a") }
    let b = (1...4).map { value(["s", "\($0)"], 2, source: "same b") }
    #expect(Pairing(a, b).pairs.count == 1)
    let moving = (1...4).map { value(["s", "\($0)"], Double($0), source: "b\($0)") }
    #expect(Pairing(a, moving).pairs.count == 4)
    // Averaged over points: a repeated number does not weigh more.
    let repeated = [value(["s"], 1, rest: ["1"], source: "x"), value(["s"], 1, rest: ["2"], source: "x")]
    let other = [value(["s"], 3, rest: ["1"], source: "y"), value(["s"], 5, rest: ["2"], source: "z")]
    #expect(Pairing(repeated, other).pairs == [.init(key: ["s"], a: 1, b: 4)])
  }

  @Test func `a pair without a number is counted and left out`() {
    let pairing = Pairing([value(["s"], .nan), value(["t"], 1)], [value(["s"], 1), value(["t"], 1)])
    #expect(pairing.pairs.map(\.key) == [["t"]])
    #expect(pairing.undefined == 1)
  }
}
