import Bundle
import SpecLanguage

/// `sweep.json` and `trials.tsv`: what was swept, and how each point ended.
struct SweepResults {
  enum Scale: String { case linear, log, category }

  struct Axis {
    var path: String
    /// Every value that some point has, as `trials.tsv` spells it, in the order of the points.
    var values: [String]
    var scale: Scale
    /// Place among the columns of a point.
    var column: Int
  }

  struct Point {
    var id: String
    var status: String
    /// One for each axis of `SweepResults.paths`; empty where the point does not have the path.
    var values: [String]

    var isComplete: Bool { status == PointStatus.complete.rawValue }

    /// `training.t.lr: 0.01, study.seed: 3`
    func words(_ paths: [String]) -> String {
      zip(paths, values).filter { !$1.isEmpty }.map { "\($0): \($1)" }.joined(separator: ", ")
    }
  }

  let strategy: String
  let paths: [String]
  let axes: [Axis]
  let points: [Point]
  let objective: Objective?

  /// - Returns: nil when one of them is not what it should be.
  init?(_ json: JSONValue, _ trials: TSV) {
    guard let listed = json["axes"]?.array, trials.columns.starts(with: ["trial", "status"]) else { return nil }
    paths = Array(trials.columns.dropFirst(2))
    points = trials.rows.map { Point(id: $0[0], status: $0[1], values: Array($0.dropFirst(2))) }
    strategy = json["strategy"]?.string ?? "grid"
    objective = json["objective"].flatMap { Objective($0) }
    var axes: [Axis] = []
    for axis in listed {
      guard let path = axis["path"]?.string, let column = paths.firstIndex(of: path) else { return nil }
      axes.append(
        Axis(
          path: path, values: points.map { $0.values[column] }.filter { !$0.isEmpty }.distinct,
          scale: axis["scale"]?.string.flatMap(Scale.init) ?? .category, column: column))
    }
    self.axes = axes
  }
}

extension SweepResults.Axis {
  var isNumeric: Bool { scale != .category && values.allSatisfy { Double($0)?.isFinite ?? false } }
  var isSeed: Bool { path == "study.seed" }
}

extension Objective {
  init?(_ json: JSONValue) {
    guard let metric = json["metric"]?.string, let goal = json["goal"]?.string.flatMap(Goal.init),
      let aggregate = json["aggregate"]?.string.flatMap(Aggregate.init)
    else { return nil }
    self.init(metric: metric, goal: goal, aggregate: aggregate)
  }
}
