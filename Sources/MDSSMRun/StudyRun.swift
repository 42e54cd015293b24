import ArgumentParser
import Bundle
import Execution
import ExperimentGraph
import Foundation
import Planner
import Recordings
import Report
import SpecLanguage

/// One study, with all points of its sweep, from its spec to its bundle.
struct StudyRun {
  let loader: Loader
  let options: RunOptions
  let isJSON: Bool

  /// A study with which nothing is wrong, so far as can be known before its first job.
  struct Ready {
    fileprivate let study: StudyRun
    fileprivate let loaded: LoadedSpec
    fileprivate let plan: Plan
    fileprivate let computer: Computer

    func run() throws { try study.carryOut(plan, loaded, computer) }
  }

  /// Reads, checks and plans the study.
  func prepare() throws -> Ready {
    let loaded = try loader.load()
    let computer = Computer.current
    try checkMemory(loaded, computer)
    do {
      let plan = try chosen(try loader.plan(loaded), loaded)
      return Ready(study: self, loaded: loaded, plan: plan, computer: computer)
    } catch let error as BadData {
      Terminal.show(error.faults.map(loaded.diagnostic), json: isJSON)
      try writing { try leaveBundle(loaded, error) }
      throw Exit.noInput
    }
  }

  /// A job that can never start is an error before anything runs.
  private func checkMemory(_ loaded: LoadedSpec, _ computer: Computer) throws {
    var reading = loaded.reading
    let known = reading.diagnostics.count
    loaded.specification.checkResources(machineMemory: computer.memory, &reading)
    let news = Array(reading.diagnostics.dropFirst(known))
    guard !news.isEmpty else { return }
    Terminal.show(news, json: isJSON)
    throw Exit.invalidSpec
  }

  /// The part of the plan that `--only` asks for, if it is the one that `--plan` names.
  private func chosen(_ plan: Plan, _ loaded: LoadedSpec) throws -> Plan {
    if let file = options.plan { try PlanFile(path: file).check(plan, loaded, json: isJSON) }
    guard !options.only.isEmpty else { return plan }
    let known = plan.runs
    for name in options.only where !known.contains(name) {
      let match = Suggestion.nearest(to: name, among: known)
      Terminal.error(
        "error: --only: the study has no run `\(name)`" + (match.map { "; did you mean `\($0.word)`?" } ?? "")
          + "\nruns: " + known.joined(separator: ", "))
      throw Exit.usage
    }
    return plan.selecting(Set(options.only))
  }

  fileprivate func carryOut(_ plan: Plan, _ loaded: LoadedSpec, _ computer: Computer) throws {
    let (store, bundle, journal) = try writing {
      let store = try Store(root: options.runs + "/.artifacts")
      let bundle = try self.bundle(loaded, plan.key)
      try bundle.write(loaded.lock(plan).text, to: "result/spec/lock.json", role: "spec")
      return (store, bundle, try Journal(bundle))
    }
    let points = plan.isSweep ? PointNotes(plan) : nil
    func describe(_ failure: JobFailure) -> [Diagnostic] {
      points.map { $0.noting(loaded.diagnostics(failure), failure) } ?? loaded.diagnostics(failure)
    }
    let printer = ProgressPrinter(plan, json: isJSON, log: journal.log, describe: describe)
    printer.notes()
    let executor = Executor(
      plan, store: store, options: executionOptions(loaded, computer), isInterrupted: { Interruption.isRequested })
    let outcomes = executor.run { event in
      journal.add(event)
      printer.print(event)
    }
    printer.close()
    let status = RunRecord.status(outcomes)
    let metrics = try writing {
      var assembly = BundleAssembly(plan, outcomes, store: store)
      let metrics = try assembly.write(
        to: bundle, expansion: loaded.expansion, comparisons: loaded.specification.comparisons, place: loaded.place)
      try bundle.write(RunRecord.timing(plan, outcomes).text, to: "run/timing.tsv", role: "timing")
      try journal.close()
      return metrics
    }
    let page = try writing { try finish(bundle, status) }
    let sweep = plan.isSweep ? SweepSummary(plan, outcomes, loaded.expansion, metrics) : nil
    show(metrics, sweep, page, bundle, status)
    if RunRecord.hasFullDisk(outcomes) { throw Exit.cannotWrite }
    switch status {
    case .complete: return
    case .failed: throw Exit.someJobFailed
    case .interrupted: throw Interruption.signalNumber == SIGTERM ? Exit.terminated : Exit.interrupted
    }
  }

  private func executionOptions(_ loaded: LoadedSpec, _ computer: Computer) -> ExecutionOptions {
    let asked = options.jobs ?? loaded.specification.launcher.jobs
    return ExecutionOptions(
      base: loaded.base, jobs: asked ?? (loaded.isSweep ? computer.cores : 1), computer: computer,
      resources: loaded.specification.resources, checkpointEvery: options.checkpointEvery, isFresh: options.fresh,
      failsFast: options.failFast)
  }

  /// A bundle that says which data are at fault.
  private func leaveBundle(_ loaded: LoadedSpec, _ error: BadData) throws {
    let key = ArtifactKey(kind: "study", version: 1, content: loaded.specification.plain.canonicalBytes)
    let bundle = try bundle(loaded, key)
    for fault in error.faults {
      try bundle.add(fault.problem.failure(of: "datasets.\(fault.dataset)", place: loaded.place(fault)))
    }
    let page = try finish(bundle, .failed)
    show(nil, nil, page, bundle, .failed)
  }

  private func bundle(_ loaded: LoadedSpec, _ key: ArtifactKey) throws -> BundleWriter {
    var about: [String: JSONValue] = ["key": .string(key.hex), "spec": .string(loaded.source.name)]
    if case .map(let map) = Study.schema.write(loaded.specification.study) {
      for entry in map.entries { about[entry.key] = JSONValue(entry.value) }
    }
    if let figures = loaded.specification.outputs.figures {
      about["figures"] = .array(figures.map { .string($0.rawValue) })
    }
    let bundle = try BundleWriter(
      runs: options.runs, study: loaded.specification.study.name, key: key, started: Date(), about: .object(about))
    try bundle.together {
      try bundle.write(loaded.source.bytes, to: "result/spec/original.yaml", role: "spec")
      for (name, bytes) in loaded.fragmentFiles {
        try bundle.write(bytes, to: "result/spec/fragments/" + name, role: "spec")
      }
      try bundle.write(loaded.resolved, to: "result/spec/resolved.yaml", role: "spec")
      try bundle.write(loaded.origins, to: "result/spec/origins.json", role: "spec")
    }
    return bundle
  }

  /// - Returns: the path of the report.
  private func finish(_ bundle: BundleWriter, _ status: Manifest.Status) throws -> String {
    try bundle.write(RunRecord.environment.text, to: "run/environment.json", role: "environment")
    try bundle.finish(status)
    return try Report.write(bundle: bundle.folder)
  }

  private func show(
    _ metrics: TSV?, _ sweep: SweepSummary?, _ page: String, _ bundle: BundleWriter, _ status: Manifest.Status
  ) {
    if isJSON {
      var end: [String: JSONValue] = [
        "type": "end", "status": .string(status.rawValue), "bundle": .string(bundle.folder), "report": .string(page),
      ]
      end["points"] = sweep?.counts
      Terminal.output(JSONValue.object(end).line)
    } else {
      let summary = sweep?.text ?? metrics.map { MetricSummary($0).text } ?? ""
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
