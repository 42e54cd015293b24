import Bundle
import Execution
import Foundation
import Planner
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
}
