/// Complaints as text for people: cause, place, the line with carets, ways out, and a count at the end.
package struct Rendering: Sendable {
  /// At most this many complaints are printed; the count line tells the rest.
  package var limit = 20
  package var isColored = false
  /// Longer lines are cut around the carets.
  package var lineWidth = 110

  package init(limit: Int = 20, isColored: Bool = false) {
    self.limit = limit
    self.isColored = isColored
  }

  /// All complaints, sorted by place, ending with a count; empty when there are none.
  package func text(_ diagnostics: [Diagnostic]) -> String {
    let sorted = diagnostics.sortedByPlace
    guard !sorted.isEmpty else { return "" }
    // Errors are never crowded out by warnings.
    let shown =
      sorted.count <= limit ? sorted : Array((sorted.filter(\.isError) + sorted.filter { !$0.isError }).prefix(limit))
    let blocks = shown.sortedByPlace.map { one($0) }
    return (blocks + [Self.count(sorted, shown: shown.count)]).joined(separator: "\n") + "\n"
  }

  /// `2 errors, 1 warning`, with the number shown where some are not; `100 errors or more` where the search has ended.
  package static func count(_ diagnostics: [Diagnostic], shown: Int) -> String {
    let errors = diagnostics.filter(\.isError).count
    let warnings = diagnostics.count - errors
    var parts: [String] = []
    let more = errors >= Diagnostic.limit ? " or more" : ""
    if errors > 0 { parts.append(errors == 1 ? "1 error" : "\(errors) errors\(more)") }
    if warnings > 0 { parts.append(warnings == 1 ? "1 warning" : "\(warnings) warnings") }
    return parts.joined(separator: ", ") + (shown < diagnostics.count ? " (\(shown) shown)" : "")
  }

  /// One complaint, each line ended.
  package func one(_ diagnostic: Diagnostic) -> String {
    let remarks = diagnostic.secondary
    let lastLine = ([diagnostic.span] + remarks.map(\.span)).map(\.start.line).max() ?? 1
    let margin = String(repeating: " ", count: String(lastLine).count)
    var lines = [title(diagnostic)]
    lines += snippet(diagnostic.span, "-->", "^", diagnostic.label, margin, color: diagnostic.isError ? .red : .yellow)
    for remark in remarks {
      lines += snippet(remark.span, ":::", "-", remark.label, margin, color: .blue)
    }
    lines += diagnostic.help.map { "\(margin) \(paint("=", .blue)) \(paint("help", .bold)): \(Self.clean($0))" }
    lines += diagnostic.notes.map { "\(margin) \(paint("=", .blue)) \(paint("note", .bold)): \(Self.clean($0))" }
    return lines.map { $0 + "\n" }.joined()
  }

  private func title(_ diagnostic: Diagnostic) -> String {
    let head = "\(diagnostic.severity.rawValue)[\(diagnostic.code)]"
    return paint(head, diagnostic.isError ? .red : .yellow) + paint(": " + Self.clean(diagnostic.message), .bold)
  }

  private func snippet(
    _ span: Span, _ arrow: String, _ mark: String, _ label: String, _ margin: String, color: Color
  ) -> [String] {
    let start = span.start
    let bar = paint("|", .blue)
    let line = span.file.lineRange(start.line)
    let number = String(start.line)
    let padding = String(repeating: " ", count: margin.count - number.count)
    let place = "\(margin)\(paint(arrow, .blue)) \(Self.clean(span.file.name)):\(start.line):\(start.column)"
    guard !span.file.bytes.isEmpty else {
      return label.isEmpty ? [place] : [place, "\(margin) = \(Self.clean(label))"]
    }
    let (text, lead, width) = visible(span, line)
    let carets = String(repeating: " ", count: lead) + paint(String(repeating: mark, count: max(1, width)), color)
    let words = label.isEmpty ? "" : " " + paint(Self.clean(label), color)
    return [
      place, "\(margin) \(bar)", "\(padding)\(paint(number, .blue)) \(bar) \(text)".trimmedEnd,
      "\(margin) \(bar) \(carets)\(words)",
    ]
  }

  /// The part of a line that is shown, the columns before the carets and their number.
  private func visible(_ span: Span, _ line: Range<Int>) -> (text: String, lead: Int, width: Int) {
    let file = span.file
    let start = max(line.lowerBound, min(span.bytes.lowerBound, line.upperBound))
    let end = max(start, min(span.bytes.upperBound, line.upperBound))
    // Of a line without end only the part that may be shown is looked at.
    let reach = lineWidth * 8
    let first = min(start, file.boundary(near: max(line.lowerBound, start - reach)))
    let inner = max(start, file.boundary(near: min(end, start + reach)))
    let last = max(end, file.boundary(near: min(line.upperBound, end + reach)))
    var before = Self.clean(file.text(in: first..<start))
    let middle = Self.clean(file.text(in: start..<inner))
    var after = Self.clean(file.text(in: end..<last))
    var inside = middle
    let isCut = first > line.lowerBound || end + reach < line.upperBound || start + reach < end
    if isCut || Self.width(before) + Self.width(middle) + Self.width(after) > lineWidth {
      if inside.count > lineWidth / 2 { inside = String(inside.prefix(lineWidth / 2)) + "..." }
      if before.count > lineWidth / 3 { before = "..." + before.suffix(lineWidth / 3) }
      let room = max(10, lineWidth - before.count - inside.count)
      if inside != middle { after = "" } else if after.count > room { after = after.prefix(room) + "..." }
    }
    return (before + inside + after, Self.width(before), Self.width(inside))
  }

  /// Text without characters that could command a terminal.
  package static func clean(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\t" {
        out.append(" ")
      } else if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || LookAlike.isDirectionMark(scalar) {
        out.append("\u{FFFD}")
      } else {
        out.append(scalar)
      }
    }
    return String(out)
  }

  /// Columns that a terminal takes for a text: East Asian wide characters take two, combining marks none.
  static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar.value {
      case 0x0300...0x036F, 0x200B...0x200D, 0xFE00...0xFE0F, 0xFEFF: sum
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        sum + 2
      default: sum + 1
      }
    }
  }

  private enum Color: String {
    case red = "1;31"
    case yellow = "1;33"
    case blue = "1;34"
    case bold = "1"
  }

  private func paint(_ text: String, _ color: Color) -> String {
    isColored ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self[...]
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }
}
