import Recordings
import SpecLanguage

/// How well activity is followed in real time: every bin from the bins up to it, and the bins after it from the same.
///
/// The embedding of the session is known, from its training trials. `r2` scores the bin that has just been seen, `r2@k` the
/// k-th bin after it, predicted by the mean of the dynamics. All bins that have such a prediction are scored together; the
/// null is each channel's mean over them.
package struct FilterSpec: Hashable, Sendable {
  package var of: [Reference]
  package var split: Split
  package var ahead: Int

  package init(of: [Reference], split: Split, ahead: Int) {
    self.of = of
    self.split = split
    self.ahead = ahead
  }

  package static let schema = Schema<Self>(
    "filter", "r2 of trials followed bin by bin as in real time: no bin sees a later one.",
    EvaluationFields.of(\.of, "The runs; their models have a causal encoder."), EvaluationFields.split(\.split),
    Field(
      "ahead", \.ahead, .int(0...100), default: 1, "How many bins after the newest one are predicted at every bin."),
    make: Self.init(of:split:ahead:))

  /// - Parameter observed: the evaluated trials, `[channels, trials, bins]`.
  /// - Parameter predicted: for k = 0...ahead, the means of bin t as they were told at bin t - k, same shape; NaN where
  ///   t < k.
  /// - Parameter trainingMeans: each channel's mean over the training trials, `[channels]`: a floor.
  /// - Returns: `r2` and `r2_by_channel` of the newest bin, and with `@k` of the k-th after it; the floors `mean.` and
  ///   `hold.` (the bin k before, one before for the newest).
  package static func scores(
    observed: TrialValues, predicted: [TrialValues], trainingMeans: [Double]
  ) -> [Score] {
    precondition(trainingMeans.count == observed.channels, "one training mean for each channel")
    var scores: [Score] = []
    for (k, values) in predicted.enumerated() {
      let suffix = k == 0 ? "" : "@\(k)"
      func score(from first: Int, _ value: (Int, Int, Int) -> Double?) -> R2 { errors(observed, from: first, value) }
      let model = score(from: k) { Double(values[$0, $1, $2]) }
      let mean = score(from: k) { channel, _, _ in trainingMeans[channel] }
      let back = max(k, 1)
      let hold = score(from: back) { channel, trial, bin in
        let before = observed[channel, trial, bin - back]
        return before.isNaN ? nil : Double(before)
      }
      scores += [
        Score("r2" + suffix, model.pooled, n: model.observed),
        Score("r2_by_channel" + suffix, model.byChannel, n: model.observed),
        Score("mean.r2" + suffix, mean.pooled, n: mean.observed),
        Score("hold.r2" + suffix, hold.pooled, n: hold.observed),
      ]
    }
    return scores
  }

  /// r2 over the bins from `first` on that have a prediction.
  private static func errors(
    _ observed: TrialValues, from first: Int, _ value: (_ channel: Int, _ trial: Int, _ bin: Int) -> Double?
  ) -> R2 {
    R2(
      (0..<observed.channels).map { channel in
        var errors = SquaredErrors()
        for trial in 0..<observed.trials {
          for bin in 0..<observed.bins where bin >= first {
            guard let predicted = value(channel, trial, bin) else { continue }
            errors.add(observed: observed[channel, trial, bin], predicted: predicted)
          }
        }
        return errors
      })
  }
}
