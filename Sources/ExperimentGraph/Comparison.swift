import Evaluation
import SpecLanguage

/// Statistics of one metric between runs, declared before the numbers exist.
package struct Comparison: Hashable, Sendable {
  /// `<evaluation>.<metric>`.
  package var metric: String
  package var of: [Reference]
  /// Labels by which values are paired: those of `labels`, and swept paths.
  package var pairBy: [String]
  package var test: PairedTest
  package var correction: Correction

  package init(metric: String, of: [Reference], pairBy: [String], test: PairedTest, correction: Correction) {
    self.metric = metric
    self.of = of
    self.pairBy = pairBy
    self.test = test
    self.correction = correction
  }

  /// What every value can be paired by, whether or not there is a sweep.
  package enum Label: String, CaseIterable, Hashable, Sendable {
    case session
    /// `study.seed`.
    case seed
    case split
    /// `trials` of the run.
    case trials
  }

  package static let schema = Schema<Self>(
    "comparison", "Differences of a metric between runs, over pairs of values.",
    Field(
      "metric", \.metric, .string, "The metric, as `<evaluation>.<metric>`, such as `forecast.r2` or `forecast.r2@10`."),
    Field(
      "of", \.of, .list(.reference(to: "runs"), count: 2...100),
      "The runs; every two of them are compared, the earlier less the later."),
    Field(
      "pair_by", \.pairBy, .list(.string, count: 1...100),
      "What makes two values a pair: `session`, `seed`, `split`, `trials`, or swept paths; over all else values are averaged."
    ),
    Field("test", \.test, .choice(PairedTest.self), "The test of the paired differences."),
    Field(
      "correction", \.correction, .choice(Correction.self), default: .holm, "What is done because there are several p."),
    rules: [
      Rule("of") { $0.of.map(\.id).repeated.map { "run `\($0)` is named twice" } },
      Rule("pair_by") { $0.pairBy.repeated.map { "`\($0)` is named twice" } },
    ],
    make: Self.init(metric:of:pairBy:test:correction:))

  /// The metric's evaluation and its name there; nil when it has not both.
  package static func parts(_ metric: String) -> (evaluation: String, name: String)? {
    let parts = metric.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[1].isEmpty ? (String(parts[0]), String(parts[1])) : nil
  }
}

extension [String] {
  /// The first element that stands twice.
  var repeated: String? { indices.first { self[..<$0].contains(self[$0]) }.map { self[$0] } }
}
