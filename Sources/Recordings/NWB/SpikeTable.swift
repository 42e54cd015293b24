import HDF5File

/// The units of an NWB file: spike times, and when each unit was observed.
struct SpikeTable {
  let units: Int
  /// Per unit, or nil when the file does not say: then every moment counts as observed.
  let observed: [ObservedTime]?
  /// How many intervals of observation each unit has; empty when the file does not say.
  let intervalsPerUnit: [Int]
  /// The table in the file.
  let object: String

  init(_ nwb: NWBFile, at object: String = "units") throws(DataProblem) {
    self.object = object
    guard nwb.file.exists(object), nwb.file.exists(object + "/spike_times") else {
      throw nwb.problem(
        object, "the file has no units with spike times",
        help: ["for binned data give `observe: {kind: counts, series: ..., bin: ...}`"])
    }
    let ends = try Self.ends(object + "/spike_times", nwb)
    units = ends.count
    guard units > 0 else { throw nwb.problem(object, "the table of units is empty") }
    let (observed, counts) = try Self.observed(object + "/obs_intervals", nwb, units: units)
    self.observed = observed
    intervalsPerUnit = counts
  }

  /// The spike times of each unit in seconds, sorted.
  func times(_ nwb: NWBFile) throws(DataProblem) -> [[Double]] {
    let object = object + "/spike_times"
    let all = try nwb.read { file throws(HDF5Error) in try file.doubles(object) }
    let ends = try Self.ends(object, nwb)
    var start = 0
    var times: [[Double]] = []
    for (unit, end) in ends.enumerated() {
      guard start <= end, end <= all.count else {
        throw nwb.problem(object + "_index", "the entry of unit \(unit) is \(end), outside of \(start)...\(all.count)")
      }
      let own = Array(all[start..<end])
      guard own.allSatisfy(\.isFinite) else {
        throw nwb.problem(object, "unit \(unit) has spike times that are not numbers")
      }
      times.append(zip(own, own.dropFirst()).allSatisfy { $0 <= $1 } ? own : own.sorted())
      start = end
    }
    return times
  }

  /// Where the rows of each unit end in a ragged column.
  private static func ends(_ column: String, _ nwb: NWBFile) throws(DataProblem) -> [Int] {
    let object = column + "_index"
    guard nwb.file.exists(object) else {
      let name = column.split(separator: "/").last ?? ""
      throw nwb.problem(object, "the column `\(name)` has no index that says which rows belong to which unit")
    }
    return try nwb.read { file throws(HDF5Error) in try file.ints(object) }
  }

  private static func observed(
    _ object: String, _ nwb: NWBFile, units: Int
  ) throws(DataProblem) -> (times: [ObservedTime]?, counts: [Int]) {
    guard nwb.file.exists(object) else { return (nil, []) }
    let shape = try nwb.read { file throws(HDF5Error) in try file.shape(object) }
    guard shape.count == 2, shape[1] == 2 else {
      throw nwb.problem(object, "expected rows of start and stop, found shape \(shape)")
    }
    let ends = try ends(object, nwb)
    guard ends.count == units else {
      throw nwb.problem(object + "_index", "there are \(ends.count) entries for \(units) units")
    }
    let bounds = try nwb.read { file throws(HDF5Error) in try file.doubles(object) }
    var observed: [ObservedTime] = []
    var start = 0
    for (unit, end) in ends.enumerated() {
      guard start <= end, end <= shape[0] else {
        throw nwb.problem(object + "_index", "the entry of unit \(unit) is \(end), outside of \(start)...\(shape[0])")
      }
      observed.append(ObservedTime((start..<end).map { (bounds[2 * $0], bounds[2 * $0 + 1]) }))
      start = end
    }
    return (observed, zip([0] + ends, ends).map { $1 - $0 })
  }
}
