import Bundle
import Execution
import ExperimentGraph
import Foundation
import Planner
import SpecLanguage
import StudyChecks
import Testing

/// Plans carried out in this process.
struct ExecutionTests {
  private let bench: ExecutionBench

  init() throws { bench = try ExecutionBench() }

  @Test func `a second run finds every job done, and the bundles are the same`() throws {
    let plan = try CheckedStudy().plan()
    let first = try bench.run(plan)
    // Runs with the same content are one job.
    #expect(
      plan.jobs.map(\.name) == ["pretrain", "transfer", "pretrain/rebuild", "transfer/rebuild", "pretrain/atlas"])
    #expect(first.words == plan.jobs.map { _ in "done" })
    let second = try bench.run(plan)
    #expect(second.words == plan.jobs.map { _ in "stored" })
    #expect(second.events == plan.jobs.map { "skipped \($0.name)" })
    #expect(try bench.bundle(plan, first.outcomes, "first") == bench.bundle(plan, second.outcomes, "second"))
  }

  @Test func `runs that share an artifact stand in the tables under their own names`() throws {
    let plan = try CheckedStudy().plan()
    let writer = try BundleWriter(
      runs: bench.folder + "/runs", study: "tiny", key: plan.key, started: Date(), about: .null)
    var assembly = BundleAssembly(plan, try bench.run(plan).outcomes, store: try Store(root: bench.folder + "/store"))
    let metrics = try assembly.write(to: writer) { _ in nil }
    #expect(Set(metrics.column("run") ?? []) == ["pretrain", "twin", "transfer"])
    let text = try ResultBundle(folder: writer.folder).text("result/embedding.tsv")
    let embedding = try #require(TSV(parsing: text))
    #expect(embedding.columns == ["run", "session", "seed", "e1", "sd1", "speed"])
    #expect(embedding.column("run") == ["pretrain", "pretrain", "twin", "twin"])
    for run in ["pretrain", "twin"] {
      #expect(try ResultBundle(folder: writer.folder).read("result/runs/\(run)/model.safetensors").count > 0)
    }
  }

  @Test func `fits per session and repetitions stand in the tables and in folders of their own`() throws {
    let study = try CheckedStudy()
      .replacing("twin:     {train: meta, on: cycles,", with: "twin:     {train: meta, on: cycles, per: session,")
      .replacing("trials: 4, fit: [readin, observation]}", with: "trials: 4, fit: [readin, observation], repeats: 2}")
      .replacing("select:    {metric: valid.forecast_r2, every: 2 steps}", with: "clip: 100")
    let plan = try study.plan()
    let writer = try BundleWriter(
      runs: bench.folder + "/runs", study: "tiny", key: plan.key, started: Date(), about: .null)
    let ran = try bench.run(plan)
    #expect(ran.words == plan.jobs.map { _ in "done" })
    var assembly = BundleAssembly(plan, ran.outcomes, store: try Store(root: bench.folder + "/store"))
    let metrics = try assembly.write(to: writer) { _ in nil }
    #expect(Set(metrics.column("run") ?? []) == ["pretrain", "twin", "transfer#1", "transfer#2"])
    func values(_ run: String) -> [String] {
      metrics.rows.filter { $0[1] == run && $0[4] == "rebuild.r2" }.map { $0[2] + " " + $0[5] }
    }
    #expect(values("twin").map { $0.prefix(9) } == ["cycles/01", "cycles/02"])
    // Other trials, another fit.
    #expect(values("transfer#1").count == 1)
    #expect(values("transfer#1") != values("transfer#2"))
    let files = try ResultBundle(folder: writer.folder).manifest.files.map(\.path)
    #expect(files.contains("result/runs/transfer#2/model.safetensors"))
    #expect(files.filter { $0.hasPrefix("result/runs/twin/") && $0.hasSuffix("/model.safetensors") }.count == 2)
  }

  @Test(arguments: [
    (["datasets.cycles.observe={kind: poisson, rate: 20}", "models.meta.observation={kind: poisson}"], true),
    ([], false),
  ]) func `held-out neurons are scored, in bits where they are counts`(_ counts: [String], _ areCounts: Bool) throws {
    let plan = try CheckedStudy().plan(
      counts + [
        "datasets.cycles.split.neurons={held_out: 0.25}", "evaluations.unseen={kind: co_smoothing, of: [pretrain]}",
        "runs.transfer.on=cycles",
      ])
    let writer = try BundleWriter(
      runs: bench.folder + "/runs", study: "tiny", key: plan.key, started: Date(), about: .null)
    let ran = try bench.run(plan)
    #expect(ran.words == plan.jobs.map { _ in "done" })
    var assembly = BundleAssembly(plan, ran.outcomes, store: try Store(root: bench.folder + "/store"))
    let metrics = try assembly.write(to: writer) { _ in nil }
    let rows = metrics.rows.filter { $0[4].hasPrefix("unseen.") && $0[2] == "cycles/02" }
    let names = ["unseen.r2", "unseen.r2_by_channel", "unseen.mean.r2"]
    #expect(rows.map { $0[4] } == (areCounts ? ["unseen.bits_per_spike"] : []) + names)
    // One of four channels, two test trials of ten bins.
    #expect(rows.allSatisfy { $0[6] == "20" && Double($0[5])?.isFinite == true }, "\(rows)")
  }

  @Test func `a failed job leaves its dependants, and the others are done`() throws {
    let study = try CheckedStudy()
      .replacing("  adapting:", with: "  wild: {like: pretraining, optimizer: {lr: 1e30}}\n  adapting:")
      .replacing(
        "pretrain: {train: meta, on: cycles, with: pretraining}",
        with: "pretrain: {train: meta, on: cycles, with: wild}")
    let plan = try study.plan()
    let ran = try bench.run(plan)
    #expect(plan.jobs.map(\.name).prefix(3) == ["pretrain", "twin", "transfer"])
    #expect(ran.words == ["failed", "done", "left", "left", "done", "left", "left", "done"])
    guard case .failed(let failure) = ran.outcomes[0] else { return }
    #expect(failure.message.contains("the loss became"))
    #expect(failure.message.contains("at step 2"))
    #expect(failure.message.contains("gradient of `"))
    #expect(
      failure.help == ["lower `optimizer.lr` of `training.wild`, now 1e+30", "shorten the gradient with `clip: 1`"])
    #expect(failure.path == "runs.pretrain")
  }

  @Test func `an interrupted training goes on and ends with the same bytes`() throws {
    let plan = try CheckedStudy().plan()
    for step in [1, 2, 3] {
      let stopped = try bench.run(plan) { event in
        if case .progress(job: "pretrain", let progress) = event { progress.step >= step } else { false }
      }
      #expect(stopped.words.allSatisfy { $0 == "interrupted" })
      #expect(stopped.events.contains("checkpoint pretrain"))
    }
    let resumed = try bench.run(plan)
    #expect(resumed.events.contains("resumed pretrain"))
    let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/store/partial")
    #expect(left == [])
    let one = try bench.bundle(plan, resumed.outcomes, "resumed")
    try FileManager.default.removeItem(atPath: bench.folder + "/store")
    #expect(try one == bench.bundle(plan, try bench.run(plan).outcomes, "whole"))
  }

  @Test func `a fit stops between two sessions that it reads`() throws {
    let plan = try CheckedStudy().plan()
    let stopped = try bench.run(plan) { event in
      if case .started(job: "pretrain", _, _) = event { true } else { false }
    }
    #expect(stopped.events == ["started pretrain", "interrupted pretrain"])
    #expect(try bench.run(plan).words.allSatisfy { $0 == "done" })
  }

  @Test func `an evaluation stops between two sessions and is done anew`() throws {
    let plan = try CheckedStudy().plan()
    let stopped = try bench.run(plan) { event in
      if case .started(job: "pretrain/rebuild", _, _) = event { true } else { false }
    }
    #expect(stopped.words == ["done", "done"] + plan.jobs.dropFirst(2).map { _ in "interrupted" })
    #expect(try bench.run(plan).words.prefix(3) == ["stored", "stored", "done"])
  }

  @Test func `an artifact whose bytes changed is made again`() throws {
    let plan = try CheckedStudy().plan()
    let one = try bench.bundle(plan, try bench.run(plan).outcomes, "one")
    let folder = try Store(root: bench.folder + "/store").artifact(plan.jobs[0].key).folder
    let weights = URL(fileURLWithPath: folder + "/model.safetensors")
    var bytes = try Data(contentsOf: weights)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: weights)
    let again = try bench.run(plan)
    #expect(again.words == ["done"] + plan.jobs.dropFirst().map { _ in "stored" })
    #expect(again.events.prefix(2) == ["damaged pretrain", "started pretrain"])
    #expect(try bench.bundle(plan, again.outcomes, "two") == one)
  }

  @Test(arguments: ["", "no checkpoint", "{}"])
  func `a checkpoint that cannot be used is no checkpoint`(_ content: String) throws {
    let plan = try CheckedStudy().plan()
    let one = try bench.bundle(plan, try bench.run(plan).outcomes, "one")
    try FileManager.default.removeItem(atPath: bench.folder + "/store")
    try FileManager.default.createDirectory(atPath: bench.folder + "/store/partial", withIntermediateDirectories: true)
    let file = bench.folder + "/store/partial/\(plan.jobs[0].key.hex).safetensors"
    try Data(content.utf8).write(to: URL(fileURLWithPath: file))
    let ran = try bench.run(plan)
    #expect(!ran.events.contains("resumed pretrain"))
    #expect(try bench.bundle(plan, ran.outcomes, "two") == one)
  }

  @Test func `fresh does everything again, and says when the bytes differ`() throws {
    let plan = try CheckedStudy().plan()
    let one = try bench.bundle(plan, try bench.run(plan).outcomes, "one")
    let again = try bench.run(plan, ExecutionOptions(isFresh: true))
    #expect(again.words.allSatisfy { $0 == "done" })
    #expect(!again.events.contains { $0.hasPrefix("differs") })
    #expect(try bench.bundle(plan, again.outcomes, "two") == one)
    let key = plan.jobs[0].key
    let store = try Store(root: bench.folder + "/store")
    var files: [(name: String, bytes: [UInt8])] = []
    for file in try store.artifact(key).files { files.append((file.name, try store.read(key, file.name))) }
    files[0].bytes.append(0)
    _ = try store.replace(key, files)
    let third = try bench.run(plan, ExecutionOptions(isFresh: true))
    #expect(third.events.filter { $0.hasPrefix("differs") } == ["differs pretrain"])
    #expect(
      try bench.bundle(plan, third.outcomes, "three") == one, "what is made anew takes the place of what was there")
  }

  @Test func `states that are kept are the same after an interruption, and keeping them later does the fit again`()
    throws
  {
    let plain = try CheckedStudy().plan()
    let plan = try CheckedStudy().plan(["outputs.checkpoints.every=2 steps"])
    #expect(plan.jobs.map(\.key) == plain.jobs.map(\.key), "what is kept enters no key")
    let stopped = try bench.run(plan) { event in
      if case .progress(job: "pretrain", let progress) = event { progress.step >= 3 } else { false }
    }
    #expect(stopped.words[0] == "interrupted")
    let resumed = try bench.run(plan)
    #expect(resumed.events.contains("resumed pretrain"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/store/partial") == [])
    let one = try bench.bundle(plan, resumed.outcomes, "resumed")
    let kept = one.keys.filter { $0.contains("pretrain/checkpoints/") }.map { $0.split(separator: "/").last ?? "" }
    #expect(kept.sorted() == ["step-000002.safetensors", "step-000004.safetensors", "step-000006.safetensors"])
    try FileManager.default.removeItem(atPath: bench.folder + "/store")
    let first = try bench.run(plain)
    #expect(try bench.bundle(plain, first.outcomes, "plain").keys.allSatisfy { !$0.contains("checkpoints") })
    let later = try bench.run(plan)
    #expect(later.words == ["done", "done", "stored", "stored", "stored"], "evaluations need not be done again")
    #expect(!later.events.contains { $0.hasPrefix("differs") })
    #expect(try bench.bundle(plan, later.outcomes, "later") == one)
  }

  @Test func `a checkpoint whose kept states are gone is no checkpoint`() throws {
    let plan = try CheckedStudy().plan(["outputs.checkpoints.every=2 steps"])
    _ = try bench.run(plan) { event in
      if case .progress(job: "pretrain", let progress) = event { progress.step >= 3 } else { false }
    }
    let states = bench.folder + "/store/partial/\(plan.jobs[0].key.hex).states"
    try FileManager.default.removeItem(atPath: states)
    let ran = try bench.run(plan)
    #expect(!ran.events.contains("resumed pretrain"))
    #expect(ran.words.allSatisfy { $0 == "done" })
  }

  @Test func `a job that takes too long fails with the key that says so, and goes on next time`() throws {
    let plan = try CheckedStudy().plan()
    let short = Resources(fit: StageResources(time: Nanoseconds(1)))
    let ran = try bench.run(plan, ExecutionOptions(resources: short))
    guard case .failed(let failure) = ran.outcomes[0] else {
      Issue.record("the fit is \(ran.words[0])")
      return
    }
    #expect(failure.message == "it took longer than `resources.fit.time`, 1 ns")
    #expect(failure.help.first?.contains("raise `resources.fit.time`") == true)
    #expect(ran.events.contains("checkpoint pretrain"))
    let one = try bench.run(plan)
    #expect(one.events.contains("resumed pretrain"))
    let after = Resources(evaluate: StageResources(time: Nanoseconds(1)))
    try FileManager.default.removeItem(atPath: bench.folder + "/store")
    let two = try bench.run(plan, ExecutionOptions(resources: after))
    #expect(two.words == ["done", "done", "failed", "failed", "failed"])
  }

  @Test func `evaluations of one run have files of their own`() throws {
    let study = try CheckedStudy().replacing(
      "  atlas:   {kind: embedding, of: [pretrain, twin], color: [speed]}",
      with: """
          near:  {kind: forecast, of: [pretrain], context: 150 ms, horizon: 30 ms}
          far:   {kind: forecast, of: [pretrain], context: 150 ms, horizon: 150 ms}
          atlas: {kind: embedding, of: [pretrain], color: [speed]}
          bare:  {kind: embedding, of: [pretrain, twin], color: [radius]}
        """)
    let plan = try study.plan()
    let ran = try bench.run(plan)
    #expect(ran.words.allSatisfy { $0 == "done" })
    let files = try bench.bundle(plan, ran.outcomes, "two")
    for name in ["near", "far"] {
      #expect(files["result/runs/pretrain/\(name).examples.tsv"] != nil)
      #expect(files["result/runs/pretrain/\(name).h5"] != nil)
    }
    let table = try #require(TSV(parsing: try bench.text("embedding.tsv", of: "two")))
    #expect(table.columns == ["run", "session", "seed", "e1", "sd1", "speed", "radius"])
    #expect(table.column("run") == ["pretrain", "pretrain", "twin", "twin"], "each session of a run has one row")
    #expect(table.column("speed")?.suffix(2) == ["", ""])
  }

  @Test func `fields, grids and what was not learnt are files beside the fit`() throws {
    let study = try CheckedStudy().replacing(
      "  atlas: ",
      with: """
          truth: {kind: truth, of: [pretrain]}
          grid:  {kind: grid, of: [pretrain, transfer], size: 2, starts: 3, length: 150 ms}
          why:   {kind: diagnosis, of: [pretrain]}
          atlas:\u{20}
        """)
    let plan = try study.plan()
    var told: [String: JSONValue] = [:]
    let ran = try bench.run(plan) { event in
      if case .unlearnt(let job, _) = event { told[job] = event.json }
      return false
    }
    #expect(ran.words.allSatisfy { $0 == "done" })
    _ = try bench.bundle(plan, ran.outcomes, "beside")
    func table(_ path: String) throws -> TSV { try #require(TSV(parsing: try bench.text(path, of: "beside"))) }
    let field = try table("runs/pretrain/truth.field.tsv")
    #expect(field.columns == ["session", "x", "y", "true_dx", "true_dy", "learnt_dx", "learnt_dy"])
    #expect(Set(field.column("session") ?? []).count == 2)
    let grid = try table("runs/pretrain/grid.grid.tsv")
    // One dimension: two embeddings, three starts, and the start with five bins of 30 ms after it.
    #expect(grid.rows.count == 2 * 3 * 6)
    let embeddings = Set(grid.column("e1") ?? [])
    #expect(embeddings.count == 2)
    let firsts = embeddings.map { code in grid.rows.filter { $0[0] == code && $0[3] == "0" }.map { $0[4...] } }
    #expect(firsts[0] == firsts[1], "every embedding starts from the same states")
    let ends = embeddings.map { code in grid.rows.filter { $0[0] == code && $0[3] != "0" }.map { $0[4...] } }
    #expect(ends[0] != ends[1], "and goes elsewhere")
    let metrics = try table("metrics.tsv")
    #expect(metrics.rows.count { $0[4].hasPrefix("grid.speed.") } == 4)
    // Six steps teach these dynamics little: the words in the fit are those that were told, and the scores agree.
    let fit = try JSONValue(parsing: Array(try bench.text("runs/pretrain/fit.json", of: "beside").utf8))
    #expect(fit["unlearnt"] == told["pretrain"]?["findings"] ?? .array([]))
  }

  @Test func `a filter rebuilds trials as a causal encoder does whole, and tells how long a bin took`() throws {
    let study = try CheckedStudy().replacing("{kind: bigru, width: 4}", with: "{kind: gru, width: 4}").replacing(
      "  atlas: ", with: "  online: {kind: filter, of: [pretrain, transfer], ahead: 2}\n  atlas: ")
    let plan = try study.plan()
    var told: [JSONValue] = []
    let ran = try bench.run(plan) { event in
      if case .latency = event { told.append(event.json) }
      return false
    }
    #expect(ran.words.allSatisfy { $0 == "done" })
    #expect(told.map { $0["bins"] } == [.int(2 * 2 * 10), .int(2 * 10)], "test trials of all sessions, every bin once")
    let files = try bench.bundle(plan, ran.outcomes, "filter")
    #expect(files["result/runs/pretrain/online.h5"] != nil)
    let table = try #require(TSV(parsing: try bench.text("metrics.tsv", of: "filter")))
    let metrics = try #require(table.column("metric"))
    let (runs, values) = (try #require(table.column("run")), try #require(table.column("value")))
    func scores(of metric: String) -> [String] {
      metrics.indices.filter { metrics[$0] == metric && runs[$0] != "twin" }.map { runs[$0] + " " + values[$0] }
    }
    #expect(scores(of: "online.r2").count == 3, "one number for each session")
    #expect(scores(of: "online.r2") == scores(of: "rebuild.r2"))
    #expect(scores(of: "online.r2@1").count == 3)
    #expect(scores(of: "online.r2@2").count == 3)
    #expect(scores(of: "online.r2@3").isEmpty)
    #expect(try bench.bundle(plan, try bench.run(plan, ExecutionOptions(isFresh: true)).outcomes, "again") == files)
  }
}
