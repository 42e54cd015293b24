import Bundle
import ExperimentGraph
import SpecLanguage

/// A value of a spec that jobs carry whole, with where it stands and the digest by which it enters their keys.
///
/// All jobs that have the value share one object, so that it is written to bytes and hashed once.
package final class SpecValue<Value: Sendable>: Sendable {
  package let path: SpecPath
  package let value: Value
  /// SHA-256 of the canonical bytes of the value.
  package let digest: SHA256Digest
  private let write: @Sendable (Value) -> Plain
  /// The value that this one was made from by changing numbers that are not whole.
  private let origin: SpecValue?

  init(_ value: Value, at path: SpecPath, write: @escaping @Sendable (Value) -> Plain) {
    self.value = value
    self.path = path
    self.write = write
    origin = nil
    digest = SHA256Digest(of: write(value).canonicalBytes)
  }

  /// Another value of the same form.
  fileprivate init(_ value: Value, like other: SpecValue, digest: SHA256Digest, isSizedAlike: Bool) {
    self.value = value
    path = other.path
    write = other.write
    origin = isSizedAlike ? other.origin ?? other : nil
    self.digest = digest
  }

  /// Equal for values whose whole numbers and words are known to be equal: what decides shapes.
  var sizing: ObjectIdentifier { ObjectIdentifier(origin ?? self) }

  /// The value with every default, for people and for comparison.
  package var plain: Plain { write(value) }
}

/// The values of one section of the specs of a sweep, by the number of their entry: each is written and hashed once.
///
/// Values that differ in drawn numbers are written once for all; of the others only the numbers are.
struct SpecValues<Value: Sendable> {
  private let section: String
  private let write: @Sendable (Value) -> Plain
  private var known: [Int: SpecValue<Value>] = [:]
  /// By the number of the entry that all of a form are made from; nil where no template can be.
  private var templates: [Int: CanonicalTemplate?] = [:]

  init(_ section: String, write: @escaping @Sendable (Value) -> Plain) {
    self.section = section
    self.write = write
  }

  mutating func callAsFunction(
    _ place: Experiment.Place, _ read: ReadPoint, _ entries: KeyPath<Specification, [Named<Value>]>
  ) -> SpecValue<Value> {
    let number = read.number(place)
    if let found = known[number] { return found }
    let entry = read.entry(entries, place)
    let made = changed(entry, place, read, entries) ?? whole(entry)
    known[number] = made
    return made
  }

  private func whole(_ entry: Named<Value>) -> SpecValue<Value> {
    SpecValue(entry.value, at: SpecPath([.key(section), .key(entry.id)]), write: write)
  }

  /// The value from the first one of its form; nil where the part was read whole.
  private mutating func changed(
    _ entry: Named<Value>, _ place: Experiment.Place, _ read: ReadPoint,
    _ entries: KeyPath<Specification, [Named<Value>]>
  ) -> SpecValue<Value>? {
    guard let part = read.parts[place.part], let origin = part.origin, let first = origin(entries)?[place.entry] else {
      return nil
    }
    let number = origin.number(of: place.entry)
    let base = known[number] ?? whole(first)
    known[number] = base
    let own = part.changes.filter { $0.path.dropFirst().first == entry.id }
    guard !own.isEmpty else { return base }
    let template: CanonicalTemplate?
    if let found = templates[number] {
      template = found
    } else {
      template = CanonicalTemplate(base.plain, own.map { Array($0.path.dropFirst(2)) })
      templates[number] = .some(template)
    }
    guard let template else { return nil }
    let written = own.map(\.written)
    let isSizedAlike = written.allSatisfy { if case .float = $0 { true } else { false } }
    return SpecValue(
      entry.value, like: base, digest: SHA256Digest(of: template.bytes(written)), isSizedAlike: isSizedAlike)
  }
}
