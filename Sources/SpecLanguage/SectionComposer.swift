/// Composes the parts of a spec for given values of swept paths, each state of a part once.
///
/// A part depends on the values given to paths in it and in what it inherits from and, where it holds a `${`, on those
/// given to parameters.
struct SectionComposer: Sendable {
  /// A part of a point: what it was composed as, and the fingerprint that it has there.
  struct State: Hashable, Sendable {
    /// Its number among all that have been composed.
    var made: Int32
    /// Nil where the point does not have the part, and for a part that is the same at all points.
    var fingerprint: Fingerprint?
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
  /// The parameters with the values that they have without the sweep.
  private let constants: Interpolation
  /// What the language says about the section of each part.
  private let sections: [LanguagePlace?]
  /// The name of each part: a section, or a section and an entry.
  let names: [String]
  /// What values stand for.
  var table: SweptTable
  /// The parts that a swept path can change.
  let moving: [Int]
  /// The place of each part among the moving ones.
  let place: [Int?]
  /// Whether a part depends by itself on a swept path, for every path one after the other.
  private let owns: [[Bool]]
  /// The parts as they are without any value.
  private var base: [State] = []
  /// Every part that has been composed; nil stands for parts that each point composes for itself, because parameters
  /// that are drawn can make anything of them.
  private(set) var made: [ComposedPart?] = []
  /// By part, then by the codes of the values that it depends on.
  private var known: [[Int32]: Int32] = [:]
  private var knownParameters: [[Int32]: [String: Plain]] = [:]
  /// The parts that the latest point had to compose for itself.
  private(set) var alone: [ComposedPart] = []

  /// - Parameter swept: every path that gets values.
  init(_ document: Node, environment: [String: String], language: SchemaDescription, swept: [SpecPath]) {
    root = document
    self.environment = environment
    params = document.entry("params")
    env = document.entry("env")
    var constants = Interpolation(document.with([params, env]), environment: environment)
    constants.readParameters()
    self.constants = constants
    let own = (document.entries ?? []).filter { entry in
      !["params", "env", "sweep", "profiles"].contains(entry.key) && !entry.key.hasPrefix("x-")
    }
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
    sections = parts.map { part in
      try? language.place(of: SpecPath([.key(part.section)]), in: nil, needsEntries: false)
    }
    let table = SweptTable(swept)
    owns = parts.map { part in swept.map { part.depends(on: $0) } }
    let moving = parts.indices.filter { index in
      swept.contains { parts[index].depends(on: $0) } || (parts[index].isFilled && table.paths.contains { $0.isKnob })
    }
    self.moving = moving
    self.table = table
    place = parts.indices.map(moving.firstIndex)
    names = parts.map { part in part.name.map { "\(part.section).\($0)" } ?? part.section }
    base = parts.indices.map { state($0, []) }
  }

  /// The entries of a section as parts of their own; nil where they cannot be told apart.
  private static func split(_ section: Node.Entry, _ language: SchemaDescription, _ swept: [SpecPath]) -> [Part]? {
    guard let field = language.fields.first(where: { $0.name == section.key }), case .map = field.kind else {
      return nil
    }
    guard let entries = section.value.entries, entries.count > 1 else { return nil }
    let isWhole = swept.contains { $0.steps.first == .key(section.key) && $0.steps.count <= 2 }
    guard !isWhole, section.value.entry("unset") == nil else { return nil }
    let places = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
    var parts: [Part] = []
    for (place, entry) in entries.enumerated() {
      var names: [String] = [entry.key]
      var line = [place]
      while let last = line.last, let like = entries[last].value.entry("like") {
        guard let name = like.value.scalar?.text, let sibling = places[name], !names.contains(name),
          names.count <= Growth.Limit.chain
        else { return nil }
        names.append(name)
        line.append(sibling)
      }
      var given = section
      given.value = section.value.with(line.sorted().map { entries[$0] })
      parts.append(
        Part(
          section: section.key, name: entry.key, given: given, names: Set(names),
          isFilled: given.value.holdsInterpolation))
    }
    return parts
  }

  /// The place of the part that a path leads into.
  func index(of path: SpecPath) -> Int? {
    let key: String? = if path.steps.count > 1, case .key(let key) = path.steps[1] { key } else { nil }
    return parts.firstIndex { part in
      path.steps.first == .key(part.section) && (part.name == nil || part.name == key)
    }
  }

  /// A part without any value of the sweep.
  func base(_ part: Int) -> State { base[part] }

  /// The moving parts at a point, in their order.
  mutating func compose(_ values: [SweptValue], into states: inout [State]) {
    states.removeAll(keepingCapacity: true)
    alone.removeAll(keepingCapacity: true)
    for part in moving {
      states.append(values.contains { isTouched(part, by: $0) } ? state(part, values) : base[part])
    }
  }

  /// The part that a path leads into, for some values.
  mutating func part(at path: SpecPath, _ values: [SweptValue]) -> ComposedPart? {
    guard let part = index(of: path) else { return nil }
    let state = state(part, values)
    return composed(part, state, values)
  }

  /// A part of a point whole: what it was composed as, or composed again.
  func composed(_ part: Int, _ state: State, _ values: [SweptValue]) -> ComposedPart {
    made[Int(state.made)] ?? composed(part, values)
  }

  /// The fingerprint of a part; nil where the point does not have it. Of what is the same at all points it is made when
  /// it is asked for, which a check never does.
  func fingerprint(_ part: Int, _ state: State) -> Fingerprint? {
    place[part] == nil ? made[Int(state.made)]?.fixedFingerprint(sections[part]) : state.fingerprint
  }

  /// The values of the parameters of a point, defaults included.
  mutating func parameters(_ values: [SweptValue]) -> [String: Plain] {
    let knobs = values.filter(isKnob)
    let codes = knobs.map(\.code)
    if let found = knownParameters[codes] { return found }
    var interpolation = Interpolation(
      root.with([laid(knobs, over: params, "params", withHoles: false), env]), environment: environment)
    _ = interpolation.run()
    let found = Dictionary(interpolation.parameters.map { ($0.id, $0.value) }) { first, _ in first }
    if codes.allSatisfy({ $0 >= 0 }) { knownParameters[codes] = found }
    return found
  }

  /// Whether what a part is composed as can depend on the values of a path.
  func depends(_ part: Int, onPath path: Int) -> Bool { owns[part][path] || table.paths[path].isKnob }

  // MARK: States

  private func isKnob(_ value: SweptValue) -> Bool { table.paths[table.path(of: value)].isKnob }

  private func isOwn(_ part: Int, _ value: SweptValue) -> Bool { owns[part][table.path(of: value)] }

  private func isTouched(_ part: Int, by value: SweptValue) -> Bool {
    isOwn(part, value) || (parts[part].isFilled && isKnob(value))
  }

  private func isFilled(_ part: Int, _ values: [SweptValue]) -> Bool {
    parts[part].isFilled || values.contains { isOwn(part, $0) && table.holdsInterpolation($0) }
  }

  private mutating func state(_ part: Int, _ values: [SweptValue]) -> State {
    let isFilled = isFilled(part, values)
    var key: [Int32] = [Int32(part)]
    for value in values where isOwn(part, value) || (isFilled && isKnob(value)) { key.append(value.code) }
    let number: Int32
    if let found = known[key] {
      number = found
    } else {
      made.append(isAlone(part, values) ? nil : composed(part, values))
      number = Int32(made.count - 1)
      known[key] = number
    }
    if let part = made[Int(number)] { return State(made: number, fingerprint: part.fingerprint(at: values)) }
    let own = composed(part, values)
    alone.append(own)
    return State(made: number, fingerprint: own.fingerprint(at: values))
  }

  /// Whether a drawn number decides more of the part than what stands at its path.
  private func isAlone(_ part: Int, _ values: [SweptValue]) -> Bool {
    let isFilled = isFilled(part, values)
    return values.contains { value in
      isOwn(part, value) ? isStructural(value) : isFilled && isKnob(value) && value.code < 0
    }
  }

  /// Whether a drawn number decides how mappings merge, so that no hole can stand for it.
  private func isStructural(_ value: SweptValue) -> Bool {
    value.code < 0 && ["kind", "like", "unset"].contains(table.paths[table.path(of: value)].path.lastKey)
  }

  // MARK: Composition

  private func composed(_ index: Int, _ values: [SweptValue]) -> ComposedPart {
    let isFilled = isFilled(index, values)
    let own = values.filter { isOwn(index, $0) }
    let knobs = isFilled ? values.filter(isKnob) : []
    let isHollow = !own.contains(where: isStructural)
    let sources = isHollow ? own.filter { $0.code < 0 }.map { -1 - $0.code } : []
    guard let entry = laid(own, over: parts[index].given, parts[index].section, withHoles: isHollow) else {
      return ComposedPart(entry: nil)
    }
    var merge = Merge()
    var document = root.with([entry])
    merge.inherit(&document)
    var parameters: Set<String> = []
    var variables: [String] = []
    var diagnostics = merge.diagnostics
    if isFilled {
      let params = laid(knobs, over: params, "params", withHoles: false)
      var interpolation = constants
      if !knobs.isEmpty {
        interpolation = Interpolation(root.with([params, env]), environment: environment)
        interpolation.readParameters()
      }
      document = interpolation.fill(root.with([params, env, alone(document, index)]))
      parameters = interpolation.usedParameters
      variables = interpolation.usedVariables
      diagnostics += interpolation.diagnostics
    }
    let part = alone(document, index)
    let alike = place[index] == nil ? nil : part?.value.spelledAlike(sections[index])
    return ComposedPart(
      entry: part, alike: alike, sources: sources, parameters: parameters,
      inherited: merge.inherited, variables: variables, diagnostics: diagnostics)
  }

  /// Of a section with all that an entry inherits from, the entry alone.
  private func alone(_ document: Node, _ index: Int) -> Node.Entry? {
    guard var entry = document.entry(parts[index].section) else { return nil }
    guard let name = parts[index].name else { return entry }
    entry.value = entry.value.with([entry.value.entry(name)])
    return entry
  }

  /// A section with the values of the point laid over it.
  private func laid(
    _ values: [SweptValue], over section: Node.Entry?, _ key: String, withHoles: Bool
  ) -> Node.Entry? {
    guard let first = values.first else { return section }
    let laid = values.map { value in
      var node = table.node(value)
      if withHoles, value.code < 0 { node.content = .scalar(DrawnPlaces.hole(-1 - value.code)) }
      let path = table.paths[table.path(of: value)].path
      return Laid(steps: path.steps[...], span: table.span(of: value), node: node)
    }
    let overlay = Self.overlay(laid, span: table.span(of: first))
    var merge = Merge()
    return merge.lay(overlay, over: root.with([section])).entry(key)
  }

  /// A node to be laid at a path.
  private struct Laid {
    var steps: ArraySlice<SpecPath.Step>
    var span: Span
    var node: Node
  }

  /// The nested mapping that gives each path its value.
  private static func overlay(_ values: [Laid], span: Span) -> Node {
    var entries: [Node.Entry] = []
    var rest = values[...]
    while let next = rest.first, let step = next.steps.first {
      let same = rest.filter { $0.steps.first == step }
      rest = rest.filter { $0.steps.first != step }
      guard case .key(let key) = step else { continue }
      let ends = same.first { $0.steps.count == 1 }
      let below = same.filter { $0.steps.count > 1 }.map { laid in
        Laid(steps: laid.steps.dropFirst(), span: laid.span, node: laid.node)
      }
      let value = ends?.node ?? overlay(below, span: next.span)
      entries.append(Node.Entry(key: key, keySpan: next.span, value: value))
    }
    return Node(.mapping(entries), span: span, layer: .sweep)
  }
}

extension SectionComposer {
  /// The composed document of a point.
  func document(_ states: [State], _ values: [SweptValue]) -> Node {
    var sections: [Node.Entry] = []
    var open: [Node.Entry] = []
    for index in parts.indices {
      let state = place[index].map { states[$0] } ?? base[index]
      guard var entry = entry(index, state, values) else { continue }
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

  /// A part of a point.
  func entry(_ part: Int, _ state: State, _ values: [SweptValue]) -> Node.Entry? {
    composed(part, state, values).entry(values, table)
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
