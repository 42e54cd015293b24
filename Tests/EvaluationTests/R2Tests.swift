import Evaluation
import Testing

struct R2Tests {
  /// Channel 0: mean 2, SST 2, SSE 0.5. Channel 1: mean 10, SST 200, SSE 50.
  @Test func `pooling weighs a channel by its variance and averaging does not`() {
    let observed = TrialValues(channels: 2, trials: 1, bins: 3, values: [1, 2, 3, 0, 10, 20])
    let predicted = TrialValues(channels: 2, trials: 1, bins: 3, values: [1.5, 2, 2.5, 5, 10, 15])
    let r2 = R2(observed: observed, predicted: predicted)
    #expect(abs(r2.pooled - (1 - 50.5 / 202)) < 1e-12)
    #expect(abs(r2.byChannel - (1 - 0.25)) < 1e-12)
    #expect(r2.observed == 6)
    #expect(r2.varying == 2)
  }

  @Test func `one channel that is easy counts little when its variance is small`() {
    let observed = TrialValues(channels: 2, trials: 1, bins: 2, values: [-1, 1, -10, 10])
    let predicted = TrialValues(channels: 2, trials: 1, bins: 2, values: [-1, 1, 0, 0])
    let r2 = R2(observed: observed, predicted: predicted)
    #expect(abs(r2.pooled - 2 / 202) < 1e-12)
    #expect(r2.byChannel == 0.5)
  }

  @Test func `a missing observation is left out of both sums and of the mean`() {
    let observed = TrialValues(channels: 1, trials: 2, bins: 2, values: [1, .nan, 3, .nan])
    let predicted = TrialValues(channels: 1, trials: 2, bins: 2, values: [1, 99, 2, .nan])
    let r2 = R2(observed: observed, predicted: predicted)
    #expect(r2.pooled == 0.5)
    #expect(r2.observed == 2)
  }

  @Test func `a prediction that is not a number spoils the score instead of being skipped`() {
    let observed = TrialValues(channels: 1, trials: 1, bins: 2, values: [1, 2])
    let predicted = TrialValues(channels: 1, trials: 1, bins: 2, values: [1, .nan])
    #expect(R2(observed: observed, predicted: predicted).pooled.isNaN)
  }

  @Test func `what does not vary has no r2 and is not averaged`() {
    let observed = TrialValues(channels: 2, trials: 1, bins: 2, values: [4, 4, 1, 3])
    let r2 = R2(observed: observed, predicted: observed)
    #expect(r2.byChannel == 1)
    #expect(r2.varying == 1)
    #expect(
      R2(
        observed: TrialValues(channels: 1, trials: 0, bins: 2, values: []),
        predicted: TrialValues(channels: 1, trials: 0, bins: 2, values: [])
      ).pooled.isNaN)
  }

  @Test func `merged sums equal the sums over everything`() {
    var left = SquaredErrors()
    var right = SquaredErrors()
    var all = SquaredErrors()
    for step in 0..<40 {
      let value = Float(9000 + (step * 37) % 11)
      let predicted = Double(9000 + (step * 17) % 7)
      if step < 13 {
        left.add(observed: value, predicted: predicted)
      } else {
        right.add(observed: value, predicted: predicted)
      }
      all.add(observed: value, predicted: predicted)
    }
    left.merge(SquaredErrors())
    left.merge(right)
    #expect(left.count == 40)
    #expect(abs(left.mean - all.mean) < 1e-9)
    #expect(abs(left.spread - all.spread) < 1e-8)
    #expect(left.error == all.error)
  }
}

struct ReconstructionTests {
  @Test func `the floor of a reconstruction is the training mean judged like the model`() {
    let observed = TrialValues(channels: 1, trials: 1, bins: 4, values: [0, 2, 4, .nan])
    let rebuilt = TrialValues(channels: 1, trials: 1, bins: 4, values: [0, 2, 2, 7])
    let scores = Reconstruction.scores(observed: observed, reconstructed: rebuilt, trainingMeans: [3])
    #expect(scores.map(\.name) == ["r2", "r2_by_channel", "mean.r2", "hold.r2"])
    #expect(scores.map(\.n) == [3, 3, 3, 2])
    #expect(abs(scores[0].value - 0.5) < 1e-12)
    #expect(abs(scores[2].value - (1 - 11.0 / 8)) < 1e-12)
    #expect(abs(scores[3].value - (1 - 8.0 / 2)) < 1e-12, "bins 1 and 2 from bins 0 and 1")
  }
}
