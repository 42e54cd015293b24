import Evaluation
import SpecLanguage

/// One part of a spec, read: a section or one entry of it, in one of the states that the points of a sweep give it.
///
/// Points have the very same part where they do not differ, so what is derived from a part is derived once.
package final class SpecPart: Sendable {
  /// The number of the part among all parts that one reader has read.
  package let id: Int
  package let section: String
  /// The entries, where the section is a map of named ones.
  package let names: [String]
  private let value: KeyValue<Specification>?
  let references: [SpecPath: Reference]
  /// The part whose numbers were changed to make this one; nil where it was read whole.
  package let origin: SpecPart?
  /// The places of its numbers and what is written there, the same places as in all parts of one origin.
  package let changes: [(path: [String], written: Plain)]

  init(
    id: Int, section: String, names: [String], value: KeyValue<Specification>?, references: [SpecPath: Reference],
    origin: SpecPart? = nil, changes: [(path: [String], written: Plain)] = []
  ) {
    self.id = id
    self.section = section
    self.names = names
    self.value = value
    self.references = references
    self.origin = origin
    self.changes = changes
  }

  /// The part with other numbers; nil when it must be read whole.
  func changed(by changes: [Change], id: Int) -> SpecPart? {
    guard var value else { return nil }
    var written: [(path: [String], written: Plain)] = []
    for var change in changes {
      guard let changed = Specification.schema.changed(value, &change) else { return nil }
      value = changed
      written.append((change.path, change.written))
    }
    return SpecPart(
      id: id, section: section, names: names, value: value, references: references, origin: self, changes: written)
  }

  /// A number for one of the entries: equal numbers, equal values.
  package func number(of entry: Int) -> Int { id << 20 | entry }

  var isRight: Bool { value != nil }

  /// The value of the section, if this is it.
  package func callAsFunction<Value>(_ section: KeyPath<Specification, Value>) -> Value? {
    value.flatMap { $0(section) }
  }

  /// Sections of which rules over several entries see no more than names, references and kinds.
  private static let light: Set<String> = ["study", "datasets", "models", "training", "runs", "evaluations"]

  /// What of the part decides which entries refer to which and whether they may: equal text, equal edges.
  var edges: String {
    guard Self.light.contains(section) else { return "\(section) \(id)" }
    var words = [section] + names
    for (path, reference) in references.sorted(by: { $0.key < $1.key }) {
      words.append("\(path)=\(reference.section).\(reference.id)")
    }
    for model in self(\.models) ?? [] { words.append(model.value.embedding == nil ? "plain" : "embedded") }
    for run in self(\.runs) ?? [] { words.append("\(run.value.isMany) \(run.value.repeats != nil)") }
    for evaluation in self(\.evaluations) ?? [] { words.append(EvaluationSpec.union.kind(of: evaluation.value)) }
    return words.joined(separator: "\n")
  }
}
