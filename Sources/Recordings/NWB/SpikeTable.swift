import Dispatch
import Foundation
import HDF5File
import SpecLanguage

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
  /// So many spikes are read at once: by the library, whose chunks are large, and without it, as the cache of a processor holds.
  private static let piece = 1 << 20
  private static let storedPiece = 1 << 17

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

  /// The places among the kept units of those for which a condition is true.
  func places(where condition: SpecLanguage.Expression, _ nwb: NWBFile) throws(DataProblem) -> [Int] {
    let chosen = Set(
      try UnitFilter.rows(
        where: condition, "neurons.where", of: object, count: bounds.count - 1, among: filter.kept, in: nwb))
    return filter.kept.indices.filter { chosen.contains(filter.kept[$0]) }
  }

  /// The spike times of each kept unit in seconds, sorted.
  func times(_ nwb: NWBFile) throws(DataProblem) -> [[Double]] {
    let reading = try Reading(self, nwb)
    var piece: [Double] = []
    var times: [[Double]] = []
    for number in reading.pieces.indices { try reading.read(number, &piece) { times.append(Array($1)) } }
    return times
  }

  /// Gives the sorted spike times of every kept unit to a body that several threads run at once, each for other units; only
  /// about a million spikes of each thread are in memory.
  func eachUnit(
    _ nwb: NWBFile, _ body: @Sendable (_ unit: Int, _ times: UnsafeBufferPointer<Double>) -> Void
  ) throws(DataProblem) {
    let reading = try Reading(self, nwb)
    let threads = min(reading.pieces.count, ProcessInfo.processInfo.activeProcessorCount)
    var problems = [DataProblem?](repeating: nil, count: reading.pieces.count)
    problems.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let problems = buffer
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        var piece: [Double] = []
        for number in stride(from: thread, to: reading.pieces.count, by: threads) {
          do throws(DataProblem) {
            try reading.read(number, &piece, body)
          } catch {
            problems[number] = error
            return
          }
        }
      }
    }
    if let first = problems.lazy.compactMap({ $0 }).first { throw first }
  }

  /// The spikes of a file piece by piece, each with the spikes of some units whole.
  private struct Reading: Sendable {
    let pieces: [(units: Range<Int>, spikes: Range<Int>)]
    private let rows: [Int]
    private let bounds: [Int]
    private let object: String
    private let stored: StoredDoubles?
    private let nwb: NWBFile

    init(_ table: SpikeTable, _ nwb: NWBFile) throws(DataProblem) {
      let object = table.object + "/spike_times"
      let stored = try nwb.read { file throws(HDF5Error) in try file.storedDoubles(object) }
      (self.object, self.stored, self.nwb) = (object, stored, nwb)
      (rows, bounds) = (table.filter.kept, table.bounds)
      let most = stored == nil ? SpikeTable.piece : SpikeTable.storedPiece
      var pieces: [(units: Range<Int>, spikes: Range<Int>)] = []
      for (unit, row) in rows.enumerated() {
        let (start, end) = (bounds[row], bounds[row + 1])
        if let last = pieces.last, start >= last.spikes.upperBound, end - last.spikes.lowerBound <= most {
          pieces[pieces.count - 1] = (last.units.lowerBound..<unit + 1, last.spikes.lowerBound..<end)
        } else {
          pieces.append((unit..<unit + 1, start..<end))
        }
      }
      self.pieces = pieces
    }

    /// - Parameter values: memory that is used again from piece to piece.
    func read(
      _ number: Int, _ values: inout [Double], _ body: (_ unit: Int, _ times: UnsafeBufferPointer<Double>) -> Void
    ) throws(DataProblem) {
      let (units, spikes) = pieces[number]
      try nwb.read { file throws(HDF5Error) in
        guard let stored else {
          values = try file.doubles(object, in: Slab(start: [spikes.lowerBound], count: [spikes.count]))
          return
        }
        if values.count != spikes.count { values = [Double](repeating: 0, count: spikes.count) }
        try stored.read(from: spikes.lowerBound, into: &values)
      }
      var wrong: Int?
      values.withUnsafeMutableBufferPointer { all in
        for unit in units {
          let row = rows[unit]
          let own = UnsafeMutableBufferPointer(
            rebasing: all[bounds[row] - spikes.lowerBound..<bounds[row + 1] - spikes.lowerBound])
          guard SpikeTable.sort(own) else {
            wrong = row
            return
          }
          body(unit, UnsafeBufferPointer(own))
        }
      }
      if let wrong { throw nwb.problem(object, "unit \(wrong) has spike times that are not numbers") }
    }
  }

  /// Sorts times, which most are already; false where one is not a number.
  private static func sort(_ times: UnsafeMutableBufferPointer<Double>) -> Bool {
    guard let first = times.first, let last = times.last else { return true }
    // Summed up rather than asked, so that the loop has no branch; NaN is in no order.
    var descents = 0
    for index in 1..<times.count { descents &+= times[index - 1] <= times[index] ? 0 : 1 }
    // Among sorted numbers only the outermost can be infinite.
    if descents == 0 { return first.isFinite && last.isFinite }
    guard times.allSatisfy(\.isFinite) else { return false }
    var times = times
    times.sort()
    return true
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
