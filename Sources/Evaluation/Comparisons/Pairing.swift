/// The pairs that two runs have values for.
///
/// Values with one key are one unit: they are averaged before they are paired. Where both sides have a value at the same
/// remaining labels (the same point, session and split), only those are averaged, so that a point that failed for one run is
/// left out of the other. Pairs that rest on exactly the same numbers as an earlier pair count once: a sweep repeats the
/// scores of a run that its values do not touch, and repetition is no evidence.
package struct Pairing: Sendable {
  /// One value of one run.
  package struct Observation: Hashable, Sendable {
    /// The labels by which values are paired.
    package var key: [String]
    /// The labels by which they are not.
    package var rest: [String]
    /// Names the number: values with one source are one value.
    package var source: String
    package var value: Double

    package init(key: [String], rest: [String], source: String, value: Double) {
      self.key = key
      self.rest = rest
      self.source = source
      self.value = value
    }
  }

  package struct Pair: Hashable, Sendable {
    package var key: [String]
    package var a: Double
    package var b: Double
    package var difference: Double { a - b }

    package init(key: [String], a: Double, b: Double) {
      self.key = key
      self.a = a
      self.b = b
    }
  }

  /// In the order of the first run's values.
  package private(set) var pairs: [Pair] = []
  /// Pairs left out because a side has no finite value.
  package private(set) var undefined = 0

  private struct Ground: Hashable {
    var a: [String]
    var b: [String]
  }

  package init(_ first: [Observation], _ second: [Observation]) {
    let others = Dictionary(grouping: second, by: \.key)
    let own = Dictionary(grouping: first, by: \.key)
    var seen: Set<Ground> = []
    var done: Set<[String]> = []
    for key in first.map(\.key) where done.insert(key).inserted {
      guard let a = own[key], let b = others[key] else { continue }
      let shared = Set(a.map(\.rest)).intersection(b.map(\.rest))
      func side(_ all: [Observation]) -> [Observation] {
        var sources: Set<String> = []
        let kept = shared.isEmpty ? all : all.filter { shared.contains($0.rest) }
        return kept.filter { sources.insert($0.source).inserted }
      }
      let (left, right) = (side(a), side(b))
      guard seen.insert(Ground(a: left.map(\.source).sorted(), b: right.map(\.source).sorted())).inserted else {
        continue
      }
      let pair = Pair(key: key, a: Self.mean(left), b: Self.mean(right))
      if pair.difference.isFinite { pairs.append(pair) } else { undefined += 1 }
    }
  }

  private static func mean(_ side: [Observation]) -> Double {
    side.reduce(0) { $0 + $1.value } / Double(side.count)
  }
}
