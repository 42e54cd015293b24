import Evaluation
import Testing

struct MetricTests {
  private func metrics(_ kind: String) throws -> [Metric] {
    try #require(EvaluationSpec.metrics.first { $0.kind == kind }).metrics
  }

  @Test(arguments: [
    ("r2@<k>", "r2@10", true), ("r2@<k>", "r2@", false), ("r2@<k>", "r2@0", false), ("r2@<k>", "r2@1x", false),
    ("r2@<k>", "r2", false), ("r2@<k>", "hold.r2@1", false), ("r2_<dimension>", "r2_2", true), ("r2", "r2@1", false),
    ("spearman.e<dimension>.<name>", "spearman.e2.session_start.time", true),
    ("spearman.e<dimension>.<name>", "spearman.e2.", false),
    ("spearman.e<dimension>.<name>", "spearman.e.speed", false),
  ])
  func `a written metric is recognised`(_ name: String, _ word: String, _ isMatch: Bool) throws {
    let metric = try #require(EvaluationSpec.metrics.flatMap(\.metrics).first { $0.name == name })
    #expect(metric.matches(word) == isMatch)
  }

  @Test func `every kind of evaluation has metrics, each once`() {
    #expect(EvaluationSpec.metrics.map(\.kind) == EvaluationSpec.union.description.arms.map(\.name))
    for (kind, metrics) in EvaluationSpec.metrics {
      #expect(Set(metrics.map(\.name)).count == metrics.count, "\(kind)")
      #expect(metrics.allSatisfy { $0.doc.hasSuffix(".") }, "\(kind)")
    }
  }

  @Test func `every score that an evaluation gives is a metric of its kind`() throws {
    let values = TrialValues(channels: 2, trials: 3, bins: 6) { Float(($0 + 2) * ($1 + 1) * ($2 + 1) % 7) }
    let later = TrialValues(channels: 2, trials: 3, bins: 3) { Float($0 + $1 + $2) }
    let scores = [
      ("forecast", Forecast.scores(observed: values, forecast: later, context: 3, trainingMeans: [1, 2])),
      ("reconstruction", Reconstruction.scores(observed: values, reconstructed: values, trainingMeans: [1, 2])),
      (
        "filter", FilterSpec.scores(observed: values, predicted: [values, values, values], trainingMeans: [1, 2])
      ),
      (
        "decode",
        Decode.scores(
          trainRates: values, trainBehavior: values, testRates: values, testBehavior: values, alphas: [1])
      ),
    ]
    for (kind, given) in scores {
      let known = try metrics(kind)
      for score in given { #expect(known.contains { $0.matches(score.name) }, "\(kind): \(score.name)") }
    }
  }
}
