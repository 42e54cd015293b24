import Bundle
import Execution
import ExperimentGraph
import Foundation
import Planner
import StudyChecks
import Synchronization
import Testing

/// Plans of sweeps carried out in this process.
struct SweepExecutionTests {
  private let bench: ExecutionBench

  init() throws { bench = try ExecutionBench() }

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
      let ran = try bench.run(plan, ExecutionOptions(jobs: jobs, computer: Computer(cores: 2, memory: 1 << 30)))
      #expect(ran.words.allSatisfy { $0 == "done" })
      #expect(ran.events.count { $0.hasPrefix("started") } == plan.jobs.count)
      bundles.append(try bench.bundle(plan, ran.outcomes, "jobs-\(jobs)"))
      try FileManager.default.removeItem(atPath: bench.folder + "/store")
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
    let ran = try bench.run(plan, ExecutionOptions(jobs: 2))
    let bad = plan.points[1]
    #expect(ran.words.count { $0 == "failed" } == 1)
    for (run, job) in bad.fits { #expect(ran.words[job] == (run == "transfer" ? "left" : "failed")) }
    for (_, _, job) in bad.evaluations { #expect(ran.words[job] == "left") }
    for (_, job) in plan.points[0].fits { #expect(ran.words[job] == "done") }
    #expect(plan.points.map { SweepRecord.status($0, ran.outcomes) } == [.complete, .failed])
    let writer = try BundleWriter(
      runs: bench.folder + "/b", study: "tiny", key: plan.key, started: Date(), about: .null)
    var assembly = BundleAssembly(plan, ran.outcomes, store: try Store(root: bench.folder + "/store"))
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
    let ran = try bench.run(plan, ExecutionOptions(failsFast: true))
    #expect(ran.words[0] == "failed")
    #expect(ran.words.dropFirst().allSatisfy { $0 == "left" })
    #expect(ran.events.count { $0.hasPrefix("started") } == 1)
    guard case .left(let reason) = try #require(ran.outcomes.last) else { return }
    #expect(reason.contains("failed before, which ended everything"))
    #expect(try bench.run(plan).words.contains("done"))
  }

  @Test func `jobs that need more memory together than there is run one after the other`() throws {
    let plan = try sweep()
    let needy = Resources(fit: StageResources(memory: 600), evaluate: StageResources(memory: 600))
    var (running, most) = (0, 0)
    let options = ExecutionOptions(jobs: 4, computer: Computer(cores: 4, memory: 1000), resources: needy)
    let ran = try bench.run(plan, options) { event in
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

  @Test func `evaluations that differ between points of one fit have files of their own`() throws {
    let text = CheckedStudy.tiny.replacing(
      "  atlas: ", with: "  far: {kind: forecast, of: [pretrain], context: 150 ms, horizon: 150 ms}\n  atlas: ")
    let plan = try CheckedStudy(text + "sweep: {axes: {evaluations.far.horizon: [30 ms, 150 ms]}}\n").plan()
    let ran = try bench.run(plan)
    let files = try bench.bundle(plan, ran.outcomes, "b").keys.filter { $0.hasSuffix(".examples.tsv") }
    #expect(files.count == 2)
    #expect(Set(files.map { $0.split(separator: "/")[3] }).count == 1, "there is one fit")
  }

  @Test func `a full disk ends the run, and the same command completes it`() throws {
    let plan = try sweep()
    let whole = try bench.bundle(plan, try bench.run(plan).outcomes, "whole")
    try FileManager.default.removeItem(atPath: bench.folder + "/store")
    for room in [2, 12, 9] {
      let full = Filling(left: room)
      let ran = try bench.run(plan, ExecutionOptions(jobs: 2), disk: full.disk)
      #expect(ran.words.contains("failed"))
      #expect(ran.words.allSatisfy { $0 != "interrupted" })
      let failures = ran.outcomes.compactMap { outcome -> JobFailure? in
        if case .failed(let failure) = outcome { failure } else { nil }
      }
      #expect(failures.allSatisfy { $0.isOfTheDisk && $0.message.contains("No space left") })
      #expect(failures.count <= 2, "what runs beside may fail as well, nothing is begun after")
    }
    #expect(try bench.bundle(plan, try bench.run(plan).outcomes, "again") == whole)
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
