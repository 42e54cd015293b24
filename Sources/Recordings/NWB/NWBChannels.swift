import Foundation

/// What the channels of an NWB file showed in the bins of the trials.
extension NWBSessionReader {
  func spikes(_ table: SpikeTable, _ plan: Plan) throws(DataProblem) -> Channels {
    let longest = plan.bins
    let size = plan.trials.count * longest
    let grids = plan.trials.map { grid($0) }
    let masks = SpikeMasks(observed: table.observed, grids: grids)
    var problem: DataProblem?
    // Written once, unit by unit: the array is far larger than all that is read for it.
    let values = [Float](unsafeUninitializedCapacity: table.units * size) { buffer, count in
      Self.preferLargePages(buffer)
      nonisolated(unsafe) let all = buffer
      do throws(DataProblem) {
        try table.eachUnit(plan.nwb) { unit, times in
          let own = UnsafeMutableBufferPointer(rebasing: all[unit * size..<(unit + 1) * size])
          for (number, grid) in grids.enumerated() {
            let bins = UnsafeMutableBufferPointer(rebasing: own[number * longest..<(number + 1) * longest])
            let inside = UnsafeMutableBufferPointer(rebasing: bins[..<grid.count])
            inside.initialize(repeating: 0)
            UnsafeMutableBufferPointer(rebasing: bins[grid.count...]).initialize(repeating: .nan)
            grid.count(times, into: inside)
            for bin in masks.missing(unit: unit, trial: number) { inside[bin] = .nan }
          }
        }
      } catch {
        problem = error
        buffer.initialize(repeating: .nan)
      }
      count = table.units * size
    }
    if let problem { throw problem }
    return Channels(
      count: table.units, lengths: plan.trials.map(\.length), isCounts: true, values: values, notes: table.notes)
  }

  /// Memory that is about to be written whole comes in large pages where the system has them: page by page, the first touch
  /// takes longer than the counting.
  private static func preferLargePages(_ buffer: UnsafeMutableBufferPointer<Float>) {
    let page = 2 << 20
    guard let start = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
    let first = start.alignedUp(toMultipleOf: page)
    let bytes = 4 * buffer.count - (first - start)
    if bytes >= 8 * page { madvise(first, bytes / page * page, MADV_HUGEPAGE) }
  }

  func counts(_ series: CountSeries, _ plan: Plan) throws(DataProblem) -> Channels {
    let all = try series.series.values(plan.nwb)
    let bins = plan.bins
    let width = series.series.dimensions
    var values = [Float](repeating: .nan, count: series.columns.count * plan.trials.count * bins)
    var missing = 0
    for (channel, column) in series.columns.enumerated() {
      for (number, trial) in plan.trials.enumerated() {
        let offset = (channel * plan.trials.count + number) * bins
        let first = series.row(at: grid(trial).start)
        for bin in 0..<trial.length where (0..<series.series.samples).contains(first + bin) {
          let value = all[(first + bin) * width + column]
          if !value.isFinite { missing += 1 }
          values[offset + bin] = value.isFinite ? Float(value) : .nan
        }
      }
    }
    let isCounts = values.allSatisfy { $0.isNaN || ($0 >= 0 && $0 == $0.rounded()) }
    var notes: [String] = []
    if !isCounts { notes.append("`\(series.series.object)` holds numbers that are not counts: taken as real-valued") }
    if missing > 0 {
      notes.append("`\(series.series.object)` has no value in \(missing) of \(values.count) places: masked")
    }
    return Channels(
      count: series.columns.count, lengths: plan.trials.map(\.length), isCounts: isCounts, values: values, notes: notes)
  }
}

/// The bins of every trial in which a unit was not observed. Most units were observed at the same times.
private struct SpikeMasks {
  /// The kind of each unit; none where the file does not say when units were observed.
  private var kinds: [Int] = []
  /// `[kinds][trials]`
  private var bins: [[[Int]]] = []

  init(observed: [ObservedTime]?, grids: [BinGrid]) {
    guard let observed else { return }
    var known: [ObservedTime: Int] = [:]
    for time in observed {
      if let kind = known[time] {
        kinds.append(kind)
        continue
      }
      known[time] = bins.count
      kinds.append(bins.count)
      bins.append(
        grids.map { grid in
          if time.covers(grid.start, grid.end) { return [] }
          return (0..<grid.count).filter { bin in
            let start = grid.start + Double(bin) * grid.width
            return !time.covers(start, start + grid.width)
          }
        })
    }
  }

  func missing(unit: Int, trial: Int) -> [Int] { kinds.isEmpty ? [] : bins[kinds[unit]][trial] }
}
