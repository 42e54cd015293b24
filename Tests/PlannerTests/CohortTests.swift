import Planner
import SpecChecks
import SpecLanguage
import StudyChecks
import Testing

/// Cohorts whose `where` looks at what is known of each session.
struct CohortTests {
  /// The tiny study with a cohort over both collections: cycles/01 and /02 have speeds 1 and 2, later has speed 3.
  private func study(_ condition: String, include: String = "[\"*\"]") throws -> CheckedStudy {
    try CheckedStudy()
      .replacing("models:\n", with: "cohorts:\n  some: {include: \(include), where: '\(condition)'}\nmodels:\n")
      .replacing("pretrain: {train: meta, on: cycles,", with: "pretrain: {train: meta, on: some,")
  }

  @Test(arguments: [
    ("speed > 1.5", ["cycles/02", "later/01"]), ("speed == 1", ["cycles/01"]), ("speed == \"1\"", ["cycles/01"]),
    ("dataset == \"later\"", ["later/01"]), ("\"/01\" in session", ["cycles/01", "later/01"]),
    ("speed in [1, 3] and system == \"limit_cycle\"", ["cycles/01", "later/01"]),
    ("max(speed, radius) > 2", ["later/01"]),
  ])
  func `a condition picks sessions by what is known of them`(_ condition: String, _ names: [String]) throws {
    let study = try study(condition)
    let plan = try study.plan()
    let pretrain = try #require(plan.jobs.first { $0.name == "pretrain" })
    #expect(pretrain.fit.sessions.map(\.name) == names)
  }

  @Test(
    arguments: [
      ("⟦E1211 sped⟧ > 1", ["help: did you mean `speed`?", "known of these sessions: dataset, session, kind, noise"]),
      ("⟦E1210 system⟧ > 1", ["`system` is text, not a number", "session `cycles/01`: `system` is limit_cycle"]),
      (
        "⟦E1210 speed + 1⟧",
        ["must be true or false, found a number", "`speed` is 1", "the same at `cycles/02`, `later/01`"]
      ),
      ("speed ⟦E1209 = 1⟧", ["`= 1` is left over"]),
    ] as [(String, [String])])
  func `a condition that has no value is an error at its part`(_ condition: String, _ words: [String]) throws {
    // A complaint about the whole condition also marks its quotes.
    let text = try study(condition).text.replacing("'⟦E1210 speed + 1⟧'", with: "⟦E1210 'speed + 1'⟧")
    let marked = MarkedSpec(text, name: "study.yaml")
    let errors = try CheckedStudy(marked.file.text(in: 0..<marked.file.bytes.count)).diagnostics().filter(\.isError)
    #expect(MarkedSpec.places(errors) == marked.expected)
    let said = Rendering().text(errors)
    for word in words { #expect(said.contains(word), "\(said)") }
  }

  @Test func `a cohort that is filtered to nothing says what the condition gave`() throws {
    let errors = try study("speed > 2 * radius + 10").diagnostics().filter(\.isError)
    #expect(errors.map(\.code.id) == ["E2002"])
    let text = Rendering().text(errors)
    #expect(
      text.contains("`cycles/01`: `speed > 2 * radius + 10` is false, `speed` is 1, `2 * radius + 10` is 12"), "\(text)"
    )
    #expect(text.contains("`where` of the cohort leaves out every session that its globs match"))
  }

  @Test func `a condition changes exactly the jobs whose sessions it changes`() throws {
    let all = try study("speed > 0").plan()
    let same = try study("speed >= 1").plan()
    #expect(all.jobs.map(\.key) == same.jobs.map(\.key))
    let fewer = try study("speed < 3").plan()
    let plain = try CheckedStudy().plan()
    #expect(fewer.jobs.map(\.key) == plain.jobs.map(\.key))
  }
}
