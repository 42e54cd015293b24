import Bundle

/// `comparisons.json` and `comparisons.tsv`: the statistics that the study declared, and the pairs behind them.
struct Comparisons {
  struct Row {
    var a: String
    var b: String
    var pairs: Int
    var undefined: Int
    var difference: Double
    var low: Double
    var high: Double
    var statistic: Double
    var p: Double
    var corrected: Double
  }

  struct Comparison {
    var name: String
    var metric: String
    var test: String
    var correction: String
    var pairBy: [String]
    var rows: [Row]
  }

  struct Pair {
    var comparison: String
    var a: String
    var b: String
    var name: String
    var values: (a: Double, b: Double)
  }

  let all: [Comparison]
  private(set) var pairs: [Pair] = []

  /// - Returns: nil when it is not what it should be.
  init?(_ json: JSONValue) {
    guard let listed = json["comparisons"]?.array else { return nil }
    let all = listed.map { entry in
      Comparison(
        name: entry["name"]?.string ?? "", metric: entry["metric"]?.string ?? "", test: entry["test"]?.string ?? "",
        correction: entry["correction"]?.string ?? "none",
        pairBy: entry["pair_by"]?.array?.compactMap(\.string) ?? [],
        rows: entry["rows"]?.array?.map(Row.init) ?? [])
    }
    guard all.allSatisfy({ !$0.name.isEmpty }) else { return nil }
    self.all = all
  }

  /// - Returns: false when a column is missing or a value is no number.
  mutating func add(_ table: TSV) -> Bool {
    let names = ["comparison", "a", "b", "pair", "value_a", "value_b"]
    let places = names.compactMap { table.columns.firstIndex(of: $0) }
    guard places.count == names.count else { return false }
    for row in table.rows {
      guard let a = Double(row[places[4]]), let b = Double(row[places[5]]) else { return false }
      pairs.append(
        Pair(
          comparison: row[places[0]], a: row[places[1]], b: row[places[2]], name: row[places[3]], values: (a, b)))
    }
    return true
  }
}

extension Comparisons.Row {
  fileprivate init(_ json: JSONValue) {
    func number(_ key: String) -> Double { json[key]?.double ?? .nan }
    self.init(
      a: json["a"]?.string ?? "", b: json["b"]?.string ?? "", pairs: json["pairs"]?.int ?? 0,
      undefined: json["undefined"]?.int ?? 0, difference: number("difference"), low: number("low"),
      high: number("high"), statistic: number("statistic"), p: number("p"), corrected: number("p_corrected"))
  }
}

extension Comparisons.Comparison {
  /// What was tested and how, in a sentence or two.
  var words: String {
    let paired = pairBy.joined(separator: ", ")
    let test: String
    switch self.test {
    case "paired_bootstrap": test = "Paired bootstrap with 10 000 resamples (Efron 1987)."
    case "wilcoxon": test = "Wilcoxon signed-rank test."
    case "paired_t": test = "Paired t test."
    case "sign_flip": test = "Sign-flip permutation test."
    default: test = self.test + "."
    }
    let correction: String
    switch self.correction {
    case "holm": correction = " Corrected p: Holm's."
    case "bonferroni": correction = " Corrected p: Bonferroni's."
    case "benjamini_hochberg": correction = " Corrected p: false discovery rate of Benjamini and Hochberg."
    default: correction = " p is not corrected."
    }
    let interval = self.test == "paired_t" ? "95 % interval from the t distribution." : "95 % bootstrap interval (BCa)."
    return "\(metric), paired by \(paired): mean of the first run less the second, \(interval) \(test) p is two-sided."
      + (rows.count > 1 ? correction : "")
  }

  var table: String {
    let isCorrected = rows.count > 1 && correction != "none"
    let names = ["pairs", "mean difference", "95 % interval", "statistic", "p"] + (isCorrected ? ["corrected p"] : [])
    let head = [Markup.element("th", "runs", ("class", "name"))] + names.map { Markup.element("th", $0) }
    let body = rows.map { row in
      let interval = row.low.isFinite ? "\(ScoreTables.text(row.low)) to \(ScoreTables.text(row.high))" : "–"
      let isClear = row.corrected < 0.05
      let lacking = row.undefined > 0 ? " (\(row.undefined) without a value left out)" : ""
      return [
        Markup.element("th", Markup.escaped("\(row.a) − \(row.b)"), ("scope", "row")),
        Markup.element("td", Markup.escaped("\(row.pairs)\(lacking)"), ("class", "count")),
        Markup.element("td", ScoreTables.signed(row.difference), ("class", isClear ? "best" : "")),
        Markup.element("td", interval), Markup.element("td", ScoreTables.text(row.statistic)),
        Markup.element("td", Self.probability(row.p)),
      ] + (isCorrected ? [Markup.element("td", Self.probability(row.corrected))] : [])
    }
    return Markup.table(head: [head], body: body, kind: "scores")
  }

  /// A p value with two digits that count.
  static func probability(_ p: Double) -> String {
    guard p.isFinite else { return "–" }
    if p < 1e-4 { return "&lt; 0.0001" }
    for (bound, scale) in [(0.001, 1e5), (0.01, 1e4), (1, 1e3)] where p < bound {
      return ScoreTables.compact((p * scale).rounded() / scale)
    }
    return "1"
  }
}
