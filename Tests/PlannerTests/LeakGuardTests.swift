import Bundle
import Foundation
import Planner
import Recordings
import SpecLanguage
import StudyChecks
import Testing

/// What the plan knows that jobs have never seen.
struct LeakGuardTests {
  private func fit(_ plan: Plan, _ run: String) throws -> FitJob {
    try #require(plan.fits.first { $0.run == run })
  }

  @Test func `a fit has seen its trials and what the fit before it has seen`() throws {
    let plan = try CheckedStudy().plan()
    let seen = LeakGuard(plan)
    let first = seen.sight(try fit(plan, "pretrain"))
    #expect(first.learns == 12 && first.chooses == 4)
    #expect(first.trials == [.train: 0, .valid: 0, .test: 4])
    #expect(first.sessions == ["later/01"] && first.subjects == [] && first.again == [])
    let second = seen.sight(try fit(plan, "transfer"))
    // Four of six training and two validation trials, of which `select` takes one of the budget.
    #expect(second.learns + second.chooses == 4)
    #expect(second.trials == [.train: 6 - second.learns, .valid: 2 - second.chooses, .test: 2])
    #expect(second.sessions == [] && second.again == [] && second.elsewhere == [])
  }

  @Test func `a transfer to sessions of the pre-training is told`() throws {
    let study = try CheckedStudy().replacing("transfer: pretrain, on: later", with: "transfer: pretrain, on: cycles")
    let plan = try study.plan()
    let sight = LeakGuard(plan).sight(try fit(plan, "transfer"))
    #expect(sight.again == ["cycles/01", "cycles/02"] && sight.elsewhere == [])
    // What the pre-training learnt from is seen although the transfer has a budget.
    #expect(sight.trials == [.train: 0, .valid: 0, .test: 4])
  }

  /// One file under two datasets that split it in two ways.
  @Test func `a recording is one by its bytes`() throws {
    let text = try CheckedStudy().replacing(", color: [speed]", with: "").text
    func recorded(_ id: String, _ seed: Int) -> String {
      """
        \(id):
          kind: arrays
          path: day.npz
          observe: {array: y, axes: [trial, time, channel], bin: 30 ms}
          split: {train: 0.6, valid: 0.2, test: 0.2, seed: \(seed)}

      """
    }
    let start = try #require(text.range(of: "  cycles:\n")).lowerBound
    let end = try #require(text.range(of: "models:\n")).lowerBound
    let data = recorded("cycles", 0) + recorded("later", 1)
    func header(_ dataset: String, subject: String) -> SessionHeader {
      SessionHeader(
        name: dataset + "/day", files: ["day.npz"], metadata: ["subject": subject], channels: 3, bins: 10,
        trials: [.train: 6, .valid: 2, .test: 2], binWidth: .milliseconds(30), isCounts: false)
    }
    let study = CheckedStudy(
      String(text[..<start]) + data + String(text[end...]),
      recordings: ["cycles": [header("cycles", subject: "A")], "later": [header("later", subject: "A")]])
    let plan = try study.plan()
    let seen = LeakGuard(plan)
    let sight = seen.sight(try fit(plan, "transfer"))
    #expect(sight.elsewhere == ["later/day"] && sight.again == [])
    #expect(seen.sight(try fit(plan, "pretrain")).sessions == [])
    for job in plan.jobs {
      guard case .evaluate(let evaluate) = job, let scored = seen.scored(evaluate) else { continue }
      #expect(scored.seen == (evaluate.run == "transfer" ? .elsewhere : .never), "\(evaluate.name)")
    }
  }

  @Test(arguments: [("train", "learnt"), ("valid", "chosen"), ("test", "never")])
  func `an evaluation knows whether the fit has seen what it scores`(_ split: String, _ seen: String) throws {
    let plan = try CheckedStudy().plan(["evaluations.rebuild.split=\(split)"])
    let leakGuard = LeakGuard(plan)
    let job = try #require(
      plan.jobs.compactMap { job -> EvaluateJob? in if case .evaluate(let job) = job { job } else { nil } }.first)
    #expect(leakGuard.scored(job)?.seen.rawValue == seen)
  }

  @Test func `subjects are unseen when none of their sessions is seen`() throws {
    let text = try CheckedStudy().replacing(", color: [speed]", with: "").replacing(
      "system: {kind: limit_cycle, speed: 3, step: 10 ms}\n",
      with: "system: {kind: reaching, subjects: 3}\n    sessions: 6\n"
    ).replacing("models:\n", with: "cohorts: {some: {include: [later/*], where: subject == \"subject_2\"}}\nmodels:\n")
      .replacing("pretrain: {train: meta, on: cycles,", with: "pretrain: {train: meta, on: some,")
    let plan = try text.plan()
    let sight = LeakGuard(plan).sight(try fit(plan, "pretrain"))
    #expect(sight.subjects == ["subject_1", "subject_3"])
    #expect(sight.sessions.count == 6 && !sight.sessions.contains("later/02"))
    #expect(LeakGuard(plan).sight(try fit(plan, "transfer")).subjects == [])
  }

  @Test func `plan json names the guard of every job, each guard once`() throws {
    let plan = try CheckedStudy(CheckedStudy.tiny + "sweep: {axes: {study.seed: [1, 2, 3]}}\n").plan()
    let json = try JSONValue(parsing: Array(plan.json.utf8))
    let guards = try #require(json["guards"]?.object)
    let jobs = try #require(json["jobs"]?.array)
    #expect(jobs.allSatisfy { $0["guard"]?.string.map { guards[$0] != nil } ?? false })
    // Of a training, a transfer, and evaluations of both by test trials and of the embedding.
    #expect(guards.count == 5, "\(guards)")
  }

  /// Dealing sessions to splits changes the keys of the sessions that move, and of no other.
  @Test func `what a session is dealt to is in its key`() throws {
    func keys(_ rest: String) throws -> [String: ArtifactKey] {
      let split = "split: {train: 0.6, valid: 0.2, test: 0.2"
      let study = try CheckedStudy().replacing(split + "}\n  later", with: split + rest + "}\n  later")
      // The cohort leaves cycles out, but looks at it.
      let text = study.text.replacing("on: cycles", with: "on: others").replacing(", color: [speed]", with: "")
        .replacing("models:\n", with: "cohorts: {others: {include: [\"*/*\"], exclude: [cycles/*]}}\nmodels:\n")
      return Dictionary(uniqueKeysWithValues: try study.with(text).plan().sessions.map { ($0.name, $0.key) })
    }
    let plain = try keys("")
    let dealt = try keys(", sessions: {train: 0.5, test: 0.5}")
    #expect(plain.count == 3 && dealt.count == 3)
    #expect(plain["later/01"] == dealt["later/01"])
    #expect(plain["cycles/01"] != dealt["cycles/01"])
  }
}
