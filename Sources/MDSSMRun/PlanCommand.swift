import ArgumentParser
import Bundle
import ExperimentGraph
import Foundation
import Planner
import SpecLanguage

/// Prints what a run would do.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show points, jobs, sessions with their sizes, shapes, what is new and why, and estimates. Runs nothing.")

  enum GraphFormat: String, CaseIterable, ExpressibleByArgument { case dot, mermaid }

  @Argument(help: "The study, a YAML file; `-` reads standard input.", completion: .specs)
  var spec: String

  @OptionGroup var options: SpecOptions

  @Option(help: "Folder of all results.")
  var runs = "runs"

  @Option(name: .shortAndLong, help: "Also write the plan to a file, to be run with `run --plan`.")
  var output: String?

  @Option(help: "Print the graph of runs and evaluations instead.")
  var graph: GraphFormat?

  @Flag(help: "End with 2 when something would run.")
  var detailedExitcode = false

  func run() throws {
    let loader = Loader(spec: spec, options: options)
    let loaded = try loader.load()
    let plan = try loader.ending(loaded) { try loader.plan(loaded) }
    if let output { try write(plan, to: output) }
    let outlook = PlanOutlook(plan, loaded, runs: runs)
    switch graph {
    case .dot: Terminal.output(PlanGraph(outlook).dot)
    case .mermaid: Terminal.output(PlanGraph(outlook).mermaid)
    case nil:
      if options.json { PlanLines(outlook).write() } else { Terminal.output(PlanText(outlook, loaded).text) }
    }
    if detailedExitcode, outlook.newCount > 0 { throw Exit.difference }
  }

  private func write(_ plan: Plan, to path: String) throws {
    do {
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let file = FileHandle(forWritingAtPath: path)
      else { throw CocoaError(.fileWriteUnknown) }
      defer { try? file.close() }
      var buffer: [UInt8] = []
      try plan.writeJSON { piece in
        buffer += piece.utf8
        guard buffer.count > 1 << 20 else { return }
        try file.write(contentsOf: buffer)
        buffer.removeAll(keepingCapacity: true)
      }
      try file.write(contentsOf: buffer)
    } catch {
      Terminal.error("error: cannot write \(path): \(error.localizedDescription)")
      throw Exit.cannotWrite
    }
  }
}
