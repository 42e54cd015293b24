/// How well the observations are rebuilt from the latents inferred from these same observations.
package struct Reconstruction: Hashable, Sendable {
  /// - Parameter observed: the evaluated trials, `[channels, trials, bins]`.
  /// - Parameter reconstructed: the model's mean for them, same shape.
  /// - Parameter trainingMeans: each channel's mean over the training trials, `[channels]`: the floor.
  /// - Returns: `r2` (pooled), `r2_by_channel`, `mean.r2`; null of all three: the channel's mean over the given trials.
  package static func scores(
    observed: TrialValues, reconstructed: TrialValues, trainingMeans: [Double]
  ) -> [Score] {
    precondition(trainingMeans.count == observed.channels, "one training mean for each channel")
    let model = R2(observed: observed, predicted: reconstructed)
    let constant = TrialValues(channels: observed.channels, trials: observed.trials, bins: observed.bins) {
      channel, _, _ in Float(trainingMeans[channel])
    }
    let floor = R2(observed: observed, predicted: constant)
    return [
      Score("r2", model.pooled, n: model.observed),
      Score("r2_by_channel", model.byChannel, n: model.observed),
      Score("mean.r2", floor.pooled, n: floor.observed),
    ]
  }
}
