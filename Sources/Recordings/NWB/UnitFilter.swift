import HDF5File
import SpecLanguage

/// Which units of a table are channels, and what is said about the others.
struct UnitFilter {
  /// Rows of the table, in order.
  private(set) var kept: [Int]
  private(set) var notes: [String] = []

  /// Two spikes closer than this coincide: half of a spike's width.
  static let window = 0.5e-3

  /// All units of a table.
  init(all count: Int) { kept = Array(0..<count) }

  // MARK: - A condition

  /// Keeps units for which an expression over the columns of the table is true. A column that the table lacks is looked
  /// for among the columns of the electrodes, at the first electrode of the unit, and then in its group of electrodes.
  mutating func apply(_ condition: Expression?, of object: String, in nwb: NWBFile) throws(DataProblem) {
    guard let condition else { return }
    let chosen = try Self.rows(where: condition, "where", of: object, count: kept.count, among: kept, in: nwb)
    try keep(chosen, because: "`where` is not true", nwb, object)
  }

  /// The units for which an expression over the columns of the table is true.
  /// - Parameter key: where the spec gives it, for complaints.
  /// - Parameter count: rows of the table. - Parameter units: the rows to ask.
  static func rows(
    where condition: Expression, _ key: String, of object: String, count: Int, among units: [Int], in nwb: NWBFile
  ) throws(DataProblem) -> [Int] {
    let columns = UnitColumns(object: object, count: count, nwb: nwb)
    var values: [String: [Plain]] = [:]
    for name in condition.names {
      guard let column = columns.values(of: name) else {
        let names = columns.names
        let match = Suggestion.nearest(to: name, among: names)
        throw nwb.problem(
          object, "`\(key)` speaks of `\(name)`, which is no column of the units or their electrodes",
          help: [match.map { "did you mean `\($0.word)`?" } ?? "columns: " + DataProblem.list(names)])
      }
      values[name] = column
    }
    var chosen: [Int] = []
    for unit in units {
      let value: Plain
      do throws(Diagnostic) {
        value = try condition.evaluate { values[$0]?[unit] }
      } catch {
        throw nwb.problem(object, "`\(key)` has no value for unit \(unit): \(error.message)", help: error.help)
      }
      guard case .bool(let isChosen) = value else {
        throw nwb.problem(object, "`\(key)` is not true or false for unit \(unit): `\(condition.text)`")
      }
      if isChosen { chosen.append(unit) }
    }
    return chosen
  }

  private mutating func keep(
    _ chosen: [Int], because reason: String, _ nwb: NWBFile, _ object: String
  ) throws(DataProblem) {
    if chosen.count == kept.count { return }
    let text = "\(kept.count - chosen.count) of \(kept.count) units: \(reason)"
    if chosen.isEmpty { throw nwb.problem(object, "no unit is left: left out \(text)") }
    notes.append("left out " + text)
    kept = chosen
  }

  // MARK: - Duplicates

  /// Leaves out units that are seen twice: of which more than a share of the spikes coincide with spikes of one earlier
  /// unit that stays.
  /// - Parameter times: sorted spike times of the kept units.
  mutating func dropDuplicates(
    above share: Double?, _ times: [[Double]], of object: String, in nwb: NWBFile
  ) throws(DataProblem) {
    guard let share else { return }
    var stays: [Int] = []
    for unit in times.indices {
      let isCopy = stays.contains { other in
        let count = Self.coincidences(times[unit], times[other])
        return count > 0 && Double(count) > share * Double(times[unit].count)
      }
      if !isCopy { stays.append(unit) }
    }
    let all = kept
    let reason = "more than \(shortText(100 * share)) % of their spikes coincide with those of another unit"
    try keep(stays.map { all[$0] }, because: reason, nwb, object)
  }

  /// How many spikes of one unit have a spike of another close by.
  static func coincidences(_ own: [Double], _ other: [Double]) -> Int {
    var count = 0
    var place = 0
    for time in own {
      while place < other.count, other[place] < time - window { place += 1 }
      if place < other.count, other[place] <= time + window { count += 1 }
    }
    return count
  }
}

/// The columns of a table of units, and those of the electrodes that the units were recorded with.
private struct UnitColumns {
  let object: String
  let count: Int
  let nwb: NWBFile

  private static let electrodes = "general/extracellular_ephys/electrodes"

  var names: [String] {
    let own = ((try? nwb.file.children(object)) ?? []).filter { values(of: $0) != nil }
    let far = ((try? nwb.file.children(Self.electrodes)) ?? []).filter { !own.contains($0) && values(of: $0) != nil }
    return own + far
  }

  func values(of name: String) -> [Plain]? {
    if let own = try? IntervalTable.column(object + "/" + name, rows: count, nwb) { return own }
    return ofElectrode(name) ?? ofGroup(name)
  }

  /// The value at the first electrode of each unit.
  private func ofElectrode(_ name: String) -> [Plain]? {
    guard let rows = try? nwb.file.shape(Self.electrodes + "/id").first,
      let column = try? IntervalTable.column(Self.electrodes + "/" + name, rows: rows, nwb),
      let list = try? nwb.file.ints(object + "/electrodes"),
      let ends = try? nwb.file.ints(object + "/electrodes_index"), ends.count == count
    else { return nil }
    return ends.indices.map { unit in
      let start = unit == 0 ? 0 : ends[unit - 1]
      guard start < ends[unit], list.indices.contains(start), column.indices.contains(list[start]) else {
        return Self.nothing(like: column.first)
      }
      return column[list[start]]
    }
  }

  /// A word about the group of electrodes of each unit, such as its `location`.
  private func ofGroup(_ name: String) -> [Plain]? {
    guard let groups = try? nwb.file.references(object + "/electrode_group"), groups.count == count else { return nil }
    var known: [String: Plain] = [:]
    for group in Set(groups) {
      let stored = (try? nwb.file.strings(group + "/" + name))?.first
      guard let word = stored ?? (try? nwb.file.text(attribute: name, of: group)) else { continue }
      known[group] = .string(word)
    }
    return known.isEmpty ? nil : groups.map { known[$0] ?? "" }
  }

  /// What stands for a value that a unit does not have: an empty word, no number, false.
  private static func nothing(like value: Plain?) -> Plain {
    switch value {
    case .string: ""
    case .int, .float: .float(.nan)
    case .bool: false
    case .null, .list, .map, nil: .null
    }
  }
}
