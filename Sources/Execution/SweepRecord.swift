import Bundle
import Planner
import SpecLanguage

/// What a bundle says about a sweep: `trials.tsv`, one row per point, and `sweep.json`, its axes and its objective.
package struct SweepRecord {
  private let plan: Plan
  private let expansion: Expansion

  package init(_ plan: Plan, _ expansion: Expansion) {
    self.plan = plan
    self.expansion = expansion
  }

  /// How a point ended: its worst job decides.
  package static func status(_ point: PlannedPoint, _ outcomes: [JobOutcome]) -> PointStatus {
    var status = PointStatus.complete
    for job in point.fits.map(\.job) + point.evaluations.map(\.job) {
      switch outcomes[job] {
      case .failed: return .failed
      case .interrupted: status = .interrupted
      case .left: if status == .complete { status = .left }
      case .done: continue
      }
    }
    return status
  }

  /// Trial, status, and the value of every swept path; empty where a point does not have the path.
  package func trials(_ outcomes: [JobOutcome]) -> TSV {
    var table = TSV(columns: ["trial", "status"] + expansion.paths.map(\.description))
    for point in plan.points {
      var values: [SpecPath: Plain] = [:]
      for (path, value) in point.assignments { values[path] = value }
      let cells = expansion.paths.map { path in values[path].map { TSV.Cell.text($0.flow) } ?? .empty }
      table.append([.text(point.id), .text(Self.status(point, outcomes).rawValue)] + cells)
    }
    return table
  }

  package var json: JSONValue {
    let axes = expansion.axes.map { axis -> JSONValue in
      [
        "path": .string(axis.path.description), "values": .array(axis.values.map(JSONValue.init)),
        "scale": .string(axis.scale.rawValue),
      ]
    }
    let objective = expansion.sweep?.objective.map { objective -> JSONValue in
      [
        "metric": .string(objective.metric), "goal": .string(objective.goal.rawValue),
        "aggregate": .string(objective.aggregate.rawValue),
      ]
    }
    return [
      "format": 1, "strategy": .string(expansion.sweep?.strategy.rawValue ?? "grid"), "axes": .array(axes),
      "objective": objective ?? .null,
    ]
  }
}
