import HDF5File
import SpecLanguage

/// What an NWB file holds: who and when, units, tables of intervals, series.
struct RecordingFacts {
  let nwb: NWBFile
  let objects: [StoredObject]

  var entries: [(String, Plain)] {
    get throws(DataProblem) {
      let version = try nwb.version()
      var entries: [(String, Plain)] = [
        ("nwb_version", .string(version?.text ?? "")),
        ("nwb_version_stored_as", .string(version?.isList == true ? "attribute, array of length 1" : "attribute")),
      ]
      let words = nwb.metadata
      for (key, name) in Self.words { if let word = words[name] { entries.append((key, .string(word))) } }
      // A table that holds no units is no units.
      if let table = units("units") { entries.append(("units", .map(table))) }
      let tables = try intervals()
      if case .int(let rows)? = tables.first(where: { $0.0 == "trials" })?.1["n_rows"] {
        entries.append(("n_trials", .int(rows)))
      } else {
        entries.append(("n_trials", 0))
      }
      entries.append(("intervals", .map(tables)))
      let series = series
      if !series.isEmpty { entries.append(("time_series", .map(series))) }
      let others = otherUnits
      if !others.isEmpty { entries.append(("other_units_tables", .map(others))) }
      let electrodes = "general/extracellular_ephys/electrodes/id"
      if let rows = try? nwb.file.shape(electrodes).first { entries.append(("n_electrodes", .int(rows))) }
      entries.append(("acquisition", .list(((try? nwb.file.children("acquisition")) ?? []).map(Plain.string))))
      return entries
    }
  }

  private static let words = [
    ("identifier", "identifier"), ("session_id", "session_id"), ("subject_id", "subject"), ("species", "species"),
    ("session_start_time", "session_start_time"), ("lab", "lab"), ("institution", "institution"),
  ]

  // MARK: Units

  private var otherUnits: [(String, Plain)] {
    objects.compactMap { object in
      guard object.kind == .group, object.path != "units", type(object.path) == "Units" else { return nil }
      return units(object.path).map { (object.path, .map($0)) }
    }
  }

  private func units(_ object: String) -> [(String, Plain)]? {
    guard let table = try? SpikeTable(nwb, at: object), let times = try? table.times(nwb) else { return nil }
    let counts = times.map(\.count)
    let all = times.flatMap { $0 }
    var entries: [(String, Plain)] = [("n_units", .int(table.units)), ("n_spikes", .int(all.count))]
    if let first = times.compactMap(\.first).min(), let last = times.compactMap(\.last).max() {
      entries += [
        ("first_spike_time", .float(first)), ("last_spike_time", .float(last)),
        ("sum_of_spike_times", .float(NumPySum.of(all))),
      ]
    }
    entries += [
      ("spikes_first_unit", .int(counts.first ?? 0)), ("spikes_last_unit", .int(counts.last ?? 0)),
      ("min_spikes_per_unit", .int(counts.min() ?? 0)), ("max_spikes_per_unit", .int(counts.max() ?? 0)),
    ]
    if let observed = table.observed {
      entries += [
        ("obs_intervals_per_unit", Self.common(table.intervalsPerUnit.map(Plain.int))),
        ("observed_time_per_unit_s", Self.common(observed.map { .float($0.seconds) })),
      ]
    }
    return entries + columns(object, rows: table.units)
  }

  /// One value where all units have it, else the list.
  private static func common(_ values: [Plain]) -> Plain { Set(values).count == 1 ? values[0] : .list(values) }

  private func columns(_ object: String, rows: Int) -> [(String, Plain)] {
    guard case .text(let names) = try? nwb.file.attribute("colnames", of: object) else { return [] }
    var entries: [(String, Plain)] = [("colnames", .list(names.map(Plain.string)))]
    for name in names {
      guard let values = try? IntervalTable.column(object + "/" + name, rows: rows, nwb) else { continue }
      entries += ColumnFacts.entries(name, values)
    }
    return entries
  }

  // MARK: Intervals

  private func intervals() throws(DataProblem) -> [(String, Plain)] {
    var entries: [(String, Plain)] = []
    for object in objects where object.kind == .group && object.path.hasPrefix("intervals/") {
      let name = String(object.path.dropFirst("intervals/".count))
      guard !name.contains("/"), let table = try? IntervalTable(name, in: nwb) else { continue }
      entries.append((name, .map(facts(of: table))))
    }
    return entries
  }

  private func facts(of table: IntervalTable) -> [(String, Plain)] {
    var entries: [(String, Plain)] = [
      ("n_rows", .int(table.rows)), ("colnames", .list(table.names.map(Plain.string))),
    ]
    if let starts = try? table.times("start_time", in: nwb), let stops = try? table.times("stop_time", in: nwb),
      let first = starts.first, let last = stops.last
    {
      entries += [
        ("first_start", .float(first)), ("last_stop", .float(last)),
        ("total_time_in_rows", .float(NumPySum.of(zip(starts, stops).map { $1 - $0 }))),
      ]
    }
    for column in table.columns where !["start_time", "stop_time"].contains(column.name) {
      entries += ColumnFacts.entries(column.name, column.values)
    }
    return entries
  }

  // MARK: Series

  private var series: [(String, Plain)] {
    let datasets = Set(objects.lazy.filter { $0.kind == .dataset }.map(\.path))
    return objects.compactMap { object in
      let path = object.path
      guard object.kind == .group, datasets.contains(path + "/data"),
        datasets.contains(path + "/starting_time") || datasets.contains(path + "/timestamps"),
        case .map(let numbers)? = nwb.facts(of: path + "/data")
      else { return nil }
      var entries: [(String, Plain)] = [("neurodata_type", .string(type(path) ?? ""))]
      if let unit = try? nwb.file.text(attribute: "unit", of: path + "/data") {
        entries.append(("unit", .string(unit)))
      }
      for name in ["conversion", "offset"] {
        guard let factor = try? nwb.file.number(attribute: name, of: path + "/data") else { continue }
        entries.append((name, .float(factor)))
      }
      entries += numbers.entries.map { ($0.key, $0.value) }
      return (path, .map(entries + times(path)))
    }
  }

  private func times(_ path: String) -> [(String, Plain)] {
    guard let series = try? NWBSeries(path, in: nwb), series.samples <= NWBFile.mostNumbers,
      let times = try? series.times(nwb)
    else { return [] }
    switch times {
    case .regular(let start, let rate):
      return [
        ("rate", .float(rate)), ("starting_time", .float(start)), ("duration_s", .float(Double(series.samples) / rate)),
      ]
    case .stamps(let stamps):
      return [
        ("n_timestamps", .int(stamps.count)), ("first_timestamp", .float(stamps.first ?? .nan)),
        ("last_timestamp", .float(stamps.last ?? .nan)), ("sum_of_timestamps", .float(NumPySum.of(stamps))),
      ]
    }
  }

  private func type(_ object: String) -> String? { try? nwb.file.text(attribute: "neurodata_type", of: object) }
}
