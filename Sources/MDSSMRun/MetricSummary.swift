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
    let blocks = evaluations.map(block) + [correlations]
    return blocks.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var evaluations: [String] {
    var names: [String] = []
    for row in rows {
      let name = String(row.metric.prefix { $0 != "." })
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// One evaluation: a row per run and session, means below.
  private func block(_ evaluation: String) -> String {
    let shown = columns(evaluation)
    guard !shown.isEmpty else { return "" }
    let titles = shown.map { String($0.dropFirst(evaluation.count + 1)) }
    var table = [[evaluation, "session"] + titles]
    var runs: [String] = []
    for row in rows where row.metric.hasPrefix(evaluation + ".") && !runs.contains(row.run) { runs.append(row.run) }
    for run in runs {
      var sessions: [String] = []
      for row in rows where row.run == run && row.session != "*" && shown.contains(row.metric) {
        if !sessions.contains(row.session) { sessions.append(row.session) }
      }
      for session in sessions { table.append([run, session] + shown.map { value(run, session, $0) }) }
      if sessions.count > 1 { table.append([run, "mean"] + shown.map { mean(run, sessions, $0) }) }
    }
    return Terminal.table(table, left: 2)
  }

  private var correlations: String {
    Terminal.table(rows.filter { $0.session == "*" }.map { [$0.run, $0.metric, Self.number($0.value)] }, left: 2)
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

  /// Metrics worth a column: r2 and its floors; forecasts at the first, some middle and the last horizons.
  private func columns(_ evaluation: String) -> [String] {
    var own: [String] = []
    for row in rows where row.session != "*" && row.metric.hasPrefix(evaluation + ".") && !own.contains(row.metric) {
      own.append(row.metric)
    }
    let stem = "\(evaluation).r2@"
    let horizons = own.compactMap { $0.hasPrefix(stem) ? Int($0.dropFirst(stem.count)) : nil }
    guard let last = horizons.max() else {
      return ["r2", "hold.r2", "mean.r2", "truth.r2"].map { "\(evaluation).\($0)" }.filter(own.contains)
    }
    // A filter has the newest bin first.
    let newest =
      own.contains("\(evaluation).r2_cumulative@1") ? [] : ["r2"].map { "\(evaluation).\($0)" }.filter(own.contains)
    return newest
      + ([1, 3, 10, 30].filter { $0 < last } + [last]).flatMap { k in
        ["r2@\(k)", "hold.r2@\(k)", "mean.r2@\(k)"].map { "\(evaluation).\($0)" }.filter(own.contains)
      }
  }
}
