/// How the text of a spec becomes a value of one type and a value becomes text again.
package struct ValueKind<Value: Sendable>: Sendable {
  package let description: KindDescription
  /// The value of a missing key that has no default: nil for `.optional(k)` alone.
  package let absent: Value?
  private let reader: @Sendable (Node, inout Reading) -> Value?
  private let writer: @Sendable (Value) -> Plain
  /// Changes a place below the value.
  let changer: (@Sendable (Value, inout Change, Int) -> Value?)?

  /// A kind of one's own; prefer those below.
  package init(
    _ description: KindDescription, absent: Value? = nil, read: @escaping @Sendable (Node, inout Reading) -> Value?,
    write: @escaping @Sendable (Value) -> Plain, change: (@Sendable (Value, inout Change, Int) -> Value?)? = nil
  ) {
    self.description = description
    self.absent = absent
    reader = read
    writer = write
    changer = change
  }

  /// Reads a node; nil when it is wrong, with the complaints added to the reading.
  package func read(_ node: Node, _ reading: inout Reading) -> Value? {
    guard !reading.skips(node) else { return nil }
    return reader(node, &reading)
  }

  package func write(_ value: Value) -> Plain { writer(value) }

  /// A kind that is written as one scalar.
  static func scalar(
    _ type: KindDescription.ScalarType, _ words: String, facets: Facets? = nil,
    write: @escaping @Sendable (Value) -> Plain,
    parse: @escaping @Sendable (Scalar) throws(ScalarProblem) -> Value
  ) -> Self {
    Self(
      .scalar(type, words, facets: facets),
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
        label: "expected \(words)", help: [helpForNothing], source: node.source)
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
