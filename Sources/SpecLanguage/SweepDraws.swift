import Randomness

// Random numbers of a sweep: each named by the study's seed and what it is for, so that it never changes by itself.
extension SweepExpander {
  var studySeed: UInt64 {
    guard let text = document["study"]?["seed"]?.scalar?.text else { return 0 }
    return UInt64(text) ?? 0
  }

  /// Different seeds of 31 bits; more of them leave the first ones as they are.
  static func seeds(_ count: Int, study: UInt64, path: SpecPath) -> [UInt64] {
    var stream = Stream(seed: study, path: ["sweep", "seeds", path.description])
    var seeds: [UInt64] = []
    var known: Set<UInt64> = []
    while seeds.count < count {
      let seed = stream.word() >> 33
      if known.insert(seed).inserted { seeds.append(seed) }
    }
    return seeds
  }

  /// Every candidate with its draws.
  mutating func drawn(_ candidates: [Candidate], _ sweep: Sweep, _ entry: Node.Entry) -> [Candidate] {
    guard candidates.contains(where: { !$0.drawn.isEmpty }) else { return candidates }
    let draws = sweep.draws ?? 1
    let (count, overflow) = candidates.count.multipliedReportingOverflow(by: draws)
    guard !overflow, count <= Self.combinationLimit else { return tooMany(overflow ? Int.max : count, entry) }
    let seed = studySeed
    return candidates.flatMap { candidate -> [Candidate] in
      guard !candidate.drawn.isEmpty else { return [candidate] }
      let name = SweepPoint.fingerprint(of: candidate.values).hex(32)
      let shifts = candidate.drawn.map { axis in
        var stream = Stream(seed: seed, path: ["sweep", "sobol", name, axis.path.description])
        return UInt32(truncatingIfNeeded: stream.word())
      }
      return (0..<draws).map { draw in
        var values = candidate.values
        for (dimension, axis) in candidate.drawn.enumerated() {
          var quantile: Double
          if sweep.strategy == .sobol {
            // A shift of its own for every candidate and path: each sees evenly spread values, and no two the same.
            quantile = (Double(Sobol.bits(draw, dimension: dimension) ^ shifts[dimension]) + 0.5) * 0x1p-32
          } else {
            var stream = Stream(seed: seed, path: ["sweep", "draw", name, axis.path.description, String(draw)])
            quantile = stream.uniform()
          }
          values.append(Self.draw(axis, at: quantile))
        }
        return Candidate(values: values)
      }
    }
  }

  private static func draw(_ axis: Sweep.Axis, at quantile: Double) -> SweptValue {
    guard case .drawn(let distribution) = axis.values.form else {
      preconditionFailure("only distributions are drawn from")
    }
    let text: String
    switch distribution.value(at: quantile) {
    case .node(let node):
      return SweptValue(path: axis.path, span: axis.span, node: node.layered(.sweep), index: nil)
    case .number(let value): text = SweptNumber.text(value)
    case .whole(let value): text = String(value)
    }
    let source = Node.Source(words: "\(text) is drawn", span: nil)
    let node = Node(.scalar(Scalar(text)), span: axis.values.span, layer: .sweep, source: source)
    return SweptValue(path: axis.path, span: axis.span, node: node, index: nil)
  }
}
