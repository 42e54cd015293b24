/// One point of a sweep: which values it gives to which paths, and the complete spec that they make.
///
/// A point is cheap: what it is asked for is put together then.
package struct SweepPoint: Sendable {
  private let all: SweepPoints
  private let number: Int

  init(_ number: Int, of all: SweepPoints) {
    self.number = number
    self.all = all
  }

  /// Twelve or more hexadecimal digits made of paths and values alone: other axes, other points and the order of keys
  /// do not change it. `base` where a spec has no sweep.
  package var id: String { all.id(number) }

  /// The composed document: without `sweep`, `params` and `env`, nothing left to fill in.
  package var document: Node { all.document(number) }

  /// The swept paths and their values at this point.
  package var assignments: [(path: SpecPath, value: Plain)] {
    all.values(number).map { (table.paths[table.path(of: $0)].path, table.plain($0)) }
  }

  /// A fingerprint of each part of the document, by section or by section and entry (`models.meta`): parts of two
  /// points with one fingerprint are equal, so whoever reads many points need read each part only once.
  package var fingerprints: [(part: String, fingerprint: String)] {
    all.composer.names.enumerated().compactMap { part, name in
      fingerprint(ofPart: part).map { (name, $0.hex(32)) }
    }
  }

  /// The fingerprint of the part with this place in `Expansion.partNames`; nil where the point does not have the part.
  package func fingerprint(ofPart part: Int) -> Fingerprint? { all.state(number, part: part).fingerprint }

  /// The section of the part with this place in `Expansion.partNames`, and of its entries the part's own alone.
  package func entry(ofPart part: Int) -> Node.Entry? { all.entry(number, part: part) }

  /// The entries that others inherit from by `like`.
  package var inherited: [Reference] { all.parts(number).flatMap(\.inherited) }

  /// The environment variables that the point reads.
  package var variables: [String] {
    var names: [String] = []
    for name in all.parts(number).flatMap(\.variables) where !names.contains(name) { names.append(name) }
    return names
  }

  /// `training.t.lr: 0.01, study.seed: 3`.
  package var words: String { table.words(all.values(number)) }

  /// Complaints about this point, with a note that says which point it is.
  package func remarking(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    guard !all.values(number).isEmpty else { return diagnostics }
    let note = "at the point \(words)"
    return diagnostics.map { diagnostic in
      var diagnostic = diagnostic
      if !diagnostic.notes.contains(note) { diagnostic.notes.append(note) }
      return diagnostic
    }
  }

  /// The values of the point by the number of their path.
  var values: ArraySlice<SweptValue> { all.values(number) }
  var table: SweptTable { all.composer.table }
}
