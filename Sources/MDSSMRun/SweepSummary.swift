import Bundle
import Execution
import Foundation
import Planner
import SpecLanguage

/// What a run of a sweep prints at its end: how many points are complete, and the best of them by the objective; without an
/// objective the r2 of every evaluation.
struct SweepSummary {
  private struct Row {
    var point: PlannedPoint
    var status: SweepRecord.Status
    var values: [Double?]
  }

  private let expansion: Expansion
  private let metrics: [String]
  private let rows: [Row]
  private static let shown = 10

  init(_ plan: Plan, _ outcomes: [JobOutcome], _ expansion: Expansion, _ table: TSV) {
    self.expansion = expansion
    let objective = expansion.sweep?.objective
    let numbers = MetricTable(table)
    var metrics = objective.map { [$0.metric] } ?? []
    if objective == nil {
      for row in numbers?.rows ?? [] where Self.isMain(row.metric) && !metrics.contains(row.metric) {
        metrics.append(row.metric)
      }
    }
    let scores = metrics.map { metric in
      let pairs = numbers?.scores(of: metric, objective?.aggregate ?? .mean) ?? []
      return Dictionary(pairs.map { ($0.trial, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    self.metrics = metrics
    rows = plan.points.map { point in
      Row(
        point: point, status: SweepRecord.status(point, outcomes),
        values: scores.map { $0[point.id].flatMap { $0.isFinite ? $0 : nil } })
    }
  }

  /// `<evaluation>.r2`
  private static func isMain(_ metric: String) -> Bool {
    metric.split(separator: ".", omittingEmptySubsequences: false).dropFirst().elementsEqual(["r2"])
  }

  /// Points by status.
  var counts: JSONValue {
    var object: [String: JSONValue] = [:]
    for status in SweepRecord.Status.allCases {
      let count = rows.count { $0.status == status }
      if count > 0 || status == .complete { object[status.rawValue] = .int(count) }
    }
    return .object(object)
  }

  var text: String {
    let counts = SweepRecord.Status.allCases.compactMap { status -> String? in
      let count = rows.count { $0.status == status }
      return count > 0 ? "\(count) \(status.rawValue)" : nil
    }
    let head = "\(rows.count) \(rows.count == 1 ? "point" : "points"): " + counts.joined(separator: ", ")
    let ordered = ordered
    guard !metrics.isEmpty, !ordered.isEmpty else { return head }
    let columns = ["trial"] + expansion.shortPaths
    var table = [columns + metrics]
    for row in ordered.prefix(Self.shown) {
      var values: [SpecPath: Plain] = [:]
      for (path, value) in row.point.assignments { values[path] = value }
      let numbers = row.values.map { $0.map { String(format: "%.4f", $0) } ?? "" }
      table.append([row.point.id] + expansion.paths.map { values[$0]?.flow ?? "" } + numbers)
    }
    var title = head
    if let objective = expansion.sweep?.objective {
      let goal = objective.goal == .maximize ? "largest" : "smallest"
      title += "\n\nbest by \(goal) \(objective.aggregate.rawValue) of \(objective.metric)"
    }
    let more = ordered.count - Self.shown
    let rest = more > 0 ? "\nand \(more) more in result/trials.tsv and result/metrics.tsv" : ""
    return title + "\n" + Terminal.table(table, left: columns.count) + rest
  }

  /// Points with a value, the best first where there is an objective, else in the order of the sweep.
  private var ordered: [Row] {
    let known = rows.filter { $0.values.contains { $0 != nil } }
    guard let goal = expansion.sweep?.objective?.goal else { return known }
    let sign: Double = goal == .maximize ? -1 : 1
    let numbered = known.enumerated().map { (key: sign * ($0.element.values[0] ?? .infinity), place: $0.offset) }
    return numbered.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map { known[$0.place] }
  }
}
