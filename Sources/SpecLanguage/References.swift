/// A name that stands for an entry of a section.
package struct Reference: Hashable, Sendable {
  package var section: String
  package var id: String

  package init(section: String, id: String) {
    self.section = section
    self.id = id
  }
}

extension ValueKind where Value == Reference {
  /// The name of an entry of a section.
  package static func reference(to section: String) -> Self { .reference(toAnyOf: [section]) }

  /// The name of an entry of one of several sections; names that two of them define are refused.
  package static func reference(toAnyOf sections: [String]) -> Self {
    let words = "the name of an entry of " + sections.map { "`\($0)`" }.joined(separator: " or ")
    return Self(
      .scalar(.reference, words),
      read: { node, reading in
        guard let scalar = reading.scalar(of: node, expecting: words) else { return nil }
        guard let section = reading.section(of: scalar.text, node, among: sections) else { return nil }
        let reference = Reference(section: section, id: scalar.text)
        reading.note(reference)
        return reference
      }, write: { .string($0.id) })
  }
}

extension Reading {
  /// Whether the language has a section of this name; a misspelt one is complained about as a key.
  private func isSection(_ name: String) -> Bool { language?.fields.contains { $0.name == name } ?? true }

  /// The section that defines a name, complained about unless exactly one does.
  mutating func section(of name: String, _ node: Node, among sections: [String]) -> String? {
    guard let document else { return sections.first }
    let homes = sections.filter { self.section($0, has: name) }
    if homes.count == 1 { return homes[0] }
    if homes.isEmpty, lacks(document) { return nil }
    let places = sections.map { "`\($0)`" }.joined(separator: " or ")
    if homes.count > 1 {
      report(
        .unknownReference, "`\(name)` is defined in \(homes.map { "`\($0)`" }.joined(separator: " and "))",
        at: node.span, label: "which one is meant?", help: ["rename one of them"], source: node.source)
      return nil
    }
    // A section with a misspelt name has its complaint.
    let strays = (document.entries ?? []).filter { !isSection($0.key) && self.section($0.key, has: name) }
    if strays.contains(where: { Suggestion.nearest(to: $0.key, among: sections) != nil }) {
      errorCount += 1
      return nil
    }
    let all = sections.flatMap { document[$0]?.entries?.map(\.key) ?? [] }
    let known = Array(all.filter { !$0.hasPrefix("x-") }.prefix(1000))
    let match = Suggestion.nearest(to: name, among: known)
    var help = match.map { ["did you mean `\($0.word)`?"] } ?? []
    var remarks: [Diagnostic.Remark] = []
    for entry in document.entries ?? [] where !sections.contains(entry.key) {
      guard self.section(entry.key, has: name), let other = entry.value.entry(name), isSection(entry.key) else {
        continue
      }
      help.append("`\(name)` exists in `\(entry.key)`, but `\(subject)` takes an entry of \(places)")
      remarks.append(.init(other.keySpan, "an entry of `\(entry.key)`"))
      break
    }
    let note = known.isEmpty ? "\(places) has no entries" : "entries of \(places): " + known.listed
    report(
      .unknownReference, "`\(subject)` is `\(name.shortened(to: 40))`, which is not an entry of \(places)",
      at: node.span, label: "no such entry", help: help, notes: [note],
      fix: match.map { .init(node.span, replacement: $0.word, isSafe: $0.isCertain) }, source: node.source,
      remarks: remarks)
    return nil
  }
}
