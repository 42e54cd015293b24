import Bundle
import Foundation
import Models
import Planner
import Recordings
import SpecLanguage

/// A plan in words.
struct PlanText {
  /// Rows of the table of points, and of the one of jobs in a sweep.
  private static let pointLimit = 20
  private static let shapeLimit = 6

  private let outlook: PlanOutlook
  private let plan: Plan
  private let paths: [SpecPath]

  init(_ outlook: PlanOutlook, _ loaded: LoadedSpec) {
    self.outlook = outlook
    plan = outlook.plan
    paths = loaded.expansion.paths
  }

  var text: String {
    let parts = [
      sessions, plan.isSweep ? points : nil, shapes, GuardText(plan).text, plan.isSweep ? groups : jobs, summary,
    ]
    return parts.compactMap { $0 }.joined(separator: "\n\n")
  }

  private var sessions: String {
    var rows = [["session", "subject", "channels", "bins", "bin", "train", "valid", "test", "data"]]
    for session in plan.sessions {
      let header = session.header
      let splits = Split.allCases.map { String(header.trials[$0] ?? 0) }
      let subject = header.subject ?? "-"
      rows.append(
        [header.name, subject, String(header.channels), String(header.bins), header.binWidth.description] + splits
          + [header.isCounts ? "counts" : "real"])
    }
    let notes = plan.sessions.flatMap { session in session.header.notes.map { "\n  \(session.name): \($0)" } }
    return Terminal.table(rows, left: 2) + notes.joined()
  }

  // MARK: Points

  private var points: String {
    var rows = [["point"] + paths.map(\.description) + ["jobs", "new"]]
    for point in plan.points.prefix(Self.pointLimit) {
      let values = point.assignments
      let cells = paths.map { path in values.first { $0.path == path }?.value.flow.shortened(to: 30) ?? "" }
      let jobs = Set(point.fits.map(\.job) + point.evaluations.map(\.job))
      rows.append([point.id] + cells + [String(jobs.count), String(jobs.filter(outlook.isNew).count)])
    }
    return Terminal.table(rows, left: 1 + paths.count) + Self.more(plan.points.count - Self.pointLimit, "point")
  }

  private static func more(_ count: Int, _ word: String) -> String {
    count > 0 ? "\nand \(count) more \(word)\(count == 1 ? "" : "s"); --json lists all" : ""
  }

  // MARK: Shapes

  /// All fits of one run that have one shape.
  private struct Shaped {
    let fit: FitJob
    var count = 0
    var steps: ClosedRange<Int>
    var assignments: SharedAssignments
  }

  /// Sizes and parameters, once for all fits of a run that differ in values alone.
  private var shapes: String {
    var found: [Shaped] = []
    var places: [String: [SHA256Digest: Int]] = [:]
    for fit in plan.fits {
      let shape = outlook.estimator.shape(fit)
      let steps = shape.plan.steps
      if let place = places[fit.run]?[shape.digest] {
        found[place].assignments = found[place].assignments.shared(with: fit.assignments)
        found[place].steps = min(found[place].steps.lowerBound, steps)...max(found[place].steps.upperBound, steps)
        found[place].count += 1
      } else {
        places[fit.run, default: [:]][shape.digest] = found.count
        found.append(Shaped(fit: fit, count: 1, steps: steps...steps, assignments: fit.assignments))
      }
    }
    let blocks = found.prefix(Self.shapeLimit).map { shaped in
      describe(shaped, isAlone: places[shaped.fit.run]?.count == 1)
    }
    return blocks.joined(separator: "\n\n") + Self.more(found.count - Self.shapeLimit, "shape")
  }

  /// Shapes at every edge of a fit.
  private func describe(_ shaped: Shaped, isAlone: Bool) -> String {
    let fit = shaped.fit
    let shape = outlook.estimator.shape(fit)
    let parameters = outlook.estimator.size(fit).parameters
    let batch = shape.plan.shape
    let (sessions, trials, bins, rows) = (batch.sessions, batch.trials, batch.bins, batch.rows)
    var edges = [
      [
        "observations", "[\(rows) channels, \(trials) trials x \(bins) bins]",
        "ragged over \(sessions) of \(shape.sessions.count) sessions",
      ],
      ["read-in", "[\(bins), \(sessions) x \(trials), \(fit.model.readin.sharedWidth)]", "features"],
    ]
    if let embedding = fit.model.embedding {
      edges.append(["embedding", "[\(sessions), \(embedding.size)]", "posterior of e"])
    }
    edges.append(["states", "[\(bins), \(sessions), \(trials), \(fit.model.dynamics.latent)]", "posterior of z"])
    edges.append([
      "read-out", "[\(rows) channels, \(trials) x \(bins)]", fit.model.observation.needsCounts ? "rates" : "means",
    ])
    let counts = ParameterGroup.allCases.map { group in
      let mark = fit.source != nil && !fit.fit.contains(group) ? " (kept)" : ""
      return "\(group.rawValue) \(parameters.count(of: group))\(mark)"
    }
    let from = fit.source.map { ", from run `\($0.run)`" } ?? ""
    let fits = shaped.count == 1 ? "" : ", \(shaped.count) fits"
    let which = isAlone || shaped.count == 1 && !plan.isSweep ? "" : shaped.assignments.suffix
    let (least, most) = (shaped.steps.lowerBound, shaped.steps.upperBound)
    let steps = least == most ? "\(most) step\(most == 1 ? "" : "s")" : "\(least) to \(most) steps"
    let count = shape.sessions.count
    return "run `\(fit.run)`\(which)\(fits): \(count) session\(count == 1 ? "" : "s")\(from), \(steps), "
      + "parameters \(parameters.count)\n" + "  " + counts.joined(separator: ", ") + "\n"
      + Terminal.table(edges.map { ["  " + $0[0], $0[1], $0[2]] }, left: 3)
  }

  // MARK: Jobs

  private var jobs: String {
    var rows = [["job", "name", "key", "time", "memory", "disk", "state"]]
    for (index, job) in plan.jobs.enumerated() {
      let cost = outlook.isNew(index) ? Self.cells(outlook.estimate(index)) : ["", "", ""]
      rows.append(["\(index + 1)", job.name, job.key.short(12)] + cost + [outlook.state(index)])
    }
    return Terminal.table(rows, left: 3, last: true)
  }

  /// Jobs by run and evaluation.
  private var groups: String {
    var rows = [["jobs of", "jobs", "new", "time", "memory", "disk", "state"]]
    for group in outlook.groups {
      let cost = group.newCount > 0 ? Self.cells(group.estimate) : ["", "", ""]
      var state = "cached"
      if let first = group.firstNew {
        state = outlook.state(first)
        if group.newCount > 1, outlook.hasEarlier(first) { state += "; first of \(group.newCount)" }
      }
      rows.append([group.name, "\(group.count)", "\(group.newCount)"] + cost + [state])
    }
    return Terminal.table(rows, left: 1, last: true)
  }

  private var summary: String {
    let (jobs, points) = (plan.jobs.count, plan.points.count)
    let count =
      "\(jobs) job\(jobs == 1 ? "" : "s")" + (plan.isSweep ? " for \(points) point\(points == 1 ? "" : "s")" : "")
    guard outlook.newCount > 0 else { return count + ": all cached, nothing to do" }
    let cells = Self.cells(outlook.total)
    return
      "\(count), \(outlook.newCount) new: about \(cells[0].dropFirst()), \(cells[1]) of memory, \(cells[2]) on disk"
  }

  static func cells(_ estimate: Estimate) -> [String] {
    ["~" + ProgressPrinter.time(estimate.seconds), bytes(estimate.memory), bytes(estimate.disk)]
  }

  /// Two significant digits: more would claim more than is known.
  private static func bytes(_ count: Double) -> String {
    for (unit, size) in [("GB", 1e9), ("MB", 1e6)] where count >= size {
      let value = count / size
      return value < 10 ? String(format: "%.1f %@", value, unit) : "\(Int(value.rounded())) \(unit)"
    }
    return "\(max(1, Int((count / 1e3).rounded()))) kB"
  }
}
