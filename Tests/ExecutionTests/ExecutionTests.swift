import Bundle
import Execution
import ExperimentGraph
import Foundation
import Planner
import SpecLanguage
import StudyChecks
import Synchronization
import Testing

/// Plans carried out in this process.
final class ExecutionTests {
  private let folder: String

  init() throws {
    let name = "mdssm-execution-\(ProcessInfo.processInfo.globallyUniqueString)"
    folder = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private struct Ran {
    var outcomes: [JobOutcome]
    var events: [String]
    /// A word for each job: done, stored, failed, left, interrupted.
    var words: [String] {
      outcomes.map { outcome in
        switch outcome {
        case .done(_, let wasStored, _): wasStored ? "stored" : "done"
        case .failed: "failed"
        case .left: "left"
        case .interrupted: "interrupted"
        }
      }
    }
  }

  /// Carries a plan out; `stop` is asked for every event and may interrupt.
  private func run(
    _ plan: Plan, _ options: ExecutionOptions = ExecutionOptions(), disk: Disk = Disk(),
    stop: (Event) -> Bool = { _ in false }
  ) throws -> Ran {
    var events: [String] = []
    let store = try Store(root: folder + "/store", disk: disk)
    let flag = Flag()
    let executor = Executor(plan, store: store, options: options, isInterrupted: { flag.isRaised })
    let outcomes = executor.run { event in
      let json = event.json
      if json["type"] != "progress" { events.append("\(json["type"]?.string ?? "") \(json["job"]?.string ?? "")") }
      if stop(event) { flag.raise() }
    }
    return Ran(outcomes: outcomes, events: events)
  }

  private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isRaised: Bool { value.load(ordering: .relaxed) }
    func raise() { value.store(true, ordering: .relaxed) }
  }

  /// Every file below `result/` of a bundle of a plan.
  private func bundle(_ plan: Plan, _ outcomes: [JobOutcome], _ name: String) throws -> [String: String] {
    let writer = try BundleWriter(
      runs: folder + "/" + name, study: "tiny", key: plan.key, started: Date(), about: .null)
    var assembly = BundleAssembly(plan, outcomes, store: try Store(root: folder + "/store"))
    _ = try assembly.write(to: writer) { _ in nil }
    let bundle = try ResultBundle(folder: writer.folder)
    #expect(bundle.verify() == [])
    return Dictionary(uniqueKeysWithValues: bundle.manifest.files.map { ($0.path, $0.sha256) })
  }

  @Test func `a second run finds every job done, and the bundles are the same`() throws {
    let plan = try CheckedStudy().plan()
    let first = try run(plan)
    // Runs with the same content are one job.
    #expect(
      plan.jobs.map(\.name) == ["pretrain", "transfer", "pretrain/rebuild", "transfer/rebuild", "pretrain/atlas"])
    #expect(first.words == plan.jobs.map { _ in "done" })
    let second = try run(plan)
    #expect(second.words == plan.jobs.map { _ in "stored" })
    #expect(second.events == plan.jobs.map { "skipped \($0.name)" })
    #expect(try bundle(plan, first.outcomes, "first") == bundle(plan, second.outcomes, "second"))
  }

  @Test func `runs that share an artifact stand in the tables under their own names`() throws {
    let plan = try CheckedStudy().plan()
    let writer = try BundleWriter(runs: folder + "/runs", study: "tiny", key: plan.key, started: Date(), about: .null)
    var assembly = BundleAssembly(plan, try run(plan).outcomes, store: try Store(root: folder + "/store"))
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
    let writer = try BundleWriter(runs: folder + "/runs", study: "tiny", key: plan.key, started: Date(), about: .null)
    let ran = try run(plan)
    #expect(ran.words == plan.jobs.map { _ in "done" })
    var assembly = BundleAssembly(plan, ran.outcomes, store: try Store(root: folder + "/store"))
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

  @Test func `a failed job leaves its dependants, and the others are done`() throws {
    let study = try CheckedStudy()
      .replacing("  adapting:", with: "  wild: {like: pretraining, optimizer: {lr: 1e30}}\n  adapting:")
      .replacing(
        "pretrain: {train: meta, on: cycles, with: pretraining}",
        with: "pretrain: {train: meta, on: cycles, with: wild}")
    let plan = try study.plan()
    let ran = try run(plan)
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
      let stopped = try run(plan) { event in
        if case .progress(job: "pretrain", let progress) = event { progress.step >= step } else { false }
      }
      #expect(stopped.words.allSatisfy { $0 == "interrupted" })
      #expect(stopped.events.contains("checkpoint pretrain"))
    }
    let resumed = try run(plan)
    #expect(resumed.events.contains("resumed pretrain"))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/store/partial")
    #expect(left == [])
    let one = try bundle(plan, resumed.outcomes, "resumed")
    try FileManager.default.removeItem(atPath: folder + "/store")
    #expect(try one == bundle(plan, try run(plan).outcomes, "whole"))
  }

  @Test func `an evaluation stops between two sessions and is done anew`() throws {
    let plan = try CheckedStudy().plan()
    let stopped = try run(plan) { event in
      if case .started(job: "pretrain/rebuild", _, _) = event { true } else { false }
    }
    #expect(stopped.words == ["done", "done"] + plan.jobs.dropFirst(2).map { _ in "interrupted" })
    #expect(try run(plan).words.prefix(3) == ["stored", "stored", "done"])
  }

  @Test func `an artifact whose bytes changed is made again`() throws {
    let plan = try CheckedStudy().plan()
    let one = try bundle(plan, try run(plan).outcomes, "one")
    let folder = try Store(root: folder + "/store").artifact(plan.jobs[0].key).folder
    let weights = URL(fileURLWithPath: folder + "/model.safetensors")
    var bytes = try Data(contentsOf: weights)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: weights)
    let again = try run(plan)
    #expect(again.words == ["done"] + plan.jobs.dropFirst().map { _ in "stored" })
    #expect(again.events.prefix(2) == ["damaged pretrain", "started pretrain"])
    #expect(try bundle(plan, again.outcomes, "two") == one)
  }

  @Test(arguments: ["", "no checkpoint", "{}"])
  func `a checkpoint that cannot be used is no checkpoint`(_ content: String) throws {
    let plan = try CheckedStudy().plan()
    let one = try bundle(plan, try run(plan).outcomes, "one")
    try FileManager.default.removeItem(atPath: folder + "/store")
    try FileManager.default.createDirectory(atPath: folder + "/store/partial", withIntermediateDirectories: true)
    let file = folder + "/store/partial/\(plan.jobs[0].key.hex).safetensors"
    try Data(content.utf8).write(to: URL(fileURLWithPath: file))
    let ran = try run(plan)
    #expect(!ran.events.contains("resumed pretrain"))
    #expect(try bundle(plan, ran.outcomes, "two") == one)
  }

  // MARK: sweeps

  /// Two seeds by two learning rates; the pre-trainings of the first seed are the only jobs of two points each.
  private static let sweep = """
    sweep:
      axes:
        study.seed: [7, 8]
        training.adapting.optimizer.lr: [1e-2, 2e-2]

    """

  private func sweep(_ overrides: [String] = []) throws -> Plan {
    try CheckedStudy(CheckedStudy.tiny + Self.sweep).plan(overrides)
  }

  @Test func `a sweep does shared jobs once, and the number of jobs at once changes no byte`() throws {
    let plan = try sweep()
    #expect(plan.points.count == 4)
    #expect(plan.fits.count == 6)
    var bundles: [[String: String]] = []
    for jobs in [1, 2, 5] {
      let ran = try run(plan, ExecutionOptions(jobs: jobs, computer: Computer(cores: 2, memory: 1 << 30)))
      #expect(ran.words.allSatisfy { $0 == "done" })
      #expect(ran.events.count { $0.hasPrefix("started") } == plan.jobs.count)
      bundles.append(try bundle(plan, ran.outcomes, "jobs-\(jobs)"))
      try FileManager.default.removeItem(atPath: folder + "/store")
    }
    #expect(bundles[0] == bundles[1])
    #expect(bundles[0] == bundles[2])
    let models = bundles[0].keys.filter { $0.hasSuffix("model.safetensors") }
    #expect(models.count { $0.hasPrefix("result/runs/transfer/") } == 4)
    #expect(models.count { $0.hasPrefix("result/runs/pretrain/") } == 2)
    #expect(models.count { $0.hasPrefix("result/runs/twin/") } == 2)
  }

  @Test func `a point that fails leaves its descendants, and the other points are complete`() throws {
    let plan = try CheckedStudy(
      CheckedStudy.tiny + "sweep: {axes: {training.pretraining.optimizer.lr: [3e-3, 1e30]}}\n"
    )
    .plan()
    let ran = try run(plan, ExecutionOptions(jobs: 2))
    let bad = plan.points[1]
    #expect(ran.words.count { $0 == "failed" } == 1)
    for (run, job) in bad.fits { #expect(ran.words[job] == (run == "transfer" ? "left" : "failed")) }
    for (_, _, job) in bad.evaluations { #expect(ran.words[job] == "left") }
    for (_, job) in plan.points[0].fits { #expect(ran.words[job] == "done") }
    #expect(plan.points.map { SweepRecord.status($0, ran.outcomes) } == [.complete, .failed])
    let writer = try BundleWriter(runs: folder + "/b", study: "tiny", key: plan.key, started: Date(), about: .null)
    var assembly = BundleAssembly(plan, ran.outcomes, store: try Store(root: folder + "/store"))
    let metrics = try assembly.write(to: writer) { _ in nil }
    #expect(Set(metrics.column("trial") ?? []) == [plan.points[0].id])
    let failures = try ResultBundle(folder: writer.folder).manifest.failures
    #expect(failures.allSatisfy { $0.trials == [bad.id] })
    #expect(failures[0].job == "pretrain [training.pretraining.optimizer.lr: 1e+30]")
    #expect(failures.count == ran.words.count { $0 == "failed" || $0 == "left" })
  }

  @Test func `fail-fast ends everything, and the same command without it goes on`() throws {
    let plan = try CheckedStudy(
      CheckedStudy.tiny + "sweep: {axes: {training.pretraining.optimizer.lr: [1e30, 3e-3]}}\n"
    )
    .plan()
    let ran = try run(plan, ExecutionOptions(failsFast: true))
    #expect(ran.words[0] == "failed")
    #expect(ran.words.dropFirst().allSatisfy { $0 == "left" })
    #expect(ran.events.count { $0.hasPrefix("started") } == 1)
    guard case .left(let reason) = try #require(ran.outcomes.last) else { return }
    #expect(reason.contains("failed before, which ended everything"))
    #expect(try run(plan).words.contains("done"))
  }

  @Test func `fresh does everything again, and says when the bytes differ`() throws {
    let plan = try CheckedStudy().plan()
    let one = try bundle(plan, try run(plan).outcomes, "one")
    let again = try run(plan, ExecutionOptions(isFresh: true))
    #expect(again.words.allSatisfy { $0 == "done" })
    #expect(!again.events.contains { $0.hasPrefix("differs") })
    #expect(try bundle(plan, again.outcomes, "two") == one)
    let key = plan.jobs[0].key
    let store = try Store(root: folder + "/store")
    var files: [(name: String, bytes: [UInt8])] = []
    for file in try store.artifact(key).files { files.append((file.name, try store.read(key, file.name))) }
    files[0].bytes.append(0)
    _ = try store.replace(key, files)
    let third = try run(plan, ExecutionOptions(isFresh: true))
    #expect(third.events.filter { $0.hasPrefix("differs") } == ["differs pretrain"])
    #expect(try bundle(plan, third.outcomes, "three") == one, "what is made anew takes the place of what was there")
  }

  @Test func `states that are kept are the same after an interruption, and keeping them later does the fit again`()
    throws
  {
    let plain = try CheckedStudy().plan()
    let plan = try CheckedStudy().plan(["outputs.checkpoints.every=2 steps"])
    #expect(plan.jobs.map(\.key) == plain.jobs.map(\.key), "what is kept enters no key")
    let stopped = try run(plan) { event in
      if case .progress(job: "pretrain", let progress) = event { progress.step >= 3 } else { false }
    }
    #expect(stopped.words[0] == "interrupted")
    let resumed = try run(plan)
    #expect(resumed.events.contains("resumed pretrain"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/store/partial") == [])
    let one = try bundle(plan, resumed.outcomes, "resumed")
    let kept = one.keys.filter { $0.contains("pretrain/checkpoints/") }.map { $0.split(separator: "/").last ?? "" }
    #expect(kept.sorted() == ["step-000002.safetensors", "step-000004.safetensors", "step-000006.safetensors"])
    try FileManager.default.removeItem(atPath: folder + "/store")
    let first = try run(plain)
    #expect(try bundle(plain, first.outcomes, "plain").keys.allSatisfy { !$0.contains("checkpoints") })
    let later = try run(plan)
    #expect(later.words == ["done", "done", "stored", "stored", "stored"], "evaluations need not be done again")
    #expect(!later.events.contains { $0.hasPrefix("differs") })
    #expect(try bundle(plan, later.outcomes, "later") == one)
  }

  @Test func `a checkpoint whose kept states are gone is no checkpoint`() throws {
    let plan = try CheckedStudy().plan(["outputs.checkpoints.every=2 steps"])
    _ = try run(plan) { event in
      if case .progress(job: "pretrain", let progress) = event { progress.step >= 3 } else { false }
    }
    let states = folder + "/store/partial/\(plan.jobs[0].key.hex).states"
    try FileManager.default.removeItem(atPath: states)
    let ran = try run(plan)
    #expect(!ran.events.contains("resumed pretrain"))
    #expect(ran.words.allSatisfy { $0 == "done" })
  }

  @Test func `a job that takes too long fails with the key that says so, and goes on next time`() throws {
    let plan = try CheckedStudy().plan()
    let short = Resources(fit: StageResources(time: Nanoseconds(1)))
    let ran = try run(plan, ExecutionOptions(resources: short))
    guard case .failed(let failure) = ran.outcomes[0] else {
      Issue.record("the fit is \(ran.words[0])")
      return
    }
    #expect(failure.message == "it took longer than `resources.fit.time`, 1 ns")
    #expect(failure.help.first?.contains("raise `resources.fit.time`") == true)
    #expect(ran.events.contains("checkpoint pretrain"))
    let one = try run(plan)
    #expect(one.events.contains("resumed pretrain"))
    let after = Resources(evaluate: StageResources(time: Nanoseconds(1)))
    try FileManager.default.removeItem(atPath: folder + "/store")
    let two = try run(plan, ExecutionOptions(resources: after))
    #expect(two.words == ["done", "done", "failed", "failed", "failed"])
  }

  @Test func `jobs that need more memory together than there is run one after the other`() throws {
    let plan = try sweep()
    let needy = Resources(fit: StageResources(memory: 600), evaluate: StageResources(memory: 600))
    var (running, most) = (0, 0)
    let options = ExecutionOptions(jobs: 4, computer: Computer(cores: 4, memory: 1000), resources: needy)
    let ran = try run(plan, options) { event in
      switch event {
      case .started:
        running += 1
        most = max(most, running)
      case .finished: running -= 1
      default: break
      }
      return false
    }
    #expect(ran.words.allSatisfy { $0 == "done" })
    #expect(most == 1)
  }

  @Test func `evaluations of one run have files of their own`() throws {
    let study = try CheckedStudy().replacing(
      "  atlas:   {kind: embedding, of: [pretrain, twin], color: [speed]}",
      with: """
          near:  {kind: forecast, of: [pretrain], context: 150 ms, horizon: 30 ms}
          far:   {kind: forecast, of: [pretrain], context: 150 ms, horizon: 150 ms}
          atlas: {kind: embedding, of: [pretrain], color: [speed]}
          bare:  {kind: embedding, of: [pretrain, twin], color: [channels]}
        """)
    let plan = try study.plan()
    let ran = try run(plan)
    #expect(ran.words.allSatisfy { $0 == "done" })
    let files = try bundle(plan, ran.outcomes, "two")
    for name in ["near", "far"] {
      #expect(files["result/runs/pretrain/\(name).examples.tsv"] != nil)
      #expect(files["result/runs/pretrain/\(name).h5"] != nil)
    }
    let folder = try FileManager.default.contentsOfDirectory(atPath: self.folder + "/two/tiny").first { $0 != "latest" }
    let path = self.folder + "/two/tiny/\(folder ?? "")/result/embedding.tsv"
    let table = try #require(TSV(parsing: try String(contentsOfFile: path, encoding: .utf8)))
    #expect(table.columns == ["run", "session", "seed", "e1", "sd1", "speed", "channels"])
    #expect(table.column("run") == ["pretrain", "pretrain", "twin", "twin"], "each session of a run has one row")
    #expect(table.column("speed")?.suffix(2) == ["", ""])
  }

  @Test func `a filter rebuilds trials as a causal encoder does whole, and tells how long a bin took`() throws {
    let study = try CheckedStudy().replacing("{kind: bigru, width: 4}", with: "{kind: gru, width: 4}").replacing(
      "  atlas: ", with: "  online: {kind: filter, of: [pretrain, transfer], ahead: 2}\n  atlas: ")
    let plan = try study.plan()
    var told: [JSONValue] = []
    let ran = try run(plan) { event in
      if case .latency = event { told.append(event.json) }
      return false
    }
    #expect(ran.words.allSatisfy { $0 == "done" })
    #expect(told.map { $0["bins"] } == [.int(2 * 2 * 10), .int(2 * 10)], "test trials of all sessions, every bin once")
    let files = try bundle(plan, ran.outcomes, "filter")
    #expect(files["result/runs/pretrain/online.h5"] != nil)
    let folder = try FileManager.default.contentsOfDirectory(atPath: self.folder + "/filter/tiny").first {
      $0 != "latest"
    }
    let path = self.folder + "/filter/tiny/\(folder ?? "")/result/metrics.tsv"
    let table = try #require(TSV(parsing: try String(contentsOfFile: path, encoding: .utf8)))
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
    #expect(try bundle(plan, try run(plan, ExecutionOptions(isFresh: true)).outcomes, "again") == files)
  }

  @Test func `evaluations that differ between points of one fit have files of their own`() throws {
    let text = CheckedStudy.tiny.replacing(
      "  atlas: ", with: "  far: {kind: forecast, of: [pretrain], context: 150 ms, horizon: 150 ms}\n  atlas: ")
    let plan = try CheckedStudy(text + "sweep: {axes: {evaluations.far.horizon: [30 ms, 150 ms]}}\n").plan()
    let ran = try run(plan)
    let files = try bundle(plan, ran.outcomes, "b").keys.filter { $0.hasSuffix(".examples.tsv") }
    #expect(files.count == 2)
    #expect(Set(files.map { $0.split(separator: "/")[3] }).count == 1, "there is one fit")
  }

  @Test func `a full disk ends the run, and the same command completes it`() throws {
    let plan = try sweep()
    let whole = try bundle(plan, try run(plan).outcomes, "whole")
    try FileManager.default.removeItem(atPath: folder + "/store")
    for room in [2, 12, 9] {
      let full = Filling(left: room)
      let ran = try run(plan, ExecutionOptions(jobs: 2), disk: full.disk)
      #expect(ran.words.contains("failed"))
      #expect(ran.words.allSatisfy { $0 != "interrupted" })
      let failures = ran.outcomes.compactMap { outcome -> JobFailure? in
        if case .failed(let failure) = outcome { failure } else { nil }
      }
      #expect(failures.allSatisfy { $0.isOfTheDisk && $0.message.contains("No space left") })
      #expect(failures.count <= 2, "what runs beside may fail as well, nothing is begun after")
    }
    #expect(try bundle(plan, try run(plan).outcomes, "again") == whole)
  }

  /// A disk with room for so many writes.
  private final class Filling: Sendable {
    private let left: Atomic<Int>
    init(left: Int) { self.left = Atomic(left) }

    var disk: Disk {
      Disk { [self] step, _ in
        guard step == .write else { return nil }
        return left.subtract(1, ordering: .relaxed).newValue < 0 ? ENOSPC : nil
      }
    }
  }
}
