import Foundation
import Recordings
import SpecLanguage

/// What one recording holds, for people.
struct FileScreen {
  let file: String
  let bytes: Int
  let facts: FileFacts

  /// Arrays and series beyond these are counted only.
  private static let most = 60

  var text: String {
    [head, who, units, tables, series, arrays, suggestion].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var entries: PlainMap { PlainMap(facts.entries) }

  private var head: String {
    let format = entries["nwb_version"].map { "NWB \(Self.word($0))" } ?? facts.format.title
    return "\(clean(file)): \(format), \(Self.size(bytes))"
  }

  private var who: String {
    let words = ["subject_id", "species", "session_id", "session_start_time", "lab", "institution"]
    let rows = words.compactMap { key in
      entries[key].map { [key.replacing("_", with: " "), clean(Self.word($0))] }
    }
    return Terminal.table(rows, left: 2)
  }

  private var units: String {
    var tables: [(String, Plain)] = entries["units"].map { [("units", $0)] } ?? []
    if case .map(let others)? = entries["other_units_tables"] { tables += others.entries.map { ($0.key, $0.value) } }
    guard !tables.isEmpty else { return "" }
    let rows = tables.map { name, table -> [String] in
      let spikes = Self.number(table["n_spikes"]) ?? 0
      let units = Self.number(table["n_units"]) ?? 0
      let seconds = Self.number(table["observed_time_per_unit_s"]) ?? Self.number(table["last_spike_time"]) ?? 0
      let rate = units > 0 && seconds > 0 ? "\(Self.short(spikes / units / seconds)) Hz" : "-"
      let columns = Self.words(table["colnames"]).filter { !["spike_times", "obs_intervals"].contains($0) }
      return [
        clean(name), Self.short(units), Self.short(spikes), rate, Self.seconds(table["first_spike_time"]),
        Self.seconds(table["last_spike_time"]), clean(columns.isEmpty ? "-" : columns.joined(separator: ", ")),
      ]
    }
    return Terminal.table([["units", "units", "spikes", "rate each", "first", "last", "columns"]] + rows, last: true)
  }

  private var tables: String {
    guard case .map(let all)? = entries["intervals"], !all.entries.isEmpty else { return "" }
    let rows = all.entries.map { entry -> [String] in
      let table = entry.value
      return [
        clean(entry.key), Self.word(table["n_rows"] ?? 0), Self.seconds(table["first_start"]),
        Self.seconds(table["last_stop"]), clean(Self.words(table["colnames"]).joined(separator: ", ")),
      ]
    }
    return Terminal.table([["intervals", "rows", "from", "to", "columns"]] + rows, last: true)
  }

  private var series: String {
    guard case .map(let all)? = entries["time_series"], !all.entries.isEmpty else { return "" }
    let rows = all.entries.prefix(Self.most).map { entry -> [String] in
      let series = entry.value
      let rate = Self.number(series["rate"]).map { "\(Self.short($0)) Hz" } ?? "time stamps"
      let unit = series["unit"].map(Self.word) ?? ""
      return [clean(entry.key), Self.shape(series), rate, clean(unit.isEmpty ? "-" : unit), Self.range(series)]
    }
    let more = all.entries.count - rows.count
    return Terminal.table([["series", "shape", "rate", "unit", "values"]] + rows, left: 5)
      + (more > 0 ? "\nand \(more) more" : "")
  }

  private var arrays: String {
    guard case .map(let all)? = entries["datasets"] ?? entries["variables"] else { return "" }
    if all.entries.isEmpty { return "no arrays" }
    let rows = all.entries.prefix(Self.most).map { entry in
      [clean(entry.key), Self.shape(entry.value), entry.value["dtype"].map(Self.word) ?? "", Self.range(entry.value)]
    }
    let more = all.entries.count - rows.count
    return Terminal.table([["array", "shape", "type", "values"]] + rows, left: 4)
      + (more > 0 ? "\nand \(more) more" : "")
  }

  /// The entry of `datasets` that reads the file.
  private var suggestion: String {
    guard let text = DatasetSuggestion(file: file, facts: facts).text else { return "" }
    return "A spec reads it with\n\n" + text
  }

  // MARK: Words

  private func clean(_ text: String) -> String { InitRecordings.clean(text) }

  private static func shape(_ array: Plain) -> String {
    guard case .list(let lengths)? = array["shape"] else { return "" }
    return lengths.isEmpty ? "one value" : lengths.map(word).joined(separator: " x ")
  }

  private static func range(_ array: Plain) -> String {
    guard let low = number(array["min"]), let high = number(array["max"]), let mean = number(array["mean"]) else {
      return "-"
    }
    let missing = number(array["n_nan"]).flatMap { $0 > 0 ? ", \(short($0)) missing" : nil } ?? ""
    return "\(short(low)) to \(short(high)), mean \(short(mean))\(missing)"
  }

  private static func seconds(_ value: Plain?) -> String { number(value).map { "\(short($0)) s" } ?? "-" }

  private static func number(_ value: Plain?) -> Double? {
    if case .int(let number)? = value { return Double(number) }
    if case .float(let number)? = value { return number }
    return nil
  }

  /// A number without more digits than people read; whole ones in full.
  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : InitRecordings.short(value)
  }

  private static func words(_ list: Plain?) -> [String] {
    guard case .list(let values)? = list else { return [] }
    return values.map(word)
  }

  private static func word(_ value: Plain) -> String {
    if case .string(let text) = value { text } else { value.flow }
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 10_000 ? "\(bytes) bytes" : bytes < 10_000_000 ? "\(bytes / 1000) kB" : "\(bytes / 1_000_000) MB"
  }
}
