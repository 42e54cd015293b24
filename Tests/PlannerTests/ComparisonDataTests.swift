import SpecLanguage
import StudyChecks
import Testing

/// What comparisons ask of the data.
struct ComparisonDataTests {
  private func codes(_ metric: String, of runs: String, by: String = "session") throws -> [String] {
    let more = """
      evaluations:
        later: {kind: forecast, of: [pretrain, twin, transfer], context: 150 ms, horizon: 90 ms}
      """
    let study = try CheckedStudy().replacing("evaluations:", with: more).replacing(
      "backend:",
      with: "comparisons: {a: {metric: \(metric), of: \(runs), pair_by: [\(by)], test: wilcoxon}}\nbackend:")
    return try study.diagnostics().filter(\.isError).map(\.code.id)
  }

  @Test(arguments: [("later.r2@3", []), ("later.r2@4", ["E2010"]), ("later.hold.r2_cumulative@40", ["E2010"])])
  func `a bin ahead must lie in the forecast`(_ metric: String, _ expected: [String]) throws {
    #expect(try codes(metric, of: "[pretrain, twin]") == expected)
  }

  @Test func `runs without a common session cannot be paired by session`() throws {
    #expect(try codes("later.r2", of: "[pretrain, transfer]") == ["E2013"])
    #expect(try codes("later.r2", of: "[pretrain, transfer]", by: "seed") == [])
    #expect(try codes("later.r2", of: "[pretrain, transfer, twin]") == [])
  }
}
