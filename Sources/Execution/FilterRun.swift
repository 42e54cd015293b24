import Dispatch
import Evaluation
import Recordings
import TensorGraph
import Training

/// Times of single bins, in microseconds.
package struct Latency: Hashable, Sendable {
  package let bins: Int
  package let median: Double
  /// 99 of 100 bins are not slower.
  package let high: Double
  package let most: Double

  /// - Parameter nanoseconds: one per bin; not empty.
  package init(_ nanoseconds: [UInt64]) {
    let sorted = nanoseconds.sorted()
    func quantile(_ share: Double) -> Double {
      Double(sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]) / 1000
    }
    (bins, median, high, most) = (sorted.count, quantile(0.5), quantile(0.99), quantile(1))
  }
}

/// Trials of one session followed bin by bin, as an experiment would give them.
struct FilterRun {
  /// For k = 0...ahead, what was told of every bin k bins before: `[channels, trials, bins]`, NaN where nothing was told.
  let predicted: [TrialValues]
  /// Nanoseconds of every bin.
  let times: [UInt64]

  init(_ filter: CausalFilter, _ session: Session, trials: [Int]) throws {
    let (channels, bins) = (session.channels, session.bins)
    let empty = [Float](repeating: .nan, count: channels * trials.count * bins)
    var told = [[Float]](repeating: empty, count: 1 + filter.ahead)
    var times: [UInt64] = []
    var newest = [Float](repeating: .nan, count: channels)
    for (place, trial) in trials.enumerated() {
      filter.reset()
      let length = session.trials[trial].length
      for bin in 0..<length {
        for channel in 0..<channels {
          let isShown = bin < session.shownBins(of: channel, trial: trial)
          newest[channel] =
            isShown ? session.observations[session.index(channel: channel, trial: trial, bin: bin)] : .nan
        }
        let began = DispatchTime.now().uptimeNanoseconds
        try newest.withUnsafeBufferPointer { try filter.step($0) }
        times.append(DispatchTime.now().uptimeNanoseconds - began)
        for k in 0...filter.ahead where bin + k < length {
          for channel in 0..<channels {
            told[k][(channel * trials.count + place) * bins + bin + k] =
              Float(filter.rates[channel * (1 + filter.ahead) + k])
          }
        }
      }
    }
    predicted = told.map { TrialValues(channels: channels, trials: trials.count, bins: bins, values: $0) }
    self.times = times
  }
}
