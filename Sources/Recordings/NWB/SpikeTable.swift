import HDF5File

/// The units of an NWB file: spike times, and when each unit was observed.
struct SpikeTable {
  let units: Int
  /// Per unit, or nil when the file does not say: then every moment counts as observed.
  let observed: [ObservedTime]?
  private static let object = "units"

  init(_ nwb: NWBFile) throws(DataProblem) {
    guard nwb.file.exists(Self.object), nwb.file.exists(Self.object + "/spike_times") else {
      throw nwb.problem(
        Self.object, "the file has no units with spike times",
        help: ["for binned data give `observe: {kind: counts, series: ..., bin: ...}`"])
    }
    let ends = try Self.ends("spike_times", nwb)
    units = ends.count
    guard units > 0 else { throw nwb.problem(Self.object, "the table of units is empty") }
    observed = try Self.observed(nwb, units: units)
  }

  /// The spike times of each unit in seconds, sorted.
  func times(_ nwb: NWBFile) throws(DataProblem) -> [[Double]] {
    let object = Self.object + "/spike_times"
    let all = try nwb.read { file throws(HDF5Error) in try file.doubles(object) }
    let ends = try Self.ends("spike_times", nwb)
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
    let object = object + "/" + column + "_index"
    guard nwb.file.exists(object) else {
      throw nwb.problem(object, "the column `\(column)` has no index that says which rows belong to which unit")
    }
    return try nwb.read { file throws(HDF5Error) in try file.ints(object) }
  }

  private static func observed(_ nwb: NWBFile, units: Int) throws(DataProblem) -> [ObservedTime]? {
    let object = object + "/obs_intervals"
    guard nwb.file.exists(object) else { return nil }
    let shape = try nwb.read { file throws(HDF5Error) in try file.shape(object) }
    guard shape.count == 2, shape[1] == 2 else {
      throw nwb.problem(object, "expected rows of start and stop, found shape \(shape)")
    }
    let ends = try ends("obs_intervals", nwb)
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
    return observed
  }
}
