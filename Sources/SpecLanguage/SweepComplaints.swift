// What a sweep is complained about as a whole.
extension SweepExpander {
  mutating func complainTwice(_ axis: Sweep.Axis, _ candidate: Candidate) {
    let table = composer.table
    let other = candidate.values.first { table.paths[table.path(of: $0)].path.overlaps(axis.path) }.map(table.span)
    let sources = candidate.drawn.map { table.sources[Int($0)] }
    let drawn = sources.first { table.paths[$0.path].path.overlaps(axis.path) }?.span
    complain(
      Diagnostic(
        .sweptTwice, "`\(axis.path)` is swept twice at one point", at: axis.span, label: "swept again",
        path: SpecPath("sweep"), secondary: (other ?? drawn).map { [.init($0, "first swept here")] } ?? [],
        help: ["make the conditions exclude each other"], notes: ["at the point \(table.words(candidate.values))"]))
  }

  mutating func tooMany(_ count: Int, _ entry: Node.Entry) -> [Candidate] {
    let words = count == Int.max ? "more combinations than can be counted" : "\(count) combinations"
    complain(
      Diagnostic(
        .tooManyPoints, "the sweep has \(words); \(Self.combinationLimit) is the most", at: entry.keySpan,
        label: "too many", path: SpecPath("sweep"), help: ["use `strategy: random` or `zip` instead of a full product"])
    )
    return [Candidate()]
  }

  /// Whether it is known without making them that there are more points than the limit: nothing leaves any out, and
  /// enough of the values differ.
  /// - Parameter moved: the axes that move together, for every dimension.
  func isBeyondLimit(_ moved: [[Sweep.Axis]], _ sweep: Sweep) -> Bool {
    guard sweep.exclude.isEmpty else { return false }
    var distinct = 1
    for axes in moved {
      let columns = axes.map { nodes($0, atMost: sweep.limit == .max ? .max : sweep.limit + 1) }
      var seen: Set<[UInt8]> = []
      for row in 0..<(columns.map(\.count).min() ?? 0) where distinct * seen.count <= sweep.limit {
        seen.insert(columns.reduce(into: []) { $0 += Plain($1[row]).spelledAlike.canonicalBytes + [0] })
      }
      distinct *= seen.count
      if distinct > sweep.limit { return true }
    }
    return false
  }

  mutating func beyondLimit(_ count: Int, _ sweep: Sweep, _ entry: Node.Entry) -> [Candidate] {
    checkLimit(count, sweep, entry)
    return [Candidate()]
  }

  mutating func checkLimit(_ count: Int, _ sweep: Sweep, _ entry: Node.Entry) {
    guard count > sweep.limit, !diagnostics.hasErrors else { return }
    let given = entry.value["limit"]
    complain(
      Diagnostic(
        .tooManyPoints, "the sweep has \(count) points, and its limit is \(sweep.limit)",
        at: given?.span ?? entry.keySpan, label: given == nil ? "1000 at most unless `limit` says more" : "the limit",
        path: SpecPath("sweep.limit"), help: ["write `limit: \(count)` if so many are meant"]))
  }

  /// Complains about a sweep that gives no path a value, and about one that leaves out all of its points.
  mutating func checkEmpty(_ candidates: [Candidate], _ sweep: Sweep, _ entry: Node.Entry) {
    guard !diagnostics.hasErrors, sweep.include.allSatisfy(\.isEmpty) else { return }
    if sweep.allAxes.isEmpty {
      complain(
        Diagnostic(
          .emptySweep, "the sweep gives no path a value", at: entry.keySpan, label: "nothing to vary",
          path: SpecPath("sweep"),
          help: ["name paths and their values, such as `axes: {study.seed: [1, 2, 3]}`, or remove `sweep`"]))
    } else if candidates.isEmpty {
      let all = sweep.exclude.count
      complain(
        Diagnostic(
          .emptySweep, all == 1 ? "this `exclude` leaves no point" : "the \(all) items of `exclude` leave no point",
          at: sweep.exclude.first?.span ?? entry.keySpan, label: "every point is left out",
          path: SpecPath("sweep.exclude"),
          secondary: sweep.exclude.dropFirst().map { .init($0.span, "leaves out points too") }))
    }
  }

  mutating func warnIdle(_ sweep: Sweep) {
    for (condition, count) in zip(sweep.when, holds) where count == 0 {
      complain(
        Diagnostic(
          .neverHolds, "this `when` never holds, so its axes are in no point", at: condition.test.span,
          label: "never true", path: SpecPath("sweep.when")))
    }
    for (exclusion, count) in zip(sweep.exclude, matches) where count == 0 {
      complain(
        Diagnostic(
          .nothingExcluded, "this `exclude` removes nothing", at: exclusion.span, label: "matches no point",
          path: SpecPath("sweep.exclude")))
    }
  }

  /// Complaints about parameters that no point changes.
  mutating func checkParameters() {
    var interpolation = Interpolation(
      document.with([document.entry("params"), document.entry("env")]), environment: environment)
    _ = interpolation.run()
    interpolation.diagnostics.forEach { complain($0) }
    usedParameters.formUnion(interpolation.usedParameters)
    usedVariables.formUnion(interpolation.usedVariables)
  }

  mutating func warnUnused() {
    guard !diagnostics.contains(where: { $0.isError && $0.code != .sweptWithoutEffect }) else { return }
    for entry in document["params"]?.entries ?? [] where !entry.key.hasPrefix("x-") && Name.isValid(entry.key) {
      guard !usedParameters.contains(entry.key) else { continue }
      guard !idlePaths.contains(SpecPath([.key("params"), .key(entry.key)])) else { continue }
      complain(
        Diagnostic(.unused, "parameter `\(entry.key)` is never used", at: entry.keySpan, label: "never used"))
    }
    for node in document["env"]?.elements ?? [] {
      guard let name = node.scalar?.text, !usedVariables.contains(name) else { continue }
      complain(
        Diagnostic(.unused, "environment variable `\(name)` is never used", at: node.span, label: "never used"))
    }
  }
}
