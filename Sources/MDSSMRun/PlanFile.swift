import ArgumentParser
import Foundation
import Planner
import SpecLanguage

/// A plan that `plan -o` wrote, which a run may be held to.
struct PlanFile {
  let path: String

  /// Ends the program when the plan of now is not the one of the file; says which jobs differ, and in what.
  func check(_ plan: Plan, _ loaded: LoadedSpec, json: Bool) throws {
    let before = try read()
    let planned = Set(before.jobs.map(\.key))
    let asked = Set(plan.jobs.map(\.key))
    guard planned != asked else { return }
    let done = plan.jobs.filter { planned.contains($0.key) }.flatMap(\.artifacts)
    let outlook = PlanOutlook(plan, loaded, before: before, stored: planned.union(done), history: [:])
    var diagnostics: [Diagnostic] = []
    for (index, job) in plan.jobs.enumerated() where !planned.contains(job.key) {
      let message =
        outlook.hasEarlier(index)
        ? "`\(job.name)` has changed since it was planned: \(outlook.reason(index))"
        : "`\(job.name)` is not in the plan"
      let span = loaded.reading.places[job.path]?.key ?? Span(loaded.source, 0..<0)
      diagnostics.append(Diagnostic(.planChanged, message, at: span, path: job.path, notes: ["the plan: \(path)"]))
    }
    let names = Set(plan.jobs.map(\.name))
    for job in before.jobs where !asked.contains(job.key) && !names.contains(job.name) {
      let message = "`\(job.name)` was planned, but is no longer asked for"
      diagnostics.append(
        Diagnostic(.planChanged, message, at: Span(loaded.source, 0..<0), notes: ["the plan: \(path)"]))
    }
    Terminal.show(diagnostics, json: json)
    if !json { Terminal.error("the plan has changed; `mdssm-run plan -o` writes a new one") }
    throw Exit.invalidSpec
  }

  private func read() throws -> PlanRecord {
    guard let data = FileManager.default.contents(atPath: path) else {
      Terminal.error("error: --plan: \(path) cannot be read")
      throw Exit.noInput
    }
    guard let record = PlanRecord(Array(data)) else {
      Terminal.error("error: --plan: \(path) is not a plan that `mdssm-run plan -o` wrote")
      throw Exit.noInput
    }
    return record
  }
}
