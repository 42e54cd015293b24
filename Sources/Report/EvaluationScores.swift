/// The rows of one evaluation, found by what they score.
struct EvaluationScores {
  /// A column of the evaluation: a quantity, at a horizon where it has one.
  struct Quantity: Hashable {
    /// `hold`, `mean` or `oracle`; empty for the model.
    var reference: String
    var measure: String
    var horizon: Int?

    /// Whether it is of what a model must beat.
    var isFloor: Bool { !["", MetricRow.oracle].contains(reference) }
  }

  private struct Place: Hashable {
    var group: MetricGroup
    var session: String
    var quantity: Quantity
  }

  let name: String
  let groups: [MetricGroup]
  /// Every quantity, in the order of its first row.
  let quantities: [Quantity]
  private let sessions: [MetricGroup: [String]]
  private let rows: [Place: MetricRow]

  init(_ name: String, _ all: [MetricRow]) {
    self.name = name
    let mine = all.filter { $0.evaluation == name }
    groups = mine.map(MetricGroup.init).distinct
    quantities = mine.map(\.quantity).distinct
    rows = Dictionary(
      mine.map { (Place(group: MetricGroup($0), session: $0.session, quantity: $0.quantity), $0) },
      uniquingKeysWith: { first, _ in first })
    sessions = Dictionary(grouping: mine, by: MetricGroup.init).mapValues { $0.map(\.session).distinct }
  }

  /// The horizons of a measure of the model, ascending.
  func horizons(_ measure: String) -> [Int] {
    quantities.filter { $0.measure == measure && $0.reference.isEmpty }.compactMap(\.horizon).sorted()
  }

  func has(_ reference: String) -> Bool { quantities.contains { $0.reference == reference } }

  func sessions(of group: MetricGroup) -> [String] { sessions[group] ?? [] }

  func row(_ quantity: Quantity, _ group: MetricGroup, _ session: String) -> MetricRow? {
    rows[Place(group: group, session: session, quantity: quantity)]
  }

  func value(_ quantity: Quantity, _ group: MetricGroup, _ session: String) -> Double {
    row(quantity, group, session)?.value ?? .nan
  }

  /// The values of all sessions of a group that have one.
  func values(_ quantity: Quantity, _ group: MetricGroup) -> [Double] {
    sessions(of: group).map { value(quantity, group, $0) }.filter { !$0.isNaN }
  }

  func mean(_ quantity: Quantity, _ group: MetricGroup) -> Double {
    let values = values(quantity, group)
    return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }

  func median(_ quantity: Quantity, _ group: MetricGroup) -> Double {
    let values = values(quantity, group).sorted()
    guard !values.isEmpty else { return .nan }
    let middle = values.count / 2
    return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
  }
}

extension MetricRow {
  var quantity: EvaluationScores.Quantity { .init(reference: reference, measure: measure, horizon: horizon) }
}
