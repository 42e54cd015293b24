/// What a condition has been found to be, by the values that it depends on.
struct Judgement {
  /// Whether the condition can depend on each swept path.
  private let isRelevant: [Bool]
  fileprivate var known: [[Int32]: Bool] = [:]

  /// - Parameter names: the paths that the condition looks at.
  init(_ names: [SpecPath], _ composer: SectionComposer) {
    let parts = names.compactMap { composer.index(of: $0) }
    isRelevant = composer.table.paths.indices.map { path in
      composer.table.paths[path].isKnob || parts.contains { composer.depends($0, onPath: path) }
    }
  }

  /// Equal for candidates that the condition cannot tell apart.
  fileprivate func key(_ candidate: SweepExpander.Candidate, _ table: SweptTable) -> [Int32] {
    candidate.values.filter { isRelevant[table.path(of: $0)] }.map(\.code) + candidate.drawn.map { -1 - $0 }
  }
}

// Conditions of `when` and `exclude`, over the values that a candidate has by then.
extension SweepExpander {
  /// Whether a condition holds, from memory where it is known; what led to a complaint is asked again.
  mutating func judge(
    _ judgement: inout Judgement, _ candidate: Candidate, _ body: (inout SweepExpander) -> Bool
  ) -> Bool {
    let key = judgement.key(candidate, composer.table)
    if let known = judgement.known[key] { return known }
    let before = diagnostics.count
    let holds = body(&self)
    if diagnostics.count == before { judgement.known[key] = holds }
    return holds
  }

  /// Removes the candidates that some `exclude` matches.
  mutating func exclude(_ candidates: inout [Candidate], _ sweep: Sweep) {
    matches = Array(repeating: 0, count: sweep.exclude.count)
    var judgements = sweep.exclude.map { exclusion in
      let names = exclusion.values.map(\.path) + (exclusion.test?.names ?? []).map { SpecPath($0) }
      return Judgement(names, composer)
    }
    var left: [Candidate] = []
    for candidate in candidates {
      var isExcluded = false
      for (index, exclusion) in sweep.exclude.enumerated() {
        guard judge(&judgements[index], candidate, { $0.matches(exclusion, candidate) }) else { continue }
        matches[index] += 1
        isExcluded = true
      }
      if !isExcluded { left.append(candidate) }
    }
    candidates = left
  }

  private mutating func matches(_ exclusion: Sweep.Exclusion, _ candidate: Candidate) -> Bool {
    for wanted in exclusion.values {
      guard !isDrawn(wanted.path, candidate, wanted.span) else { return false }
      guard let found = plain(at: wanted.path, candidate), found.isSame(as: Plain(wanted.node)) else { return false }
    }
    return exclusion.test.map { isTrue($0, candidate) } ?? true
  }

  mutating func isTrue(_ test: Expression, _ candidate: Candidate) -> Bool {
    var known: [String: Plain] = [:]
    for name in test.names {
      let path = SpecPath(name)
      if isDrawn(path, candidate, test.place(of: name) ?? test.span) { return false }
      known[name] = plain(at: path, candidate)
    }
    do throws(Diagnostic) {
      let value = try test.evaluate { known[$0] }
      if case .bool(let truth) = value { return truth }
      throw Diagnostic(
        .noExpressionValue, "a condition must be true or false, found \(value.typeWords)", at: test.span,
        label: "in this condition", notes: test.trace { known[$0] })
    } catch {
      var problem = error
      problem.notes += ["at the point \(composer.table.words(candidate.values))"]
      complain(problem)
      return false
    }
  }

  mutating func isDrawn(_ path: SpecPath, _ candidate: Candidate, _ span: Span) -> Bool {
    let sources = candidate.drawn.map { composer.table.sources[Int($0)] }
    guard let source = sources.first(where: { composer.table.paths[$0.path].path.overlaps(path) }) else { return false }
    complain(
      Diagnostic(
        .conditionOnDraw, "`\(path)` is drawn only after `when` and `exclude`", at: span, label: "not known yet",
        path: SpecPath("sweep"), secondary: [.init(source.place, "drawn from here")],
        help: ["choose the bounds of the distribution so that no value need be left out"]))
    return true
  }

  /// The value at a path for a candidate: given, else the default of the language.
  mutating func plain(at path: SpecPath, _ candidate: Candidate) -> Plain? {
    guard case .key(let key)? = path.steps.first else { return nil }
    if key == "params" { return composer.parameters(candidate.values)[path.lastKey ?? ""] }
    guard let entry = composer.part(at: path, candidate.values)?.entry else {
      return (try? language.place(of: path, in: nil, needsEntries: false))?.fallback
    }
    if let node = entry.value.node(at: SpecPath(Array(path.steps.dropFirst()))) { return Plain(node) }
    return (try? language.place(of: path, in: document.with([entry]), needsEntries: true))?.fallback
  }
}

extension Plain {
  /// Equality to a reader: `1` and `1.0` are one number, `30 ms` and `0.03 s` one time.
  func isSame(as other: Plain) -> Bool {
    switch (self, other) {
    case (.int(let left), .float(let right)): Double(left) == right
    case (.float(let left), .int(let right)): left == Double(right)
    case (.string(let left), .string(let right)):
      left == right || Quantity(left).map { $0 == Quantity(right) } ?? false
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
    case (.null, _), (.bool, _), (.int, _), (.float, _), (.string, _), (.list, _), (.map, _): self == other
    }
  }
}
