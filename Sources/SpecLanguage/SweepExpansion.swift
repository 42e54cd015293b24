extension Sweep {
  /// The complete specs that a spec stands for: axes x zip, `when`, `exclude`, x draws, `include`, then whole specs,
  /// from which duplicates are dropped by content, then the limit. A spec without a sweep is one point.
  package static func expand(_ layers: Composition.Layers, language: SchemaDescription) -> Expansion {
    guard let document = layers.document else { return Expansion(diagnostics: layers.diagnostics) }
    var expander = SweepExpander(document, environment: layers.environment, language: language)
    var expansion = expander.expand()
    expansion.diagnostics = (layers.diagnostics + expansion.diagnostics).sortedByPlace
    return expansion
  }
}

/// Makes the points of one sweep.
struct SweepExpander {
  /// More combinations than this are refused before they are made, whatever the limit.
  static let combinationLimit = 1_000_000

  /// Values so far and the distributions that are still to be drawn from.
  struct Candidate {
    var values: [SweptValue] = []
    var drawn: [Int32] = []
  }

  let document: Node
  let environment: [String: String]
  let language: SchemaDescription
  var composer: SectionComposer
  private(set) var diagnostics: [Diagnostic] = []
  private var errorCount = 0
  private var columns = SweepPoints.Columns()
  private var contents: Set<Fingerprint> = []
  /// Which of the composed parts have been looked at.
  private var checked: [Bool] = []
  /// Swept parameters that each of the composed parts uses, by the number of their path.
  private var uses: [[Int]] = []
  /// Swept parameters that some part uses at all points.
  private var fixedUses: Set<Int> = []
  private var deadPaths: Set<Int> = []
  /// The swept paths that have no effect, which has been told.
  var idlePaths: [SpecPath] { deadPaths.sorted().map { composer.table.paths[$0].path } }
  var usedParameters: Set<String> = []
  var usedVariables: Set<String> = []
  /// Parameters that decide which axes exist.
  private var decisive: Set<Int> = []
  /// How often each `when` held and each `exclude` matched.
  var holds: [Int] = []
  var matches: [Int] = []

  init(_ document: Node, environment: [String: String], language: SchemaDescription) {
    self.document = document
    self.environment = environment
    self.language = language
    composer = SectionComposer(document, environment: environment, language: language, swept: [])
  }

  mutating func expand() -> Expansion {
    checkParameters()
    guard let entry = document.entry("sweep") else {
      checkFixed()
      collect([], isIncluded: false)
      return finish(nil)
    }
    var reader = SweepReader(document, environment: environment, language: language)
    let sweep = reader.read(entry)
    diagnostics += reader.diagnostics
    usedParameters.formUnion(reader.usedParameters)
    usedVariables.formUnion(reader.usedVariables)
    guard let sweep, !diagnostics.hasErrors else {
      checkFixed()
      collect([], isIncluded: false)
      return finish(sweep)
    }
    composer = SectionComposer(document, environment: environment, language: language, swept: Self.paths(sweep))
    decisive = Set(sweep.when.flatMap(\.test.names).compactMap { composer.table.index(of: SpecPath($0)) })
    var candidates = combinations(sweep, entry)
    if !diagnostics.hasErrors { exclude(&candidates, sweep) }
    checkEmpty(candidates, sweep, entry)
    if !diagnostics.hasErrors { warnIdle(sweep) }
    checkFixed()
    let included = sweep.include.map { values in
      values.map { composer.table.add($0.node, to: index(of: $0.path), span: $0.span) }
    }
    draw(candidates, sweep, entry)
    for values in included where !isGivenUp { collect(values, isIncluded: true) }
    checkLimit(columns.count, sweep, entry)
    return finish(sweep)
  }

  private mutating func finish(_ sweep: Sweep?) -> Expansion {
    warnUnused()
    return Expansion(columns, composer, sweep: sweep, diagnostics: diagnostics)
  }

  // MARK: Combinations

  /// Axes x zip, with the axes of every `when` that holds.
  private mutating func combinations(_ sweep: Sweep, _ entry: Node.Entry) -> [Candidate] {
    let drawn = sources(sweep.axes)
    let axes = sweep.axes.filter { !$0.values.isDrawn }
    let zipped = sweep.zip.filter { !$0.isEmpty }
    let moved = axes.map { [$0] } + zipped
    var count = 1
    for together in moved {
      let (product, overflow) = count.multipliedReportingOverflow(by: together.first?.values.count ?? 0)
      count = overflow ? Int.max : product
    }
    guard count <= Self.combinationLimit else { return tooMany(count, entry) }
    guard !isBeyondLimit(moved, sweep) else { return beyondLimit(count, sweep, entry) }
    let dimensions = moved.map { rows($0.map { column($0) }) }
    var candidates = Self.product([Candidate(drawn: drawn)], dimensions)
    holds = Array(repeating: 0, count: sweep.when.count)
    for (index, condition) in sweep.when.enumerated() {
      let listed = condition.axes.filter { !$0.values.isDrawn }.map { rows([column($0)]) }
      let more = sources(condition.axes)
      var judgement = Judgement(condition.test.names.map { SpecPath($0) }, composer)
      var next: [Candidate] = []
      next.reserveCapacity(candidates.count)
      for candidate in candidates {
        guard judge(&judgement, candidate, { $0.isTrue(condition.test, candidate) }) else {
          next.append(candidate)
          continue
        }
        holds[index] += 1
        if let axis = condition.axes.first(where: { has($0.path, candidate) }) { complainTwice(axis, candidate) }
        var grown = candidate
        grown.drawn += more
        next += Self.product([grown], listed)
        guard next.count <= Self.combinationLimit else { return tooMany(next.count, entry) }
      }
      candidates = next
      if isGivenUp { break }
    }
    return candidates
  }

  private static func product(_ start: [Candidate], _ dimensions: [[[SweptValue]]]) -> [Candidate] {
    dimensions.reduce(start) { candidates, rows in
      candidates.flatMap { candidate in
        rows.map { row in Candidate(values: candidate.values + row, drawn: candidate.drawn) }
      }
    }
  }

  /// The rows of columns that move together.
  private func rows(_ columns: [[SweptValue]]) -> [[SweptValue]] {
    guard let first = columns.first else { return [] }
    return first.indices.map { row in columns.map { $0[row] } }
  }

  /// The enumerated values of an axis.
  private mutating func column(_ axis: Sweep.Axis) -> [SweptValue] {
    let path = index(of: axis.path)
    return nodes(axis).map { composer.table.add($0, to: path, span: axis.span) }
  }

  /// The distributions among some axes.
  private mutating func sources(_ axes: [Sweep.Axis]) -> [Int32] {
    var sources: [Int32] = []
    for axis in axes {
      guard case .drawn(let distribution) = axis.values.form else { continue }
      sources.append(
        composer.table.add(distribution, to: index(of: axis.path), span: axis.span, place: axis.values.span))
    }
    return sources
  }

  private func index(of path: SpecPath) -> Int {
    guard let index = composer.table.index(of: path) else {
      preconditionFailure("\(path) is not among the swept paths")
    }
    return index
  }

  /// - Parameter most: how many are needed of values that have yet to be made.
  func nodes(_ axis: Sweep.Axis, atMost most: Int = .max) -> [Node] {
    switch axis.values.form {
    case .listed(let nodes): return nodes
    case .computed(let count, let node): return (0..<min(count, most)).map(node)
    case .drawn: return []
    case .seeds(let count):
      return Self.seeds(count, study: studySeed, path: axis.path).map { seed in
        let source = Node.Source(words: "`seeds` gives \(seed), derived from `study.seed`", span: nil)
        return Node(.scalar(Scalar(String(seed))), span: axis.values.span, layer: .sweep, source: source)
      }
    }
  }

  private func has(_ path: SpecPath, _ candidate: Candidate) -> Bool {
    let table = composer.table
    return candidate.values.contains { table.paths[table.path(of: $0)].path.overlaps(path) }
      || candidate.drawn.contains { table.paths[table.sources[Int($0)].path].path.overlaps(path) }
  }

  mutating func complain(_ diagnostic: Diagnostic) {
    guard diagnostic.isError ? !isGivenUp : diagnostics.count < Diagnostic.limit else { return }
    if diagnostic.isError { errorCount += 1 }
    diagnostics.append(diagnostic)
  }

  /// Whether there have been so many complaints that no more points are looked at.
  var isGivenUp: Bool { errorCount >= Diagnostic.limit }

  // MARK: Points

  /// Takes a point up unless there is one with its content.
  mutating func collect(_ values: [SweptValue], isIncluded: Bool) {
    composer.compose(values, into: &states)
    check(values)
    var content = Fingerprint()
    for state in states { content.add(state.fingerprint ?? Fingerprint()) }
    guard contents.insert(content).inserted else {
      if isIncluded, let first = values.first {
        complain(
          Diagnostic(
            .includedAlready, "the sweep has this point already", at: composer.table.span(of: first),
            label: "adds nothing", path: SpecPath("sweep")))
      }
      return
    }
    columns.append(values, states, name: composer.table.name(values))
  }

  /// The moving parts of the point that is looked at.
  private var states: [SectionComposer.State] = []

  /// Complains about the parts that no point changes, and remembers what they use.
  ///
  /// What the sweep replaces at every point has been used by its author all the same.
  private mutating func checkFixed() {
    for part in composer.names.indices {
      let base = composer.composed(part, composer.base(part), [])
      usedParameters.formUnion(base.parameters)
      usedVariables.formUnion(base.variables)
      guard composer.place[part] == nil else { continue }
      fixedUses.formUnion(uses(of: base))
      base.diagnostics.forEach { complain($0) }
    }
  }

  /// Complains once about each section and each path of a point that is not right.
  private mutating func check(_ values: [SweptValue]) {
    var isNew = false
    for state in states where !isChecked(state) {
      isNew = true
      if let part = composer.made[Int(state.made)] { check(part, values) }
    }
    for part in composer.alone { check(part, values) }
    for value in values {
      let path = composer.table.path(of: value)
      guard composer.table.paths[path].isKnob, !deadPaths.contains(path), !isUsed(path) else { continue }
      reportUnused(path, value, values)
    }
    guard isNew else { return }
    for value in values {
      let path = composer.table.path(of: value)
      if !composer.table.paths[path].isKnob, !deadPaths.contains(path) { checkEffect(path, value, values) }
    }
  }

  /// Whether what a part was composed as has been looked at before.
  private mutating func isChecked(_ state: SectionComposer.State) -> Bool {
    let made = Int(state.made)
    while checked.count < composer.made.count {
      uses.append(composer.made[checked.count].map(uses) ?? [])
      checked.append(false)
    }
    defer { checked[made] = true }
    return checked[made]
  }

  private mutating func check(_ part: ComposedPart, _ values: [SweptValue]) {
    usedParameters.formUnion(part.parameters)
    usedVariables.formUnion(part.variables)
    for diagnostic in part.diagnostics {
      var diagnostic = diagnostic
      if !values.isEmpty { diagnostic.notes.append("at the point \(composer.table.words(values))") }
      complain(diagnostic)
    }
  }

  /// The swept parameters that a part uses.
  private func uses(of part: ComposedPart) -> [Int] {
    composer.table.paths.indices.filter { index in
      let path = composer.table.paths[index]
      return path.isKnob && part.parameters.contains(path.path.lastKey ?? "")
    }
  }

  private func isUsed(_ knob: Int) -> Bool {
    decisive.contains(knob) || fixedUses.contains(knob) || states.contains { uses[Int($0.made)].contains(knob) }
      || composer.alone.contains { uses(of: $0).contains(knob) }
  }

  private mutating func reportUnused(_ path: Int, _ value: SweptValue, _ values: [SweptValue]) {
    deadPaths.insert(path)
    let words = composer.table.paths[path].text
    complain(
      Diagnostic(
        .sweptWithoutEffect, "`\(words)` has no effect: nothing uses `${\(words)}`",
        at: composer.table.span(of: value), label: "never used", path: SpecPath("sweep"),
        notes: ["at the point \(composer.table.words(values))"]))
  }

  private mutating func checkEffect(_ path: Int, _ value: SweptValue, _ values: [SweptValue]) {
    let place = composer.table.paths[path].path
    guard let index = composer.index(of: place), let slot = composer.place[index] else { return }
    let entry = composer.composed(index, states[slot], values).entry
    do throws(DeadEnd) {
      _ = try language.place(of: place, in: document.with([entry]), needsEntries: false)
    } catch {
      switch error {
      case .otherKind(let step, _, let kind, let homes): reportIdle(path, value, values, step, kind, homes)
      case .unknownKey(let step, let schema, _): reportIdle(path, value, values, step, schema, [])
      case .noEntry, .noKind, .notBuilt, .noKeys, .intoList: break
      }
    }
  }

  private mutating func reportIdle(
    _ path: Int, _ value: SweptValue, _ values: [SweptValue], _ step: Int, _ kind: String, _ homes: [String]
  ) {
    deadPaths.insert(path)
    let table = composer.table
    let swept = table.paths[path].path
    let place = SpecPath(Array(swept.steps[..<step])).appending("kind")
    let picked = values.first { table.paths[table.path(of: $0)].path == place }
    var help: [String] = []
    if !homes.isEmpty {
      let test = homes.count == 1 ? "== \"\(homes[0])\"" : "in [\(homes.map { "\"\($0)\"" }.joined(separator: ", "))]"
      help = ["write `when: [{if: '\(place) \(test)', axes: {\(swept): [...]}}]`"]
    }
    complain(
      Diagnostic(
        .sweptWithoutEffect, "`\(swept)` has no effect where `\(place)` is `\(kind)`", at: table.span(of: value),
        label: "not a key of `\(kind)`", path: SpecPath("sweep"),
        secondary: picked.map { [.init(table.node($0).span, "`\(kind)` is given here")] } ?? [], help: help,
        notes: ["at the point \(table.words(values))"]))
  }

  /// Every swept path once, in the order of the file.
  private static func paths(_ sweep: Sweep) -> [SpecPath] {
    var paths: [SpecPath] = []
    for path in sweep.allAxes.map(\.path) + sweep.include.flatMap({ $0.map(\.path) }) where !paths.contains(path) {
      paths.append(path)
    }
    return paths
  }
}
