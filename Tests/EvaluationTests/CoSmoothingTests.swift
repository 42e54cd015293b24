import Evaluation
import Foundation
import Recordings
import Testing

struct CoSmoothingTests {
  /// Three channels of two trials of three and two bins; channel 1 and the last bin of each trial are held out.
  private let observed = TrialValues(
    channels: 3, trials: 2, bins: 3,
    values: [1, 0, 2, 3, 1, .nan, 0, 4, 1, 2, 5, .nan, 1, 1, 0, .nan, 2, .nan])
  private let predicted = TrialValues(
    channels: 3, trials: 2, bins: 3,
    values: [1, 1, 1, 2, 2, 9, 0.5, 3, 7, 2.5, 6, 9, 1, 1, 0.5, 1, 1.5, 9])
  private let heldOut = HeldOut(channels: [1], bins: 1)

  private func scores(_ heldOut: HeldOut, areCounts: Bool = true) -> [String: Score] {
    let all = CoSmoothingSpec.scores(
      observed: observed, predicted: predicted, heldOut: heldOut, lengths: [3, 2], trainingMeans: [1, 2, 1],
      areCounts: areCounts)
    return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  }

  @Test func `held-out channels are scored over shown bins, forward bins over all channels`() throws {
    let scores = scores(heldOut)
    // Shown bins of channel 1: 0, 4 of the first trial and 2 of the second; mean 2, SST 8; errors 0.5, 1, 0.5.
    let r2 = try #require(scores["r2"])
    #expect(r2.n == 3 && abs(r2.value - (1 - 1.5 / 8)) < 1e-12)
    #expect(scores["mean.r2"]?.value == 0)
    let bits = try #require(scores["bits_per_spike"])
    func loss(_ n: Double, _ r: Double) -> Double { r - n * log(r) }
    let model = loss(0, 0.5) + loss(4, 3) + loss(2, 2.5)
    let null = loss(0, 2) + loss(4, 2) + loss(2, 2)
    #expect(bits.n == 3 && abs(bits.value - (null - model) / (6 * log(2))) < 1e-12)
    // Forward bins: 2 and 1 of channel 0, 1 and 5 of channel 1, 0 and 2 of channel 2.
    let forward = try #require(scores["forward.r2"])
    let error: Double = 1 + 1 + 36 + 1 + 0.25 + 0.25
    #expect(forward.n == 6 && abs(forward.value - (1 - error / (0.5 + 8 + 2))) < 1e-12)
    #expect(scores["forward.bits_per_spike"]?.n == 6)
  }

  @Test func `what is not held out has no score, and real values have no bits`() {
    #expect(Set(scores(HeldOut(channels: [1])).keys) == ["bits_per_spike", "r2", "r2_by_channel", "mean.r2"])
    #expect(
      Set(scores(HeldOut(channels: [], bins: 1), areCounts: false).keys)
        == ["forward.r2", "forward.r2_by_channel", "forward.mean.r2"])
    #expect(scores(HeldOut(channels: [0, 2]))["r2"]?.n == 9)
  }

  @Test func `the metrics of the catalogue are those that are given`() {
    let spec = EvaluationSpec.coSmoothing(CoSmoothingSpec(of: [], split: .test))
    #expect(Set(spec.metrics.map(\.name)) == Set(scores(heldOut).keys))
  }
}
