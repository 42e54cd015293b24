import ArgumentParser
import Bundle
import ExperimentGraph
import Foundation
import Models
import Planner
import Recordings
import SpecLanguage

/// Prints what a run would do.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show jobs, sessions with their sizes, and shapes at every edge. Runs nothing.")

  @Argument(help: "The study, a YAML file; `-` reads standard input.", completion: .specs)
  var spec: String

  @OptionGroup var options: SpecOptions

  @Option(help: "Folder of all results.")
  var runs = "runs"

  func run() throws {
    let loader = Loader(spec: spec, options: options)
    let loaded = try loader.load()
    let plan = try loader.ending(loaded) { try loader.plan(loaded) }
    Terminal.output(PlanText(plan, stored: storedKeys(plan)).text)
  }

  private func storedKeys(_ plan: Plan) -> Set<ArtifactKey> {
    let root = runs + "/.artifacts"
    // A store makes its folder; a plan writes nothing.
    guard FileManager.default.fileExists(atPath: root), let store = try? Store(root: root) else { return [] }
    return Set(plan.jobs.map(\.key).filter { store.contains($0) })
  }
}

/// A plan in words.
struct PlanText {
  private let plan: Plan
  private let stored: Set<ArtifactKey>

  init(_ plan: Plan, stored: Set<ArtifactKey>) {
    self.plan = plan
    self.stored = stored
  }

  var text: String {
    [sessions, runs, jobs].joined(separator: "\n\n")
  }

  private var sessions: String {
    var rows = [["session", "subject", "channels", "bins", "bin", "train", "valid", "test", "data"]]
    for session in plan.sessions {
      let header = session.header
      let splits = Split.allCases.map { String(header.trials[$0] ?? 0) }
      let subject = header.metadata["subject"] ?? header.metadata["subject_id"] ?? "-"
      rows.append(
        [header.name, subject, String(header.channels), String(header.bins), header.binWidth.description] + splits
          + [header.isCounts ? "counts" : "real"])
    }
    return Terminal.table(rows, left: 2) + notes
  }

  private var notes: String {
    let all = plan.sessions.flatMap { session in session.header.notes.map { "\n  \(session.name): \($0)" } }
    return all.joined()
  }

  private var runs: String {
    plan.fits.map(describe).joined(separator: "\n\n")
  }

  /// Shapes at every edge of one fit: letters are S sessions, B trials, T bins, N channels of a session.
  private func describe(_ fit: FitJob) -> String {
    let table = SessionTable(names: fit.sessions.map(\.name), channels: fit.sessions.map(\.header.channels))
    let sessions = min(fit.recipe.batch.sessions ?? table.count, table.count)
    let most = fit.sessions.map { min($0.header.trials[.train] ?? 0, fit.trials ?? Int.max) }.max() ?? 0
    let trials = min(fit.recipe.batch.trials, most)
    let bins = fit.sessions.map(\.header.bins).max() ?? 0
    let rows = table.capacity(of: sessions)
    let parameters = fit.model.parameterTable(table)
    let shared = fit.model.readin.sharedWidth
    let latent = fit.model.dynamics.latent
    var edges = [
      [
        "observations", "[\(rows) channels, \(trials) trials x \(bins) bins]",
        "ragged over \(sessions) of \(table.count) sessions",
      ],
      ["read-in", "[\(bins), \(sessions) x \(trials), \(shared)]", "features"],
    ]
    if let embedding = fit.model.embedding {
      edges.append(["embedding", "[\(sessions), \(embedding.size)]", "posterior of e"])
    }
    edges.append(["states", "[\(bins), \(sessions), \(trials), \(latent)]", "posterior of z"])
    edges.append([
      "read-out", "[\(rows) channels, \(trials) x \(bins)]", fit.model.observation.needsCounts ? "rates" : "means",
    ])
    let counts = ParameterGroup.allCases.map { group in
      let mark = fit.source != nil && !fit.fit.contains(group) ? " (kept)" : ""
      return "\(group.rawValue) \(parameters.count(of: group))\(mark)"
    }
    let from = fit.source.map { ", from run `\($0.run)`" } ?? ""
    let length = fit.recipe.budget.description
    return "run `\(fit.run)`: \(table.count) sessions\(from), \(length), parameters \(parameters.count)\n"
      + "  " + counts.joined(separator: ", ") + "\n"
      + Terminal.table(edges.map { ["  " + $0[0], $0[1], $0[2]] }, left: 3)
  }

  private var jobs: String {
    let rows = plan.jobs.enumerated().map { index, job in
      let reads = job.inputs.compactMap { key in plan.jobs.first { $0.key == key }?.name }
      return [
        "\(index + 1)", job.name, job.key.short(12), stored.contains(job.key) ? "cached" : "new",
        reads.isEmpty ? "" : "reads " + reads.joined(separator: ", "),
      ]
    }
    return Terminal.table([["job", "name", "key", "state", ""]] + rows, left: 5)
  }
}
