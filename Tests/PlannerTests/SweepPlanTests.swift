import Bundle
import Foundation
import Planner
import SpecLanguage
import StudyChecks
import Testing

/// Plans of many points: what they share, and that nothing depends on reading parts once.
struct SweepPlanTests {
  @Test func `a sweep over transfers plans one pre-training for each seed`() throws {
    let plan = try Transfers.study.plan()
    #expect(plan.points.count == 6)
    #expect(
      plan.fits.filter { $0.source == nil }.map(\.name) == ["pretrain [study.seed: 7]", "pretrain [study.seed: 8]"])
    let transfers = plan.fits.filter { $0.source != nil }.map(\.name)
    #expect(transfers.count == 6)
    #expect(transfers.first == "transfer [runs.transfer.trials: 2, study.seed: 7]")
    // Points that differ in the transfer alone have the same pre-training, and the twin of it.
    for point in plan.points {
      let (pretrain, twin) = (try #require(point.fits.first), try #require(point.fits.dropFirst().first))
      #expect(pretrain.run == "pretrain" && twin.run == "twin" && pretrain.job == twin.job)
    }
    #expect(Set(plan.points.map { $0.fits[0].job }).count == 2)
    for (index, job) in plan.jobs.enumerated() {
      let earlier = Set(plan.jobs.prefix(index).map(\.key))
      #expect(job.inputs.allSatisfy(earlier.contains), "\(job.name) reads what is not made yet")
    }
    #expect(Set(plan.jobs.map(\.key)).count == plan.jobs.count)
    #expect(Set(plan.jobs.map(\.name)).count == plan.jobs.count)
  }

  @Test func `what all points have tells no job from another`() throws {
    let study = CheckedStudy(CheckedStudy.tiny + "sweep: {axes: {study.seed: [7], runs.transfer.trials: [2, 3]}}\n")
    let names = try study.plan().fits.map(\.name)
    #expect(names == ["pretrain", "transfer [runs.transfer.trials: 2]", "transfer [runs.transfer.trials: 3]"])
  }

  /// Sweeps over every kind of part: values, whole entries, references, sections without names, drawn values.
  static let sweeps = [
    "axes: {study.seed: {seeds: 3}, training.pretraining.optimizer.lr: [1e-3, 1e-2]}",
    "axes: {runs.transfer.with: [adapting, pretraining], runs.twin.on: [cycles, later]}",
    "axes: {runs.twin: [{on: later, with: adapting}, {on: cycles, trials: 3}]}",
    "axes: {evaluations.rebuild.of: [[pretrain], [pretrain, transfer]], evaluations.rebuild.split: [test, valid]}",
    "axes: {datasets.later.observe.noise: [0.1, 0.2], datasets.cycles.sessions: [2], backend: [{kind: native}, {kind: reference}]}",
    "axes: {evaluations: [{one: {kind: reconstruction, of: [twin]}}, {two: {kind: embedding, of: [pretrain]}}], study.seed: [1, 2]}",
    "{strategy: random, draws: 6, axes: {training.adapting.optimizer.lr: {log_uniform: [1e-4, 1e-2]}, models.meta.dynamics.latent: [2, 3]}}",
    "{strategy: random, draws: 8, axes: {models.meta.inference.forecast_mask: {uniform: [0.1, 0.5]}, models.meta.dynamics.adapt.rank: {int_uniform: [1, 3]}, training.pretraining.optimizer.weight_decay: {uniform: [0, 1]}, training.pretraining.batch.trials: {int_uniform: [2, 5]}}}",
    "{strategy: random, draws: 5, axes: {datasets.cycles.observe.noise: {uniform: [0.1, 0.5]}, runs.transfer.trials: {int_uniform: [4, 6]}, study.seed: {int_uniform: [1, 100]}}}",
    "axes: {training.pretraining.budget: [6 steps, 2 epochs]}\n  include: [{models.meta.dynamics.latent: 4, runs.transfer.trials: 2}]",
  ]

  @Test(arguments: sweeps) func `a point has the same jobs in a sweep and alone`(_ sweep: String) throws {
    let text = sweep.hasPrefix("{") ? "sweep: \(sweep)\n" : "sweep:\n  \(sweep)\n"
    let study = CheckedStudy(CheckedStudy.tiny + text)
    let expansion = try study.expand()
    #expect(expansion.points.count > 1)
    let plan = try study.plan(expansion.points, isSweep: true)
    #expect(plan.points.count == expansion.points.count)
    for (point, planned) in zip(expansion.points, plan.points) {
      let alone = try study.plan([point], isSweep: false)
      let own = try #require(alone.points.first)
      #expect(planned.fits.map(\.run) == own.fits.map(\.run))
      #expect(planned.fits.map { plan.jobs[$0.job].key } == own.fits.map { alone.jobs[$0.job].key })
      #expect(planned.evaluations.map { plan.jobs[$0.job].key } == own.evaluations.map { alone.jobs[$0.job].key })
    }
    let used = Set(plan.points.flatMap { $0.fits.map(\.job) + $0.evaluations.map(\.job) })
    #expect(used.count == plan.jobs.count, "a job that no point needs")
  }

  @Test(arguments: [
    "models.meta.inference.forecast_mask: {uniform: [0.1, 0.5]}",
    "training.pretraining.optimizer.lr: {normal: [1, 0.01]}",
    "training.pretraining.select.every: [2 steps, 3 steps, 4 steps]",
    "datasets.cycles.observe.noise: {uniform: [0.1, 0.5]}",
    "models.meta.dynamics.adapt.rank: {int_uniform: [1, 4]}", "models.meta.embedding.encoder.width: [4, 5, 6]",
  ])
  func `points that differ in one value deep inside have no fit in common`(_ axis: String) throws {
    let isDrawn = axis.contains("uniform") || axis.contains("normal")
    let draws = isDrawn ? "strategy: random, draws: 12, " : ""
    let study = CheckedStudy(CheckedStudy.tiny + "sweep: {\(draws)axes: {\(axis)}}\n")
    let plan = try study.plan()
    #expect(plan.points.count > 2)
    for run in ["pretrain", "transfer"] {
      let keys = plan.points.flatMap { point in point.fits.filter { $0.run == run }.map { plan.jobs[$0.job].key } }
      #expect(Set(keys).count == plan.points.count, "\(run) is shared")
    }
  }

  /// What each point asks for, by point, run and evaluation.
  private func asked(_ plan: Plan) -> [(name: String, key: ArtifactKey)] {
    plan.points.enumerated().flatMap { index, point in
      point.fits.map { ("\(index) \($0.run)", plan.jobs[$0.job].key) }
        + point.evaluations.map { ("\(index) \($0.run)/\($0.evaluation)", plan.jobs[$0.job].key) }
    }
  }

  private func changed(_ study: CheckedStudy, _ overrides: [String]) throws -> [String] {
    let (before, after) = (asked(try study.plan()), asked(try study.plan(overrides)))
    #expect(before.map(\.name) == after.map(\.name))
    return zip(before, after).filter { $0.key != $1.key }.map { $0.0.name }
  }

  /// Edits of no consequence for what is computed.
  private static let idle = [
    "study.title=Another", "study.description=Words", "study.authors=[A. Nother]", "study.license=CC-BY-4.0",
    "study.cites=[Somebody 1999]", "study.name=other", "resources={fit: {cpu: 1, memory: 4 GB}}",
    "launcher={kind: local, jobs: 3}", "backend={kind: native, threads: 3}",
  ]

  @Test(arguments: UserSpec.allCases, idle)
  func `titles, resources and launchers change no key`(_ spec: UserSpec, _ edit: String) throws {
    #expect(try changed(try spec.study(), [edit]) == [])
  }

  @Test(arguments: idle) func `nor do they in a sweep`(_ edit: String) throws {
    #expect(try changed(Transfers.study, [edit]) == [])
  }

  @Test(arguments: UserSpec.allCases) func `comments and the order of sections change no key`(_ spec: UserSpec) throws {
    let study = try spec.study()
    let blocks = study.text.components(separatedBy: "\n\n").map { $0.trimmingCharacters(in: .newlines) }
    let other = ([blocks[0]] + blocks.dropFirst().reversed()).joined(separator: "\n\n# A comment\n") + "\n"
    #expect(other != study.text)
    let (before, after) = (try study.plan(), try study.with(other).plan())
    #expect(Set(before.jobs.map(\.key)) == Set(after.jobs.map(\.key)))
    #expect(before.key != after.key || before.jobs.map(\.name) == after.jobs.map(\.name))
  }

  private static let pretrained =
    ["low_rank", "linear", "concat", "shared"].map { "pretrain_" + $0 } + ["seen_single"]
  private static let transferred = ["low_rank", "linear", "concat", "shared"]

  /// An optimiser value of a spec, and the runs that descend from it.
  private static let descendants: [(UserSpec, String, [String])] = [
    (.quickstart, "training.recipe.optimizer.lr=1e-4", ["pretrain"]),
    (.quickstart, "training.recipe.optimizer.weight_decay=0.5", ["pretrain"]),
    (.quickstart, "training.recipe.optimizer.betas=[0.8, 0.99]", ["pretrain"]),
    (.aplysia, "training.pretraining.optimizer.lr=1e-4", pretrained + transferred),
    (.aplysia, "training.pretraining.optimizer.weight_decay=0.5", pretrained + transferred + ["single"]),
    (.aplysia, "training.adapting.optimizer.lr=1e-4", transferred),
    (.aplysia, "training.adapting.optimizer.eps=1e-6", transferred + ["single"]),
    (.motorCortex, "training.pretraining.optimizer.lr=1e-4", pretrained + transferred),
    (.motorCortex, "training.adapting.optimizer.lr=1e-4", transferred),
    (.motorCortex, "training.adapting.optimizer.weight_decay=0.5", transferred + ["single"]),
  ]

  @Test(arguments: descendants)
  func `an optimiser value changes exactly its descendants`(_ spec: UserSpec, _ edit: String, _ runs: [String]) throws {
    let study = try spec.study()
    let expected = asked(try study.plan()).map(\.name).filter { name in
      // The number of the point, the run, and behind a space or a slash its session or evaluation.
      let run = name.drop { $0 != " " }.dropFirst().prefix { !" /".contains($0) }
      return runs.contains(String(run))
    }
    #expect(expected.count > 1)
    #expect(try changed(study, [edit]) == expected)
  }

  @Test func `in a sweep over transfers their recipe leaves the pre-trainings as they are`() throws {
    let study = Transfers.study
    let names = asked(try study.plan()).map(\.name)
    #expect(names.count == 6 * 8)
    #expect(
      try changed(study, ["training.adapting.optimizer.lr=1e-4"])
        == names.filter { $0.contains(" transfer") })
    #expect(try changed(study, ["training.pretraining.optimizer.weight_decay=0.5"]) == names)
    #expect(
      try changed(study, ["evaluations.rebuild.split=valid"]) == names.filter { $0.hasSuffix("/rebuild") })
  }

  @Test func `a complaint about one value of a sweep is told once, with a point`() throws {
    let text = "sweep: {axes: {training.adapting.optimizer.lr: [1e-3, -1, 1e-2], study.seed: {seeds: 4}}}\n"
    let complaints = try CheckedStudy(CheckedStudy.tiny + text).diagnostics()
    #expect(complaints.map(\.message) == ["`lr` is -1; use a number above 0"])
    #expect(complaints.first?.notes.first?.hasPrefix("at the point training.adapting.optimizer.lr: -1") == true)
  }

  @Test func `a complaint about data is told with the point that has it`() throws {
    let text = "  late: {kind: forecast, of: [twin], context: 90 ms, horizon: 90 ms}\n"
    let study = try CheckedStudy().replacing("  rebuild:", with: text + "  rebuild:")
    let sweep = "sweep: {axes: {evaluations.late.context: [90 ms, 240 ms], study.seed: {seeds: 2}}}\n"
    let complaints = try CheckedStudy(study.text + sweep).diagnostics()
    #expect(complaints.map(\.code.id) == ["E2007"])
    #expect(complaints.first?.notes.first?.hasPrefix("at the point evaluations.late.context: 240 ms") == true)
  }

  @Test(arguments: [("[cycles, later]", 0), ("[cycles, cycles]", 1)])
  func `an entry is unused when no point uses it`(_ values: String, _ count: Int) throws {
    let study = try CheckedStudy().replacing("on: later", with: "on: cycles")
    let sweep = "sweep: {axes: {runs.twin.on: \(values)}, exclude: []}\n"
    let complaints = try CheckedStudy(study.text + sweep).diagnostics().filter { $0.message.contains("datasets.later") }
    #expect(complaints.count == count)
  }
}

/// Runs of several fits.
struct ManyFitsTests {
  private static let line =
    "  transfer: {transfer: pretrain, on: later, with: adapting, trials: 4, fit: [readin, observation]}\n"

  private func study(_ run: String) throws -> CheckedStudy {
    try CheckedStudy().replacing(Self.line, with: run).replacing("[pretrain, twin, transfer]", with: "[many]")
  }

  @Test func `a run per session is a fit for each of them`() throws {
    let plan = try study("  many: {train: meta, on: cycles, per: session, with: pretraining}\n").plan()
    let point = try #require(plan.points.first)
    #expect(point.fits.map(\.run) == ["pretrain", "twin", "many", "many"])
    let own = plan.fits.filter { $0.run == "many" }
    #expect(own.map(\.name) == ["many (cycles/01)", "many (cycles/02)"])
    #expect(own.map { $0.sessions.map(\.name) } == [["cycles/01"], ["cycles/02"]])
    let measured = point.evaluations.filter { $0.run == "many" }.map { plan.jobs[$0.job].name }
    #expect(measured == ["many (cycles/01)/rebuild", "many (cycles/02)/rebuild"])
    #expect(plan.isDivided("many") && !plan.isDivided("pretrain"))
    #expect(plan.runs == ["pretrain", "twin", "many"])
  }

  @Test func `a fit of one session is the same alone`() throws {
    let plan = try study(
      "  many: {train: meta, on: later, per: session, with: pretraining}\n"
        + "  one: {train: meta, on: later, with: pretraining}\n"
    ).plan()
    let point = try #require(plan.points.first)
    #expect(point.fits[2].job == point.fits[3].job)
  }

  @Test func `repetitions draw other trials, and the first is the fit without them`() throws {
    let many =
      "  many: {transfer: pretrain, on: later, with: adapting, trials: 4, fit: [readin, observation], repeats: 3}\n"
    let plan = try study(many).plan()
    let point = try #require(plan.points.first)
    #expect(point.fits.map(\.run) == ["pretrain", "twin", "many#1", "many#2", "many#3"])
    #expect(point.evaluations.map(\.run).prefix(3) == ["many#1", "many#2", "many#3"])
    #expect(plan.fits.map(\.name) == ["pretrain", "many#1", "many#2", "many#3"])
    #expect(Set(plan.fits.map(\.streamPath)).count == 3)
    let alone = try study(many.replacing(", repeats: 3", with: "")).plan()
    let fit = try #require(alone.fits.last)
    #expect(fit.name == "many")
    #expect(plan.fits[1].key == fit.key)
    #expect(Set(plan.fits.map(\.key)).count == 4)
    #expect(plan.runs == ["pretrain", "twin", "many"])
    #expect(plan.selecting(["many"]).fits.map(\.name) == ["pretrain", "many#1", "many#2", "many#3"])
  }

  @Test(arguments: [
    ("per: session}", "E1012"), ("repeats: 2}", "E1012"),
  ]) func `only a training is per session, and only a transfer of few trials repeats`(_ key: String, _ code: String)
    throws
  {
    let transfer = "  many: {transfer: pretrain, on: later, with: adapting, fit: [readin, observation], \(key)\n"
    #expect(try study(transfer).diagnostics().filter(\.isError).map(\.code.id) == [code])
    let training = "  many: {train: meta, on: later, with: adapting, trials: 3, repeats: 2}\n"
    #expect(try study(training).diagnostics().filter(\.isError).map(\.code.id) == [code])
  }

  @Test(arguments: ["zero", "random", "free"])
  func `a transfer may take embeddings from elsewhere, and only then its model says so`(source: String) throws {
    let run = "  many: {transfer: pretrain, on: later, with: adapting, trials: 4, fit: [readin, observation]"
    let usual = try #require(try study(run + "}\n").plan().fits.last)
    let plan = try study(run + ", embedding: \(source)}\n").plan()
    let fit = try #require(plan.fits.last)
    #expect(fit.model.embedding?.source.rawValue == source)
    #expect(plan.fits.first?.model.embedding?.source == .inferred)
    #expect(fit.key != usual.key && fit.source?.key == usual.source?.key)
    let inferred = try #require(try study(run + ", embedding: inferred}\n").plan().fits.last)
    #expect(inferred.key == usual.key, "what the model does anyway is the same fit")
  }

  @Test func `embeddings from elsewhere belong to transfers of a model that has one`() throws {
    let training = "  many: {train: meta, on: later, with: adapting, embedding: zero}\n"
    #expect(try study(training).diagnostics().filter(\.isError).map(\.code.id) == ["E1012"])
    let transfer =
      "  many: {transfer: pretrain, on: later, with: adapting, trials: 4, fit: [readin, observation], embedding: zero}\n"
    let shared = try study(transfer)
      .replacing("    embedding:   {size: 1, encoder: {kind: gru, width: 4}}\n", with: "")
      .replacing("{kind: low_rank, rank: 1, hyper: [4, 4]}", with: "{kind: shared}")
      .replacing("  atlas:   {kind: embedding, of: [pretrain, twin], color: [speed]}\n", with: "")
    #expect(try shared.diagnostics().filter(\.isError).map(\.code.id) == ["E2005"])
  }

  @Test func `a transfer without a fit keeps every part, and says so`() throws {
    let plan = try study("  many: {transfer: pretrain, on: later, with: adapting, trials: 4, fit: none}\n").plan()
    #expect(plan.fits.last?.fit == [])
    let silent = "  many: {transfer: pretrain, on: later, with: adapting, trials: 4}\n"
    #expect(try study(silent).diagnostics().filter(\.isError).map(\.code.id) == ["E1012"])
  }

  @Test func `a transfer takes one model over`() throws {
    let runs =
      "  single: {train: meta, on: cycles, per: session, with: pretraining}\n"
      + "  many: {transfer: single, on: later, with: adapting, fit: [readin, observation]}\n"
    #expect(try study(runs).diagnostics().filter(\.isError).map(\.code.id) == ["E2014"])
  }
}
