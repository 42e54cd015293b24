/// Reads the section `sweep` of a document and checks what can be known before any point is made.
struct SweepReader {
  private let document: Node
  private let environment: [String: String]
  private let language: SchemaDescription
  private(set) var diagnostics: [Diagnostic] = []
  /// Parameters that the sweep itself uses.
  private(set) var usedParameters: Set<String> = []
  private(set) var usedVariables: Set<String> = []

  init(_ document: Node, environment: [String: String], language: SchemaDescription) {
    self.document = document
    self.environment = environment
    self.language = language
  }

  /// The sweep; nil when it cannot be read.
  mutating func read(_ entry: Node.Entry) -> Sweep? {
    var entry = entry
    entry.value = filled(sweep: entry.value)
    var reading = Reading(document: document)
    let read = reading.enter(entry) { Sweep.schema.read(entry.value, &$0) }
    diagnostics += reading.diagnostics
    guard var sweep = read else { return nil }
    sweep.objectivePlace = entry.value["objective"]?["metric"]?.span
    checkStrategy(sweep, entry.value)
    checkObjective(sweep, entry.value)
    checkPaths(sweep)
    checkColumns(sweep)
    return sweep
  }

  // MARK: `${}` in the sweep

  /// Numbers and bounds are filled in now, with the values that the parameters have without the sweep. Listed values
  /// go into the points as they stand and are filled in there.
  private mutating func filled(sweep: Node) -> Node {
    guard sweep.holdsInterpolation, let entries = sweep.entries else { return sweep }
    return sweep.with(
      entries.map { entry in
        var entry = entry
        switch entry.key {
        case "axes": entry.value = filled(axes: entry.value)
        case "zip": entry.value = entry.value.mapElements { filled(axes: $0) }
        case "when":
          entry.value = entry.value.mapElements { item in
            item.mapEntries { $0.key == "axes" ? filled(axes: $0.value) : $0.value }
          }
        case "include": break
        case "exclude":
          entry.value = entry.value.mapElements { item in
            item.mapEntries { $0.key == "if" ? $0.value : filled($0.value) }
          }
        default: entry.value = filled(entry.value)
        }
        return entry
      })
  }

  private mutating func filled(axes: Node) -> Node {
    axes.mapEntries { entry in
      entry.value.elements != nil || entry.value["choice"] != nil ? entry.value : filled(entry.value)
    }
  }

  private mutating func filled(_ node: Node) -> Node {
    guard node.holdsInterpolation else { return node }
    let entry = Node.Entry(key: "sweep", keySpan: node.span, value: node)
    let knobs = [document.entry("params"), document.entry("env"), entry]
    var interpolation = Interpolation(document.with(knobs), environment: environment)
    let result = interpolation.run()
    usedParameters.formUnion(interpolation.usedParameters)
    usedVariables.formUnion(interpolation.usedVariables)
    diagnostics += interpolation.diagnostics
    return result["sweep"] ?? node
  }

  // MARK: Strategy and objective

  private mutating func checkStrategy(_ sweep: Sweep, _ node: Node) {
    let drawn = sweep.allAxes.filter(\.values.isDrawn)
    switch sweep.strategy {
    case .tpe, .pbt:
      let word = sweep.strategy.rawValue
      complain(
        .notBuilt, "strategy `\(word)` belongs to the language, but this version does not build it yet",
        node["strategy"]?.span ?? node.span, label: "not built yet", notes: ["strategies that are: grid, random, sobol"]
      )
    case .grid:
      for axis in drawn.prefix(1) {
        complain(
          .strategyMismatch, "`\(axis.path)` draws its values, but the strategy is `grid`", axis.values.span,
          label: "a distribution", help: ["write `strategy: random` or `strategy: sobol` in the sweep"])
      }
    case .random, .sobol:
      if drawn.isEmpty, let place = node.entry("strategy") {
        complain(
          .strategyMismatch, "strategy `\(sweep.strategy.rawValue)` draws, but no path has a distribution",
          place.value.span, label: "has no effect", help: ["remove `strategy`: lists enumerate by themselves"])
      }
      if sweep.strategy == .sobol, drawn.count > Sobol.dimensions {
        complain(
          .strategyMismatch, "`sobol` draws at most \(Sobol.dimensions) paths, found \(drawn.count)",
          node["strategy"]?.span ?? node.span, help: ["write `strategy: random`"])
      }
    }
    if drawn.isEmpty, sweep.draws != nil, let place = node.entry("draws") {
      complain(
        .strategyMismatch, "`draws` repeats distributions, but no path has one", place.keySpan, label: "has no effect",
        help: ["remove `draws`; for repetitions sweep `study.seed: {seeds: n}`"])
    }
    if sweep.stop != nil {
      complain(
        .notBuilt, "`stop` belongs to the language, but this version does not build it yet",
        node.entry("stop")?.keySpan ?? node.span, label: "not built yet")
    }
  }

  private mutating func checkObjective(_ sweep: Sweep, _ node: Node) {
    guard let objective = sweep.objective, let place = node["objective"]?["metric"] else { return }
    guard language.fields.contains(where: { $0.name == "evaluations" }) else { return }
    let known = document["evaluations"]?.entries?.map(\.key) ?? []
    let parts = objective.metric.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    if parts.count == 2, !parts[1].isEmpty, known.contains(name) { return }
    let match = Suggestion.nearest(to: name, among: known)
    complain(
      .unknownReference, "`metric` is `\(objective.metric.shortened(to: 40))`, which is not `<evaluation>.<metric>`",
      place.span, label: "no such evaluation",
      help: match.map { ["did you mean `\(([$0.word] + parts.dropFirst().map(String.init)).joined(separator: "."))`?"] }
        ?? [],
      notes: [known.isEmpty ? "`evaluations` has no entries" : "entries of `evaluations`: " + known.listed])
  }

  // MARK: Paths

  private mutating func checkPaths(_ sweep: Sweep) {
    let kinds = Set(sweep.allAxes.map(\.path).filter { $0.lastKey == "kind" }.map(\.parent))
    for axis in sweep.allAxes { checkPath(axis.path, axis.span, kinds) }
    let others = sweep.include.flatMap { $0 } + sweep.exclude.flatMap(\.values)
    for value in others { checkPath(value.path, value.span, kinds) }
    let tests = sweep.when.map(\.test) + sweep.exclude.compactMap(\.test)
    for test in tests {
      for name in test.names {
        checkPath(SpecPath(name), test.place(of: name) ?? test.span, kinds)
        if name.hasPrefix("params.") { usedParameters.insert(String(name.dropFirst("params.".count))) }
      }
    }
    let always = sweep.axes + sweep.zip.flatMap { $0 }
    for (index, axis) in always.enumerated() { checkTwice(axis, always[..<index]) }
    for condition in sweep.when {
      for (index, axis) in condition.axes.enumerated() { checkTwice(axis, always + condition.axes[..<index]) }
    }
    for axis in always {
      guard let node = document.node(at: axis.path), node.layer == .argument else { continue }
      complain(
        .overrideSwept, "the sweep gives `\(axis.path)` its own values, so this override has no effect", node.span,
        label: "replaced by the sweep", remarks: [.init(axis.span, "swept here")],
        help: ["write `--set 'sweep={axes: {\(axis.path): [...]}}'`"])
    }
  }

  /// What is the same at every point: no result depends on it, or it decides what the points are.
  private static let fixed = [
    "sweep", "env", "mdssm", "comparisons", "outputs", "resources", "launcher", "study.name", "study.title",
    "study.description", "study.authors", "study.license", "study.cites", "backend.threads",
  ].map { SpecPath($0) }

  private mutating func checkTwice(_ axis: Sweep.Axis, _ others: some Sequence<Sweep.Axis>) {
    guard let other = others.first(where: { $0.path.overlaps(axis.path) }) else { return }
    complain(
      .sweptTwice, "`\(axis.path)` is swept twice", axis.span, label: "swept again",
      remarks: [.init(other.span, other.path == axis.path ? "first swept here" : "`\(other.path)` is swept here")])
  }

  /// Complains about a path that can lead nowhere, whatever the point.
  /// - Parameter kinds: places whose `kind` is swept: what lies below them depends on the point.
  private mutating func checkPath(_ path: SpecPath, _ span: Span, _ kinds: Set<SpecPath>) {
    guard case .key(let section)? = path.steps.first else { return }
    if section == "params" {
      let known = document["params"]?.entries?.map(\.key) ?? []
      guard path.steps.count != 2 || !known.contains(path.lastKey ?? "") else { return }
      complain(path, span, 1, known, "there is no parameter `\(path.steps.count > 1 ? path.lastKey ?? "" : "")`")
      return
    }
    if let fixed = Self.fixed.first(where: { path.steps.starts(with: $0.steps) }) {
      complain(.unknownSweptPath, "`\(fixed)` cannot be swept", span, label: "the same at every point")
      return
    }
    do throws(DeadEnd) {
      _ = try language.place(of: path, in: document, needsEntries: true)
    } catch {
      report(error, path, span, kinds)
    }
  }

  private mutating func report(_ end: DeadEnd, _ path: SpecPath, _ span: Span, _ kinds: Set<SpecPath>) {
    func words(_ step: Int) -> String { SpecPath(Array(path.steps[...step])).description }
    switch end {
    case .noEntry(let step, let known):
      let section = step == 0 ? "the spec" : "`\(SpecPath(Array(path.steps[..<step])))`"
      complain(path, span, step, known, "there is no entry `\(path.key(step))` in \(section)")
    case .unknownKey(let step, let schema, let keys):
      // Which keys there are depends on the point where a kind above is swept or inherited.
      guard !kinds.contains(where: { $0.steps.count < step + 1 && path.steps.starts(with: $0.steps) }) else { return }
      complain(path, span, step, keys, "`\(path.key(step))` is not a key of `\(schema)`")
    case .noKeys(let step):
      complain(
        .unknownSweptPath, "`\(path)` goes on behind `\(words(max(0, step - 1)))`, which is a single value", span,
        label: "no such path")
    case .intoList(let step):
      complain(
        .unknownSweptPath, "`\(path)` points into the list `\(words(max(0, step - 1)))`", span, label: "no such path",
        help: ["sweep the whole list: `path.to.list: [[1, 2], [3, 4]]`"])
    case .otherKind, .noKind, .notBuilt: return
    }
  }

  private mutating func complain(_ path: SpecPath, _ span: Span, _ step: Int, _ known: [String], _ message: String) {
    let match = step < path.steps.count ? Suggestion.nearest(to: path.key(step), among: known) : nil
    var right = path
    if let match { right.steps[step] = .key(match.word) }
    // Beside an axis of that path, the new one would be given twice.
    let isTaken = document["sweep"]?["axes"]?.entry(right.description) != nil
    complain(
      .unknownSweptPath, message, span, label: "no such path",
      help: match == nil ? [] : ["did you mean `\(right)`?"],
      notes: known.isEmpty ? [] : ["known here: " + known.listed],
      fix: isTaken ? nil : match.map { .init(span, replacement: right.description, isSafe: $0.isCertain) })
  }

  // MARK: Columns

  private mutating func checkColumns(_ sweep: Sweep) {
    for item in sweep.zip {
      guard let first = item.first else { continue }
      for axis in item {
        if axis.values.isDrawn {
          complain(
            .zipLengths, "`\(axis.path)` is drawn, and draws do not move together with anything", axis.values.span,
            label: "under `zip`", help: ["put it under `axes`"])
        } else if axis.values.count != first.values.count {
          complain(
            .zipLengths, "`\(axis.path)` has \(axis.values.count) values, `\(first.path)` has \(first.values.count)",
            axis.values.span, label: "\(axis.values.count) values",
            remarks: [.init(first.values.span, "\(first.values.count) values")])
          break
        }
      }
    }
  }

  private mutating func complain(
    _ code: Code, _ message: String, _ span: Span, label: String = "", remarks: [Diagnostic.Remark] = [],
    help: [String] = [], notes: [String] = [], fix: Diagnostic.Fix? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        code, message, at: span, label: label, path: SpecPath("sweep"), secondary: remarks, help: help, notes: notes,
        fix: fix))
  }
}

extension SpecPath {
  /// Whether one of two paths leads to the other or beyond it.
  func overlaps(_ other: SpecPath) -> Bool {
    steps.starts(with: other.steps) || other.steps.starts(with: steps)
  }

  fileprivate func key(_ step: Int) -> String {
    if steps.indices.contains(step), case .key(let key) = steps[step] { key } else { "" }
  }
}

extension Expression {
  /// The place of the first use of a name.
  package func place(of name: String) -> Span? {
    var place: Span?
    root.visit { term in
      if case .name(name) = term.content, place == nil { place = term.span }
    }
    return place
  }
}

extension Node {
  fileprivate func mapElements(_ body: (Node) -> Node) -> Node {
    guard let elements else { return self }
    var node = self
    node.content = .sequence(elements.map(body))
    return node
  }

  fileprivate func mapEntries(_ body: (Entry) -> Node) -> Node {
    guard let entries else { return self }
    return with(entries.map { Entry(key: $0.key, keySpan: $0.keySpan, value: body($0)) })
  }
}
