/// Whether a spec stays of the size of its text once everything is inherited and filled in.
///
/// Checked on the layers, before anything grows: keys of one mapping, the length of chains of `like` and what they
/// copy, and how often how much is filled in by `${}`.
struct Growth {
  enum Limit {
    static let keys = 1000
    /// Entries that inherit from each other in one chain.
    static let chain = 64
    /// Values that all entries inherit together.
    static let inherited = 20_000
    /// Texts with `${}`, and what they fill in together: values plus bytes of text.
    static let fillings = 5000
    static let filled = 1 << 18
  }

  private let document: Node
  private let environment: [String: String]
  private(set) var diagnostics: [Diagnostic] = []

  init(_ document: Node, environment: [String: String]) {
    self.document = document
    self.environment = environment
  }

  /// Whether the spec may be composed.
  mutating func check() -> Bool {
    checkKeys(document)
    for section in document.entries ?? [] { checkInheritance(section) }
    if diagnostics.isEmpty { checkFillings() }
    return diagnostics.isEmpty
  }

  /// Layers are small one by one and may be large together.
  private mutating func checkKeys(_ node: Node) {
    node.elements?.forEach { checkKeys($0) }
    guard let entries = node.entries else { return }
    if entries.count > Limit.keys {
      complain(
        "a mapping has more than \(Limit.keys) keys once all files are laid over each other",
        entries[Limit.keys].keySpan, label: "one too many")
      return
    }
    entries.forEach { checkKeys($0.value) }
  }

  private mutating func checkInheritance(_ section: Node.Entry) {
    guard let entries = section.value.entries, entries.contains(where: { $0.value.entry("like") != nil }) else {
      return
    }
    let places = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
    let sizes = entries.map(\.value.size)
    var total = 0
    for entry in entries {
      var next = entry
      var depth = 0
      while let like = next.value.entry("like"), let name = like.value.scalar?.text, let place = places[name] {
        depth += 1
        total += sizes[place]
        next = entries[place]
        // A circle has its own complaint later, unless it is longer than any chain may be.
        if next.key == entry.key { break }
        guard depth <= Limit.chain, total <= Limit.inherited else {
          complain(
            depth > Limit.chain
              ? "entries of `\(section.key)` inherit from each other more than \(Limit.chain) deep"
              : "inheritance makes the spec larger than \(Limit.inherited) values",
            entry.value["like"]?.span ?? entry.keySpan,
            label: depth > Limit.chain ? "one too many" : "grows past the limit here")
          return
        }
      }
    }
  }

  private mutating func checkFillings() {
    var count = 0
    var places: [Span] = []
    for entry in document.entries ?? [] where entry.key != "params" && !entry.key.hasPrefix("x-") {
      entry.value.visitFillings { span, number in
        count += number
        if places.isEmpty, count > Limit.fillings { places.append(span) }
      }
    }
    guard count > 0 else { return }
    if let place = places.first {
      complain("the spec has more than \(Limit.fillings) `${}`", place, label: "one too many")
      return
    }
    guard let params = document.entry("params") else { return }
    var knobs = Interpolation(document.with([params, document.entry("env")]), environment: environment)
    _ = knobs.run()
    guard let heaviest = knobs.heaviest, heaviest.weight > Limit.filled / count else { return }
    complain(
      "\(count) times `${}` with a value as large as `params.\(heaviest.name)` makes the spec larger than 256 KiB",
      params.value.entry(heaviest.name)?.keySpan ?? params.keySpan,
      label: "\(heaviest.weight) values and letters each time")
  }

  private mutating func complain(_ message: String, _ span: Span, label: String) {
    diagnostics.append(Diagnostic(.tooMuchGrowth, message, at: span, label: label))
  }
}

extension Node {
  /// The number of values in it, itself included.
  fileprivate var size: Int {
    switch content {
    case .scalar: 1
    case .sequence(let nodes): nodes.reduce(1) { $0 + $1.size }
    case .mapping(let entries): entries.reduce(1) { $0 + $1.value.size }
    }
  }

  /// Every text with a `${` in it, and how many it has.
  fileprivate func visitFillings(_ body: (Span, Int) -> Void) {
    switch content {
    case .scalar(let scalar):
      guard scalar.text.utf8.contains(UInt8(ascii: "$")) else { return }
      var count = 0
      var isDollar = false
      for byte in scalar.text.utf8 {
        if isDollar, byte == UInt8(ascii: "{") { count += 1 }
        isDollar = byte == UInt8(ascii: "$")
      }
      if count > 0 { body(span, count) }
    case .sequence(let nodes): nodes.forEach { $0.visitFillings(body) }
    case .mapping(let entries): entries.forEach { $0.value.visitFillings(body) }
    }
  }
}
