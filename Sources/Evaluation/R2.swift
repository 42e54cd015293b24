/// The share of the variance that a prediction explains: r2 = 1 - SSE / SST.
///
/// SSE is the sum of (observed - predicted)^2, SST the sum of (observed - mean)^2, both over the observed elements
/// that were given. The null is therefore each channel's own mean over exactly these elements: 1 is perfect, 0 is as
/// good as that mean, negative is worse. Two ways to join the channels, both stated:
/// `pooled` = 1 - (sum of all channels' SSE) / (sum of all channels' SST), which weighs a channel by its variance;
/// `byChannel` = the plain mean of every channel's own r2 over the channels that vary.
///
/// A missing observation (NaN) is left out. A prediction that is NaN where something was observed makes r2 NaN: a
/// model that diverged gets no score on what is left. Without variance (SST = 0) r2 is NaN as well.
/// Source: Vermani et al. 2025, "k-step r2"; the joining of channels is ours to state, the paper does not.
package struct R2: Hashable, Sendable {
  package var pooled: Double
  package var byChannel: Double
  /// Number of observed elements.
  package var observed: Int
  /// Number of channels that vary, those that `byChannel` averages.
  package var varying: Int

  /// - Parameter channels: the errors of each channel.
  package init(_ channels: [SquaredErrors]) {
    var error = 0.0
    var spread = 0.0
    var sum = 0.0
    observed = 0
    varying = 0
    for channel in channels {
      observed += channel.count
      error += channel.error
      spread += channel.spread
      guard channel.spread > 0 else { continue }
      sum += 1 - channel.error / channel.spread
      varying += 1
    }
    pooled = spread > 0 ? 1 - error / spread : .nan
    byChannel = varying > 0 ? sum / Double(varying) : .nan
  }

  /// r2 over every observed element of two arrays of one shape.
  package init(observed: TrialValues, predicted: TrialValues) {
    precondition(
      observed.channels == predicted.channels && observed.trials == predicted.trials
        && observed.bins == predicted.bins, "observed and predicted differ in shape")
    let perChannel = observed.trials * observed.bins
    self.init(
      (0..<observed.channels).map { channel in
        var errors = SquaredErrors()
        for place in channel * perChannel..<(channel + 1) * perChannel {
          errors.add(observed: observed.values[place], predicted: Double(predicted.values[place]))
        }
        return errors
      })
  }
}

/// Running sums of one channel from which r2 follows; two can be merged (Chan, Golub and LeVeque 1983).
package struct SquaredErrors: Hashable, Sendable {
  package private(set) var count = 0
  /// Mean of what was observed.
  package private(set) var mean = 0.0
  /// Sum of (observed - mean)^2.
  package private(set) var spread = 0.0
  /// Sum of (observed - predicted)^2.
  package private(set) var error = 0.0

  package init() {}

  package mutating func add(observed: Float, predicted: Double) {
    guard !observed.isNaN else { return }
    let value = Double(observed)
    let difference = value - mean
    count += 1
    mean += difference / Double(count)
    spread += difference * (value - mean)
    error += (value - predicted) * (value - predicted)
  }

  package mutating func merge(_ other: Self) {
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let difference = other.mean - mean
    spread += other.spread + difference * difference * Double(count) * Double(other.count) / total
    mean += difference * Double(other.count) / total
    count += other.count
    error += other.error
  }
}
