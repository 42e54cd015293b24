/// How the text of a spec becomes a value of one type and a value becomes text again.
package struct ValueKind<Value: Sendable>: Sendable {
  package let description: KindDescription
  /// The value of a missing key that has no default: nil for `.optional(k)` alone.
  package let absent: Value?
  private let reader: @Sendable (Node, inout Reading) -> Value?
  private let writer: @Sendable (Value) -> Plain

  /// A kind of one's own; prefer those below.
  package init(
    _ description: KindDescription, absent: Value? = nil, read: @escaping @Sendable (Node, inout Reading) -> Value?,
    write: @escaping @Sendable (Value) -> Plain
  ) {
    self.description = description
    self.absent = absent
    reader = read
    writer = write
  }

  /// Reads a node; nil when it is wrong, with the complaints added to the reading.
  package func read(_ node: Node, _ reading: inout Reading) -> Value? {
    guard !reading.skips(node) else { return nil }
    return reader(node, &reading)
  }

  package func write(_ value: Value) -> Plain { writer(value) }

  /// A kind that is written as one scalar.
  static func scalar(
    _ type: KindDescription.ScalarType, _ words: String, write: @escaping @Sendable (Value) -> Plain,
    parse: @escaping @Sendable (Scalar) throws(ScalarProblem) -> Value
  ) -> Self {
    Self(
      .scalar(type, words),
      read: { node, reading in
        guard let scalar = reading.scalar(of: node, expecting: words) else { return nil }
        do throws(ScalarProblem) {
          return try parse(scalar)
        } catch {
          reading.report(error, of: node, expecting: words)
          return nil
        }
      }, write: write)
  }
}

extension Reading {
  /// The scalar of a node, complained about when it is a list, a mapping or nothing.
  mutating func scalar(of node: Node, expecting words: String) -> Scalar? {
    guard let scalar = node.scalar else {
      report(
        .wrongShape, "`\(subject)` must be a single value, found \(node.words)", at: node.span,
        label: "expected \(words)", source: node.source)
      return nil
    }
    guard !scalar.isNull else {
      report(
        .noValue, "`\(subject)` has no value", at: node.span.bytes.isEmpty ? place(of: node) : node.span,
        label: "expected \(words)", help: ["give a value or remove the key"], source: node.source)
      return nil
    }
    return scalar
  }

  mutating func report(_ problem: ScalarProblem, of node: Node, expecting words: String) {
    report(
      problem.code, "`\(subject)` \(problem.reason)", at: node.span, label: problem.label ?? "expected \(words)",
      help: problem.help,
      fix: problem.replacement.map { .init(node.span, replacement: $0, isSafe: problem.isSafe) }, source: node.source)
  }
}

extension ValueKind where Value == Int {
  /// Any whole number of 64 bits.
  package static var int: Self { .int(Int.min...Int.max) }

  package static func int(_ range: ClosedRange<Int>) -> Self {
    let words = "a whole number" + rangeWords(range)
    return .scalar(.int, words, write: { .int($0) }) { scalar throws(ScalarProblem) in
      let value = try NumberText.int(scalar)
      guard range.contains(value) else { throw ScalarProblem(code: .outOfRange, reason: "is \(value)" + advice(range)) }
      return value
    }
  }

  /// A whole number of at least 1.
  package static var count: Self { .int(1...Int.max) }

  /// An amount of memory in bytes: `512 MiB`, `4 GB`.
  package static var memory: Self {
    let words = "an amount of memory such as `4 GB`"
    return .scalar(.memory, words, write: { .string("\($0) B") }) { scalar throws(ScalarProblem) in
      try QuantityText.memory(scalar)
    }
  }

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
    return .scalar(.seed, words, write: { Int(exactly: $0).map { .int($0) } ?? .string(String($0)) }) {
      scalar throws(ScalarProblem) in
      let value = try NumberText.int(scalar)
      guard value >= 0 else { throw ScalarProblem(code: .outOfRange, reason: "is \(value); use 0 or more") }
      return UInt64(value)
    }
  }
}

extension ValueKind where Value == Double {
  /// Any finite number.
  package static var float: Self { .number("a number", advice: "") { _ in true } }

  package static func float(_ range: ClosedRange<Double>) -> Self {
    let bounds = "\(short(range.lowerBound)) to \(short(range.upperBound))"
    return .number("a number from \(bounds)", advice: "use \(bounds)") { range.contains($0) }
  }

  /// A number above 0.
  package static var positive: Self { .number("a number above 0", advice: "use a number above 0") { $0 > 0 } }

  /// A number of at least 0.
  package static var nonNegative: Self { .number("a number of at least 0", advice: "use 0 or more") { $0 >= 0 } }

  package static var probability: Self {
    .number("a probability from 0 to 1", advice: "use 0 to 1") { (0...1).contains($0) }
  }

  /// A share of a whole, from 0 to 1.
  package static var ratio: Self { .number("a ratio from 0 to 1", advice: "use 0 to 1") { (0...1).contains($0) } }

  /// A frequency in hertz, at least 0: `0.5 Hz`, `1 kHz`.
  package static var frequency: Self {
    let words = "a frequency such as `0.5 Hz`"
    return .scalar(.frequency, words, write: { .string(QuantityText.text(frequency: $0)) }) {
      scalar throws(ScalarProblem) in
      let value = try QuantityText.frequency(scalar)
      guard value >= 0 else { throw ScalarProblem(code: .outOfRange, reason: "is below 0 Hz; use 0 Hz or more") }
      return value
    }
  }

  private static func number(_ words: String, advice: String, _ isValid: @escaping @Sendable (Double) -> Bool) -> Self {
    .scalar(.float, words, write: { .float($0) }) { scalar throws(ScalarProblem) in
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

extension ValueKind where Value == Bool {
  package static var bool: Self {
    .scalar(.bool, "true or false", write: { .bool($0) }) { scalar throws(ScalarProblem) in
      let text = try NumberText.unquoted(scalar, allowing: [.bool]) { $0 == "true" || $0 == "false" }
      if text == "true" || text == "false" { return text == "true" }
      var problem = ScalarProblem(
        code: .wrongType, reason: "is `\(text.shortened(to: 40))`, which is not a truth value",
        help: ["write `true` or `false`"])
      let meaning: [String: String] = [
        "yes": "true", "on": "true", "y": "true", "true": "true",
        "no": "false", "off": "false", "n": "false", "false": "false",
      ]
      if let word = meaning[text.lowercased()] {
        problem.help = ["write `\(word)`"]
        problem.replacement = word
      }
      throw problem
    }
  }
}

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
    .scalar(.time, words, write: { .string($0.description) }) { scalar throws(ScalarProblem) in
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
    return .scalar(.extent, words, write: { .string($0.description) }) { scalar throws(ScalarProblem) in
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

extension ValueKind where Value == String {
  /// Any text; may be empty if quoted.
  package static var string: Self { .text(.string, "text") }

  /// The name of something: a letter, then letters, digits, `_` and `-`.
  package static var id: Self {
    .scalar(.id, "a name", write: { .string($0) }) { scalar throws(ScalarProblem) in
      guard Name.isValid(scalar.text) else {
        throw ScalarProblem(
          code: .badName, reason: "is `\(scalar.text.shortened(to: 40))`, which is not a name", help: [Name.rule])
      }
      return scalar.text
    }
  }

  /// A path or glob, relative to the spec's folder or absolute.
  package static var path: Self {
    .scalar(.path, "a path", write: { .string($0) }) { scalar throws(ScalarProblem) in
      guard !scalar.text.isEmpty else { throw ScalarProblem(code: .outOfRange, reason: "is empty") }
      return scalar.text
    }
  }

  private static func text(_ type: KindDescription.ScalarType, _ words: String) -> Self {
    .scalar(type, words, write: { .string($0) }) { scalar throws(ScalarProblem) in
      if let tag = scalar.tag, tag != .str {
        throw ScalarProblem(code: .wrongType, reason: "is tagged `!!\(tag.rawValue)`")
      }
      return scalar.text
    }
  }
}

/// The rule for names that a spec defines.
package enum Name {
  static let rule = "a name begins with a letter and goes on with letters, digits, `_` and `-`"

  package static func isValid(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= 64, isLetter(first) else { return false }
    return bytes.allSatisfy { byte in
      isLetter(byte) || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "-")
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
  }
}
