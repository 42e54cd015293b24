/// What the values of points stand for: swept paths, enumerated values and distributions, each under its number.
///
/// A hundred thousand points hold numbers; paths, nodes and texts are here once.
struct SweptTable: Sendable {
  struct Path: Sendable {
    let path: SpecPath
    let text: String
    /// The first key.
    let section: String
    /// Its place among all paths sorted by their text.
    fileprivate(set) var rank = 0
    fileprivate let packed: Fingerprint.Packed

    var isKnob: Bool { section == "params" }
  }

  /// An enumerated value.
  struct Listed: Sendable {
    let path: Int
    /// The key of the sweep that names the path.
    let span: Span
    let node: Node
    /// The value for comparison and for ids.
    let plain: Plain
    let holdsInterpolation: Bool
    fileprivate let packed: Fingerprint.Packed
  }

  /// A distribution that values of a path are drawn from.
  struct Source: Sendable {
    let path: Int
    /// The key of the sweep that names the path.
    let span: Span
    /// Where the distribution is written.
    let place: Span
    let distribution: Distribution
    /// The values of a `choice`.
    let choices: [Int32]
  }

  private(set) var paths: [Path]
  private(set) var listed: [Listed] = []
  private(set) var sources: [Source] = []
  private let places: [SpecPath: Int]

  init(_ paths: [SpecPath]) {
    var made = paths.map { path in
      let section = if case .key(let key)? = path.steps.first { key } else { "" }
      let text = path.description
      return Path(path: path, text: text, section: section, packed: .init(text.utf8))
    }
    let order = made.indices.sorted { made[$0].text.utf8.lexicographicallyPrecedes(made[$1].text.utf8) }
    for (rank, index) in order.enumerated() { made[index].rank = rank }
    self.paths = made
    places = Dictionary(paths.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// The number of a swept path.
  func index(of path: SpecPath) -> Int? { places[path] }

  /// Takes a value up.
  mutating func add(_ node: Node, to path: Int, span: Span) -> SweptValue {
    let plain = Plain(node)
    listed.append(
      Listed(
        path: path, span: span, node: node.layered(.sweep), plain: plain, holdsInterpolation: node.holdsInterpolation,
        packed: .init(plain.canonicalBytes)))
    return .listed(Int32(listed.count - 1))
  }

  /// Takes a distribution up.
  mutating func add(_ distribution: Distribution, to path: Int, span: Span, place: Span) -> Int32 {
    var choices: [Int32] = []
    if case .choice(let nodes) = distribution { choices = nodes.map { add($0, to: path, span: span).code } }
    sources.append(Source(path: path, span: span, place: place, distribution: distribution, choices: choices))
    return Int32(sources.count - 1)
  }

  /// The value of a distribution at a quantile in (0, 1).
  func draw(_ source: Int32, at quantile: Double) -> SweptValue {
    switch sources[Int(source)].distribution.value(at: quantile) {
    case .choice(let place): return .listed(sources[Int(source)].choices[place])
    case .whole(let value): return .whole(source, value)
    case .number(let value):
      // A number without a point where it is whole, so that keys that take whole numbers read it too.
      if let whole = SweptNumber.whole(value) { return .whole(source, whole) }
      return .number(source, value)
    }
  }
}

// What one value stands for.
extension SweptTable {
  func path(of value: SweptValue) -> Int {
    switch value {
    case .listed(let item): listed[Int(item)].path
    case .number(let source, _), .whole(let source, _): sources[Int(source)].path
    }
  }

  /// The key of the sweep that gives the value its path.
  func span(of value: SweptValue) -> Span {
    switch value {
    case .listed(let item): listed[Int(item)].span
    case .number(let source, _), .whole(let source, _): sources[Int(source)].span
    }
  }

  func plain(_ value: SweptValue) -> Plain {
    switch value {
    case .listed(let item): listed[Int(item)].plain
    case .number(_, let number): .float(number)
    case .whole(_, let number): .int(number)
    }
  }

  /// Whether two values give one path the same value.
  func areEqual(_ left: SweptValue, _ right: SweptValue) -> Bool {
    left == right || (path(of: left) == path(of: right) && plain(left) == plain(right))
  }

  func node(_ value: SweptValue) -> Node {
    switch value {
    case .listed(let item): return listed[Int(item)].node
    case .number(let source, _), .whole(let source, _):
      var node = Node(.sequence([]), span: sources[Int(source)].place, layer: .sweep)
      fill(&node, with: value)
      return node
    }
  }

  /// Gives a node the content of a drawn number.
  func fill(_ node: inout Node, with value: SweptValue) {
    let text = Self.text(value)
    node.content = .scalar(Scalar(text))
    node.source = Node.Source(words: "\(text) is drawn", span: nil)
  }

  func holdsInterpolation(_ value: SweptValue) -> Bool {
    switch value {
    case .listed(let item): listed[Int(item)].holdsInterpolation
    case .number, .whole: false
    }
  }

  /// The text of a drawn number.
  static func text(_ value: SweptValue) -> String {
    switch value {
    case .listed: ""
    case .number(_, let number): number.description
    case .whole(_, let number): String(number)
    }
  }

  /// `training.t.lr: 0.01, study.seed: 3`.
  func words(_ values: some Sequence<SweptValue>) -> String {
    values.map { "\(paths[path(of: $0)].text): \(plain($0).flow.shortened(to: 40))" }.joined(separator: ", ")
  }

  /// A name for a set of values, made of paths and values alone.
  func name(_ values: [SweptValue]) -> Fingerprint {
    var sorted = values
    // A handful of values, nearly always in order already.
    for place in sorted.indices.dropFirst() {
      var place = place
      while place > 0, rank(sorted[place - 1]) > rank(sorted[place]) {
        sorted.swapAt(place - 1, place)
        place -= 1
      }
    }
    var fingerprint = Fingerprint()
    for value in sorted {
      fingerprint.add(paths[path(of: value)].packed)
      switch value {
      case .listed(let item): fingerprint.add(listed[Int(item)].packed)
      case .number, .whole: fingerprint.add(Self.text(value))
      }
    }
    return fingerprint
  }

  private func rank(_ value: SweptValue) -> Int { paths[path(of: value)].rank }
}
