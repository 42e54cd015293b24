import Bundle
import Execution
import Foundation
import Planner
import SpecLanguage

/// What a run of a sweep prints at its end: how many points are complete, the best of them by the objective, and those that
/// are not complete; without an objective the r2 of every evaluation.
struct SweepSummary {
  private struct Row {
    var point: PlannedPoint
    var status: PointStatus
    var values: [Double?]
  }

  private let expansion: Expansion
  private let metrics: [String]
  private let rows: [Row]
  /// Places of complete points with a value, the best first where there is an objective, else in the order of the sweep.
  private let ordered: [Int]
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
    let states = plan.points.map { SweepRecord.status($0, outcomes) }
    let points = zip(plan.points, states).map { (id: $0.id, isComplete: $1 == .complete) }
    let rankings = metrics.map { metric in
      Ranking(points, numbers, by: metric, objective?.aggregate ?? .mean, objective?.goal)
    }
    self.metrics = metrics
    rows = plan.points.indices.map { place in
      Row(
        point: plan.points[place], status: states[place],
        values: rankings.map { $0.scores[place].flatMap { $0.isFinite ? $0 : nil } })
    }
    ordered = objective == nil ? Set(rankings.flatMap(\.scored)).sorted() : rankings.flatMap(\.ranked)
  }

  /// `<evaluation>.r2`
  private static func isMain(_ metric: String) -> Bool {
    metric.split(separator: ".", omittingEmptySubsequences: false).dropFirst().elementsEqual(["r2"])
  }

  /// Points by status.
  var counts: JSONValue {
    var object: [String: JSONValue] = [:]
    for status in PointStatus.allCases {
      let count = rows.count { $0.status == status }
      if count > 0 || status == .complete { object[status.rawValue] = .int(count) }
    }
    return .object(object)
  }

  var text: String { ([head] + [best, incomplete].filter { !$0.isEmpty }).joined(separator: "\n\n") }

  /// `6 points: 4 complete, 2 failed`
  private var head: String {
    let counts = PointStatus.allCases.compactMap { status -> String? in
      let count = rows.count { $0.status == status }
      return count > 0 ? "\(count) \(status.rawValue)" : nil
    }
    return "\(rows.count) \(rows.count == 1 ? "point" : "points"): " + counts.joined(separator: ", ")
  }

  private var best: String {
    guard !ordered.isEmpty else { return "" }
    let table = ordered.prefix(Self.shown).map { place in
      let numbers = rows[place].values.map { $0.map { String(format: "%.4f", $0) } ?? "" }
      return [rows[place].point.id] + cells(rows[place].point) + numbers
    }
    let columns = ["point"] + expansion.shortPaths
    let text =
      Terminal.table([columns + metrics] + table, left: columns.count)
      + Self.more(ordered.count, "result/trials.tsv and result/metrics.tsv")
    guard let objective = expansion.sweep?.objective else { return text }
    let goal = objective.goal == .maximize ? "largest" : "smallest"
    return "best by \(goal) \(objective.aggregate.rawValue) of \(objective.metric)\n" + text
  }

  /// Points that lack results, which have no score and no rank.
  private var incomplete: String {
    let lacking = rows.filter { $0.status != .complete }
    guard !lacking.isEmpty else { return "" }
    let table = lacking.prefix(Self.shown).map { [$0.point.id, $0.status.rawValue] + cells($0.point) }
    let columns = ["point", "status"] + expansion.shortPaths
    return "not complete\n" + Terminal.table([columns] + table, left: columns.count)
      + Self.more(lacking.count, "result/trials.tsv")
  }

  /// The values of a point in the order of the paths.
  private func cells(_ point: PlannedPoint) -> [String] {
    var values: [SpecPath: Plain] = [:]
    for (path, value) in point.assignments { values[path] = value }
    return expansion.paths.map { values[$0]?.flow ?? "" }
  }

  private static func more(_ count: Int, _ place: String) -> String {
    count > shown ? "\nand \(count - shown) more in \(place)" : ""
  }
}
