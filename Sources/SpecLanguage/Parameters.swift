/// The study's own knobs: `params` with their declared types, read and checked.
struct Parameters {
  struct Parameter {
    var key: Node.Entry
    /// The value as written: the default, or what a layer above put in its place.
    var value: Node
  }

  /// The types that a parameter may have, each with how it is read and how large its value is.
  private static let types: [(name: String, read: @Sendable (Node, inout Reading) -> (Plain, Double?)?)] = [
    ("int", reader(.int) { Double($0) }), ("float", reader(.float) { $0 }), ("bool", reader(.bool) { _ in nil }),
    ("string", reader(.string) { _ in nil }), ("id", reader(.id) { _ in nil }), ("path", reader(.path) { _ in nil }),
    ("seed", reader(ValueKind<UInt64>.seed) { Double($0) }), ("count", reader(.count) { Double($0) }),
    ("ratio", reader(.ratio) { $0 }), ("probability", reader(.probability) { $0 }),
    ("time", reader(.time) { Double($0.count) }), ("frequency", reader(.frequency) { $0 }),
    ("memory", reader(.memory) { Double($0) }),
  ]

  private(set) var all: [String: Parameter] = [:]
  private(set) var names: [String] = []
  private(set) var diagnostics: [Diagnostic] = []

  init(_ document: Node) {
    guard let section = document.entry("params") else { return }
    guard let entries = section.value.entries else {
      complain(.wrongShape, "`params` must be a mapping, found \(section.value.words)", section.value.span, "params")
      return
    }
    for entry in entries where !entry.key.hasPrefix("x-") {
      let path = SpecPath("params").appending(entry.key)
      guard Name.isValid(entry.key) else {
        complain(.badName, "`\(entry.key.shortened(to: 40))` is not a name", entry.keySpan, path, help: [Name.rule])
        continue
      }
      guard let value = declared(entry, path) else { continue }
      names.append(entry.key)
      all[entry.key] = Parameter(key: entry, value: value)
    }
  }

  /// The value of a parameter once its interpolations are done; complains if its declaration forbids it.
  /// - Returns: whether the value is allowed.
  mutating func check(_ name: String, _ value: Node) -> Bool {
    let before = diagnostics.count
    checkDeclaration(of: name, value)
    return diagnostics.count == before
  }

  private mutating func checkDeclaration(of name: String, _ value: Node) {
    guard let entry = all[name]?.key, entry.value.entry("default") != nil else { return }
    let path = SpecPath("params").appending(name)
    var reading = Reading()
    let magnitude = reading.enter(Node.Entry(key: name, keySpan: entry.keySpan, value: value)) { reading in
      type(of: entry)?.read(value, &reading)?.1
    }
    for var diagnostic in reading.diagnostics {
      diagnostic.path = path
      diagnostics.append(diagnostic)
    }
    guard reading.diagnostics.isEmpty else { return }
    checkBounds(entry, value, magnitude, path)
    guard let choices = entry.value["choices"]?.elements else { return }
    let allowed = choices.map { Plain($0) }
    // In its type, `20 ms` is the choice `0.02 s`.
    let found = typed(value, entry)
    guard !choices.contains(where: { typed($0, entry).isSame(as: found) }) else { return }
    complain(
      .unknownChoice, "`\(name)` is \(value.words), which is not one of its choices", value.span, path,
      label: "expected one of " + allowed.map(\.flow).listed)
  }

  private mutating func checkBounds(_ entry: Node.Entry, _ value: Node, _ magnitude: Double?, _ path: SpecPath) {
    for bound in ["min", "max"] {
      guard let node = entry.value[bound] else { continue }
      var reading = Reading()
      let limit = reading.enter(Node.Entry(key: bound, keySpan: node.span, value: node)) { reading in
        type(of: entry)?.read(node, &reading)?.1
      }
      diagnostics += reading.diagnostics
      guard let magnitude, let limit else { continue }
      guard bound == "min" ? magnitude < limit : magnitude > limit else { continue }
      complain(
        .outOfRange,
        "`\(entry.key)` is \(value.words); its \(bound == "min" ? "least" : "greatest") value is \(node.words)",
        value.span, path, label: "outside `\(bound)`", remarks: [.init(node.span, "declared here")])
    }
  }

  /// A value in the one spelling of the type of a parameter; as it is where it is not of that type.
  private func typed(_ node: Node, _ entry: Node.Entry) -> Plain {
    var reading = Reading()
    return type(of: entry)?.read(node, &reading)?.0 ?? Plain(node)
  }

  private func type(of entry: Node.Entry) -> (name: String, read: @Sendable (Node, inout Reading) -> (Plain, Double?)?)?
  {
    guard let name = entry.value["type"]?.scalar?.text else { return nil }
    return Self.types.first { $0.name == name }
  }

  /// The value node of an entry: the entry itself, or the default of a declaration.
  private mutating func declared(_ entry: Node.Entry, _ path: SpecPath) -> Node? {
    let isDeclaration = entry.value.entry("type") != nil || entry.value.entry("default") != nil
    guard isDeclaration, let keys = entry.value.entries else { return entry.value }
    let known = ["type", "default", "min", "max", "choices", "doc"]
    for key in keys where !known.contains(key.key) && !key.key.hasPrefix("x-") {
      let match = Suggestion.nearest(to: key.key, among: known)
      complain(
        .unknownKey, "unknown key `\(key.key.shortened(to: 40))` in params.\(entry.key)", key.keySpan,
        path.appending(key.key), label: "not a key of a parameter",
        help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
        notes: ["keys of a parameter: " + known.joined(separator: ", ")])
    }
    let types = Self.types.map(\.name)
    if let type = entry.value["type"], !types.contains(type.scalar?.text ?? "") {
      let match = Suggestion.nearest(to: type.scalar?.text ?? "", among: types)
      complain(
        .unknownChoice, "`\(entry.key)` has the unknown type \(type.words)", type.span, path.appending("type"),
        label: "not a type", help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
        notes: ["types: " + types.joined(separator: ", ")])
    }
    if let choices = entry.value["choices"], choices.elements == nil {
      complain(.wrongShape, "`choices` must be a list, found \(choices.words)", choices.span, path.appending("choices"))
    }
    guard let value = entry.value["default"] else {
      complain(
        .missingKey, "parameter `\(entry.key)` has no value", entry.keySpan, path, label: "needs `default`",
        help: ["give it a `default`, or a value with `--set params.\(entry.key)=...`"])
      return nil
    }
    return value
  }

  private mutating func complain(
    _ code: Code, _ message: String, _ span: Span, _ path: SpecPath, label: String = "",
    remarks: [Diagnostic.Remark] = [], help: [String] = [], notes: [String] = []
  ) {
    diagnostics.append(
      Diagnostic(code, message, at: span, label: label, path: path, secondary: remarks, help: help, notes: notes))
  }

  private static func reader<Value>(
    _ kind: ValueKind<Value>, _ magnitude: @escaping @Sendable (Value) -> Double?
  ) -> @Sendable (Node, inout Reading) -> (Plain, Double?)? {
    { node, reading in kind.read(node, &reading).map { (kind.write($0), magnitude($0)) } }
  }
}
