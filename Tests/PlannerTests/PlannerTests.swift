import Bundle
import Planner
import StudyChecks
import Testing

/// What enters the key of a job, and what does not.
struct PlannerTests {
  /// What the one point of a study asks for, by run or run and evaluation: runs first, in plan order.
  private func asked(_ plan: Plan) throws -> [(name: String, key: ArtifactKey)] {
    let point = try #require(plan.points.first)
    return point.fits.map { ($0.run, plan.jobs[$0.job].key) }
      + point.evaluations.map { ("\($0.run)/\($0.evaluation)", plan.jobs[$0.job].key) }
  }

  /// The names of what has another key in two plans of the same runs and evaluations.
  private func changed(_ before: Plan, _ after: Plan) throws -> [String] {
    try zip(asked(before), asked(after)).filter { $0.key != $1.key }.map { $0.0.name }
  }

  private static let all = [
    "pretrain", "twin", "transfer", "pretrain/rebuild", "twin/rebuild", "transfer/rebuild", "pretrain/atlas",
    "twin/atlas",
  ]

  private static let transferred = ["transfer", "transfer/rebuild"]

  @Test func `jobs stand after what they read, in the order of the file`() throws {
    let plan = try CheckedStudy().plan()
    #expect(try asked(plan).map(\.name) == Self.all)
    #expect(plan.jobs.map(\.name) == Self.all.filter { !$0.hasPrefix("twin") })
    for (index, job) in plan.jobs.enumerated() {
      let earlier = plan.jobs.prefix(index).map(\.key)
      #expect(job.inputs.allSatisfy { earlier.contains($0) }, "\(job.name) reads what is not made yet")
    }
  }

  @Test func `a run may stand before the run that it transfers`() throws {
    let line = "  pretrain: {train: meta, on: cycles, with: pretraining}\n"
    let moved = try CheckedStudy().replacing(line, with: "").replacing("evaluations:", with: "\(line)evaluations:")
    let plan = try moved.plan()
    #expect(try asked(plan).prefix(3).map(\.name) == ["twin", "pretrain", "transfer"])
    let usual = try CheckedStudy().plan()
    #expect(Set(plan.jobs.map(\.key)) == Set(usual.jobs.map(\.key)))
  }

  @Test(
    arguments: [
      // Text and machines change nothing.
      ("study.name=other", []),
      ("study.title=Another title", []),
      ("study.authors=[A. Nother]", []),
      ("backend.threads=2", []),
      // One recipe changes its runs and what is measured on them.
      ("training.adapting.optimizer.lr=2e-2", transferred),
      ("training.adapting.budget=7 steps", transferred),
      ("runs.transfer.trials=3", transferred),
      ("runs.transfer.embedding=zero", transferred),
      ("runs.transfer.fit=[readin, observation, inference]", transferred),
      ("datasets.later.seed=1", transferred),
      // The start of a chain changes all of it; a recipe that inherits changes with its parent.
      ("training.pretraining.clip=1", all),
      ("models.meta.dynamics.latent=3", all),
      ("datasets.cycles.observe.noise=0.2", all),
      ("datasets.cycles.split.seed=1", all),
      ("study.seed=8", all),
      ("backend={kind: reference}", all),
      ("runs.twin.trials=4", ["twin", "twin/rebuild", "twin/atlas"]),
      // An evaluation changes itself.
      ("evaluations.rebuild.split=valid", ["pretrain/rebuild", "twin/rebuild", "transfer/rebuild"]),
      ("evaluations.atlas.color=[radius]", ["pretrain/atlas", "twin/atlas"]),
      ("outputs.predictions=false", all.filter { $0.contains("/") }),
      // The same value in other words is the same value.
      ("datasets.cycles.bin=0.03 s", []),
      ("training.pretraining.optimizer.lr=0.003", []),
    ] as [(String, [String])])
  func `one value changes exactly its jobs`(_ override: String, _ jobs: [String]) throws {
    let before = try CheckedStudy().plan()
    let after = try CheckedStudy().plan([override])
    #expect(try changed(before, after) == jobs)
  }

  @Test func `comments, spaces and the order of keys change nothing`() throws {
    let study = CheckedStudy()
    let other = try CheckedStudy("# A comment\n" + study.text)
      .replacing("sessions: 2\n    channels: [3, 4]", with: "channels: [3,    4]   # two\n    sessions: 2")
      .replacing("{kind: adamw, lr: 3e-3}", with: "\n      lr: 0.003\n      kind: adamw")
    #expect(try changed(try study.plan(), try other.plan()) == [])
    #expect(try study.plan().key == other.plan().key)
  }

  @Test func `runs that differ in name alone are one job with one key`() throws {
    let plan = try CheckedStudy().plan()
    func key(_ name: String) throws -> String { try #require(asked(plan).first { $0.name == name }).key.hex }
    #expect(try key("pretrain") == key("twin"))
    #expect(try key("pretrain/rebuild") == key("twin/rebuild"))
    #expect(try key("pretrain/atlas") == key("twin/atlas"))
    #expect(try key("pretrain") != key("transfer"))
  }

  @Test func `another evaluation leaves the others as they are`() throws {
    let more = try CheckedStudy().replacing(
      "evaluations:\n", with: "evaluations:\n  extra: {kind: reconstruction, of: [twin], split: train}\n")
    let before = Set(try CheckedStudy().plan().jobs.map(\.key))
    let news = try asked(more.plan()).filter { !before.contains($0.key) }.map(\.name)
    #expect(news == ["twin/extra"])
  }

  @Test func `what others inherit from is used`() throws {
    let study = try CheckedStudy().replacing("on: cycles, with: pretraining", with: "on: cycles, with: adapting")
    #expect(try study.diagnostics().map(\.message) == [])
    let unused = try CheckedStudy().replacing(
      "models:\n", with: "models:\n  spare: {like: meta}\n")
    #expect(try unused.diagnostics().map(\.message) == ["nothing uses `models.spare`"])
  }

  @Test(arguments: [("[\"*\"]", 0), ("[cyc*/01]", 0), ("[cycles/*]", 0), ("[later/*]", 1)])
  func `a dataset is used when a cohort may name its sessions`(_ globs: String, _ warnings: Int) throws {
    let study = try CheckedStudy()
      .replacing("models:\n", with: "cohorts: {some: {include: \(globs)}}\nmodels:\n")
      .replacing("on: cycles,", with: "on: some,")
    let complaints = try study.diagnostics().filter { !$0.isError }.map(\.message)
    #expect(complaints == (warnings == 0 ? [] : ["nothing uses `datasets.cycles`"]))
  }

  @Test(arguments: ["300 ms", "9 s"])
  func `a forecast whose context leaves no bin to predict is an error at its place`(_ context: String) throws {
    let rebuild = "  rebuild: {kind: reconstruction, of: [pretrain, twin, transfer]}\n"
    for kind in ["decode, target: velocity, from: forecast", "forecast, horizon: 30 ms"] {
      let study = try CheckedStudy().replacing(
        rebuild, with: "  later: {kind: \(kind), of: [pretrain], context: \(context)}\n")
      let codes = try study.diagnostics().filter(\.isError).map(\.code.id)
      #expect(codes.contains("E2007"), "\(kind): \(codes)")
    }
  }
}
