/// One number for every channel, trial and bin; NaN where nothing was observed or the trial has ended.
///
/// Shape of `values`: `[channels, trials, bins]`, the last axis contiguous, the layout of recordings.
package struct TrialValues: Sendable {
  package let channels: Int
  package let trials: Int
  package let bins: Int
  package let values: [Float]

  /// - Precondition: `values` holds exactly `channels * trials * bins` numbers.
  package init(channels: Int, trials: Int, bins: Int, values: [Float]) {
    precondition(channels >= 0 && trials >= 0 && bins >= 0, "a shape has no negative side")
    precondition(values.count == channels * trials * bins, "values do not fill [channels, trials, bins]")
    self.channels = channels
    self.trials = trials
    self.bins = bins
    self.values = values
  }

  /// A value for every place, from its channel, trial and bin.
  package init(channels: Int, trials: Int, bins: Int, _ value: (_ channel: Int, _ trial: Int, _ bin: Int) -> Float) {
    var values: [Float] = []
    values.reserveCapacity(channels * trials * bins)
    for channel in 0..<channels {
      for trial in 0..<trials {
        for bin in 0..<bins { values.append(value(channel, trial, bin)) }
      }
    }
    self.init(channels: channels, trials: trials, bins: bins, values: values)
  }

  package subscript(channel: Int, trial: Int, bin: Int) -> Float {
    values[(channel * trials + trial) * bins + bin]
  }

  /// The mean of each channel over what was observed, `[channels]`; NaN for a channel that never was.
  package var channelMeans: [Double] {
    (0..<channels).map { channel in
      var sum = 0.0
      var count = 0
      for value in values[channel * trials * bins..<(channel + 1) * trials * bins] where !value.isNaN {
        sum += Double(value)
        count += 1
      }
      return count == 0 ? .nan : sum / Double(count)
    }
  }
}
