/// Brings a series onto the bins of trials.
///
/// A bin [a, b) holds the mean of the samples that lie in it, missing ones left out; a bin whose samples are all
/// missing is missing. A bin without samples takes the value at its centre on the line between the samples before and
/// after, if these are not further apart than twice the usual interval; else it is missing. A sample less than a
/// thousandth of the sampling interval before an edge belongs to the later bin, because clocks are rounded.
///
/// The mean is a filter too: a sine of f cycles per bin keeps |sin(pi f) / (pi f)| of its amplitude, 64 % at half a cycle
/// and nothing at a whole one. Where fast movement must not fold into slow one, `lowpass` takes the mean of the samples around
/// the centre of the bin with the weights of `LowPass`, of as many as are not missing or further apart than twice the usual
/// interval; dividing by the weights that are there keeps the level at the ends of a recording.
struct BehaviorSampling {
  let times: SampleTimes
  let samples: Int
  let dimensions: Int
  /// `[samples, dimensions]`.
  let values: [Double]
  private let interval: Double
  private let lowPass: LowPass?

  init(times: SampleTimes, samples: Int, dimensions: Int, values: [Double], lowPass: LowPass? = nil) {
    self.lowPass = lowPass
    self.times = times
    self.samples = samples
    self.dimensions = dimensions
    self.values = values
    switch times {
    case .regular(_, let rate): interval = 1 / rate
    case .stamps(let stamps):
      let gaps = zip(stamps, stamps.dropFirst()).map { $1 - $0 }.sorted()
      interval = gaps.isEmpty ? 0 : gaps[gaps.count / 2]
    }
  }

  /// Writes the bins of one trial; bin i of dimension d goes to `offset + d * step + i`.
  func fill(_ grid: BinGrid, into out: inout [Float], offset: Int, step: Int) {
    var first = firstSample(notBefore: grid.start)
    for bin in 0..<grid.count {
      let start = grid.start + Double(bin) * grid.width
      let next = firstSample(notBefore: start + grid.width)
      for dimension in 0..<dimensions {
        let centre = start + grid.width / 2
        var value = next > first ? mean(first..<next, dimension) : between(first, centre, dimension)
        if let lowPass, next > first, value.isFinite { value = filtered(lowPass, first..<next, centre, dimension) }
        out[offset + dimension * step + bin] = value.isFinite ? Float(value) : .nan
      }
      first = next
    }
  }

  private func firstSample(notBefore time: Double) -> Int {
    let edge = time - 1e-3 * interval
    switch times {
    case .regular(let start, let rate):
      let place = ((edge - start) * rate).rounded(.up)
      return place <= 0 ? 0 : place >= Double(samples) ? samples : Int(place)
    case .stamps(let stamps): return BinGrid.firstIndex(in: stamps, notBefore: edge)
    }
  }

  private func mean(_ range: Range<Int>, _ dimension: Int) -> Double {
    var sum = 0.0
    var count = 0.0
    for sample in range {
      let value = values[sample * dimensions + dimension]
      if !value.isFinite { continue }
      sum += value
      count += 1
    }
    return count > 0 ? sum / count : .nan
  }

  /// The mean of the unbroken stretch of samples around a bin, with weights.
  private func filtered(_ filter: LowPass, _ bin: Range<Int>, _ centre: Double, _ dimension: Int) -> Double {
    // Of the samples of the bin the one nearest to its centre that is there.
    let own = bin.filter { values[$0 * dimensions + dimension].isFinite }
    guard let start = own.min(by: { abs(times.time($0) - centre) < abs(times.time($1) - centre) }) else { return .nan }
    var (sum, weight) = (0.0, 0.0)
    /// Whether the stretch goes on behind the sample.
    func add(_ sample: Int, from neighbour: Int) -> Bool {
      let time = times.time(sample)
      let value = values[sample * dimensions + dimension]
      guard value.isFinite, abs(time - centre) <= filter.reach,
        abs(time - times.time(neighbour)) <= 2 * interval
      else { return false }
      sum += filter.weight(time - centre) * value
      weight += filter.weight(time - centre)
      return true
    }
    var sample = start
    while sample >= 0, add(sample, from: min(sample + 1, start)) { sample -= 1 }
    sample = start + 1
    while sample < samples, add(sample, from: sample - 1) { sample += 1 }
    return sum / weight
  }

  /// On the line between the samples `next - 1` and `next`.
  private func between(_ next: Int, _ time: Double, _ dimension: Int) -> Double {
    guard next > 0, next < samples else { return .nan }
    let before = times.time(next - 1)
    let after = times.time(next)
    guard after - before <= 2 * interval else { return .nan }
    let share = (time - before) / (after - before)
    let low = values[(next - 1) * dimensions + dimension]
    return low + share * (values[next * dimensions + dimension] - low)
  }
}
