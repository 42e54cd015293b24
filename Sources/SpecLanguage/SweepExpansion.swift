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
  /// Complaints about points after which no more points are looked at.
  private static let errorLimit = 100

  /// Values so far and what is still to be drawn.
  struct Candidate {
    var values: [SweptValue] = []
    var drawn: [Sweep.Axis] = []
  }

  let document: Node
  let environment: [String: String]
  let language: SchemaDescription
  var composer: SectionComposer
  private(set) var diagnostics: [Diagnostic] = []
  private var counter = 0
  private(set) var errorCount = 0
  private var checked: Set<ObjectIdentifier> = []
  private(set) var deadPaths: Set<SpecPath> = []
  var usedParameters: Set<String> = []
  var usedVariables: Set<String> = []
  /// Parameters that decide which axes exist.
  private var decisive: Set<String> = []

  init(_ document: Node, environment: [String: String], language: SchemaDescription) {
    self.document = document
    self.environment = environment
    self.language = language
    composer = SectionComposer(document, environment: environment, language: language, swept: [])
  }

  mutating func expand() -> Expansion {
    checkParameters()
    var expansion = Expansion()
    var candidates: [Candidate] = [Candidate()]
    var included: [(item: Int, values: [SweptValue])] = []
    if let entry = document.entry("sweep") {
      var reader = SweepReader(document, environment: environment, language: language)
      let sweep = reader.read(entry)
      diagnostics += reader.diagnostics
      usedParameters.formUnion(reader.usedParameters)
      usedVariables.formUnion(reader.usedVariables)
      expansion.sweep = sweep
      if let sweep, !diagnostics.hasErrors {
        expansion.paths = Self.paths(sweep)
        composer = SectionComposer(
          document, environment: environment, language: language, swept: expansion.paths)
        let tests = sweep.when.map(\.test)
        decisive = Set(tests.flatMap(\.names).filter { $0.hasPrefix("params.") })
        candidates = combinations(sweep, entry)
        if !diagnostics.hasErrors { candidates = candidates.filter { !isExcluded($0, sweep) } }
        if !diagnostics.hasErrors { warnIdle(sweep) }
        // What the sweep replaces at every point has been used by its author all the same.
        for section in composer.parts([]) {
          usedParameters.formUnion(section.parameters)
          usedVariables.formUnion(section.variables)
        }
        candidates = drawn(candidates, sweep, entry)
        included = sweep.include.enumerated().map { item, values in
          (item, values.map { value($0.path, $0.span, $0.node) })
        }
      }
    }
    collect(candidates, included, expansion.sweep, &expansion)
    if let sweep = expansion.sweep, let entry = document.entry("sweep") {
      checkLimit(expansion.points.count, sweep, entry)
    }
    warnUnused()
    expansion.diagnostics = diagnostics
    return expansion
  }

  // MARK: Combinations

  /// Axes x zip, with the axes of every `when` that holds.
  private mutating func combinations(_ sweep: Sweep, _ entry: Node.Entry) -> [Candidate] {
    let enumerated = sweep.axes.filter { !$0.values.isDrawn }
    let dimensions = enumerated.map { rows([$0]) } + sweep.zip.filter { !$0.isEmpty }.map { rows($0) }
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension.count)
      count = overflow ? Int.max : product
    }
    guard count <= Self.combinationLimit else { return tooMany(count, entry) }
    guard !isBeyondLimit(dimensions, sweep) else { return beyondLimit(count, sweep, entry) }
    let start = Candidate(drawn: sweep.axes.filter(\.values.isDrawn))
    var candidates = Self.product([start], dimensions)
    holds = Array(repeating: 0, count: sweep.when.count)
    for (index, condition) in sweep.when.enumerated() {
      let listed = condition.axes.filter { !$0.values.isDrawn }.map { rows([$0]) }
      let more = condition.axes.filter(\.values.isDrawn)
      var next: [Candidate] = []
      next.reserveCapacity(candidates.count)
      for candidate in candidates {
        guard isTrue(condition.test, candidate) else {
          next.append(candidate)
          continue
        }
        holds[index] += 1
        if let axis = condition.axes.first(where: { candidate.has($0.path) }) { complainTwice(axis, candidate) }
        var grown = candidate
        grown.drawn += more
        next += Self.product([grown], listed)
        guard next.count <= Self.combinationLimit else { return tooMany(next.count, entry) }
      }
      candidates = next
      if diagnostics.filter(\.isError).count >= Self.errorLimit { break }
    }
    return candidates
  }

  /// How often each `when` held and each `exclude` matched.
  var holds: [Int] = []
  var matches: [Int] = []

  private static func product(_ start: [Candidate], _ dimensions: [[[SweptValue]]]) -> [Candidate] {
    dimensions.reduce(start) { candidates, rows in
      candidates.flatMap { candidate in
        rows.map { row in Candidate(values: candidate.values + row, drawn: candidate.drawn) }
      }
    }
  }

  /// The rows of columns that move together.
  private mutating func rows(_ axes: [Sweep.Axis]) -> [[SweptValue]] {
    let columns = axes.map { axis in nodes(axis).map { value(axis.path, axis.span, $0) } }
    guard let first = columns.first else { return [] }
    return first.indices.map { row in columns.map { $0[row] } }
  }

  private func nodes(_ axis: Sweep.Axis) -> [Node] {
    switch axis.values.form {
    case .listed(let nodes): return nodes
    case .drawn: return []
    case .seeds(let count):
      return Self.seeds(count, study: studySeed, path: axis.path).map { seed in
        let source = Node.Source(words: "`seeds` gives \(seed), derived from `study.seed`", span: nil)
        return Node(.scalar(Scalar(String(seed))), span: axis.values.span, layer: .sweep, source: source)
      }
    }
  }

  private mutating func value(_ path: SpecPath, _ span: Span, _ node: Node) -> SweptValue {
    counter += 1
    return SweptValue(path: path, span: span, node: node.layered(.sweep), index: counter)
  }

  mutating func complain(_ diagnostic: Diagnostic) {
    if diagnostic.isError { errorCount += 1 }
    if diagnostics.count < 1000 { diagnostics.append(diagnostic) }
  }

  // MARK: Points

  private mutating func collect(
    _ candidates: [Candidate], _ included: [(item: Int, values: [SweptValue])], _ sweep: Sweep?,
    _ expansion: inout Expansion
  ) {
    var contents: Set<Fingerprint> = []
    var ids: Set<String> = []
    let frame = PointFrame(composer)
    for index in 0..<candidates.count + included.count {
      let isIncluded = index >= candidates.count
      let values = isIncluded ? included[index - candidates.count].values : candidates[index].values
      let parts = composer.parts(values)
      check(values, parts)
      var content = Fingerprint()
      for part in parts where part.isPresent { content.add(part.fingerprint) }
      guard contents.insert(content).inserted else {
        if isIncluded, let first = values.first {
          complain(
            Diagnostic(
              .includedAlready, "the sweep has this point already", at: first.span, label: "adds nothing",
              path: SpecPath("sweep")))
        }
        continue
      }
      let name = SweepPoint.fingerprint(of: values)
      var id = sweep == nil ? "base" : name.hex(12)
      if !ids.insert(id).inserted {
        id = name.hex(32)
        ids.insert(id)
      }
      expansion.points.append(SweepPoint(id: id, values: values, parts: parts.map(\.forgetful), frame: frame))
      if errorCount >= Self.errorLimit { return }
    }
  }

  /// Complains once about each section and each path of a point that is not right.
  private mutating func check(_ values: [SweptValue], _ parts: [ComposedPart]) {
    var isNew = false
    for section in parts where !section.isShared || checked.insert(ObjectIdentifier(section)).inserted {
      isNew = true
      usedParameters.formUnion(section.parameters)
      usedVariables.formUnion(section.variables)
      for diagnostic in section.diagnostics {
        var diagnostic = diagnostic
        if !values.isEmpty { diagnostic.notes.append("at the point \(Candidate(values: values).words)") }
        complain(diagnostic)
      }
    }
    for value in values where value.section == "params" && !deadPaths.contains(value.path) {
      let name = value.path.lastKey ?? ""
      guard !decisive.contains("params.\(name)"), !parts.contains(where: { $0.parameters.contains(name) }) else {
        continue
      }
      deadPaths.insert(value.path)
      complain(
        Diagnostic(
          .sweptWithoutEffect, "`\(value.path)` has no effect: nothing uses `${\(value.path)}`", at: value.span,
          label: "never used", path: SpecPath("sweep"), notes: ["at the point \(Candidate(values: values).words)"]))
    }
    guard isNew else { return }
    for value in values where value.section != "params" && !deadPaths.contains(value.path) {
      checkEffect(value, values, parts)
    }
  }

  private mutating func checkEffect(_ value: SweptValue, _ values: [SweptValue], _ parts: [ComposedPart]) {
    guard let index = composer.index(of: value.path) else { return }
    do throws(DeadEnd) {
      _ = try language.place(of: value.path, in: document.with([parts[index].entry]), needsEntries: false)
    } catch {
      switch error {
      case .otherKind(let step, _, let kind, let homes): reportIdle(value, values, step, kind, homes)
      case .unknownKey(let step, let schema, _): reportIdle(value, values, step, schema, [])
      case .noEntry, .noKind, .notBuilt, .noKeys, .intoList: break
      }
    }
  }

  private mutating func reportIdle(
    _ value: SweptValue, _ values: [SweptValue], _ step: Int, _ kind: String, _ homes: [String]
  ) {
    deadPaths.insert(value.path)
    let place = SpecPath(Array(value.path.steps[..<step])).appending("kind")
    let picked = values.first { $0.path == place }
    var help: [String] = []
    if !homes.isEmpty {
      let test = homes.count == 1 ? "== \"\(homes[0])\"" : "in [\(homes.map { "\"\($0)\"" }.joined(separator: ", "))]"
      help = ["write `when: [{if: '\(place) \(test)', axes: {\(value.path): [...]}}]`"]
    }
    complain(
      Diagnostic(
        .sweptWithoutEffect, "`\(value.path)` has no effect where `\(place)` is `\(kind)`", at: value.span,
        label: "not a key of `\(kind)`", path: SpecPath("sweep"),
        secondary: picked.map { [.init($0.node.span, "`\(kind)` is given here")] } ?? [], help: help,
        notes: ["at the point \(Candidate(values: values).words)"]))
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

extension SweepExpander.Candidate {
  func has(_ path: SpecPath) -> Bool {
    values.contains { $0.path.overlaps(path) } || drawn.contains { $0.path.overlaps(path) }
  }

  var words: String { values.map { "\($0.path): \($0.plain.flow.shortened(to: 40))" }.joined(separator: ", ") }
}
