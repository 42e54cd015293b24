import HDF5File
import SpecLanguage

/// A table of intervals: trials, epochs, segments.
struct IntervalTable {
  let object: String
  let rows: Int
  /// The names of all columns, in file order.
  let names: [String]
  /// Columns with one value per row, in file order.
  let columns: [(name: String, values: [Plain])]

  /// - Parameter table: a name under `intervals`, or a path.
  init(_ table: String, in nwb: NWBFile) throws(DataProblem) {
    object = table.contains("/") ? table : "intervals/" + table
    guard nwb.file.exists(object) else { throw Self.missing(object, nwb) }
    let object = object
    let listed = try nwb.read { file throws(HDF5Error) in try file.attribute("colnames", of: object) }
    let names: [String]
    if case .text(let texts) = listed {
      names = texts
    } else {
      names = try nwb.read { file throws(HDF5Error) in try file.children(object) }.filter { $0 != "id" }
    }
    let start = try nwb.read { file throws(HDF5Error) in try file.shape(object + "/start_time") }
    rows = start.first ?? 0
    var columns: [(name: String, values: [Plain])] = []
    for name in names {
      if let values = try Self.column(object + "/" + name, rows: rows, nwb) { columns.append((name, values)) }
    }
    self.names = names
    self.columns = columns
  }

  private static func missing(_ object: String, _ nwb: NWBFile) -> DataProblem {
    let known = (try? nwb.file.children("intervals")) ?? []
    let help = known.isEmpty ? "the file has no tables of intervals" : "tables of intervals: " + DataProblem.list(known)
    return nwb.problem(
      object, "there is no such table of intervals",
      help: [help, "for a continuous recording give `windows: {length: ...}` instead of `trials`"])
  }

  /// The values of a column, or nil for one that does not have one simple value per row.
  static func column(_ object: String, rows: Int, _ nwb: NWBFile) throws(DataProblem) -> [Plain]? {
    guard nwb.file.exists(object), !nwb.file.exists(object + "_index") else { return nil }
    return try nwb.read { file throws(HDF5Error) -> [Plain]? in
      guard try file.kind(object) == .dataset, try file.shape(object) == [rows] else { return nil }
      switch try file.elementKind(object) {
      case .integer: return try file.ints(object).map(Plain.int)
      case .float: return try file.doubles(object).map(Plain.float)
      case .string: return try file.strings(object).map(Plain.string)
      case .boolean: return try file.bools(object).map(Plain.bool)
      case .enumeration: return try file.ints(object).map(Plain.int)
      case .reference, .compound, .other: return nil
      }
    }
  }

  /// A column of times.
  func times(_ name: String, in nwb: NWBFile) throws(DataProblem) -> [Double] {
    guard let column = columns.first(where: { $0.name == name }) else {
      let names = columns.map(\.name)
      let match = Suggestion.nearest(to: name, among: names)
      throw nwb.problem(
        object + "/" + name, "the table has no column `\(name)`",
        help: [match.map { "did you mean `\($0.word)`?" } ?? "columns: " + DataProblem.list(names)])
    }
    var times: [Double] = []
    for value in column.values {
      switch value {
      case .float(let time): times.append(time)
      case .int(let time): times.append(Double(time))
      case .null, .bool, .string, .list, .map:
        throw nwb.problem(object + "/" + name, "the column `\(name)` does not hold times")
      }
    }
    return times
  }

  func value(_ name: String, row: Int) -> Plain? { columns.first { $0.name == name }?.values[row] }

  /// A row as text, for people and reports.
  func text(row: Int) -> [String: String] {
    var texts: [String: String] = [:]
    for column in columns {
      switch column.values[row] {
      case .int(let value): texts[column.name] = String(value)
      case .float(let value): texts[column.name] = value.isNaN ? "nan" : value.description
      case .bool(let value): texts[column.name] = value ? "true" : "false"
      case .string(let value): texts[column.name] = value
      case .null, .list, .map: break
      }
    }
    return texts
  }
}
