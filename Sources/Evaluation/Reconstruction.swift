/// How well the observations are rebuilt from the latents inferred from these same observations.
package struct Reconstruction: Hashable, Sendable {
  /// - Parameter observed: the evaluated trials, `[channels, trials, bins]`.
  /// - Parameter reconstructed: the model's mean for them, same shape.
  /// - Parameter trainingMeans: each channel's mean over the training trials, `[channels]`: a floor.
  /// - Returns: `r2` (pooled), `r2_by_channel`, and the floors `mean.r2` and `hold.r2` (the bin before as prediction, so
  ///   first bins are not scored); null of all: the channel's mean over the scored elements.
  package static func scores(
    observed: TrialValues, reconstructed: TrialValues, trainingMeans: [Double]
  ) -> [Score] {
    precondition(trainingMeans.count == observed.channels, "one training mean for each channel")
    let model = R2(observed: observed, predicted: reconstructed)
    let constant = TrialValues(channels: observed.channels, trials: observed.trials, bins: observed.bins) {
      channel, _, _ in Float(trainingMeans[channel])
    }
    let floor = R2(observed: observed, predicted: constant)
    let later = TrialValues(channels: observed.channels, trials: observed.trials, bins: observed.bins) {
      channel, trial, bin in
      let isScored = bin > 0 && !observed[channel, trial, bin - 1].isNaN
      return isScored ? observed[channel, trial, bin] : .nan
    }
    let before = TrialValues(channels: observed.channels, trials: observed.trials, bins: observed.bins) {
      channel, trial, bin in bin > 0 ? observed[channel, trial, bin - 1] : .nan
    }
    let hold = R2(observed: later, predicted: before)
    return [
      Score("r2", model.pooled, n: model.observed),
      Score("r2_by_channel", model.byChannel, n: model.observed),
      Score("mean.r2", floor.pooled, n: floor.observed),
      Score("hold.r2", hold.pooled, n: hold.observed),
    ]
  }
}
