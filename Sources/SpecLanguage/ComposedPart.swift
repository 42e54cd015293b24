/// One part of points, complete: a top-level section, or one entry of a section of named entries.
final class ComposedPart: Sendable {
  /// The section with what of it belongs to the part, drawn numbers as holes; nil for a section that the points do not
  /// have.
  let entry: Node.Entry?
  /// The parameters that the part uses.
  let parameters: Set<String>
  let inherited: [Reference]
  let variables: [String]
  let diagnostics: [Diagnostic]
  /// Where drawn numbers stand; nil for a part that is the same at all points, of which no fingerprint is kept.
  private let places: DrawnPlaces?
  /// The keys from the document to each hole, with the distribution whose numbers stand there.
  let holes: [(path: [String], source: Int32)]

  /// - Parameter alike: the value of the entry as it is told apart from others: quantities in their one spelling; nil
  ///   for a part that is the same at all points.
  /// - Parameter sources: the distributions that the part has holes for.
  init(
    entry: Node.Entry?, alike: Node? = nil, sources: [Int32] = [], parameters: Set<String> = [],
    inherited: [Reference] = [],
    variables: [String] = [], diagnostics: [Diagnostic] = []
  ) {
    self.entry = entry
    self.parameters = parameters
    self.inherited = inherited
    self.variables = variables
    self.diagnostics = diagnostics
    let places = alike.map { DrawnPlaces($0, sources) }
    self.places = places
    holes = entry.flatMap { places?.paths(in: $0.value, below: [$0.key]) } ?? []
  }

  /// The fingerprint of the part at a point with these values; nil where the point does not have it, and for a part that is
  /// the same at all points.
  func fingerprint(at values: [SweptValue]) -> Fingerprint? { places.flatMap { withKey($0.fingerprint(values)) } }

  /// The fingerprint of a part that is the same at all points, made anew each time; nil where none has it.
  /// - Parameter place: what the language says about its section.
  func fixedFingerprint(_ place: LanguagePlace?) -> Fingerprint? {
    entry.flatMap { withKey(Fingerprint(of: $0.value.spelledAlike(place))) }
  }

  private func withKey(_ value: Fingerprint) -> Fingerprint? {
    guard let entry else { return nil }
    var fingerprint = Fingerprint()
    fingerprint.add(entry.key)
    fingerprint.add(value)
    return fingerprint
  }

  /// The part at a point with these values.
  func entry(_ values: [SweptValue], _ table: SweptTable) -> Node.Entry? {
    guard var entry else { return nil }
    places?.fill(&entry.value, values, table)
    return entry
  }
}
