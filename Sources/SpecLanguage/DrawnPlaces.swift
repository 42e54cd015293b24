/// Where in a part of a spec drawn numbers stand, and how the fingerprint of the part follows from them.
///
/// A part with a drawn number is composed once, with a hole for the number; every point that draws another one fills
/// the hole.
indirect enum DrawnPlaces: Sendable {
  struct Entry: Sendable {
    /// Its place among the entries of the mapping.
    var place: Int
    var key: Fingerprint
    var value: DrawnPlaces
  }

  /// No number is drawn here.
  case none(Fingerprint)
  /// The number of this distribution stands here.
  case number(Int32)
  /// The entries with drawn numbers, and the sum over all others.
  case mapping(Fingerprint.Sum, [Entry])

  /// - Parameter sources: the distributions that the node has holes for.
  init(_ node: Node, _ sources: [Int32]) {
    if sources.isEmpty {
      self = .none(Fingerprint(of: node))
      return
    }
    if case .scalar(let scalar) = node.content, let source = sources.first(where: { Self.hole($0) == scalar }) {
      self = .number(source)
      return
    }
    guard case .mapping(let entries) = node.content else {
      self = .none(Fingerprint(of: node))
      return
    }
    var sum = Fingerprint.Sum()
    var drawn: [Entry] = []
    for (place, entry) in entries.enumerated() {
      let key = Fingerprint(entry.key.utf8)
      switch DrawnPlaces(entry.value, sources) {
      case .none(let value): sum.add(key, value)
      case let places: drawn.append(Entry(place: place, key: key, value: places))
      }
    }
    self = drawn.isEmpty ? .none(Fingerprint(sum)) : .mapping(sum, drawn)
  }

  /// What stands for the number of a distribution while a part is composed: a text that no reader of YAML makes.
  static func hole(_ source: Int32) -> Scalar { Scalar("\u{0}\(source)") }

  /// The fingerprint of the node with the numbers of a point.
  func fingerprint(_ values: [SweptValue]) -> Fingerprint {
    switch self {
    case .none(let fingerprint): return fingerprint
    case .number(let source):
      switch Self.value(source, values) {
      case .number(_, let number): return Fingerprint(ofNumber: number)
      case .whole(_, let number): return Fingerprint(ofWhole: number)
      case .listed, nil: return Fingerprint()
      }
    case .mapping(var sum, let entries):
      for entry in entries { sum.add(entry.key, entry.value.fingerprint(values)) }
      return Fingerprint(sum)
    }
  }

  /// Gives the node the numbers of a point.
  func fill(_ node: inout Node, _ values: [SweptValue], _ table: SweptTable) {
    switch self {
    case .none: return
    case .number(let source):
      if let value = Self.value(source, values) { table.fill(&node, with: value) }
    case .mapping(_, let drawn):
      guard case .mapping(var entries) = node.content else { return }
      for entry in drawn { entry.value.fill(&entries[entry.place].value, values, table) }
      node.content = .mapping(entries)
    }
  }

  /// The keys to every place of the node where a number is drawn.
  func paths(in node: Node, below path: [String]) -> [(path: [String], source: Int32)] {
    switch self {
    case .none: return []
    case .number(let source): return [(path, source)]
    case .mapping(_, let drawn):
      guard let entries = node.entries else { return [] }
      return drawn.flatMap { $0.value.paths(in: entries[$0.place].value, below: path + [entries[$0.place].key]) }
    }
  }

  static func value(_ source: Int32, _ values: [SweptValue]) -> SweptValue? {
    values.first { $0.code == -1 - source }
  }
}
