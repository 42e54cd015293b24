import ArgumentParser
import Bundle
import Execution
import ExperimentGraph
import Foundation
import Planner
import Recordings
import Report
import SpecLanguage

/// One study from its spec to its bundle.
struct StudyRun {
  let loader: Loader
  /// The folder of all results.
  let runs: String
  /// Seconds between two checkpoints of a training.
  let checkpointEvery: Double
  let isJSON: Bool

  func run() throws {
    let loaded = try loader.load()
    let plan: Plan
    do {
      plan = try loader.plan(loaded)
    } catch let error as BadData {
      Terminal.show(error.faults.map(loaded.diagnostic), json: isJSON)
      try writing { try leaveBundle(loaded, error) }
      throw Exit.noInput
    }
    Interruption.install()
    try carryOut(plan, loaded)
  }

  private func carryOut(_ plan: Plan, _ loaded: LoadedSpec) throws {
    let (store, bundle, journal) = try writing {
      let store = try Store(root: runs + "/.artifacts")
      let bundle = try self.bundle(loaded, plan.key)
      try bundle.write(loaded.lock(plan).text, to: "result/spec/lock.json", role: "spec")
      return (store, bundle, try Journal(bundle))
    }
    let printer = ProgressPrinter(json: isJSON, log: journal.log, describe: loaded.diagnostics)
    printer.notes(plan)
    let executor = Executor(
      plan, store: store, base: loaded.base, checkpointEvery: checkpointEvery,
      emit: { event in
        journal.add(event)
        printer.print(event)
      }, isInterrupted: { Interruption.isRequested })
    let outcomes = executor.run()
    let status = RunRecord.status(outcomes)
    let metrics = try writing {
      let metrics = try BundleAssembly(plan, store: store).write(outcomes, to: bundle, place: loaded.place)
      try bundle.write(RunRecord.timing(plan, outcomes).text, to: "run/timing.tsv", role: "timing")
      try journal.close()
      return metrics
    }
    let page = try writing { try finish(bundle, status) }
    show(metrics, page, bundle, status)
    switch status {
    case .complete: return
    case .failed: throw Exit.someJobFailed
    case .interrupted: throw Interruption.signalNumber == SIGTERM ? Exit.terminated : Exit.interrupted
    }
  }

  /// A bundle that says which data are at fault.
  private func leaveBundle(_ loaded: LoadedSpec, _ error: BadData) throws {
    let key = ArtifactKey(kind: "study", version: 1, content: loaded.specification.plain.canonicalBytes)
    let bundle = try bundle(loaded, key)
    for fault in error.faults {
      try bundle.add(fault.problem.failure(of: "datasets.\(fault.dataset)", place: loaded.place(fault)))
    }
    let page = try finish(bundle, .failed)
    show(nil, page, bundle, .failed)
  }

  private func bundle(_ loaded: LoadedSpec, _ key: ArtifactKey) throws -> BundleWriter {
    var about: [String: JSONValue] = ["key": .string(key.hex), "spec": .string(loaded.source.name)]
    if case .map(let map) = Study.schema.write(loaded.specification.study) {
      for entry in map.entries { about[entry.key] = JSONValue(entry.value) }
    }
    let bundle = try BundleWriter(
      runs: runs, study: loaded.specification.study.name, key: key, started: Date(), about: .object(about))
    try bundle.write(loaded.source.bytes, to: "result/spec/original.yaml", role: "spec")
    try bundle.write(loaded.specification.plain.yaml, to: "result/spec/resolved.yaml", role: "spec")
    try bundle.write(loaded.origins.text, to: "result/spec/origins.json", role: "spec")
    return bundle
  }

  /// - Returns: the path of the report.
  private func finish(_ bundle: BundleWriter, _ status: Manifest.Status) throws -> String {
    try bundle.write(RunRecord.environment.text, to: "run/environment.json", role: "environment")
    try bundle.finish(status)
    return try Report.write(bundle: bundle.folder)
  }

  private func show(_ metrics: TSV?, _ page: String, _ bundle: BundleWriter, _ status: Manifest.Status) {
    if isJSON {
      let end: JSONValue = [
        "type": "end", "status": .string(status.rawValue), "bundle": .string(bundle.folder), "report": .string(page),
      ]
      Terminal.output(end.line)
    } else {
      let summary = metrics.map { MetricSummary($0).text } ?? ""
      if !summary.isEmpty { Terminal.output(summary + "\n") }
      Terminal.output("report   \(page)")
      if metrics != nil { Terminal.output("metrics  \(bundle.folder)/result/metrics.tsv") }
    }
    switch status {
    case .complete: break
    case .failed: Terminal.error("some of it failed; \(bundle.folder)/manifest.json lists what and why")
    case .interrupted: Terminal.error("interrupted; the same command goes on from the checkpoint")
    }
  }

  /// An error of the disk ends the program with its own exit code.
  private func writing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      Terminal.error("error: \(error)")
      throw Exit.cannotWrite
    }
  }
}
