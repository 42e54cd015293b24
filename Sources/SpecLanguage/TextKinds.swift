// The kinds that are written as a word or a text.
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

extension ValueKind {
  /// One of the words of an enum.
  package static func choice(_ type: Value.Type, notBuilt: [NotBuilt] = []) -> Self
  where Value: RawRepresentable<String> & CaseIterable {
    let names = Value.allCases.map(\.rawValue)
    let words = KindDescription.choice(names).words
    return Self(
      .choice(names),
      read: { node, reading in
        guard let scalar = reading.scalar(of: node, expecting: words) else { return nil }
        if let value = Value(rawValue: scalar.text) { return value }
        reading.reportUnknownChoice(scalar.text, node, names, notBuilt)
        return nil
      }, write: { .string($0.rawValue) })
  }
}

extension Reading {
  mutating func reportUnknownChoice(_ text: String, _ node: Node, _ names: [String], _ notBuilt: [NotBuilt]) {
    if let later = notBuilt.first(where: { $0.name == text }) {
      report(
        .notBuilt, "`\(text)` belongs to the language, but this version does not build it yet", at: node.span,
        label: "not built yet", notes: later.doc.isEmpty ? [] : [later.doc], source: node.source)
      return
    }
    let match = Suggestion.nearest(to: text, among: names)
    report(
      .unknownChoice, "`\(subject)` is `\(text.shortened(to: 40))`, which is not one of its choices", at: node.span,
      label: "expected \(KindDescription.choice(names).words)",
      help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
      fix: match.map { .init(node.span, replacement: $0.word, isSafe: $0.isCertain) }, source: node.source)
  }
}
