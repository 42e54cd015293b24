import Recordings
import SpecLanguage

/// What the columns of a table of trials say, for a comment in a first study.
struct InitColumns {
  let table: NWBSurvey.Table
  let bin: Nanoseconds

  private static let most = 14

  /// A time in every row, seconds from the start of the row: from the tenth to the ninetieth percentile of rows.
  private struct Event {
    var name: String
    var early: Double
    var median: Double
    var late: Double
    /// Of nine rows in ten at least so much lies behind the event.
    var behind: Double
  }

  var lines: [String] {
    let others = table.columns.filter { $0.name != "start_time" && $0.name != "stop_time" }
    var lines = ["`\(table.name)` has \(table.starts.count) rows" + (others.isEmpty ? "" : ", with:")]
    for column in others.prefix(Self.most) {
      let words = event(column).map(Self.words) ?? Self.examples(column.values)
      lines.append("  \(column.name): \(words)")
    }
    if others.count > Self.most { lines.append("  and \(others.count - Self.most) more columns") }
    return lines + alternative
  }

  /// Trials around an event, where there is one with room on both sides.
  private var alternative: [String] {
    let events = table.columns.compactMap(event).sorted { Self.rank($0.name) < Self.rank($1.name) }
    for event in events {
      let before = Int((event.early / bin.seconds + 1e-3).rounded(.down)) * bin.count
      let after = Int((event.behind / bin.seconds + 1e-3).rounded(.down)) * bin.count
      guard after > 0, (before + after) / bin.count >= 5 else { continue }
      let from = before == 0 ? "0 s" : "-" + InitRecordings.time(Nanoseconds(before))
      let name = table.name == "trials" ? "" : "table: \(table.name), "
      let window = "[\(from), \(InitRecordings.time(Nanoseconds(after)))]"
      return ["Trials around an event: trials: {\(name)align: \(event.name), window: \(window)}"]
    }
    return []
  }

  private static func rank(_ name: String) -> Int {
    for (rank, word) in ["move", "onset", "go", "stim", "cue"].enumerated() where name.contains(word) { return rank }
    return 9
  }

  /// A column of times inside of the rows, but not their starts or stops.
  private func event(_ column: NWBSurvey.Column) -> Event? {
    guard column.name != "start_time", column.name != "stop_time" else { return nil }
    var offsets: [Double] = []
    var rests: [Double] = []
    for (row, value) in column.values.enumerated() {
      guard case .float(let time) = value, time.isFinite else { continue }
      let (start, stop) = (table.starts[row], table.stops[row])
      guard time >= start - 1e-6, time <= stop + 1e-6 else { return nil }
      offsets.append(time - start)
      rests.append(stop - time)
    }
    guard offsets.count * 2 >= column.values.count, offsets.count >= 5 else { return nil }
    offsets.sort()
    rests.sort()
    let place = offsets.count / 10
    return Event(
      name: column.name, early: offsets[place], median: offsets[offsets.count / 2],
      late: offsets[offsets.count - 1 - place], behind: rests[place])
  }

  private static func words(_ event: Event) -> String {
    let range = "\(InitRecordings.short(event.early)) to \(InitRecordings.short(event.late)) s"
    return "a time, \(InitRecordings.short(event.median)) s after the start (most \(range))"
  }

  /// The first different values of a column.
  private static func examples(_ values: [Plain]) -> String {
    var seen: [Plain] = []
    var counts: [Plain: Int] = [:]
    for value in values {
      if counts[value] == nil { seen.append(value) }
      counts[value, default: 0] += 1
    }
    let isShort = seen.count <= 4
    let shown = seen.prefix(4).map { text($0) + (isShort && seen.count > 1 ? " (\(counts[$0] ?? 0))" : "") }
    return shown.joined(separator: ", ") + (isShort ? "" : ", ... (\(seen.count) values)")
  }

  static func text(_ value: Plain) -> String {
    switch value {
    case .string(let text): JSON.quoted(text)
    case .float(let number): InitRecordings.short(number)
    case .null, .bool, .int, .list, .map: value.flow
    }
  }
}
