import Evaluation
import Foundation
import HDF5File

/// Predictions of evaluated trials: `/<dataset>/<session>/<what>` as `[trials, bins, channels]`, NaN after the end of a trial.
struct PredictionFile {
  private var arrays: [(path: String, values: TrialValues)] = []

  mutating func add(_ session: String, _ what: String, _ values: TrialValues) {
    arrays.append(("/\(session)/\(what)", values))
  }

  /// The bytes of the file; nil when there is nothing in it.
  func encoded() throws -> [UInt8]? {
    guard !arrays.isEmpty else { return nil }
    let path = NSTemporaryDirectory() + "mdssm-run-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HDF5Writer(path: path)
    for (name, values) in arrays {
      let shape = [values.trials, values.bins, values.channels]
      var ordered: [Float] = []
      ordered.reserveCapacity(values.values.count)
      for trial in 0..<values.trials {
        for bin in 0..<values.bins {
          for channel in 0..<values.channels { ordered.append(values[channel, trial, bin]) }
        }
      }
      try file.write(ordered, shape: shape, to: name, layout: .chunked([1, shape[1], shape[2]], gzip: 4))
    }
    try file.close()
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
