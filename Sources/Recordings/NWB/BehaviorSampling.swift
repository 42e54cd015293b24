/// Brings a series onto the bins of trials.
///
/// A bin [a, b) holds the mean of the samples that lie in it, missing ones left out; a bin whose samples are all
/// missing is missing. A bin without samples takes the value at its centre on the line between the samples before and
/// after, if these are not further apart than twice the usual interval; else it is missing. A sample less than a
/// thousandth of the sampling interval before an edge belongs to the later bin, because clocks are rounded.
struct BehaviorSampling {
  let times: SampleTimes
  let samples: Int
  let dimensions: Int
  /// `[samples, dimensions]`.
  let values: [Double]
  private let interval: Double

  init(times: SampleTimes, samples: Int, dimensions: Int, values: [Double]) {
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
        let value = next > first ? mean(first..<next, dimension) : between(first, start + grid.width / 2, dimension)
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
