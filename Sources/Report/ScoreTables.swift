/// The tables of one evaluation: a row for each run, and for each run a row for each session, references beside the model.
struct ScoreTables {
  typealias Quantity = EvaluationScores.Quantity

  private let scores: EvaluationScores
  /// Columns in groups that share a heading.
  private let columns: [(heading: String, quantities: [Quantity])]

  init(_ scores: EvaluationScores) {
    self.scores = scores
    let timed = scores.quantities.filter { $0.horizon != nil && $0.measure == "r2" }
    let timeless = scores.quantities.map(\.measure).distinct.flatMap { measure in
      scores.quantities.filter { $0.horizon == nil && $0.measure == measure }
    }
    var columns: [(heading: String, quantities: [Quantity])] = []
    let hasWhole = timeless.contains { $0.measure == "r2" }
    for horizon in Self.chosen(scores.horizons("r2"), count: hasWhole ? 3 : 4) {
      let heading = horizon == 1 ? "1 bin ahead" : "\(horizon) bins ahead"
      columns.append((heading, timed.filter { $0.horizon == horizon }))
    }
    if columns.isEmpty {
      if !timeless.isEmpty { columns.append(("", timeless)) }
    } else {
      // The score of the whole forecast beside those of single bins.
      let whole = timeless.filter { $0.measure == "r2" }
      if !whole.isEmpty { columns.append(("all bins", whole)) }
    }
    self.columns = columns
  }

  /// At most so many horizons, the first and the last among them.
  private static func chosen(_ horizons: [Int], count: Int) -> [Int] {
    guard horizons.count > count, let first = horizons.first, let last = horizons.last else { return horizons }
    let liked = [10, 30, 100, 5, 3, 20, 50, 2].filter { horizons.contains($0) && $0 > first && $0 < last }
    return [first] + liked.prefix(count - 2).sorted() + [last]
  }

  var markup: String {
    guard !columns.isEmpty else { return "" }
    var parts: [String] = []
    if scores.groups.count > 1 { parts.append(overview) }
    let rows = scores.groups.reduce(0) { $0 + scores.sessions(of: $1).count }
    for group in scores.groups {
      let table = sessions(of: group)
      let title = "\(group.title(among: scores.groups)): sessions"
      parts.append(
        scores.groups.count > 1 || rows > 30 ? Markup.folded(title, table, isOpen: rows <= 30) : table)
    }
    return parts.joined(separator: "\n")
  }

  /// Means over sessions, a row for each run.
  private var overview: String {
    let body = scores.groups.map { group in
      let count = scores.sessions(of: group).count
      return [
        Markup.element("th", Markup.escaped(group.title(among: scores.groups)), ("scope", "row")),
        Markup.element("td", String(count), ("class", "count")),
      ] + cells(hint: "mean over sessions") { scores.mean($0, group) }
    }
    return Markup.table(head: head("mean over sessions", extra: "sessions"), body: body, kind: "scores")
  }

  private func sessions(of group: MetricGroup) -> String {
    let sessions = scores.sessions(of: group)
    var body = sessions.map { session in
      [Markup.element("th", Markup.escaped(session == "*" ? "all sessions" : session), ("scope", "row"))]
        + cells(hint: nil, row: { scores.row($0, group, session) }) { scores.value($0, group, session) }
    }
    if sessions.count > 1 {
      for (name, value) in [("mean", scores.mean), ("median", scores.median)] {
        body.append(
          [Markup.element("th", name, ("scope", "row"), ("class", "sum"))]
            + cells(hint: "\(name) over sessions", kind: " sum") { value($0, group) })
      }
    }
    return Markup.table(head: head("session", extra: nil), body: body, kind: "scores")
  }

  private func head(_ first: String, extra: String?) -> [[String]] {
    let corner = columns.contains { !$0.heading.isEmpty } ? 2 : 1
    var top = [Markup.element("th", Markup.escaped(first), ("rowspan", String(corner)), ("class", "name"))]
    if let extra { top.append(Markup.element("th", extra, ("rowspan", String(corner)))) }
    let names = columns.flatMap { group in
      group.quantities.enumerated().map { place, quantity in
        Markup.element("th", Self.name(quantity), ("class", place == 0 && !group.heading.isEmpty ? "first" : ""))
      }
    }
    guard corner == 2 else { return [top + names] }
    let headings = columns.map {
      Markup.element(
        "th", Markup.escaped($0.heading), ("colspan", String($0.quantities.count)), ("class", "first group"))
    }
    return [top + headings, names]
  }

  private static func name(_ quantity: Quantity) -> String {
    let name = words(quantity.measure)
    if quantity.reference.isEmpty { return Markup.escaped(name) }
    return Markup.escaped(quantity.measure == "r2" ? quantity.reference : "\(quantity.reference): \(name)")
  }

  private static func words(_ measure: String) -> String {
    switch measure {
    case "r2": "r²"
    case "r2_by_channel": "r², mean of channels"
    case "truth.r2": "r² against truth"
    case "bits_per_spike": "bits/spike"
    default: measure
    }
  }

  /// The cells of a row. The model is set bold where it is above every floor of its group.
  private func cells(
    hint: String?, kind: String = "", row: (Quantity) -> MetricRow? = { _ in nil }, value: (Quantity) -> Double
  ) -> [String] {
    columns.flatMap { group in
      group.quantities.enumerated().map { place, quantity in
        let number = value(quantity)
        let floors = group.quantities.filter { $0.isFloor && $0.measure == quantity.measure }.map(value)
        var words = quantity.reference.isEmpty ? "model" : "floor"
        if quantity.reference.isEmpty, !floors.isEmpty, floors.allSatisfy({ number > $0 }) { words += " best" }
        if place == 0, !group.heading.isEmpty { words += " first" }
        let note = hint ?? row(quantity).map { "n = \($0.n)" } ?? "no value"
        return Markup.element("td", Self.text(number), ("class", words + kind), ("title", note))
      }
    }
  }

  /// A difference with its sign.
  static func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + text(value) }

  /// As few digits as tell a number, at most four that count.
  static func compact(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : text(value) }
    let size = abs(value)
    var exponent = 0
    while size >= power(exponent + 1) { exponent += 1 }
    while size < power(exponent) { exponent -= 1 }
    let step = exponent - 3
    let digits = (size * power(-step)).rounded()
    let rounded = step < 0 ? digits / power(-step) : digits * power(step)
    let text = rounded == rounded.rounded() && rounded < 1e15 ? String(Int(rounded)) : String(rounded)
    return (value < 0 ? "−" : "") + text
  }

  private static func power(_ exponent: Int) -> Double {
    (0..<abs(exponent)).reduce(1) { power, _ in exponent < 0 ? power / 10 : power * 10 }
  }

  /// Three decimals, fewer for large numbers, a true minus; a dash where there is no number.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value > 0 ? "∞" : "−∞" }
    let size = abs(value)
    let digits = size < 10 ? 3 : size < 1000 ? 1 : 0
    let scale = [1.0, 10, 100, 1000][digits]
    let whole = (size * scale).rounded()
    guard whole < 1e15 else { return String(value) }
    let number = Int(whole)
    let fraction = digits == 0 ? "" : "." + String(String(number % Int(scale) + Int(scale)).dropFirst())
    return (value < 0 && number != 0 ? "−" : "") + String(number / Int(scale)) + fraction
  }
}
