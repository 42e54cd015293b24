import Evaluation
import Testing

struct ForecastTests {
  private func value(_ name: String, _ scores: [Score]) -> Double {
    scores.first { $0.name == name }?.value ?? .infinity
  }

  /// Two trials of five bins, context 2: steps 1, 2, 3 are bins 2, 3, 4.
  private let observed = TrialValues(channels: 1, trials: 2, bins: 5, values: [9, 1, 0, 2, 4, 9, 3, 4, 6, 8])

  @Test func `step k is scored at exactly the k-th bin after the context`() {
    let forecast = TrialValues(channels: 1, trials: 2, bins: 3, values: [0, 2, 5, 4, 6, 7])
    let scores = Forecast.scores(observed: observed, forecast: forecast, context: 2, trainingMeans: [2])
    #expect(value("r2@1", scores) == 1)
    #expect(value("r2@2", scores) == 1)
    #expect(abs(value("r2@3", scores) - (1 - 2.0 / 8)) < 1e-12)
  }

  @Test func `cumulative scores take their mean over all trials and bins so far`() {
    let forecast = TrialValues(channels: 1, trials: 2, bins: 3, values: [0, 2, 5, 4, 6, 7])
    let scores = Forecast.scores(observed: observed, forecast: forecast, context: 2, trainingMeans: [2])
    // bins 2...4: 0 2 4 4 6 8, mean 4, SST 40
    #expect(abs(value("r2_cumulative@3", scores) - (1 - 2.0 / 40)) < 1e-12)
    #expect(value("r2_cumulative@1", scores) == value("r2@1", scores))
  }

  @Test func `the score of the whole forecast is the cumulative one at its end`() {
    let forecast = TrialValues(channels: 1, trials: 2, bins: 3, values: [0, 2, 5, 4, 6, 7])
    let scores = Forecast.scores(observed: observed, forecast: forecast, context: 2, trainingMeans: [2])
    for floor in ["", "hold.", "mean."] {
      #expect(value("\(floor)r2", scores) == value("\(floor)r2_cumulative@3", scores))
    }
    #expect(scores.suffix(4).map(\.n) == [6, 6, 6, 6])
  }

  @Test func `hold repeats the last bin before the forecast and mean predicts the training mean`() {
    let forecast = TrialValues(channels: 1, trials: 2, bins: 3, values: [0, 0, 0, 0, 0, 0])
    let scores = Forecast.scores(observed: observed, forecast: forecast, context: 2, trainingMeans: [2])
    // bin 2 holds 0 and 4 (mean 2, SST 8); held values are 1 and 3
    #expect(abs(value("hold.r2@1", scores) - (1 - 2.0 / 8)) < 1e-12)
    #expect(abs(value("mean.r2@1", scores)) < 1e-12)
    // bin 4 holds 4 and 8 (SST 8): (4-1)^2 + (8-3)^2 = 34, (4-2)^2 + (8-2)^2 = 40
    #expect(abs(value("hold.r2@3", scores) - (1 - 34.0 / 8)) < 1e-12)
    #expect(abs(value("mean.r2@3", scores) - (1 - 40.0 / 8)) < 1e-12)
  }

  @Test func `who knows the system is scored beside the model, where somebody does`() {
    let forecast = TrialValues(channels: 1, trials: 2, bins: 3, values: [0, 0, 0, 0, 0, 0])
    let known = TrialValues(channels: 1, trials: 2, bins: 3, values: [0, 2, 4, 4, 6, 6])
    let scores = Forecast.scores(
      observed: observed, forecast: forecast, context: 2, trainingMeans: [2], oracle: known)
    #expect(value("oracle.r2@1", scores) == 1 && abs(value("oracle.r2@3", scores) - (1 - 4.0 / 8)) < 1e-12)
    #expect(value("oracle.r2", scores) == value("oracle.r2_cumulative@3", scores))
    let alone = Forecast.scores(observed: observed, forecast: forecast, context: 2, trainingMeans: [2])
    #expect(alone == scores.filter { !$0.name.hasPrefix("oracle.") })
  }

  @Test func `hold looks back over missing bins and falls back to the training mean`() {
    let gaps = TrialValues(channels: 1, trials: 2, bins: 4, values: [5, .nan, .nan, 1, .nan, .nan, .nan, 1])
    #expect(Forecast.lastObserved(gaps, before: 3, otherwise: [7]) == [5, 7])
  }

  @Test func `a trial that ends early counts until it ends`() {
    let short = TrialValues(channels: 1, trials: 3, bins: 4, values: [0, 1, 1, 2, 0, 3, 3, 4, 0, 5, .nan, .nan])
    let forecast = TrialValues(channels: 1, trials: 3, bins: 5) { _, _, _ in 0 }
    let scores = Forecast.scores(observed: short, forecast: forecast, context: 1, trainingMeans: [0])
    #expect(scores.filter { $0.name.hasPrefix("r2@") }.map(\.n) == [3, 2, 2, 0, 0])
    #expect(value("r2@4", scores).isNaN)
  }

  @Test func `every predictor is scored at every step under its own name`() {
    let forecast = TrialValues(channels: 1, trials: 2, bins: 2, values: [0, 2, 4, 6])
    let scores = Forecast.scores(observed: observed, forecast: forecast, context: 2, trainingMeans: [2])
    #expect(
      scores.map(\.name) == [
        "r2@1", "r2_by_channel@1", "r2_cumulative@1", "r2@2", "r2_by_channel@2", "r2_cumulative@2",
        "hold.r2@1", "hold.r2_cumulative@1", "hold.r2@2", "hold.r2_cumulative@2",
        "mean.r2@1", "mean.r2_cumulative@1", "mean.r2@2", "mean.r2_cumulative@2",
        "r2", "r2_by_channel", "hold.r2", "mean.r2",
      ])
  }
}
