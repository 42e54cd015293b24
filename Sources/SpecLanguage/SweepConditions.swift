// Conditions of `when` and `exclude`, over the values that a candidate has by then.
extension SweepExpander {
  mutating func isExcluded(_ candidate: Candidate, _ sweep: Sweep) -> Bool {
    if matches.isEmpty { matches = Array(repeating: 0, count: sweep.exclude.count) }
    var isExcluded = false
    for (index, exclusion) in sweep.exclude.enumerated() {
      var holds = true
      for wanted in exclusion.values where holds {
        guard !isDrawn(wanted.path, candidate, wanted.span) else { return false }
        let found = plain(at: wanted.path, candidate)
        holds = found.map { $0.isSame(as: Plain(wanted.node)) } ?? false
      }
      if holds, let test = exclusion.test { holds = isTrue(test, candidate) }
      guard holds else { continue }
      matches[index] += 1
      isExcluded = true
    }
    return isExcluded
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
      problem.notes += ["at the point \(candidate.words)"]
      complain(problem)
      return false
    }
  }

  mutating func isDrawn(_ path: SpecPath, _ candidate: Candidate, _ span: Span) -> Bool {
    guard let axis = candidate.drawn.first(where: { $0.path.overlaps(path) }) else { return false }
    complain(
      Diagnostic(
        .conditionOnDraw, "`\(path)` is drawn only after `when` and `exclude`", at: span, label: "not known yet",
        path: SpecPath("sweep"), secondary: [.init(axis.values.span, "drawn from here")],
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
  /// Equality to a reader: `1` and `1.0` are one number.
  func isSame(as other: Plain) -> Bool {
    switch (self, other) {
    case (.int(let left), .float(let right)): Double(left) == right
    case (.float(let left), .int(let right)): left == Double(right)
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
    case (.null, _), (.bool, _), (.int, _), (.float, _), (.string, _), (.list, _), (.map, _): self == other
    }
  }
}
