import Bundle

/// One row of `metrics.tsv`, its metric taken apart: `forecast.hold.r2@10` is evaluation `forecast`, reference `hold`,
/// measure `r2`, horizon 10. Where no reference is named the score is the model's.
struct MetricRow {
  var trial: String
  var run: String
  var session: String
  var split: String
  var evaluation: String
  /// Empty for the model.
  var reference: String
  var measure: String
  var horizon: Int?
  var value: Double
  var n: String

  private init?(_ row: MetricTable.Row) {
    let parts = row.metric.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { return nil }
    trial = row.trial
    run = row.run
    session = row.session
    split = row.split
    value = row.value
    n = row.n
    evaluation = parts[0]
    let ends = parts[1].split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    horizon = ends.count > 1 ? Int(ends[1]) : nil
    guard ends.count == 1 || ends.count == 2 && horizon != nil else { return nil }
    reference = Self.references.first { ends[0].hasPrefix($0 + ".") } ?? ""
    measure = reference.isEmpty ? ends[0] : String(ends[0].dropFirst(reference.count + 1))
  }

  /// What a model must beat, the last bin held and the training mean; and what it comes near to at best.
  private static let references = ["hold", "mean", oracle]
  /// The true dynamics without noise, from the true state.
  static let oracle = "oracle"

  /// All rows; nil when a metric cannot be taken apart.
  static func all(_ table: MetricTable) -> [MetricRow]? {
    let rows = table.rows.compactMap(MetricRow.init)
    return rows.count == table.rows.count ? rows : nil
  }
}

/// What is scored together: the sessions of one run on one split, in one trial of a sweep.
struct MetricGroup: Hashable {
  var trial: String
  var run: String
  var split: String

  init(_ row: MetricRow) {
    trial = row.trial
    run = row.run
    split = row.split
  }

  /// A name that says no more than is needed to tell the groups apart.
  func title(among groups: [MetricGroup]) -> String {
    var words = [run]
    if Set(groups.map(\.split)).count > 1 { words.append(split) }
    if Set(groups.map(\.trial)).count > 1 { words.append("trial \(trial)") }
    return words.joined(separator: ", ")
  }
}

extension Sequence where Element: Hashable {
  /// The elements without repetition, in the order of their first appearance.
  var distinct: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
