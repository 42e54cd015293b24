import SpecLanguage

/// One point of a sweep as values: its parts, and the graph that says how they refer to each other.
package struct ReadPoint: Sendable {
  package let experiment: Experiment
  /// In the order of the spec; nil for a section that the point does not have.
  package let parts: [SpecPart?]

  /// An entry of a section.
  package func entry<Value>(
    _ section: KeyPath<Specification, [Named<Value>]>, _ place: Experiment.Place
  ) -> Named<Value> {
    guard let entries = parts[place.part]?(section) else {
      preconditionFailure("part \(place.part) is not the section that the graph says it is")
    }
    return entries[place.entry]
  }

  /// A section that is one value; nil where the spec does not have it.
  package func section<Value>(_ section: KeyPath<Specification, Value>, _ part: Int?) -> Value? {
    part.flatMap { parts[$0]?(section) }
  }

  /// A number for the entry in its state: equal numbers, equal values.
  package func number(_ place: Experiment.Place) -> Int { parts[place.part]?.number(of: place.entry) ?? -1 }

  /// The same for a section that is one value; -1 where the spec does not have it.
  package func number(_ part: Int?) -> Int { part.flatMap { parts[$0]?.id } ?? -1 }
}
