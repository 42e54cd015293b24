import Evaluation
import Testing

struct FilterTests {
  private func value(_ scores: [Score], _ name: String) throws -> Score {
    try #require(scores.first { $0.name == name })
  }

  @Test func `each bin ahead is scored where it was predicted, against floors on the same bins`() throws {
    let observed = TrialValues(channels: 1, trials: 2, bins: 4, values: [1, 2, 4, 8, 3, .nan, 5, 9])
    // The newest bin exactly; one bin ahead too high by one; nothing was told of the first bin before it came.
    let ahead = TrialValues(channels: 1, trials: 2, bins: 4, values: [.nan, 3, 5, 9, .nan, 7, 6, 10])
    let scores = FilterSpec.scores(observed: observed, predicted: [observed, ahead], trainingMeans: [4])
    #expect(try value(scores, "r2").value == 1)
    #expect(try value(scores, "r2").n == 7)
    // Bins 2, 4, 8, 5, 9: mean 5.6, spread 33.2.
    let one = try value(scores, "r2@1")
    #expect(one.n == 5)
    #expect(abs(one.value - (1 - 5 / 33.2)) < 1e-12)
    #expect(try value(scores, "r2_by_channel@1").value == one.value)
    #expect(abs(try value(scores, "mean.r2@1").value - (1 - 46 / 33.2)) < 1e-12)
    // Held from the bin before: 1, 2, 4 for 2, 4, 8 and 5 for 9; the 5 follows a missing bin.
    let hold = try value(scores, "hold.r2@1")
    #expect(hold.n == 4)
    #expect(abs(hold.value - (1 - 37 / 32.75)) < 1e-12)
    #expect(try value(scores, "hold.r2").value == hold.value, "the floor of the newest bin is the bin before")
  }

  @Test func `a prediction that is not a number spoils its score alone`() throws {
    let observed = TrialValues(channels: 1, trials: 1, bins: 3, values: [1, 2, 4])
    let broken = TrialValues(channels: 1, trials: 1, bins: 3, values: [.nan, 2, .nan])
    let scores = FilterSpec.scores(observed: observed, predicted: [observed, broken], trainingMeans: [2])
    #expect(try value(scores, "r2").value == 1)
    #expect(try value(scores, "r2@1").value.isNaN)
  }
}
