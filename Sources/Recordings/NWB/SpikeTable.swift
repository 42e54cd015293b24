import HDF5File

/// The units of an NWB file: spike times, and when each unit was observed.
struct SpikeTable {
  /// Units that are kept.
  var units: Int { filter.kept.count }
  /// Per kept unit, or nil when the file does not say: then every moment counts as observed.
  private(set) var observed: [ObservedTime]?
  /// How many intervals of observation each unit has; empty when the file does not say.
  let intervalsPerUnit: [Int]
  /// The table in the file.
  let object: String
  /// Where the spikes of each row begin, and where the last ones end.
  private let bounds: [Int]
  private var filter: UnitFilter

  /// What was left out.
  var notes: [String] { filter.notes }
  /// So many spikes are read at once.
  private static let piece = 1 << 20

  init(_ nwb: NWBFile, at object: String = "units") throws(DataProblem) {
    self.object = object
    guard nwb.file.exists(object), nwb.file.exists(object + "/spike_times") else {
      throw nwb.problem(
        object, "the file has no units with spike times",
        help: ["for binned data give `observe: {kind: counts, series: ..., bin: ...}`"])
    }
    let ends = try Self.ends(object + "/spike_times", nwb)
    let units = ends.count
    guard units > 0 else { throw nwb.problem(object, "the table of units is empty") }
    bounds = [0] + ends
    filter = UnitFilter(all: units)
    let times = object + "/spike_times"
    let count = try nwb.read { file throws(HDF5Error) in try file.shape(times).first ?? 0 }
    for unit in 0..<units where bounds[unit] > bounds[unit + 1] || bounds[unit + 1] > count {
      throw nwb.problem(
        times + "_index", "the entry of unit \(unit) is \(bounds[unit + 1]), outside of \(bounds[unit])...\(count)")
    }
    let (observed, counts) = try Self.observed(object + "/obs_intervals", nwb, units: units)
    self.observed = observed
    intervalsPerUnit = counts
  }

  /// Leaves out units as a spec says.
  mutating func choose(_ spec: SpikeObservation, _ nwb: NWBFile) throws(DataProblem) {
    let all = filter.kept
    try filter.apply(spec.where, of: object, in: nwb)
    if spec.duplicates != nil {
      try filter.dropDuplicates(above: spec.duplicates, try times(nwb), of: object, in: nwb)
    }
    let kept = Set(filter.kept)
    if let observed { self.observed = zip(all, observed).filter { kept.contains($0.0) }.map(\.1) }
  }

  /// The spike times of each kept unit in seconds, sorted.
  func times(_ nwb: NWBFile) throws(DataProblem) -> [[Double]] {
    var times: [[Double]] = []
    try eachUnit(nwb) { _, own throws(DataProblem) in times.append(own) }
    return times
  }

  /// The sorted spike times of one kept unit after the other; only about a million spikes are in memory.
  func eachUnit(
    _ nwb: NWBFile, _ body: (_ unit: Int, _ times: [Double]) throws(DataProblem) -> Void
  ) throws(DataProblem) {
    let object = object + "/spike_times"
    var piece: [Double] = []
    var first = 0
    for (unit, row) in filter.kept.enumerated() {
      let (start, end) = (bounds[row], bounds[row + 1])
      if end > first + piece.count || start < first {
        // The rows that follow belong to the same piece, as far as they fit.
        var last = end
        for later in filter.kept[unit...] where bounds[later + 1] - start <= Self.piece { last = bounds[later + 1] }
        first = start
        piece = try nwb.read { file throws(HDF5Error) in
          try file.doubles(object, in: Slab(start: [start], count: [last - start]))
        }
      }
      let own = Array(piece[start - first..<end - first])
      let (isFinite, isSorted) = Self.order(own)
      guard isFinite else { throw nwb.problem(object, "unit \(row) has spike times that are not numbers") }
      try body(unit, isSorted ? own : own.sorted())
    }
  }

  /// Whether all are numbers, and whether none is smaller than the one before.
  private static func order(_ times: [Double]) -> (isFinite: Bool, isSorted: Bool) {
    times.withUnsafeBufferPointer { times in
      var isFinite = true
      var isSorted = true
      var last = -Double.infinity
      for time in times {
        isFinite = isFinite && time.isFinite
        isSorted = isSorted && last <= time
        last = time
      }
      return (isFinite, isSorted)
    }
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
