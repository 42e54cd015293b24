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

  var values: ArraySlice<SweptValue> { all.values(number) }
  var table: SweptTable { all.composer.table }
}

// Parts of points, for whoever reads many of them.
extension SweepPoint {
  /// The number of parts; they are the same ones, in the same order, at all points of an expansion.
  package var partCount: Int { all.composer.names.count }

  /// The section, or section and entry (`models.meta`), that a part is.
  package func name(ofPart index: Int) -> String { all.composer.names[index] }

  /// A fingerprint of a part; nil for a section that the point does not have.
  package func fingerprint(ofPart index: Int) -> Fingerprint? {
    all.composer.fingerprint(index, all.state(number, part: index))
  }

  /// The section of a part with what of it belongs to the part.
  package func entry(ofPart index: Int) -> Node.Entry? { all.entry(number, part: index) }

  /// Whether the point gives a whole section or a whole entry, so that the names of entries may be its own.
  package var mayRename: Bool {
    values.contains { value in
      let path = table.paths[table.path(of: value)]
      guard path.path.steps.count <= 2, !path.isKnob else { return false }
      switch table.plain(value) {
      case .map, .null: return true
      case .string: return table.holdsInterpolation(value)
      case .bool, .int, .float, .list: return false
      }
    }
  }

  /// The swept paths below a place that the point gives values to, each with the key of the sweep that names it.
  package func sweptPaths(below place: SpecPath) -> [(path: SpecPath, span: Span)] {
    values.compactMap { value in
      let path = table.paths[table.path(of: value)].path
      return path.steps.starts(with: place.steps) ? (path, table.span(of: value)) : nil
    }
  }

  /// Whether this is the same point of the same expansion.
  package func isSame(as other: SweepPoint) -> Bool { number == other.number && all === other.all }

  /// Whether the sweep gives values to a part.
  package func isSwept(part index: Int) -> Bool {
    all.composer.base(index).made != all.state(number, part: index).made
  }

  /// The form of a part: parts of one form differ in drawn numbers alone. Nil for a part that is like no other.
  package func form(ofPart index: Int) -> Int? {
    let made = Int(all.state(number, part: index).made)
    return all.composer.made[made] == nil ? nil : made
  }

  /// What makes this part out of any other of its form: the numbers that are drawn for it.
  package func changes(ofPart index: Int) -> [Change] { all.changes(number, part: index) }

  /// The places of the parts that may differ between the points of its sweep.
  package var movingParts: [Int] { all.composer.moving }

  /// The part that a path leads into.
  package func part(at path: SpecPath) -> Int? { all.composer.index(of: path) }

  /// What the composed document says at a path; nil where it says nothing and the default holds.
  package func node(at path: SpecPath) -> Node? {
    guard let part = part(at: path), let entry = entry(ofPart: part), path.steps.first == .key(entry.key) else {
      return nil
    }
    return entry.value.node(at: SpecPath(Array(path.steps.dropFirst())))
  }

  /// Whether two points are of one sweep.
  package func isSibling(of other: SweepPoint) -> Bool { all === other.all }

  /// Whether a part of two points is known to be the same without looking at it.
  package func shares(part index: Int, with other: SweepPoint) -> Bool {
    all === other.all && all.state(number, part: index) == all.state(other.number, part: index)
  }

  /// Of the assignments that a mask picks, the first being bit 0, those that another point has as well. Assignments
  /// beyond the 64th are never picked.
  package func agreement(with other: SweepPoint, on mask: UInt64 = .max) -> UInt64 {
    let (own, others) = (values, other.values)
    var kept: UInt64 = 0
    for (index, value) in own.prefix(64).enumerated() where mask & 1 << UInt64(index) != 0 {
      let isInPlace = index < others.count && others[others.startIndex + index] == value
      if isInPlace || others.contains(where: { table.areEqual($0, value) }) { kept |= 1 << UInt64(index) }
    }
    return kept
  }

  /// The assignments that a mask picks, the first being bit 0.
  package func assignments(_ mask: UInt64) -> [(path: SpecPath, value: Plain)] {
    assignments.prefix(64).enumerated().filter { mask & 1 << UInt64($0.offset) != 0 }.map(\.element)
  }
}
