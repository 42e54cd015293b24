/// What the channels of an NWB file showed in the bins of the trials.
extension NWBSessionReader {
  func spikes(_ table: SpikeTable, _ plan: Plan) throws(DataProblem) -> Channels {
    let times = try table.times(plan.nwb)
    let bins = plan.bins
    var values = [Float](repeating: .nan, count: table.units * plan.trials.count * bins)
    for unit in 0..<table.units {
      for (number, trial) in plan.trials.enumerated() {
        let offset = (unit * plan.trials.count + number) * bins
        let grid = grid(trial)
        for bin in 0..<trial.length { values[offset + bin] = 0 }
        grid.count(times[unit], into: &values, at: offset)
        guard let observed = table.observed?[unit] else { continue }
        for bin in 0..<trial.length {
          let start = grid.start + Double(bin) * grid.width
          if !observed.covers(start, start + grid.width) { values[offset + bin] = .nan }
        }
      }
    }
    return Channels(count: table.units, lengths: plan.trials.map(\.length), isCounts: true, values: values)
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
