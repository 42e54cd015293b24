import HDF5File
import SpecLanguage

/// A table of intervals: trials, epochs, segments.
struct IntervalTable {
  let object: String
  let rows: Int
  /// The names of all columns, in file order.
  let names: [String]
  /// Columns with one value or a list of values per row, in file order.
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
      let path = object + "/" + name
      if let values = try Self.column(path, rows: rows, nwb) {
        columns.append((name, values))
      } else if let lists = try Self.lists(path, rows: rows, nwb) {
        columns.append((name, lists))
      }
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
      return try values(object, file)
    }
  }

  /// More values than this are no description of trials.
  private static let mostValues = 1 << 20

  /// The lists of a column that has one per row: a ragged one, whose index says where the list of each row ends, or one of
  /// two axes. Nil for one of another kind.
  static func lists(_ object: String, rows: Int, _ nwb: NWBFile) throws(DataProblem) -> [Plain]? {
    guard nwb.file.exists(object), !nwb.file.exists(object + "_index_index") else { return nil }
    let isRagged = nwb.file.exists(object + "_index")
    let (all, ends) = try nwb.read { file throws(HDF5Error) -> ([Plain]?, [Int]) in
      guard try file.kind(object) == .dataset else { return (nil, []) }
      let shape = try file.shape(object)
      guard shape.count == (isRagged ? 1 : 2), isRagged || shape[0] == rows,
        shape.reduce(1.0, { $0 * Double($1) }) <= Double(mostValues)
      else { return (nil, []) }
      let ends = isRagged ? try file.ints(object + "_index") : (0..<rows).map { ($0 + 1) * shape[1] }
      return (try values(object, file), ends)
    }
    guard let all else { return nil }
    guard ends.count == rows else {
      throw nwb.problem(object + "_index", "there are \(ends.count) entries for \(rows) rows")
    }
    var lists: [Plain] = []
    var start = 0
    for (row, end) in ends.enumerated() {
      guard start <= end, end <= all.count else {
        throw nwb.problem(object + "_index", "the entry of row \(row) is \(end), outside of \(start)...\(all.count)")
      }
      lists.append(.list(Array(all[start..<end])))
      start = end
    }
    return lists
  }

  private static func values(_ object: String, _ file: HDF5Reader) throws(HDF5Error) -> [Plain]? {
    switch try file.elementKind(object) {
    case .integer: try file.ints(object).map(Plain.int)
    case .float: try file.doubles(object).map(Plain.float)
    case .string: try file.strings(object).map(Plain.string)
    case .boolean: try file.bools(object).map(Plain.bool)
    case .enumeration: try file.ints(object).map(Plain.int)
    case .reference, .compound, .other: nil
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

  /// A row as text, for people and reports; the values of a list with `, ` between them.
  func text(row: Int) -> [String: String] {
    var texts: [String: String] = [:]
    for column in columns { texts[column.name] = Self.text(column.values[row]) }
    return texts
  }

  private static func text(_ value: Plain) -> String? {
    switch value {
    case .int(let value): String(value)
    case .float(let value): value.isNaN ? "nan" : value.description
    case .bool(let value): value ? "true" : "false"
    case .string(let value): value
    case .list(let values): values.compactMap(text).joined(separator: ", ")
    case .null, .map: nil
    }
  }
}
