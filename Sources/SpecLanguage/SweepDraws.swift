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

  /// Takes up every candidate with its draws.
  mutating func draw(_ candidates: [Candidate], _ sweep: Sweep, _ entry: Node.Entry) {
    let draws = candidates.contains { !$0.drawn.isEmpty } ? sweep.draws ?? 1 : 1
    let (count, overflow) = candidates.count.multipliedReportingOverflow(by: draws)
    guard draws == 1 || (!overflow && count <= Self.combinationLimit) else {
      return tooMany(overflow ? Int.max : count, entry).forEach { collect($0.values, isIncluded: false) }
    }
    let start = Stream(seed: studySeed, path: ["sweep"])
    for candidate in candidates {
      guard !candidate.drawn.isEmpty else {
        collect(candidate.values, isIncluded: false)
        if isGivenUp { return }
        continue
      }
      let name = composer.table.name(candidate.values).hex(32)
      let streams = candidate.drawn.map { source in
        let path = composer.table.paths[composer.table.sources[Int(source)].path].text
        return start.child(sweep.strategy == .sobol ? "sobol" : "draw", name, path)
      }
      // A shift of its own for every candidate and path: each sees evenly spread values, and no two the same.
      let shifts = streams.map { stream in
        var stream = stream
        return UInt32(truncatingIfNeeded: stream.word())
      }
      for draw in 0..<draws where !isGivenUp {
        var values = candidate.values
        for (dimension, source) in candidate.drawn.enumerated() {
          let quantile: Double
          if sweep.strategy == .sobol {
            quantile = (Double(Sobol.bits(draw, dimension: dimension) ^ shifts[dimension]) + 0.5) * 0x1p-32
          } else {
            var stream = streams[dimension].child(String(draw))
            quantile = stream.uniform()
          }
          values.append(composer.table.draw(source, at: quantile))
        }
        collect(values, isIncluded: false)
      }
    }
  }
}
