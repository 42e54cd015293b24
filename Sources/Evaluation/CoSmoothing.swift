import Recordings
import SpecLanguage

/// How well read-outs predict what encoders did not see: channels that are held out, and forward bins.
///
/// States are inferred from the channels and bins that are shown. Held-out channels are scored over the shown bins, forward
/// bins over all channels. Counts under a likelihood of counts have `bits_per_spike`.
/// Source: Pei, Ye et al. 2021, Neural Latents Benchmark (co-bps and fp-bps).
package struct CoSmoothingSpec: Hashable, Sendable {
  package var of: [Reference]
  package var split: Split

  package init(of: [Reference], split: Split) {
    self.of = of
    self.split = split
  }

  package static let schema = Schema<Self>(
    "co_smoothing", "How well what encoders do not see is predicted: held-out neurons, and forward bins.",
    EvaluationFields.of(\.of, "The runs; their sessions hold neurons or bins out."), EvaluationFields.split(\.split),
    make: Self.init(of:split:))

  /// - Parameter observed: the evaluated trials, `[channels, trials, bins]`.
  /// - Parameter predicted: the model's mean for them, from what is shown alone; same shape.
  /// - Parameter lengths: bins of each trial.
  /// - Parameter trainingMeans: each channel's mean over the training trials, `[channels]`: a floor.
  /// - Parameter areCounts: whether the predictions are rates of counts.
  package static func scores(
    observed: TrialValues, predicted: TrialValues, heldOut: HeldOut, lengths: [Int], trainingMeans: [Double],
    areCounts: Bool
  ) -> [Score] {
    precondition(lengths.count == observed.trials, "a length for each trial")
    func part(_ prefix: String, _ channels: [Int], _ isScored: (_ trial: Int, _ bin: Int) -> Bool) -> [Score] {
      func taken(_ value: (_ channel: Int, _ trial: Int, _ bin: Int) -> Float) -> TrialValues {
        TrialValues(channels: channels.count, trials: observed.trials, bins: observed.bins) {
          isScored($1, $2) ? value(channels[$0], $1, $2) : .nan
        }
      }
      let (own, told) = (taken { observed[$0, $1, $2] }, taken { predicted[$0, $1, $2] })
      let model = R2(observed: own, predicted: told)
      let floor = R2(observed: own, predicted: taken { channel, _, _ in Float(trainingMeans[channel]) })
      var scores = [
        Score(prefix + "r2", model.pooled, n: model.observed),
        Score(prefix + "r2_by_channel", model.byChannel, n: model.observed),
        Score(prefix + "mean.r2", floor.pooled, n: floor.observed),
      ]
      if areCounts {
        let bits = BitsPerSpike.score(counts: own, rates: told)
        scores.insert(Score(prefix + bits.name, bits.value, n: bits.n), at: 0)
      }
      return scores
    }
    var scores: [Score] = []
    if !heldOut.channels.isEmpty { scores += part("", heldOut.channels) { $1 < lengths[$0] - heldOut.bins } }
    if heldOut.bins > 0 {
      scores += part("forward.", Array(0..<observed.channels)) { $1 >= lengths[$0] - heldOut.bins && $1 < lengths[$0] }
    }
    return scores
  }
}
