import Bundle
import Evaluation
import Recordings

/// Traces for the report: one trial per session, its most variable channels.
struct ExampleTable {
  private(set) var table = TSV(
    columns: ["session", "trial", "channel", "bin", "time", "observed", "reconstruction", "forecast"])
  private(set) var sessions = 0
  private let channelsShown = 4

  /// - Parameter trial: number of the trial in the session; it is the first of the values.
  mutating func add(
    _ session: Session, trial: Int, observed: TrialValues, reconstruction: TrialValues, forecast: TrialValues,
    context: Int
  ) {
    sessions += 1
    let length = session.trials[trial].length
    let spread = (0..<observed.channels).map { channel in Self.variance(observed, channel) }
    let order = spread.indices.sorted { (spread[$0], -$0) > (spread[$1], -$1) }
    for channel in order.prefix(channelsShown) {
      for bin in 0..<length {
        let value = observed[channel, 0, bin]
        table.append([
          .text(session.name), .int(trial), .int(channel), .int(bin), .double(Double(bin) * session.binWidth.seconds),
          value.isNaN ? .empty : .float(value), .float(reconstruction[channel, 0, bin]),
          bin < context ? .empty : .float(forecast[channel, 0, bin]),
        ])
      }
    }
  }

  private static func variance(_ values: TrialValues, _ channel: Int) -> Double {
    var (sum, squares, count) = (0.0, 0.0, 0.0)
    for trial in 0..<values.trials {
      for bin in 0..<values.bins {
        let value = Double(values[channel, trial, bin])
        guard !value.isNaN else { continue }
        sum += value
        squares += value * value
        count += 1
      }
    }
    return count > 0 ? squares / count - (sum / count) * (sum / count) : 0
  }
}
