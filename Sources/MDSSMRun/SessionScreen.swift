import Bundle
import ExperimentGraph
import Recordings
import SpecLanguage

/// The sessions of a spec after processing: trials, bins, channels, rates, and what was left out.
struct SessionScreen {
  private let loader: Loader

  init(_ loader: Loader) { self.loader = loader }

  /// Prints them; complaints about the data end the program.
  func show() throws {
    let loaded = try loader.load()
    try loader.ending(loaded) {
      var faults: [BadData.Fault] = []
      var rows: [Row] = []
      for dataset in loaded.specification.datasets {
        do {
          for header in try dataset.value.allHeaders(id: dataset.id, base: loaded.base) {
            let session = try dataset.value.load(id: dataset.id, session: header.name, base: loaded.base)
            let row = Row(header: header, session: session)
            if loader.options.json { Terminal.output(row.json) }
            rows.append(row)
          }
        } catch let error as DataProblems {
          faults += error.problems.map { BadData.Fault(dataset: dataset.id, problem: $0) }
        }
      }
      if !loader.options.json { Terminal.output(Self.text(rows)) }
      if !faults.isEmpty { throw BadData(faults: faults) }
    }
  }

  private static func text(_ rows: [Row]) -> String {
    // Columns that no session fills are left out.
    let (isDealt, holdsOut) = (rows.contains { $0.header.dealt != nil }, rows.contains { $0.header.heldOut != nil })
    let own = (isDealt ? ["dealt to"] : []) + (holdsOut ? ["held out"] : [])
    let titles =
      ["session", "train", "valid", "test", "bins", "bin", "channels", "mean", "missing"] + own + ["behaviour"]
    let cells = rows.map { $0.cells(isDealt: isDealt, holdsOut: holdsOut) }
    var text = Terminal.table([titles] + cells, last: true)
    let notes = rows.flatMap { row in
      (row.header.excluded.map { "left out: " + $0 } + row.header.notes).map { "  \(row.session.name): \($0)" }
    }
    if !notes.isEmpty { text += "\n\nnotes\n" + notes.map(InitRecordings.clean).joined(separator: "\n") }
    return text
  }

  private struct Row {
    let header: SessionHeader
    let session: Session

    /// Observed numbers, and bins of trials without one.
    private var total: (sum: Double, count: Int, missing: Int) {
      var sum = 0.0
      var count = 0
      for value in session.observations where !value.isNaN {
        sum += Double(value)
        count += 1
      }
      let all = session.channels * session.trials.reduce(0) { $0 + $1.length }
      return (sum, count, all - count)
    }

    /// Spikes per second and channel, or the mean of what is no count.
    private var mean: Double {
      let total = total
      guard total.count > 0 else { return .nan }
      let mean = total.sum / Double(total.count)
      return session.isCounts ? mean / session.binWidth.seconds : mean
    }

    private var lengths: String {
      let lengths = session.trials.map(\.length)
      guard let low = lengths.min(), let high = lengths.max() else { return "0" }
      return low == high ? "\(low)" : "\(low) to \(high)"
    }

    func cells(isDealt: Bool, holdsOut: Bool) -> [String] {
      let splits = Split.allCases.map { String(header.trials[$0] ?? 0) }
      let missing = total.missing
      let share = Double(missing) / Double(max(1, total.count + missing))
      let behavior = session.behavior.map { "\($0.name) (\($0.dimensions))" }.joined(separator: ", ")
      var cells = [InitRecordings.clean(session.name)] + splits
      cells += [
        lengths, "\(session.binWidth)", String(session.channels),
        InitRecordings.short(mean) + (session.isCounts ? " Hz" : ""),
        missing == 0 ? "-" : "\(InitRecordings.short(100 * share)) %",
      ]
      if isDealt { cells.append(header.dealt?.rawValue ?? "-") }
      if holdsOut { cells.append(header.heldOut.map(Self.words) ?? "-") }
      return cells + [behavior.isEmpty ? "-" : behavior]
    }

    private static func words(_ heldOut: HeldOut) -> String {
      let parts = [(heldOut.channels.count, "channel"), (heldOut.bins, "bin")].filter { $0.0 > 0 }
      return parts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
    }

    var json: String {
      let lengths = session.trials.map(\.length)
      let total = total
      var object: [String: JSONValue] = [
        "type": "session", "format": 1, "session": .string(session.name), "channels": .int(session.channels),
        "bins": .int(session.bins), "shortest_trial": .int(lengths.min() ?? 0), "trials": .int(session.trials.count),
        "bin_s": .double(session.binWidth.seconds), "is_counts": .bool(session.isCounts), "sum": .double(total.sum),
        "mean": .double(mean), "missing": .int(total.missing),
        "notes": .array(header.notes.map(JSONValue.string)),
        "excluded": .array(header.excluded.map(JSONValue.string)),
        "files": .array(header.files.map(JSONValue.string)),
        "metadata": .object(session.metadata.mapValues(JSONValue.string)),
      ]
      if let dealt = header.dealt { object["dealt"] = .string(dealt.rawValue) }
      if let heldOut = header.heldOut {
        object["held_out"] = ["channels": .array(heldOut.channels.map(JSONValue.int)), "bins": .int(heldOut.bins)]
      }
      for split in Split.allCases { object["n_" + split.rawValue] = .int(header.trials[split] ?? 0) }
      object["behavior"] = .array(
        session.behavior.map {
          ["name": .string($0.name), "unit": .string($0.unit), "dimensions": .int($0.dimensions)]
        })
      return JSONValue.object(object).line
    }
  }
}
