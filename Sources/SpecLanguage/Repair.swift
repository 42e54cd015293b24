/// Applies the safe fixes of complaints until none is left; everything else of the text stays as it is.
package struct Repair {
  package struct Outcome: Sendable {
    package var file: SourceFile
    /// What has been fixed, in the order of application.
    package var applied: [Diagnostic]
    /// What is still wrong.
    package var left: [Diagnostic]

    package var hasChanged: Bool { !applied.isEmpty }
  }

  /// A fix may uncover the next mistake; more rounds than this are a fix that undoes another.
  private static let rounds = 20

  private let check: (SourceFile) -> [Diagnostic]

  /// - Parameter check: everything that is wrong with a text.
  package init(check: @escaping (SourceFile) -> [Diagnostic]) { self.check = check }

  package func run(_ file: SourceFile) -> Outcome {
    var outcome = Outcome(file: file, applied: [], left: check(file).sortedByPlace)
    for _ in 0..<Self.rounds {
      let safe = outcome.left.filter { $0.fix.map { $0.isSafe && $0.span.file == outcome.file } ?? false }
      guard !safe.isEmpty, let next = best(safe, outcome) else { break }
      outcome = next
    }
    return outcome
  }

  /// All fixes at once if that leaves fewer errors, else the first one that does so alone.
  private func best(_ safe: [Diagnostic], _ before: Outcome) -> Outcome? {
    for choice in [safe] + (safe.count > 1 ? safe.map { [$0] } : []) {
      let bytes = before.file.applying(choice.compactMap(\.fix))
      let file = SourceFile(name: before.file.name, bytes: bytes)
      let left = check(file).sortedByPlace
      // What is left must be less, or else something new: a fix that brings its own complaint back is no fix.
      let old = Set(before.left.map { "\($0.code) \($0.message)" })
      let isNew = left.count <= before.left.count && !left.allSatisfy { old.contains("\($0.code) \($0.message)") }
      // Where there are more than are looked for, those behind have come in sight.
      let isLong = left.count <= before.left.count && before.left.count >= Diagnostic.limit
      if left.count < before.left.count || isNew || isLong {
        return Outcome(file: file, applied: before.applied + choice, left: left)
      }
    }
    return nil
  }
}
