import Bundle
import Foundation

/// The table that a run prints: one row per run and session, one column per metric; forecasts at a few horizons.
struct MetricSummary {
  private let rows: [Row]

  private struct Row {
    var run: String
    var session: String
    var metric: String
    var value: Double
  }

  init(_ metrics: TSV) {
    rows = metrics.rows.compactMap { row in
      Double(row[5]).map { Row(run: row[1], session: row[2], metric: row[4], value: $0) }
    }
  }

  var text: String {
    let shown = columns
    guard !shown.isEmpty else { return "" }
    var table = [["run", "session"] + shown]
    var runs: [String] = []
    for row in rows where !runs.contains(row.run) { runs.append(row.run) }
    for run in runs {
      var sessions: [String] = []
      for row in rows where row.run == run && !sessions.contains(row.session) { sessions.append(row.session) }
      let named = sessions.filter { $0 != "*" }
      for session in named { table.append([run, session] + shown.map { value(run, session, $0) }) }
      if named.count > 1 { table.append([run, "mean"] + shown.map { mean(run, named, $0) }) }
    }
    let study = rows.filter { $0.session == "*" }.map { ["\($0.run)", $0.metric, Self.number($0.value)] }
    let correlations = study.isEmpty ? "" : "\n\n" + Terminal.table(study, left: 2)
    return Terminal.table(table, left: 2) + correlations
  }

  private func value(_ run: String, _ session: String, _ metric: String) -> String {
    rows.first { $0.run == run && $0.session == session && $0.metric == metric }.map { Self.number($0.value) } ?? ""
  }

  private func mean(_ run: String, _ sessions: [String], _ metric: String) -> String {
    let values = sessions.compactMap { session in
      rows.first { $0.run == run && $0.session == session && $0.metric == metric }?.value
    }.filter(\.isFinite)
    return values.isEmpty ? "" : Self.number(values.reduce(0, +) / Double(values.count))
  }

  private static func number(_ value: Double) -> String { String(format: "%.3f", value) }

  /// Metrics worth a column: r2 of every evaluation and its floors; forecasts at the first, middle and last horizons.
  private var columns: [String] {
    var all: [String] = []
    for row in rows where row.session != "*" && !all.contains(row.metric) { all.append(row.metric) }
    var chosen: [String] = []
    var evaluations: [String] = []
    for metric in all {
      let evaluation = String(metric.prefix { $0 != "." })
      if !evaluations.contains(evaluation) { evaluations.append(evaluation) }
    }
    for evaluation in evaluations {
      let own = all.filter { $0.hasPrefix(evaluation + ".") }
      let horizons = own.compactMap { $0.hasPrefix("\(evaluation).r2@") ? Int($0.dropFirst(evaluation.count + 4)) : nil }
      if let last = horizons.max() {
        let picked = [1, 10, 30, 50].filter { $0 < last } + [last]
        for k in picked {
          chosen += ["r2@\(k)", "hold.r2@\(k)", "mean.r2@\(k)"].map { "\(evaluation).\($0)" }.filter(own.contains)
        }
      } else {
        chosen += ["r2", "mean.r2", "truth.r2"].map { "\(evaluation).\($0)" }.filter(own.contains)
      }
    }
    return chosen
  }
}
