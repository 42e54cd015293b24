import Bundle
import Execution
import Foundation
import Planner
import Synchronization
import Testing

/// A scratch folder in which plans are carried out in this process.
final class ExecutionBench {
  let folder: String

  init() throws {
    let name = "mdssm-execution-\(ProcessInfo.processInfo.globallyUniqueString)"
    folder = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  struct Ran {
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
  func run(
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
  func bundle(_ plan: Plan, _ outcomes: [JobOutcome], _ name: String) throws -> [String: String] {
    let writer = try BundleWriter(
      runs: folder + "/" + name, study: "tiny", key: plan.key, started: Date(), about: .null)
    var assembly = BundleAssembly(plan, outcomes, store: try Store(root: folder + "/store"))
    _ = try assembly.write(to: writer) { _ in nil }
    let bundle = try ResultBundle(folder: writer.folder)
    #expect(bundle.verify() == [])
    return Dictionary(uniqueKeysWithValues: bundle.manifest.files.map { ($0.path, $0.sha256) })
  }

  /// A file below `result/` of the bundle that `bundle` wrote under a name.
  func text(_ path: String, of name: String) throws -> String {
    let study = folder + "/\(name)/tiny"
    let bundle = try FileManager.default.contentsOfDirectory(atPath: study).first { $0 != "latest" }
    return try String(contentsOfFile: "\(study)/\(bundle ?? "")/result/\(path)", encoding: .utf8)
  }
}
