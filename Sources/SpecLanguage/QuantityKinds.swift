// The kinds that carry a unit.
extension ValueKind where Value == Nanoseconds {
  /// A time above 0, with its unit.
  package static var duration: Self {
    .timed("a time above 0 such as `20 ms`", advice: "use a time above 0") { $0.count > 0 }
  }

  /// A time that may be negative, with its unit.
  package static var time: Self { .timed("a time such as `-140 ms`", advice: "") { _ in true } }

  private static func timed(
    _ words: String, advice: String, _ isValid: @escaping @Sendable (Nanoseconds) -> Bool
  ) -> Self {
    .scalar(.time, words, facets: Facets(units: TimeUnit.allCases.map(\.rawValue)), write: { .string($0.description) })
    { scalar throws(ScalarProblem) in
      let value = try QuantityText.time(scalar)
      guard isValid(value) else {
        throw ScalarProblem(code: .outOfRange, reason: "is \(scalar.text.shortened(to: 40)); \(advice)")
      }
      return value
    }
  }
}

extension ValueKind where Value == Extent {
  /// A length above 0 in one of the given units: `.extent(.steps, .epochs)` takes `500 steps` and `50 epochs`.
  package static func extent(_ units: Extent.Unit...) -> Self {
    let examples: [Extent.Unit: String] = [
      .time: "`400 ms`", .bins: "`10 bins`", .steps: "`500 steps`", .epochs: "`50 epochs`",
    ]
    let words = "a length such as " + units.compactMap { examples[$0] }.joined(separator: " or ")
    let counts = units.filter { $0 != .time }.map(\.rawValue)
    let facets = Facets(units: (units.contains(.time) ? TimeUnit.allCases.map(\.rawValue) : []) + counts)
    return .scalar(.extent, words, facets: facets, write: { .string($0.description) }) { scalar throws(ScalarProblem) in
      let value = try QuantityText.extent(scalar, units)
      let amount =
        switch value {
        case .time(let time): time.count
        case .bins(let count), .steps(let count), .epochs(let count): count
        }
      guard amount > 0 else {
        throw ScalarProblem(code: .outOfRange, reason: "is \(scalar.text.shortened(to: 40)); use more than 0")
      }
      return value
    }
  }
}

extension ValueKind where Value == Int {
  /// An amount of memory in bytes: `512 MiB`, `4 GB`.
  package static var memory: Self {
    let words = "an amount of memory such as `4 GB`"
    return .scalar(.memory, words, facets: Facets(units: QuantityText.memoryUnits), write: { .string("\($0) B") }) {
      scalar throws(ScalarProblem) in
      try QuantityText.memory(scalar)
    }
  }
}

extension ValueKind where Value == Double {
  /// A frequency in hertz, at least 0: `0.5 Hz`, `1 kHz`.
  package static var frequency: Self {
    let words = "a frequency such as `0.5 Hz`"
    return .scalar(
      .frequency, words, facets: Facets(units: ["Hz", "kHz"]), write: { .string(QuantityText.text(frequency: $0)) }
    ) {
      scalar throws(ScalarProblem) in
      let value = try QuantityText.frequency(scalar)
      guard value >= 0 else { throw ScalarProblem(code: .outOfRange, reason: "is below 0 Hz; use 0 Hz or more") }
      return value
    }
  }
}
