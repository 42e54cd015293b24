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

  @Test(arguments: [
    ("forecast, context: 150 ms, horizon: 90 ms", "r2@3", 0), ("forecast, context: 150 ms, horizon: 90 ms", "r2@4", 1),
    ("filter, ahead: 2", "r2@2", 0), ("filter, ahead: 2", "hold.r2@3", 1),
  ]) func `the bin ahead of an objective must be predicted`(_ kind: String, _ metric: String, _ count: Int) throws {
    let objective = "sweep: {axes: {study.seed: [1, 2, 3]}, objective: {metric: later.\(metric), goal: maximize}}\n"
    let study = try CheckedStudy().replacing(
      "evaluations:", with: "evaluations:\n  later: {kind: \(kind), of: [pretrain, transfer], split: valid}"
    ).replacing("kind: bigru", with: "kind: gru").replacing("backend:", with: objective + "backend:")
    let found = try study.diagnostics().filter(\.isError)
    #expect(found.map(\.code.id) == Array(repeating: "E2010", count: count))
    #expect(found.allSatisfy { $0.span.text == "later.\(metric)" })
  }

  @Test func `runs without a common session cannot be paired by session`() throws {
    #expect(try codes("later.r2", of: "[pretrain, transfer]") == ["E2013"])
    #expect(try codes("later.r2", of: "[pretrain, transfer]", by: "seed") == [])
    #expect(try codes("later.r2", of: "[pretrain, transfer, twin]") == [])
  }
}
