// The kinds that are written as a bare number.
extension ValueKind where Value == Int {
  /// Any whole number of 64 bits.
  package static var int: Self { .int(Int.min...Int.max) }

  package static func int(_ range: ClosedRange<Int>) -> Self {
    let words = "a whole number" + rangeWords(range)
    let facets = Facets(
      least: range.lowerBound == Int.min ? nil : Double(range.lowerBound),
      greatest: range.upperBound == Int.max ? nil : Double(range.upperBound))
    return .scalar(.int, words, facets: facets, write: { .int($0) }) { scalar throws(ScalarProblem) in
      let value = try NumberText.int(scalar)
      guard range.contains(value) else { throw ScalarProblem(code: .outOfRange, reason: "is \(value)" + advice(range)) }
      return value
    }
  }

  /// A whole number of at least 1.
  package static var count: Self { .int(1...Int.max) }

  private static func rangeWords(_ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound == Int.min, range.upperBound == Int.max) {
    case (true, true): ""
    case (false, true): " of at least \(range.lowerBound)"
    case (true, false): " of at most \(range.upperBound)"
    case (false, false): " from \(range.lowerBound) to \(range.upperBound)"
    }
  }

  private static func advice(_ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound == Int.min, range.upperBound == Int.max) {
    case (true, true): ""
    case (false, true): "; use \(range.lowerBound) or more"
    case (true, false): "; use \(range.upperBound) or less"
    case (false, false): "; use \(range.lowerBound) to \(range.upperBound)"
    }
  }
}

extension ValueKind where Value == UInt64 {
  /// The seed of a random stream: a whole number of at least 0.
  package static var seed: Self {
    let words = "a seed: a whole number of at least 0"
    return .scalar(
      .seed, words, facets: Facets(least: 0), write: { Int(exactly: $0).map { .int($0) } ?? .string(String($0)) }
    ) {
      scalar throws(ScalarProblem) in
      let value = try NumberText.int(scalar)
      guard value >= 0 else { throw ScalarProblem(code: .outOfRange, reason: "is \(value); use 0 or more") }
      return UInt64(value)
    }
  }
}

extension ValueKind where Value == Double {
  /// Any finite number.
  package static var float: Self { .number("a number", Facets(), advice: "") { _ in true } }

  package static func float(_ range: ClosedRange<Double>) -> Self {
    let bounds = "\(short(range.lowerBound)) to \(short(range.upperBound))"
    return .number(
      "a number from \(bounds)", Facets(least: range.lowerBound, greatest: range.upperBound), advice: "use \(bounds)"
    ) { range.contains($0) }
  }

  /// A number above 0.
  package static var positive: Self {
    .number("a number above 0", Facets(least: 0, isLeastExcluded: true), advice: "use a number above 0") { $0 > 0 }
  }

  /// A number of at least 0.
  package static var nonNegative: Self {
    .number("a number of at least 0", Facets(least: 0), advice: "use 0 or more") { $0 >= 0 }
  }

  package static var probability: Self {
    .number("a probability from 0 to 1", Facets(least: 0, greatest: 1), advice: "use 0 to 1") { (0...1).contains($0) }
  }

  /// A share of a whole, from 0 to 1.
  package static var ratio: Self {
    .number("a ratio from 0 to 1", Facets(least: 0, greatest: 1), advice: "use 0 to 1") { (0...1).contains($0) }
  }

  private static func number(
    _ words: String, _ facets: Facets, advice: String, _ isValid: @escaping @Sendable (Double) -> Bool
  ) -> Self {
    .scalar(.float, words, facets: facets, write: { .float($0) }) { scalar throws(ScalarProblem) in
      let value = try NumberText.float(scalar)
      guard isValid(value) else {
        throw ScalarProblem(code: .outOfRange, reason: "is \(scalar.text.shortened(to: 40)); \(advice)")
      }
      return value
    }
  }

  private static func short(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
