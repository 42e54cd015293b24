import SpecLanguage

/// `result/metrics.tsv`: one number for each trial of the sweep, run, session, split and metric.
///
/// The one place that says what a metric's name means: `forecast.r2@10` is every row whose metric is exactly this word.
/// The objective of a sweep, comparisons and the report all ask here.
package struct MetricTable: Sendable {
  package struct Row: Hashable, Sendable {
    /// Id of the point of the sweep, `0` without one.
    package var trial: String
    package var run: String
    /// `*` where the number is over all sessions.
    package var session: String
    package var split: String
    /// `<evaluation>.<metric>`.
    package var metric: String
    package var value: Double
    package var n: String
  }

  package static let columns = ["trial", "run", "session", "split", "metric", "value", "n"]

  package let rows: [Row]
  private let places: [String: [Int]]

  /// - Returns: nil when a column is missing or a value is no number.
  package init?(_ table: TSV) {
    let places = Self.columns.compactMap { table.columns.firstIndex(of: $0) }
    guard places.count == Self.columns.count else { return nil }
    var rows: [Row] = []
    rows.reserveCapacity(table.rows.count)
    for cells in table.rows {
      guard let value = Double(cells[places[5]]) else { return nil }
      rows.append(
        Row(
          trial: cells[places[0]], run: cells[places[1]], session: cells[places[2]], split: cells[places[3]],
          metric: cells[places[4]], value: value, n: cells[places[6]]))
    }
    self.rows = rows
    self.places = Dictionary(grouping: rows.indices, by: { rows[$0].metric })
  }

  /// The rows of a metric, in the order of the table.
  package func rows(of metric: String) -> [Row] { (places[metric] ?? []).map { rows[$0] } }

  /// One number for each trial of the sweep that has the metric, in the order of the table: NaN if one of its values is.
  package func scores(of metric: String, _ aggregate: Objective.Aggregate) -> [(trial: String, value: Double)] {
    var order: [String] = []
    var values: [String: [Double]] = [:]
    for row in rows(of: metric) {
      if values[row.trial] == nil { order.append(row.trial) }
      values[row.trial, default: []].append(row.value)
    }
    return order.map { ($0, aggregate.value(of: values[$0] ?? [])) }
  }
}

extension Objective.Aggregate {
  /// The mean, median, least or largest of numbers; NaN if one of them is, or there are none.
  package func value(of values: [Double]) -> Double {
    guard !values.isEmpty, !values.contains(where: \.isNaN) else { return .nan }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    switch self {
    case .mean: return values.reduce(0, +) / Double(values.count)
    case .median: return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    case .min: return sorted[0]
    case .max: return sorted[sorted.count - 1]
    }
  }
}
