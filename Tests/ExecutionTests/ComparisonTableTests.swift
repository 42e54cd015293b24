import Bundle
import Evaluation
import Execution
import ExperimentGraph
import Planner
import SpecLanguage
import StudyChecks
import Testing

/// Comparisons joined from a plan and its table of metrics.
struct ComparisonTableTests {
  private func comparison(_ of: [String], _ pairBy: [String], _ test: PairedTest = .signFlip) -> Named<Comparison> {
    Named(
      id: "gain",
      value: Comparison(
        metric: "rebuild.r2", of: of.map { Reference(section: "runs", id: $0) }, pairBy: pairBy, test: test,
        correction: .holm))
  }

  /// A plan of 2 seeds x 3 numbers of trials of the transfer; the other runs do not see the latter.
  private func plan() throws -> Plan {
    let sweep = "sweep: {axes: {study.seed: [1, 2], runs.transfer.trials: [4, 5, 6]}}\n"
    return try CheckedStudy(CheckedStudy.tiny + sweep).replacing(
      "twin:     {train: meta,", with: "twin:     {train: other,"
    )
    .replacing(
      "\ntraining:\n", with: "\n  other: {like: meta, dynamics: {latent: 3}}\ntraining:\n"
    ).plan()
  }

  /// A metric for every point, run and session, from its seed and number of trials.
  private func metrics(
    _ plan: Plan, without failed: Set<String> = [],
    _ value: (_ run: String, _ session: String, _ seed: Int, _ trials: Int) -> Double
  ) throws -> MetricTable {
    var table = TSV(columns: MetricTable.columns)
    for point in plan.points {
      let values = point.assignments.map(\.value)
      guard case .int(let seed) = values[0], case .int(let trials) = values[1] else { continue }
      for (evaluation, run, _) in point.evaluations where evaluation == "rebuild" {
        guard !failed.contains("\(run) \(seed) \(trials)") else { continue }
        for session in run == "transfer" ? ["later/01"] : ["cycles/01", "cycles/02"] {
          let number = value(run, session, seed, trials)
          for (metric, number) in [("rebuild.r2", number), ("rebuild.mean.r2", -1)] {
            table.append([
              .text(point.id), .text(run), .text(session), "test", .text(metric), .double(number), 10,
            ])
          }
        }
      }
    }
    return try #require(MetricTable(table))
  }

  private func rows(_ table: ComparisonTable) throws -> [JSONValue] {
    try #require(table.json["comparisons"]?.array?.first?["rows"]?.array)
  }

  @Test func `what a sweep repeats is one pair`() throws {
    let plan = try plan()
    let metrics = try metrics(plan) { run, session, seed, _ in
      Double(seed) * (run == "twin" ? 1 : 0.5) + (session == "cycles/02" ? 0.25 : 0)
    }
    for by in [["session", "seed"], ["session", "seed", "runs.transfer.trials"], ["session", "study.seed", "split"]] {
      let table = ComparisonTable([comparison(["pretrain", "twin"], by)], plan, metrics)
      let row = try #require(try rows(table).first)
      // Two sessions times two seeds; the three numbers of trials change neither run.
      #expect(row["pairs"] == 4)
      #expect(row["difference"] == .double(-0.75))
      #expect(row["undefined"] == 0)
    }
    let pairs = ComparisonTable([comparison(["pretrain", "twin"], ["session", "seed"])], plan, metrics).pairs
    #expect(pairs.rows.first == ["gain", "pretrain", "twin", "cycles/01, seed 1", "0.5", "1"])
  }

  @Test func `what is not paired by is averaged, over points that both runs have`() throws {
    let plan = try plan()
    let metrics = try metrics(plan, without: ["twin 2 4", "twin 2 5", "twin 2 6"]) { run, _, seed, _ in
      run == "twin" ? 0 : Double(seed)
    }
    let table = ComparisonTable([comparison(["pretrain", "twin"], ["session"])], plan, metrics)
    let row = try #require(try rows(table).first)
    // Seed 2 failed for the twin, so only seed 1 counts on either side.
    #expect(row["difference"]?.double == 1)
    #expect(row["pairs"] == 2)
  }

  @Test func `every two runs are compared and their p values corrected together`() throws {
    let plan = try plan()
    let metrics = try metrics(plan) { run, _, seed, trials in
      run == "transfer" ? Double(trials + seed) : run == "twin" ? Double(seed) : Double(seed) / 2
    }
    let table = ComparisonTable([comparison(["transfer", "pretrain", "twin"], ["seed"])], plan, metrics)
    let rows = try rows(table)
    #expect(
      rows.map { "\($0["a"]?.string ?? "") \($0["b"]?.string ?? "")" } == [
        "transfer pretrain", "transfer twin", "pretrain twin",
      ])
    #expect(rows.map { $0["difference"]?.double } == [5.75, 5, -0.75])
    #expect(rows.map { $0["p"]?.double } == [0.5, 0.5, 0.5])
    #expect(rows.map { $0["p_corrected"]?.double } == [1, 1, 1])
  }

  @Test func `runs without a common label have no pairs, and values that are no numbers are counted`() throws {
    let plan = try plan()
    let metrics = try metrics(plan) { run, session, seed, _ in
      session == "cycles/02" && run == "twin" ? .nan : Double(seed)
    }
    let none = try #require(
      try rows(ComparisonTable([comparison(["transfer", "twin"], ["session"])], plan, metrics)).first)
    #expect(none["pairs"] == 0)
    #expect(none["p"]?.double?.isNaN == true)
    #expect(none.line.contains("\"p\":null"))
    let some = try #require(
      try rows(ComparisonTable([comparison(["pretrain", "twin"], ["session", "seed"])], plan, metrics)).first)
    #expect(some["pairs"] == 2)
    #expect(some["undefined"] == 2)
  }

  @Test(arguments: PairedTest.allCases)
  func `the same numbers give the same bytes`(_ test: PairedTest) throws {
    let plan = try plan()
    let metrics = try metrics(plan) { run, session, seed, trials in
      Double(seed * trials) / (run == "twin" ? 3 : 7) + (session == "cycles/02" ? 0.1 : 0)
    }
    func text() -> String {
      ComparisonTable([comparison(["pretrain", "twin"], ["session", "seed"], test)], plan, metrics).json.text
    }
    #expect(text() == text())
  }
}
