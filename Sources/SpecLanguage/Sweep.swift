/// The section `sweep` as written: which values go to which paths, and in which combinations.
package struct Sweep: Sendable {
  package enum Strategy: String, CaseIterable, Sendable { case grid, random, sobol, tpe, pbt }

  /// A path with its values.
  struct Axis: Sendable {
    var path: SpecPath
    var span: Span
    var values: SweptValues
  }

  /// Axes that exist where a condition holds.
  struct Condition: Sendable {
    var test: Expression
    var axes: [Axis]
  }

  /// Values that a point must not have, a condition, or both.
  struct Exclusion: Sendable {
    var span: Span
    var test: Expression?
    var values: [PathValue]
  }

  /// One value for one path.
  struct PathValue: Sendable {
    var path: SpecPath
    var span: Span
    var node: Node
  }

  package var strategy: Strategy
  var axes: [Axis]
  var zip: [[Axis]]
  var when: [Condition]
  var exclude: [Exclusion]
  var include: [[PathValue]]
  package var draws: Int?
  package var limit: Int
  package var objective: Objective?
  package var stop: StoppingRule?
  /// Where the objective names its metric.
  package var objectivePlace: Span?

  /// Every axis of the sweep, in the order of the file.
  var allAxes: [Axis] { axes + zip.flatMap { $0 } + when.flatMap(\.axes) }

  static let schema = Schema<Self>(
    "sweep", "Many specs from one: values for paths, and how they combine.",
    Field(
      "strategy", \.strategy, .choice(Strategy.self), default: .grid, "Lists enumerate; `random` and `sobol` draw."),
    Field("axes", \.axes, .paths(SweptValues.kind), default: [], "Values of each path; every combination is a point."),
    Field(
      "zip", \.zip, .list(.paths(SweptValues.kind)), default: [], "Each item is one axis whose columns move together."),
    Field(
      "when", \.when, .list(.section(Condition.schema)), default: [], "Axes that exist only where they mean something."),
    Field(
      "exclude", \.exclude, .list(Exclusion.kind), default: [], "Points to leave out: by values, by `if`, or by both."),
    Field("include", \.include, .list(.pathValues), default: [], "Whole extra points, added last."),
    Field("draws", \.draws, .optional(.count), "Draws for every enumerated point; 1 when absent."),
    Field("limit", \.limit, .count, default: 1000, "More points than this is an error before anything runs."),
    Field("objective", \.objective, .optional(.section(Objective.schema)), "What makes one point better than another."),
    Field("stop", \.stop, .optional(.union(StoppingRule.union)), "When a point is given up."),
    make: {
      Self(
        strategy: $0, axes: $1, zip: $2, when: $3, exclude: $4, include: $5, draws: $6, limit: $7, objective: $8,
        stop: $9)
    })
}

/// What makes one point of a sweep better than another.
package struct Objective: Hashable, Sendable {
  package enum Goal: String, CaseIterable, Sendable { case maximize, minimize }
  package enum Aggregate: String, CaseIterable, Sendable { case mean, median, min, max }

  /// `<evaluation>.<metric>`.
  package var metric: String
  package var goal: Goal
  /// How the values of several runs and sessions become one.
  package var aggregate: Aggregate

  package init(metric: String, goal: Goal, aggregate: Aggregate) {
    self.metric = metric
    self.goal = goal
    self.aggregate = aggregate
  }

  static let schema = Schema<Self>(
    "objective", "What makes one point of a sweep better than another.",
    Field("metric", \.metric, .string, "The metric, as `<evaluation>.<metric>`."),
    Field("goal", \.goal, .choice(Goal.self), "Whether more or less of it is better."),
    Field(
      "aggregate", \.aggregate, .choice(Aggregate.self), default: .mean, "How values of runs and sessions become one."),
    make: Self.init(metric:goal:aggregate:))
}

/// When a point of a sweep is given up before its end.
package enum StoppingRule: Hashable, Sendable {
  case asha(SuccessiveHalving)

  static let union = Union<Self>(
    "stop", .arm("asha", SuccessiveHalving.schema, Self.asha) { if case .asha(let value) = $0 { value } else { nil } })
}

/// Asynchronous successive halving: at every rung only the best share goes on.
package struct SuccessiveHalving: Hashable, Sendable {
  package var metric: String
  package var least: Extent
  package var reduction: Int

  static let schema = Schema<Self>(
    "asha", "Asynchronous successive halving (Li et al. 2020): at every rung only the best share goes on.",
    Field("metric", \.metric, .string, "The metric that is compared, such as `valid.loss`."),
    Field("min", \.least, .extent(.steps, .epochs), "Length before the first rung."),
    Field("reduction", \.reduction, .int(2...100), default: 3, "One of so many goes on at each rung."),
    make: Self.init(metric:least:reduction:))
}

extension Sweep.Condition {
  static let schema = Schema<Self>(
    "when", "Axes that exist where a condition holds.",
    Field("if", \.test, .expression, "The condition, over paths of the spec."),
    Field("axes", \.axes, .paths(SweptValues.kind), "The axes."),
    make: Self.init(test:axes:))
}

extension Sweep.Exclusion {
  static let kind = ValueKind<Sweep.Exclusion>(
    .paths(.scalar(.any, "a value, or an expression under `if`")),
    read: { node, reading in
      guard let entries = reading.entries(of: node, expecting: "paths with values, or `{if: ...}`") else { return nil }
      var exclusion = Sweep.Exclusion(span: node.span, test: nil, values: [])
      for entry in entries {
        if entry.key == "if" {
          guard let test = reading.enter(entry, { ValueKind.expression.read(entry.value, &$0) }) else { return nil }
          exclusion.test = test
        } else if let path = reading.path(entry) {
          exclusion.values.append(.init(path: path, span: entry.keySpan, node: entry.value))
        } else {
          return nil
        }
      }
      guard !entries.isEmpty else {
        reading.report(.badSweep, "an `exclude` without a condition", at: node.span, label: "would remove every point")
        return nil
      }
      return exclusion
    }, write: { _ in .null })
}

extension ValueKind where Value == [Sweep.PathValue] {
  /// One value for each of some paths.
  static var pathValues: Self {
    Self(
      .paths(.scalar(.any, "a value")),
      read: { node, reading in
        guard let entries = reading.entries(of: node, expecting: "paths with values") else { return nil }
        var values: [Sweep.PathValue] = []
        for entry in entries {
          guard let path = reading.path(entry) else { return nil }
          values.append(.init(path: path, span: entry.keySpan, node: entry.value))
        }
        return values
      }, write: { _ in .null })
  }
}

extension ValueKind where Value == [Sweep.Axis] {
  /// Values for each of some paths.
  static func paths(_ values: ValueKind<SweptValues>) -> Self {
    Self(
      .paths(values.description),
      read: { node, reading in
        guard let entries = reading.entries(of: node, expecting: "paths with values") else { return nil }
        var axes: [Sweep.Axis] = []
        for entry in entries {
          guard let path = reading.path(entry) else { continue }
          guard let read = reading.enter(entry, { values.read(entry.value, &$0) }) else { continue }
          axes.append(.init(path: path, span: entry.keySpan, values: read))
        }
        return axes.count == entries.count ? axes : nil
      }, write: { _ in .null })
  }
}

extension Reading {
  /// The path that a key of a sweep writes out; complained about when it is none.
  fileprivate mutating func path(_ entry: Node.Entry) -> SpecPath? {
    let parts = entry.key.split(separator: ".", omittingEmptySubsequences: false)
    let isList = entry.key.contains("[")
    if !isList, !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) {
      return SpecPath(parts.map { .key(String($0)) })
    }
    report(
      .unknownSweptPath, "`\(entry.key.shortened(to: 60))` is not a path", at: entry.keySpan,
      label: isList ? "a path cannot point into a list" : "not a path",
      help: isList ? ["sweep the whole list: `path.to.list: [[1, 2], [3, 4]]`"] : [])
    return nil
  }
}
