import Recordings
import SpecLanguage

/// The text of one dataset of a first study, with what was found in comments.
struct InitDataset {
  let choices: InitChoices
  let part: InitChoices.Part
  let group: InitFiles.Group

  var text: String {
    let path = Plain.string(group.path.replacing("${", with: "$${")).flow
    let count = part.surveys.count
    let sessions = count == 1 ? "one session" : "\(count) sessions"
    let lines = [
      "  \(group.id):", "    kind: nwb", "    path: \(path)   # \(sessions), `\(group.id)/<file stem>`",
    ]
    let split = [
      "    # `by: block` would keep trials in the order of time: train, then valid, then test.",
      "    split: {train: 0.7, valid: 0.1, test: 0.2, by: trial, seed: 3}",
    ]
    return (lines + observe + trials + behavior + split).joined(separator: "\n")
  }

  private var first: NWBSurvey { part.surveys[0] }

  private var observe: [String] {
    let least = choices.minRate.map { ", min_rate: \(InitRecordings.short($0)) Hz" } ?? ""
    let smooth = choices.smooth.map { ", smooth: \(InitRecordings.time($0))" } ?? ""
    switch choices.source {
    case .spikes:
      return [
        "    # Without `smooth` the data are counts, and an observation of kind `poisson` is allowed.",
        "    observe: {kind: spikes, bin: \(choices.bin)\(smooth)\(least)}",
      ]
    case .series(let path, let isCounts):
      let others = InitChoices.candidates(first).filter { $0 != path }.joined(separator: ", ")
      let more = others.isEmpty ? [] : [comment("Other series that may be activity: \(others)")]
      let marked = part.electrodes.map { ", channels: \($0)" } ?? ""
      let rate =
        first.series.first { $0.path == path }?.rate.map { "\(InitRecordings.short($0)) bins a second; " } ?? ""
      let words =
        isCounts
        ? "without `smooth` the data are counts, and an observation of kind `poisson` is allowed." : "real-valued."
      return more + [
        "    # \(rate)\(words)",
        "    observe: {kind: counts, series: \(Plain.string(path).flow), bin: \(choices.bin)\(marked)\(smooth)\(least)}",
      ]
    }
  }

  // MARK: Trials

  private var trials: [String] {
    switch part.cut {
    case .windows(let length):
      return tables + [
        "    # No table that gives trials: windows of \(part.bins) bins, \(part.trials) of them or more.",
        "    windows: {length: \(InitRecordings.time(length))}",
      ]
    case .window(let table, let length):
      return columns(table) + [
        "    trials: {\(name(table))window: [0 s, \(InitRecordings.time(length))]}   # every row has it; \(part.bins) bins"
      ]
    case .rows(let table, let min, let max):
      let (min, max) = (InitRecordings.time(min), InitRecordings.time(max))
      return columns(table) + [
        "    # Rows last differently: shorter ones than `min` are left out, longer ones cut to `max`.",
        "    trials: {\(name(table))min: \(min), max: \(max)}   # \(part.bins) to \(part.longest) bins",
      ]
    }
  }

  private func name(_ table: String) -> String { table == "trials" ? "" : "table: \(Plain.string(table).flow), " }

  /// The tables of a recording that is cut into windows.
  private var tables: [String] {
    first.tables.map { table in
      let label = table.columns.first { $0.name == "label" } ?? table.columns.first { $0.name == "tags" }
      let rows = table.starts.indices.prefix(4).map { row in
        let name = label.map { InitColumns.text($0.values[row]) + " " } ?? ""
        return "\(name)\(InitRecordings.short(table.starts[row])) to \(InitRecordings.short(table.stops[row])) s"
      }
      let rest = table.starts.count > rows.count ? ", ..." : ""
      return comment("`\(table.name)`: \(rows.joined(separator: ", "))\(rest)")
    }
  }

  private func columns(_ name: String) -> [String] {
    guard let table = first.tables.first(where: { $0.name == name }) else { return [] }
    return InitColumns(table: table, bin: choices.bin).lines.map(comment)
  }

  // MARK: Behaviour

  private var behavior: [String] {
    guard !part.behavior.isEmpty else { return [] }
    return ["    behavior:"]
      + zip(part.behaviorNames, part.behavior).map { named, series in
        let unit = series.unit.isEmpty ? "" : " \(series.unit)"
        let rate = series.rate.map { ", \(InitRecordings.short($0)) Hz" } ?? ""
        let found = InitRecordings.clean("\(series.dimensions) x\(unit)\(rate)")
        return "      \(named.name): \(Plain.string(named.path).flow)   # \(found)"
      }
  }

  private func comment(_ text: String) -> String { "    # \(InitRecordings.clean(text))" }
}

extension InitChoices.Part {
  /// The signals under names of the language.
  var behaviorNames: [(name: String, path: String)] {
    var names: [(name: String, path: String)] = []
    for series in behavior {
      var name = InitFiles.name(series.name)
      while names.contains(where: { $0.name == name }) { name += "_2" }
      names.append((name, series.path))
    }
    return names
  }
}
