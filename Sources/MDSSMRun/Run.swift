import ArgumentParser
import Bundle
import Execution
import ExperimentGraph
import Foundation
import Planner
import Report
import SpecLanguage

/// Checks, plans, executes and bundles a study.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a study. What exists is not done again; an interrupted run goes on where it stopped.")

  @OptionGroup var options: SpecOptions

  @Option(help: "Folder of all results.")
  var runs = "runs"

  func run() throws {
    let loader = Loader(options: options)
    let loaded = try loader.load()
    let plan = try loader.plan(try loader.resolve(loaded))
    Interruption.install()
    let bundle: BundleWriter
    let store: Store
    do {
      store = try Store(root: runs + "/.artifacts")
      bundle = try BundleWriter(
        runs: runs, study: loaded.specification.study.name, key: plan.key, started: Date(), about: about(loaded, plan))
      try writeSpec(loaded, to: bundle)
    } catch {
      Terminal.error("error: \(error)")
      throw Exit.cannotWrite
    }
    let printer = ProgressPrinter(json: options.json)
    let executor = Executor(
      plan, store: store, base: loaded.base, emit: printer.print, isInterrupted: { Interruption.isRequested })
    let outcomes = executor.run()
    try finish(plan, outcomes, store, bundle)
  }

  private func finish(_ plan: Plan, _ outcomes: [JobOutcome], _ store: Store, _ bundle: BundleWriter) throws {
    let metrics: TSV
    let page: String
    let wasInterrupted = outcomes.contains { if case .interrupted = $0 { true } else { false } }
    let hasFailed = outcomes.contains { outcome in
      switch outcome {
      case .failed, .left: true
      case .done, .interrupted: false
      }
    }
    do {
      metrics = try BundleAssembly(plan, store: store).write(outcomes, to: bundle)
      try bundle.write(timing(plan, outcomes).text, to: "run/timing.tsv", role: "timing")
      try bundle.write(environment.text, to: "run/environment.json", role: "environment")
      try bundle.finish(hasFailed ? .failed : wasInterrupted ? .interrupted : .complete)
      page = try Report.write(bundle: bundle.folder)
    } catch {
      Terminal.error("error: \(error)")
      throw Exit.cannotWrite
    }
    if !options.json {
      let summary = MetricSummary(metrics).text
      if !summary.isEmpty { print(summary + "\n") }
      print("report   \(page)")
      print("metrics  \(bundle.folder)/result/metrics.tsv")
    }
    if wasInterrupted {
      Terminal.error("interrupted; the same command goes on from the checkpoint")
      throw Interruption.signalNumber == SIGTERM ? Exit.terminated : Exit.interrupted
    }
    if hasFailed { throw Exit.someJobFailed }
  }

  private func about(_ loaded: LoadedSpec, _ plan: Plan) -> JSONValue {
    var object: [String: JSONValue] = ["key": .string(plan.key.hex), "spec": .string(options.spec)]
    if case .map(let map) = Study.schema.write(loaded.specification.study) {
      for entry in map.entries { object[entry.key] = JSONValue(entry.value) }
    }
    return .object(object)
  }

  private func writeSpec(_ loaded: LoadedSpec, to bundle: BundleWriter) throws {
    try bundle.write(loaded.source.bytes, to: "result/spec/original.yaml", role: "spec")
    let resolved = Specification.schema.write(loaded.specification).yaml
    try bundle.write(resolved, to: "result/spec/resolved.yaml", role: "spec")
  }

  private func timing(_ plan: Plan, _ outcomes: [JobOutcome]) -> TSV {
    var table = TSV(columns: ["job", "state", "seconds"])
    for (job, outcome) in zip(plan.jobs, outcomes) {
      switch outcome {
      case .done(_, let wasStored, let seconds):
        table.append([.text(job.name), .text(wasStored ? "cached" : "done"), .double(seconds)])
      case .failed: table.append([.text(job.name), .text("failed"), .empty])
      case .left: table.append([.text(job.name), .text("left"), .empty])
      case .interrupted: table.append([.text(job.name), .text("interrupted"), .empty])
      }
    }
    return table
  }

  private var environment: JSONValue {
    let process = ProcessInfo.processInfo
    return [
      "host": .string(process.hostName), "system": .string(process.operatingSystemVersionString),
      "cores": .int(process.activeProcessorCount), "peak_memory_bytes": .int(Self.peakMemory),
      "arguments": .array(process.arguments.map(JSONValue.string)),
    ]
  }

  /// Largest resident memory of this process so far, bytes.
  private static var peakMemory: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
