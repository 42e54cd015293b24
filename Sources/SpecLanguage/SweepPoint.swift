/// One point of a sweep: which values it gives to which paths, and the complete spec that they make.
package struct SweepPoint: Sendable {
  /// Twelve or more hexadecimal digits made of paths and values alone: other axes, other points and the order of keys
  /// do not change it. `base` where a spec has no sweep.
  package let id: String
  let values: [SweptValue]
  let parts: [ComposedPart]
  private let frame: PointFrame

  init(id: String, values: [SweptValue], parts: [ComposedPart], frame: PointFrame) {
    self.id = id
    self.values = values
    self.parts = parts
    self.frame = frame
  }

  /// The composed document: without `sweep`, `params` and `env`, nothing left to fill in.
  package var document: Node { frame.composer.document(parts, values) }

  /// The swept paths and their values at this point.
  package var assignments: [(path: SpecPath, value: Plain)] { values.map { ($0.path, $0.plain) } }

  /// A fingerprint of each part of the document, by section or by section and entry (`models.meta`): parts of two
  /// points with one fingerprint are equal, so whoever reads many points need read each part only once.
  package var fingerprints: [(part: String, fingerprint: String)] {
    zip(frame.composer.names, parts).filter(\.1.isPresent).map { ($0, $1.fingerprint.hex(32)) }
  }

  /// The number of parts; they are the same ones, in the same order, at all points of an expansion.
  package var partCount: Int { parts.count }

  /// The section, or section and entry (`models.meta`), that a part is.
  package func name(ofPart index: Int) -> String { frame.composer.names[index] }

  /// A fingerprint of a part; nil for a section that the point does not have.
  package func fingerprint(ofPart index: Int) -> Fingerprint? {
    parts[index].isPresent ? parts[index].fingerprint : nil
  }

  /// The section of a part with what of it belongs to the part.
  package func entry(ofPart index: Int) -> Node.Entry? {
    let part = parts[index]
    return part.isPresent ? part.entry ?? frame.composer.composed(index, values).entry : nil
  }

  /// Whether the point gives a whole section or a whole entry, so that the names of entries may be its own.
  package var mayRename: Bool { values.contains { $0.path.steps.count <= 2 && $0.section != "params" } }

  /// Whether the sweep gives values to a part.
  package func isSwept(part index: Int) -> Bool { parts[index] !== frame.composer.base[index] }

  /// The part that a path leads into.
  package func part(at path: SpecPath) -> Int? { frame.composer.index(of: path) }

  /// What the composed document says at a path; nil where it says nothing and the default holds.
  package func node(at path: SpecPath) -> Node? {
    guard let part = part(at: path), let entry = entry(ofPart: part), path.steps.first == .key(entry.key) else {
      return nil
    }
    return entry.value.node(at: SpecPath(Array(path.steps.dropFirst())))
  }

  /// Whether a part of two points is known to be the same without looking at it.
  package func shares(part index: Int, with other: SweepPoint) -> Bool { parts[index] === other.parts[index] }

  /// Of the assignments that a mask picks, the first being bit 0, those that another point has as well. Assignments
  /// beyond the 64th are never picked.
  package func agreement(with other: SweepPoint, on mask: UInt64 = .max) -> UInt64 {
    var kept: UInt64 = 0
    for (index, value) in values.prefix(64).enumerated() where mask & 1 << UInt64(index) != 0 {
      let isKept =
        index < other.values.count && other.values[index] === value
        || other.values.contains { $0.path == value.path && $0.plain == value.plain }
      if isKept { kept |= 1 << UInt64(index) }
    }
    return kept
  }

  /// The assignments that a mask picks, the first being bit 0.
  package func assignments(_ mask: UInt64) -> [(path: SpecPath, value: Plain)] {
    values.prefix(64).enumerated().filter { mask & 1 << UInt64($0.offset) != 0 }.map {
      ($0.element.path, $0.element.plain)
    }
  }

  /// The entries that others inherit from by `like`.
  package var inherited: [Reference] { parts.flatMap(\.inherited) }

  /// The environment variables that the point reads.
  package var variables: [String] {
    var names: [String] = []
    for name in parts.flatMap(\.variables) where !names.contains(name) { names.append(name) }
    return names
  }

  /// `training.t.lr: 0.01, study.seed: 3`.
  package var words: String {
    values.map { "\($0.path): \($0.plain.flow.shortened(to: 40))" }.joined(separator: ", ")
  }

  /// Complaints about this point, with a note that says which point it is.
  package func remarking(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    guard !values.isEmpty else { return diagnostics }
    let note = "at the point \(words)"
    return diagnostics.map { diagnostic in
      var diagnostic = diagnostic
      if !diagnostic.notes.contains(note) { diagnostic.notes.append(note) }
      return diagnostic
    }
  }

  /// A name for a set of values.
  static func fingerprint(of values: [SweptValue]) -> Fingerprint {
    var fingerprint = Fingerprint()
    let named = values.map { (path: $0.path.description, value: $0) }
    for (path, value) in named.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      fingerprint.add(path.utf8)
      fingerprint.add(value.plain.canonicalBytes)
    }
    return fingerprint
  }
}

/// What a spec expands to: complete specs without a sweep, and what is wrong with the sweep.
package struct Expansion: Sendable {
  /// In the order of the sweep. Where there are errors, as many as could be made, so that they can be checked too.
  package var points: [SweepPoint] = []
  package var diagnostics: [Diagnostic] = []
  /// The swept paths in the order of the file: the columns of a table of points.
  package var paths: [SpecPath] = []
  /// The sweep as written; nil where there is none or it cannot be read.
  package var sweep: Sweep?

  package init(diagnostics: [Diagnostic] = []) { self.diagnostics = diagnostics }
}
