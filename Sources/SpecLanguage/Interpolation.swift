/// Replaces `${...}` in every scalar of a document; `$${` is the literal text `${`.
///
/// A scalar that is exactly `${params.x}` becomes the parameter's own node, lists and mappings included; one that is
/// exactly another expression gets its value and keeps its type; anything else becomes text.
struct Interpolation {
  private var document: Node
  private let environment: [String: String]
  private var declared: Parameters
  private var declaredVariables: [String: Span] = [:]
  private var values: [String: Node] = [:]
  private var weights: [String: Int] = [:]
  /// The names that stand under `params`, well declared or not.
  private let given: Set<String>
  private var open: [String] = []
  private(set) var usedParameters: Set<String> = []
  private(set) var usedVariables: [String] = []
  /// Nodes and text bytes that parameters may still add: a few lines cannot grow without end.
  private var budget = Growth.Limit.filled
  private(set) var diagnostics: [Diagnostic] = []

  init(_ document: Node, environment: [String: String]) {
    self.document = document
    self.environment = environment
    declared = Parameters(document)
    given = Set(document["params"]?.entries?.map(\.key) ?? [])
    readVariables()
  }

  /// The values of the parameters, in file order; complete after `run`.
  var parameters: [Named<Plain>] {
    declared.names.compactMap { name in values[name].map { Named(id: name, value: Plain($0)) } }
  }

  /// The document with everything filled in.
  mutating func run() -> Node {
    readParameters()
    return fill(document)
  }

  /// Gives the parameters their values.
  mutating func readParameters() {
    for name in declared.names {
      guard let value = value(ofParameter: name), !value.isBroken else { continue }
      if !declared.check(name, value) { values[name]?.isBroken = true }
    }
  }

  /// Any document with the same `params` and `env`, filled in with the values that the parameters have been given.
  mutating func fill(_ document: Node) -> Node {
    self.document = document
    var result = document
    let entries = (document.entries ?? []).map { entry in
      var entry = entry
      if !["params", "env", "profiles"].contains(entry.key), !entry.key.hasPrefix("x-") {
        entry.value = interpolated(entry.value)
      }
      return entry
    }
    result.content = .mapping(entries)
    diagnostics += declared.diagnostics
    return result
  }

  private mutating func readVariables() {
    guard let section = document["env"] else { return }
    guard let nodes = section.elements else {
      complain(.wrongShape, "`env` must be a list of names, found \(section.words)", section.span)
      return
    }
    for node in nodes {
      guard let name = node.scalar?.text, Self.isVariableName(name) else {
        complain(.badName, "\(node.words) is not the name of an environment variable", node.span)
        continue
      }
      declaredVariables[name] = node.span
    }
  }

  /// The parameter that fills in most.
  var heaviest: (name: String, weight: Int)? {
    let all = declared.names.compactMap { name in values[name].map { (name: name, weight: $0.weight) } }
    return all.max { $0.weight < $1.weight }
  }

  /// The value of a parameter with its own interpolations done; nil for a circle, with the complaint made.
  private mutating func value(ofParameter name: String) -> Node? {
    if let value = values[name] { return value }
    guard let parameter = declared.all[name] else { return nil }
    guard !open.contains(name) else {
      complain(
        .badParameter, "parameter `\(name)` is made of itself", parameter.value.span, label: "closes the circle")
      return nil
    }
    open.append(name)
    let value = interpolated(parameter.value)
    open.removeLast()
    values[name] = value
    return value
  }

  private mutating func interpolated(_ node: Node) -> Node {
    var result = node
    switch node.content {
    case .sequence(let nodes): result.content = .sequence(nodes.map { interpolated($0) })
    case .mapping(let entries):
      result.content = .mapping(
        entries.map { Node.Entry(key: $0.key, keySpan: $0.keySpan, value: interpolated($0.value)) })
    case .scalar(let scalar):
      guard scalar.text.utf8.contains(UInt8(ascii: "$")) else { return node }
      do throws(Diagnostic) {
        return try interpolated(scalar, node)
      } catch {
        diagnostics.append(error)
        result.isBroken = true
      }
    }
    return result
  }

  private mutating func interpolated(_ scalar: Scalar, _ node: Node) throws(Diagnostic) -> Node {
    let pieces = try InterpolatedText.pieces(of: scalar.text, node.span)
    if pieces.count == 1, case .expression(let text, let span) = pieces[0] { return try whole(text, span, node) }
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let part): text += part
      case .expression(let source, let span):
        let expression = try Expression.parse(source, span)
        if isBroken(expression) { return broken(node) }
        let value = try evaluate(expression)
        switch value {
        case .string(let part):
          try spend(part.utf8.count, node.span)
          text += part
        case .int, .float, .bool: text += value.flow
        case .null, .list, .map:
          throw Diagnostic(
            .badInterpolation, "`${\(source.shortened(to: 40))}` is \(value.typeWords), which cannot stand inside text",
            at: node.span, label: "in this text")
        }
      }
    }
    var result = node
    var filled = scalar
    filled.text = text
    result.content = .scalar(filled)
    return result
  }

  /// A scalar that is exactly one `${...}`.
  private mutating func whole(_ source: String, _ span: Span, _ node: Node) throws(Diagnostic) -> Node {
    let expression = try Expression.parse(source, span)
    if isBroken(expression) { return broken(node) }
    if case .name(let name) = expression.root.content, name.hasPrefix("params.") {
      let id = String(name.dropFirst("params.".count))
      try use(id, expression.root.span)
      guard var value = value(ofParameter: id) else { return broken(node) }
      try spend(weight(of: id, value), node.span)
      value.source = Node.Source(words: "`\(name)` is given here", span: value.span)
      value.span = node.span
      value.layer = node.layer
      return value
    }
    let value = try evaluate(expression)
    let words = "`${\(source.shortened(to: 60))}` is \(value.flow.shortened(to: 60))"
    return Self.node(value, node, Node.Source(words: words, span: nil))
  }

  /// Whether an expression uses a parameter that has been complained about.
  private mutating func isBroken(_ expression: Expression) -> Bool {
    var isBroken = false
    for name in expression.names where name.hasPrefix("params.") {
      let id = String(name.dropFirst("params.".count))
      guard given.contains(id) else {
        if document.isPartial { isBroken = true }
        continue
      }
      usedParameters.insert(id)
      if value(ofParameter: id)?.isBroken ?? true { isBroken = true }
    }
    return isBroken
  }

  private func broken(_ node: Node) -> Node {
    var node = node
    node.isBroken = true
    return node
  }

  private mutating func evaluate(_ expression: Expression) throws(Diagnostic) -> Plain {
    var known: [String: Plain] = [:]
    for name in expression.names {
      guard name.hasPrefix("params.") else {
        let help =
          given.contains(name)
          ? "did you mean `params.\(name)`?" : "parameters are written `params.name`, variables `env:NAME`"
        throw Diagnostic(
          .unknownName, "`\(name.shortened(to: 40))` is not known here",
          at: expression.place(of: name) ?? expression.span, label: "in this interpolation", help: [help])
      }
      let id = String(name.dropFirst("params.".count))
      try use(id, expression.span)
      if let value = value(ofParameter: id) {
        try spend(weight(of: id, value), expression.span)
        known[name] = Plain(value)
      }
    }
    for name in expression.variables {
      guard declaredVariables[name] != nil else {
        let match = Suggestion.nearest(to: name, among: declaredVariables.keys.sorted())
        throw Diagnostic(
          .badVariable, "the environment variable `\(name.shortened(to: 40))` is not listed under `env`",
          at: expression.span, label: "in this interpolation",
          help: match.map { ["did you mean `\($0.word)`?"] } ?? ["add `env: [\(name)]` at the top level"])
      }
      if !usedVariables.contains(name) { usedVariables.append(name) }
      if let value = environment[name] { known["env:\(name)"] = .string(value) }
    }
    do throws(Diagnostic) {
      return try expression.evaluate { known[$0] }
    } catch {
      var problem = error
      if problem.code == .noExpressionValue { problem.notes += expression.trace { known[$0] } }
      throw problem
    }
  }

  private mutating func weight(of id: String, _ value: Node) -> Int {
    if let weight = weights[id] { return weight }
    let weight = value.weight
    weights[id] = weight
    return weight
  }

  private mutating func spend(_ weight: Int, _ span: Span) throws(Diagnostic) {
    budget -= weight
    guard budget >= 0 else {
      throw Diagnostic(
        .tooMuchGrowth, "`${}` makes the spec larger than 256 KiB", at: span, label: "grows past the limit here")
    }
  }

  private mutating func use(_ id: String, _ span: Span) throws(Diagnostic) {
    usedParameters.insert(id)
    guard declared.all[id] == nil else { return }
    // A parameter whose declaration failed has its complaint already.
    if given.contains(id) { return }
    let match = Suggestion.nearest(to: id, among: declared.names)
    throw Diagnostic(
      .unknownName, "there is no parameter `\(id.shortened(to: 40))`", at: span, label: "not under `params`",
      help: match.map { ["did you mean `params.\($0.word)`?"] } ?? [],
      notes: declared.names.isEmpty ? ["the spec declares no parameters"] : ["parameters: " + declared.names.listed])
  }

  /// A value as a node at the place of another one.
  private static func node(_ value: Plain, _ place: Node, _ source: Node.Source) -> Node {
    var node = place
    node.source = source
    switch value {
    case .list(let values): node.content = .sequence(values.map { Self.node($0, place, source) })
    case .map(let map):
      node.content = .mapping(
        map.entries.map { .init(key: $0.key, keySpan: place.span, value: Self.node($0.value, place, source)) })
    case .string(let text):
      // Unquoted, so that the type of the key reads it; empty text must not turn into nothing.
      node.content = .scalar(Scalar(text, style: text.isEmpty ? .double : .plain))
    case .null, .bool, .int, .float: node.content = .scalar(Scalar(value.flow))
    }
    return node
  }

  private static func isVariableName(_ name: String) -> Bool {
    Name.isValid(name) || (name.hasPrefix("_") && Name.isValid("a" + name))
  }

  private mutating func complain(_ code: Code, _ message: String, _ span: Span, label: String = "") {
    diagnostics.append(Diagnostic(code, message, at: span, label: label))
  }
}

extension Node {
  /// Text bytes plus nodes.
  fileprivate var weight: Int {
    switch content {
    case .scalar(let scalar): 1 + scalar.text.utf8.count
    case .sequence(let nodes): nodes.reduce(1) { $0 + $1.weight }
    case .mapping(let entries): entries.reduce(1) { $0 + $1.value.weight + $1.key.utf8.count }
    }
  }
}
