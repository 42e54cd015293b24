/// One complaint about a spec or its data: a code, a cause in the user's words, a place and a way out.
package struct Diagnostic: Error, Hashable, Sendable {
  /// More errors about one text help nobody: what comes after so many is neither looked for nor told.
  package static let limit = 100

  package enum Severity: String, Hashable, Sendable { case error, warning }

  /// A second place that the complaint speaks about.
  package struct Remark: Hashable, Sendable {
    package var span: Span
    package var label: String

    package init(_ span: Span, _ label: String) {
      self.span = span
      self.label = label
    }
  }

  /// An edit that removes the complaint. Only a safe one is applied without asking.
  package struct Fix: Hashable, Sendable {
    package var span: Span
    package var replacement: String
    package var isSafe: Bool

    package init(_ span: Span, replacement: String, isSafe: Bool = true) {
      self.span = span
      self.replacement = replacement
      self.isSafe = isSafe
    }
  }

  package var code: Code
  package var severity: Severity
  /// The cause in one line.
  package var message: String
  package var span: Span
  /// What stands beside the carets: what was expected here.
  package var label: String
  package var path: SpecPath
  package var secondary: [Remark]
  package var help: [String]
  package var notes: [String]
  package var fix: Fix?

  package init(
    _ code: Code, _ message: String, at span: Span, label: String = "", path: SpecPath = .root,
    severity: Severity? = nil, secondary: [Remark] = [], help: [String] = [], notes: [String] = [], fix: Fix? = nil
  ) {
    self.code = code
    self.severity = severity ?? (code.id.hasPrefix("W") ? .warning : .error)
    self.message = message
    self.span = span
    self.label = label
    self.path = path
    self.secondary = secondary
    self.help = help
    self.notes = notes
    self.fix = fix
  }

  package var isError: Bool { severity == .error }
}

extension SourceFile {
  /// The text with edits made, from the last to the first; an edit that overlaps a later one is left out.
  package func applying(_ fixes: [Diagnostic.Fix]) -> [UInt8] {
    var bytes = bytes
    var edge = bytes.count
    let own = fixes.filter { $0.span.file == self && $0.span.bytes.upperBound <= bytes.count }
    for fix in own.sorted(by: { $0.span.bytes.lowerBound > $1.span.bytes.lowerBound }) {
      guard fix.span.bytes.upperBound <= edge else { continue }
      bytes.replaceSubrange(fix.span.bytes, with: fix.replacement.utf8)
      edge = fix.span.bytes.lowerBound
    }
    return bytes
  }
}

/// What makes two complaints one: a mistake that several entries inherit is told once.
private struct Mistake: Hashable {
  var code: Code
  var span: Span
  var label: String
}

extension [Diagnostic] {
  package var hasErrors: Bool { contains { $0.isError } }

  /// Sorted by file and place, each complaint once.
  package var sortedByPlace: [Diagnostic] {
    var files: [SourceFile] = []
    for diagnostic in self where !files.contains(diagnostic.span.file) { files.append(diagnostic.span.file) }
    let ranked = enumerated().map { offset, diagnostic in
      (file: files.firstIndex(of: diagnostic.span.file) ?? 0, offset: offset, diagnostic: diagnostic)
    }
    let sorted = ranked.sorted { left, right in
      let leftPlace = (left.file, left.diagnostic.span.bytes.lowerBound, left.offset)
      let rightPlace = (right.file, right.diagnostic.span.bytes.lowerBound, right.offset)
      return leftPlace < rightPlace
    }
    var seen: Set<Mistake> = []
    return sorted.map(\.diagnostic).filter {
      seen.insert(Mistake(code: $0.code, span: $0.span, label: $0.label)).inserted
    }
  }
}
