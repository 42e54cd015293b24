import Bundle

/// What no fit has seen, from the guards of `plan.json`: a row for each fit.
struct LeakGuardTable {
  private static let limit = 20
  private static let splits = ["train", "valid", "test"]

  private struct Row: Hashable {
    var run: String
    var guardID: String
  }

  private let rows: [(run: String, guards: JSONValue)]
  private let scored: [(name: String, seen: String)]

  /// - Parameter fits: keys of the fits that are shown; all when nil.
  init?(_ plan: JSONValue, fits: Set<String>?) {
    guard let guards = plan["guards"]?.object else { return nil }
    var rows: [(run: String, guards: JSONValue)] = []
    var scored: [(name: String, seen: String)] = []
    var known: Set<Row> = []
    for job in plan["jobs"]?.array ?? [] {
      guard let name = job["guard"]?.string, let seen = guards[name], let run = job["run"]?.string,
        let key = job["key"]?.string
      else { continue }
      let isFit = job["kind"]?.string == "fit"
      let fit = isFit ? key : job["inputs"]?.array?.first?.string ?? ""
      guard fits?.contains(fit) ?? true else { continue }
      let label = job["evaluation"]?.string.map { "\(run)/\($0)" } ?? run
      guard known.insert(Row(run: label, guardID: name)).inserted else { continue }
      if isFit {
        rows.append((run, seen))
      } else if let word = seen["seen"]?.string, word != "never" {
        scored.append((label, word))
      }
    }
    guard !rows.isEmpty else { return nil }
    self.rows = rows
    self.scored = scored
  }

  /// The parts of the section.
  var parts: [String] {
    let head = ["run", "learns from", "chooses by", "trials", "sessions", "subjects", "neurons"].map {
      Markup.element("th", $0)
    }
    let body = rows.prefix(Self.limit).map { row in cells(row.run, row.guards).map { Markup.element("td", $0) } }
    var text =
      "What no fit behind these numbers has seen: trials of its own sessions, other sessions and subjects of the study, "
    text += "and neurons that no encoder reads."
    if rows.count > Self.limit { text += " The first \(Self.limit) of \(rows.count) fits, all in result/plan.json." }
    var notes: [String] = rows.prefix(Self.limit).compactMap { row in
      let again = names(row.guards["again"])
      return again.isEmpty ? nil : "The fit before \(row.run) has seen \(short(again))."
    }
    notes += rows.prefix(Self.limit).compactMap { row in
      let elsewhere = names(row.guards["elsewhere"])
      return elsewhere.isEmpty
        ? nil : "The fit before \(row.run) has the recordings of \(short(elsewhere)) under another split."
    }
    notes += scored.prefix(Self.limit).map { name, seen in
      switch seen {
      case "learnt": "\(name) scores training trials, which the fit has learnt from."
      case "chosen": "\(name) scores validation trials, by which the fit was selected."
      default: "\(name) scores trials that an earlier fit may have learnt from."
      }
    }
    return [Markup.paragraph(text), Markup.table(head: [head], body: body, kind: "words")]
      + notes.map { Markup.paragraph($0, kind: "note") }
  }

  private func cells(_ run: String, _ seen: JSONValue) -> [String] {
    let trials = Self.splits.compactMap { split in
      seen["unseen"]?["trials"]?[split]?.int.flatMap { $0 > 0 ? "\($0) \(split)" : nil }
    }
    let unseen = seen["unseen"]
    var neurons = unseen?["neurons"]?.int.flatMap { $0 > 0 ? ["\($0)"] : nil } ?? []
    if let bins = unseen?["forward_bins"]?.int, bins > 0 { neurons.append("last \(bins) bins") }
    return [
      Markup.escaped(run), "\(seen["learns"]?.int ?? 0) train", "\(seen["chooses"]?.int ?? 0) valid",
      list(trials), Markup.escaped(short(names(unseen?["sessions"]))),
      Markup.escaped(short(names(unseen?["subjects"]))),
      list(neurons),
    ]
  }

  private func names(_ value: JSONValue?) -> [String] { (value?.array ?? []).compactMap(\.string) }

  private func list(_ words: [String]) -> String { words.isEmpty ? "-" : words.joined(separator: ", ") }

  private func short(_ names: [String]) -> String {
    names.count > 5 ? names.prefix(4).joined(separator: ", ") + " and \(names.count - 4) more" : list(names)
  }
}
