import Evaluation
import Recordings
import Testing

/// NaN in, no score out: in every evaluation what was predicted where nothing was observed changes nothing.
struct MissingTests {
  private static let (channels, trials, bins) = (3, 4, 6)

  private static func values(_ seed: Int, _ isMissing: (Int, Int, Int) -> Bool = { _, _, _ in false }) -> TrialValues {
    TrialValues(channels: channels, trials: trials, bins: bins) { channel, trial, bin in
      if isMissing(channel, trial, bin) { return .nan }
      let number = (channel * 31 + trial * 17 + bin * 7 + seed * 13) % 11
      return Float(number) / 4
    }
  }

  /// A channel that was not recorded in a trial, a bin without any channel, and one hole.
  private static func isMissing(_ channel: Int, _ trial: Int, _ bin: Int) -> Bool {
    channel == 1 && trial == 2 || trial == 0 && bin == 4 || (channel, trial, bin) == (2, 3, 5)
  }

  private static let observed = values(0, isMissing)
  private static let means = [1.0, 1.25, 1.5]

  /// The later bins of predictions, as forecasts have them.
  private static func later(_ values: TrialValues, after context: Int) -> TrialValues {
    TrialValues(channels: channels, trials: trials, bins: bins - context) { values[$0, $1, context + $2] }
  }

  private static let evaluations: [(name: String, scores: @Sendable (TrialValues) -> [Score])] = [
    (
      "reconstruction",
      { Reconstruction.scores(observed: observed, reconstructed: $0, trainingMeans: means) }
    ),
    (
      "forecast",
      { Forecast.scores(observed: observed, forecast: later($0, after: 2), context: 2, trainingMeans: means) }
    ),
    (
      "likelihood",
      {
        ForecastLikelihood(noise: .gaussian([0.5, 1, 2]), training: (means, [1, 2, 3])).scores(
          observed: observed, forecast: later($0, after: 2), spread: nil, context: 2)
      }
    ),
    ("filter", { FilterSpec.scores(observed: observed, predicted: [$0, $0], trainingMeans: means) }),
    (
      "co_smoothing",
      {
        CoSmoothingSpec.scores(
          observed: observed, predicted: $0, heldOut: HeldOut(channels: [1, 2], bins: 2), lengths: [6, 6, 6, 6],
          trainingMeans: means, areCounts: true)
      }
    ),
    (
      "decode",
      {
        Decode.scores(
          trainRates: values(3), trainBehavior: values(4), testRates: $0, testBehavior: observed, alphas: [0.1])
      }
    ),
  ]

  @Test(arguments: evaluations.map(\.name))
  func `what was predicted where nothing was observed is not scored`(_ name: String) throws {
    let scores = try #require(Self.evaluations.first { $0.name == name }).scores
    let predicted = Self.values(1)
    let other = TrialValues(channels: Self.channels, trials: Self.trials, bins: Self.bins) { channel, trial, bin in
      // A row of a decoder is a bin: one without behaviour in a dimension is left out whole.
      let isLeft =
        name == "decode" ? (0..<3).contains { Self.isMissing($0, trial, bin) } : Self.isMissing(channel, trial, bin)
      return isLeft ? 1e6 : predicted[channel, trial, bin]
    }
    let (one, two) = (scores(predicted), scores(other))
    #expect(one.map(\.name) == two.map(\.name) && !one.isEmpty)
    for (first, second) in zip(one, two) {
      #expect(first.n == second.n && first.value.bitPattern == second.value.bitPattern, "\(first.name)")
      #expect(first.value.isFinite, "\(first.name) is \(first.value)")
    }
    // One that was observed is scored.
    let changed = TrialValues(channels: Self.channels, trials: Self.trials, bins: Self.bins) { channel, trial, bin in
      (channel, trial, bin) == (2, 1, 3) ? 9 : predicted[channel, trial, bin]
    }
    #expect(scores(changed).map(\.value) != one.map(\.value))
  }
}
