/// One part of a point, complete: a top-level section, or one entry of a section of named entries.
final class ComposedPart: Sendable {
  /// The section with what of it belongs to the part; nil for a section that the point does not have, and for a part
  /// that no other point has, which is composed again where it is asked for.
  let entry: Node.Entry?
  let isPresent: Bool
  let fingerprint: Fingerprint
  /// The parameters that the part uses.
  let parameters: Set<String>
  let inherited: [Reference]
  let variables: [String]
  let diagnostics: [Diagnostic]
  /// Whether other points may have the very same one.
  let isShared: Bool

  init(
    entry: Node.Entry?, isShared: Bool, parameters: Set<String> = [], inherited: [Reference] = [],
    variables: [String] = [], diagnostics: [Diagnostic] = []
  ) {
    self.entry = entry
    self.isShared = isShared
    self.parameters = parameters
    self.inherited = inherited
    self.variables = variables
    self.diagnostics = diagnostics
    isPresent = entry != nil
    var fingerprint = Fingerprint()
    if let entry {
      fingerprint.add(entry.key.utf8)
      fingerprint.add(Fingerprint(of: entry.value))
    }
    self.fingerprint = fingerprint
  }

  private init(forgetting part: ComposedPart) {
    entry = nil
    isShared = part.isShared
    parameters = part.parameters
    inherited = part.inherited
    variables = part.variables
    diagnostics = []
    isPresent = part.isPresent
    fingerprint = part.fingerprint
  }

  /// The part without its nodes, for the many that only one point has.
  var forgetful: ComposedPart { isShared ? self : ComposedPart(forgetting: self) }
}

/// What all points of a sweep are composed with: one for all of them.
final class PointFrame: Sendable {
  let composer: SectionComposer
  init(_ composer: SectionComposer) { self.composer = composer }
}

/// Composes the parts of a spec for given values of swept paths, each state of a part once.
///
/// A part depends on the values given to paths in it and in what it inherits from and, where it holds a `${`, on those
/// given to parameters.
struct SectionComposer: Sendable {
  private struct State: Hashable {
    var part: Int
    var values: [Int]
  }

  /// What a part is made of.
  private struct Part: Sendable {
    var section: String
    /// The entry of the section; nil where the part is the whole section.
    var name: String?
    /// What the spec says: the section, or of it the entry and all that it inherits from.
    var given: Node.Entry?
    /// The entries of the section that the part is made of.
    var names: Set<String>
    var isFilled: Bool

    func depends(on path: SpecPath) -> Bool {
      guard path.steps.first == .key(section) else { return false }
      guard name != nil, path.steps.count > 1, case .key(let entry) = path.steps[1] else { return true }
      return names.contains(entry)
    }
  }

  private let parts: [Part]
  private let params: Node.Entry?
  private let env: Node.Entry?
  private let environment: [String: String]
  private let root: Node
  private var known: [State: ComposedPart] = [:]
  private var knownParameters: [[Int]: [String: Plain]] = [:]
  private var touched: [SpecPath: [Int]] = [:]
  private(set) var base: [ComposedPart] = []

  /// - Parameter swept: every path that gets values.
  init(_ document: Node, environment: [String: String], language: SchemaDescription, swept: [SpecPath]) {
    root = document
    self.environment = environment
    params = document.entry("params")
    env = document.entry("env")
    let own = (document.entries ?? []).filter { !["params", "env", "sweep", "profiles"].contains($0.key) }
    var parts: [Part] = []
    for section in own {
      let whole = Part(
        section: section.key, name: nil, given: section, names: [], isFilled: section.value.holdsInterpolation)
      parts += Self.split(section, language, swept) ?? [whole]
    }
    for path in swept {
      guard case .key(let key)? = path.steps.first, key != "params" else { continue }
      guard !own.contains(where: { $0.key == key }), !parts.contains(where: { $0.section == key }) else { continue }
      parts.append(Part(section: key, name: nil, given: nil, names: [], isFilled: false))
    }
    self.parts = parts
    base = parts.indices.map { part($0, []) }
  }

  /// The entries of a section as parts of their own; nil where they cannot be told apart.
  private static func split(_ section: Node.Entry, _ language: SchemaDescription, _ swept: [SpecPath]) -> [Part]? {
    guard let field = language.fields.first(where: { $0.name == section.key }), case .map = field.kind else {
      return nil
    }
    guard let entries = section.value.entries, entries.count > 1 else { return nil }
    let isWhole = swept.contains { $0.steps.first == .key(section.key) && $0.steps.count <= 2 }
    guard !isWhole, section.value.entry("unset") == nil else { return nil }
    var parts: [Part] = []
    for entry in entries {
      var names: [String] = [entry.key]
      var next = entry
      while let like = next.value.entry("like") {
        guard let name = like.value.scalar?.text, let sibling = section.value.entry(name), !names.contains(name),
          names.count <= Growth.Limit.chain
        else { return nil }
        names.append(name)
        next = sibling
      }
      var given = section
      given.value = section.value.with(entries.filter { names.contains($0.key) })
      parts.append(
        Part(
          section: section.key, name: entry.key, given: given, names: Set(names),
          isFilled: given.value.holdsInterpolation))
    }
    return parts
  }

  /// The parts for some values, in the order of the spec.
  mutating func parts(_ values: [SweptValue]) -> [ComposedPart] {
    var result = base
    for value in values {
      for index in touched(by: value.path) where result[index] === base[index] { result[index] = part(index, values) }
    }
    return result
  }

  /// The place of the part that a path leads into.
  func index(of path: SpecPath) -> Int? {
    let key: String? = if path.steps.count > 1, case .key(let key) = path.steps[1] { key } else { nil }
    return parts.firstIndex { part in
      path.steps.first == .key(part.section) && (part.name == nil || part.name == key)
    }
  }

  /// The part that a path leads into, for some values.
  mutating func part(at path: SpecPath, _ values: [SweptValue]) -> ComposedPart? {
    guard let index = index(of: path) else { return nil }
    let isTouched = values.contains { touched(by: $0.path).contains(index) }
    return isTouched ? part(index, values) : base[index]
  }

  /// The composed document of a point.
  func document(_ composed: [ComposedPart], _ values: [SweptValue]) -> Node {
    var sections: [Node.Entry] = []
    var open: [Node.Entry] = []
    for (index, part) in composed.enumerated() where part.isPresent {
      guard var entry = part.entry ?? self.composed(index, values).entry else { continue }
      if parts[index].name != nil {
        open += entry.value.entries ?? []
        let isLast = index + 1 == parts.count || parts[index + 1].section != parts[index].section
        guard isLast else { continue }
        entry.value = entry.value.with(open)
        open = []
      }
      sections.append(entry)
    }
    return root.with(sections)
  }

  /// The name of each part: a section, or a section and an entry.
  var names: [String] { parts.map { part in part.name.map { "\(part.section).\($0)" } ?? part.section } }

  /// The values of the parameters of a point, defaults included.
  mutating func parameters(_ values: [SweptValue]) -> [String: Plain] {
    let knobs = values.filter { $0.section == "params" }
    let numbers = knobs.compactMap(\.index)
    if numbers.count == knobs.count, let found = knownParameters[numbers] { return found }
    var interpolation = Interpolation(root.with([laid(knobs, over: params, "params"), env]), environment: environment)
    _ = interpolation.run()
    let found = Dictionary(interpolation.parameters.map { ($0.id, $0.value) }) { first, _ in first }
    if numbers.count == knobs.count { knownParameters[numbers] = found }
    return found
  }

  private mutating func touched(by path: SpecPath) -> [Int] {
    if let found = touched[path] { return found }
    let isKnob = path.steps.first == .key("params")
    let found = parts.indices.filter { isKnob ? parts[$0].isFilled : parts[$0].depends(on: path) }
    touched[path] = found
    return found
  }

  private func inputs(_ index: Int, _ values: [SweptValue]) -> (own: [SweptValue], knobs: [SweptValue], isFilled: Bool)
  {
    let own = values.filter { parts[index].depends(on: $0.path) }
    let isFilled = parts[index].isFilled || own.contains { $0.holdsInterpolation }
    return (own, isFilled ? values.filter { $0.section == "params" } : [], isFilled)
  }

  private mutating func part(_ index: Int, _ values: [SweptValue]) -> ComposedPart {
    let (own, knobs, _) = inputs(index, values)
    let numbers = (own + knobs).compactMap(\.index)
    guard numbers.count == own.count + knobs.count else { return composed(index, values) }
    let state = State(part: index, values: numbers)
    if let found = known[state] { return found }
    let part = composed(index, values)
    known[state] = part
    return part
  }

  func composed(_ index: Int, _ values: [SweptValue]) -> ComposedPart {
    let (own, knobs, isFilled) = inputs(index, values)
    let isShared = (own + knobs).allSatisfy { $0.index != nil }
    guard let entry = laid(own, over: parts[index].given, parts[index].section) else {
      return ComposedPart(entry: nil, isShared: isShared)
    }
    var merge = Merge()
    var document = root.with([entry])
    merge.inherit(&document)
    var parameters: Set<String> = []
    var variables: [String] = []
    var diagnostics = merge.diagnostics
    if isFilled {
      let params = laid(knobs, over: params, "params")
      let only = alone(document, index)
      var interpolation = Interpolation(root.with([params, env, only]), environment: environment)
      document = interpolation.run()
      parameters = interpolation.usedParameters
      variables = interpolation.usedVariables
      diagnostics += interpolation.diagnostics.filter { $0.code != .unused }
    }
    return ComposedPart(
      entry: alone(document, index), isShared: isShared, parameters: parameters, inherited: merge.inherited,
      variables: variables, diagnostics: diagnostics)
  }

  /// Of a section with all that an entry inherits from, the entry alone.
  private func alone(_ document: Node, _ index: Int) -> Node.Entry? {
    guard var entry = document.entry(parts[index].section) else { return nil }
    guard let name = parts[index].name else { return entry }
    entry.value = entry.value.with([entry.value.entry(name)])
    return entry
  }

  /// A section with the values of the point laid over it.
  private func laid(_ values: [SweptValue], over section: Node.Entry?, _ key: String) -> Node.Entry? {
    guard let first = values.first else { return section }
    let overlay = Self.overlay(values.map { ($0.path.steps[...], $0) }, span: first.span)
    var merge = Merge()
    return merge.lay(overlay, over: root.with([section])).entry(key)
  }

  /// The nested mapping that gives each path its value.
  private static func overlay(_ values: [(steps: ArraySlice<SpecPath.Step>, value: SweptValue)], span: Span) -> Node {
    var entries: [Node.Entry] = []
    var rest = values[...]
    while let next = rest.first, let step = next.steps.first {
      let same = rest.filter { $0.steps.first == step }
      rest = rest.filter { $0.steps.first != step }
      guard case .key(let key) = step else { continue }
      let ends = same.first { $0.steps.count == 1 }
      let below = same.filter { $0.steps.count > 1 }.map { ($0.steps.dropFirst(), $0.value) }
      let value = ends?.value.node ?? overlay(below, span: next.value.span)
      entries.append(Node.Entry(key: key, keySpan: next.value.span, value: value))
    }
    return Node(.mapping(entries), span: span, layer: .sweep)
  }
}

extension Node {
  /// A mapping at the place of this one with other entries.
  func with(_ entries: [Entry?]) -> Node {
    var node = self
    node.content = .mapping(entries.compactMap { $0 })
    return node
  }

  /// Whether a `$` stands anywhere in it.
  var holdsInterpolation: Bool {
    switch content {
    case .scalar(let scalar): scalar.text.utf8.contains(UInt8(ascii: "$"))
    case .sequence(let nodes): nodes.contains(where: \.holdsInterpolation)
    case .mapping(let entries): entries.contains { $0.value.holdsInterpolation }
    }
  }
}
