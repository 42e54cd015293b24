/// How well the bins after a context are predicted from the context alone, beside references.
///
/// The context is the first `context` bins of a trial; step k is bin `context + k - 1`, counted from 0.
/// `r2@k` scores exactly the k-th bin: SSE and SST run over the trials at that bin, so the null is each channel's mean
/// over the given trials at that bin, which a time course shared by all trials does not beat.
/// `r2_cumulative@k` scores bins 1 to k together: the null is each channel's mean over these trials and bins.
/// `r2` is the same over all bins that are forecast, one number for the whole forecast.
/// Floors: `hold` repeats the last bin observed before the forecast starts, whether counts or not;
/// `mean` predicts each channel's mean over the training trials. For generated sessions `oracle`, which is no floor,
/// follows the true dynamics without noise from the true state at the end of the context. The best forecast is the mean over the
/// noise to come, so where noise moves states far a model may be above it.
/// Source: Vermani et al. 2025, sections 2 and 5 (k-step r2), which do not say which null they use.
package struct Forecast: Hashable, Sendable {
  /// - Parameter observed: the evaluated trials in full, `[channels, trials, bins]`.
  /// - Parameter forecast: the model's means for steps 1...horizon, `[channels, trials, horizon]`.
  /// - Parameter context: number of bins that the model has seen.
  /// - Parameter trainingMeans: each channel's mean over the training trials, `[channels]`.
  /// - Parameter oracle: the means of the true dynamics without noise, shaped as `forecast`; nil for recordings.
  /// - Returns: for k = 1...horizon `r2@k`, `r2_by_channel@k`, `r2_cumulative@k`, and the others' `r2@k` and
  ///   `r2_cumulative@k` behind `hold.`, `mean.` and `oracle.`; horizons beyond the longest trial have n = 0 and the value NaN.
  ///   Last come `r2`, `r2_by_channel`, `hold.r2`, `mean.r2` and `oracle.r2` over all bins together.
  package static func scores(
    observed: TrialValues, forecast: TrialValues, context: Int, trainingMeans: [Double],
    oracle: TrialValues? = nil
  ) -> [Score] {
    precondition(
      forecast.channels == observed.channels && forecast.trials == observed.trials,
      "forecast and observed differ in channels or trials")
    precondition(trainingMeans.count == observed.channels, "one training mean for each channel")
    precondition(context >= 1, "a forecast needs at least one bin of context")
    let held = lastObserved(observed, before: context, otherwise: trainingMeans)
    var predictors: [(prefix: String, value: (Int, Int, Int) -> Double)] = [
      ("", { Double(forecast[$0, $1, $2]) }),
      ("hold.", { channel, trial, _ in held[channel * observed.trials + trial] }),
      ("mean.", { channel, _, _ in trainingMeans[channel] }),
    ]
    if let oracle { predictors.append(("oracle.", { Double(oracle[$0, $1, $2]) })) }
    var scores: [Score] = []
    var whole: [Score] = []
    for (prefix, value) in predictors {
      var sofar = [SquaredErrors](repeating: SquaredErrors(), count: observed.channels)
      for step in 0..<forecast.bins {
        let here = errors(observed, at: context + step) { channel, trial in value(channel, trial, step) }
        for channel in sofar.indices { sofar[channel].merge(here[channel]) }
        let exact = R2(here)
        let cumulative = R2(sofar)
        scores.append(Score("\(prefix)r2@\(step + 1)", exact.pooled, n: exact.observed))
        if prefix.isEmpty { scores.append(Score("r2_by_channel@\(step + 1)", exact.byChannel, n: exact.observed)) }
        scores.append(Score("\(prefix)r2_cumulative@\(step + 1)", cumulative.pooled, n: cumulative.observed))
      }
      let all = R2(sofar)
      whole.append(Score("\(prefix)r2", all.pooled, n: all.observed))
      if prefix.isEmpty { whole.append(Score("r2_by_channel", all.byChannel, n: all.observed)) }
    }
    return scores + whole
  }

  /// The last observed value before bin `start` of every channel and trial, `[channels, trials]`.
  ///
  /// Where a channel was not observed at all in the context, its training mean stands in.
  package static func lastObserved(
    _ observed: TrialValues, before start: Int, otherwise trainingMeans: [Double]
  ) -> [Double] {
    var held: [Double] = []
    held.reserveCapacity(observed.channels * observed.trials)
    for channel in 0..<observed.channels {
      for trial in 0..<observed.trials {
        let last = (0..<min(start, observed.bins)).last { !observed[channel, trial, $0].isNaN }
        held.append(last.map { Double(observed[channel, trial, $0]) } ?? trainingMeans[channel])
      }
    }
    return held
  }

  /// The errors of each channel at one bin; none beyond the last bin.
  private static func errors(
    _ observed: TrialValues, at bin: Int, predicted: (_ channel: Int, _ trial: Int) -> Double
  ) -> [SquaredErrors] {
    (0..<observed.channels).map { channel in
      var errors = SquaredErrors()
      guard bin < observed.bins else { return errors }
      for trial in 0..<observed.trials {
        errors.add(observed: observed[channel, trial, bin], predicted: predicted(channel, trial))
      }
      return errors
    }
  }
}
