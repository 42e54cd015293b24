import Bundle
import Execution
import Foundation
import Planner
import SpecLanguage

/// Prints what happens: a live line about all running jobs on a terminal; elsewhere a line per state change and at most one
/// per job every 30 s. Of a large plan, jobs that are there already are counted, and only the first failures are explained.
final class ProgressPrinter {
  private let plan: Plan
  private let isJSON: Bool
  private let log: (String) -> Void
  private let describe: (JobFailure) -> [Diagnostic]
  private var isLive = false
  private var lastLine: [String: Date] = [:]
  /// What the live line says of each running job, in the order of their beginnings.
  private var running: [(job: String, text: String)] = []
  private var takenUp = 0
  private var skipped = 0
  private var explained = 0
  private var warned = 0
  private static let explainedAtMost = 10
  /// Plans with more jobs than this count what is there already.
  private static let large = 20

  /// - Parameter log: gets every line as well. - Parameter describe: a failed job as complaints.
  init(
    _ plan: Plan, json: Bool, log: @escaping (String) -> Void, describe: @escaping (JobFailure) -> [Diagnostic]
  ) {
    self.plan = plan
    isJSON = json
    self.log = log
    self.describe = describe
  }

  /// What was noticed about the data while planning.
  func notes() {
    let notes = plan.sessions.flatMap { session in session.header.notes.map { (session.name, $0) } }
    if isJSON {
      for (session, note) in notes {
        Terminal.output((["type": "note", "session": .string(session), "message": .string(note)] as JSONValue).line)
      }
      return
    }
    for (session, note) in notes.prefix(20) { line(Rendering.clean("note: \(session): \(note)")) }
    if notes.count > 20 { line("note: \(notes.count - 20) more notes are in result/spec/lock.json") }
  }

  func print(_ event: Event) {
    if isJSON {
      Terminal.output(event.json.line)
      if case .failed(let failure) = event { Terminal.show(describe(failure), json: true) }
      return
    }
    switch event {
    case .started(let job, let number, let count):
      takenUp = max(takenUp, number)
      line("[\(number)/\(count)] \(job)")
      running.append((job, ""))
      lastLine[job] = Date()
    case .skipped(let job, let number, let count):
      takenUp = max(takenUp, number)
      if plan.jobs.count > Self.large {
        skipped += 1
      } else {
        line("[\(number)/\(count)] \(job): already there")
      }
    case .waiting(let job): line("      \(job): another process is at it; waiting for its result")
    case .damaged(let job): line("      \(job): what was there is damaged; doing it again")
    case .differs(let job, let files):
      line(
        "warning: \(job): done again, and NOT THE SAME: \(files.joined(separator: ", ")) had other bytes before. "
          + "Another processor or version of the program, or results that cannot be relied on")
    case .resumed(let job, let step): line("      \(job): goes on from step \(step)")
    case .progress(let job, let progress): show(job, progress)
    case .checkpoint: break
    case .unlearnt(let job, let findings):
      warned += 1
      if warned <= Self.explainedAtMost {
        for finding in findings { line("warning: \(job): \(finding)") }
      } else if warned == Self.explainedAtMost + 1 {
        line("warning: more fits did not learn something; the report and their fit.json say what")
      }
    case .latency(let job, let latency):
      line(
        "      \(job): \(latency.bins) bins, one in \(Self.short(latency.median)) us, "
          + "99 of 100 within \(Self.short(latency.high)) us")
    case .finished(let job, let seconds):
      end(job)
      line("      \(job): done in \(Self.time(seconds))")
    case .failed(let failure):
      end(failure.job)
      line("      \(failure.job): FAILED")
      explain(failure)
    case .left(let job, let reason):
      if explained <= Self.explainedAtMost { line("      \(job): left, \(reason)") }
    case .interrupted(let job):
      end(job)
      line("      \(job): interrupted")
    }
  }

  /// Tells what is still to be told.
  func close() {
    countSkipped()
    if isLive { Terminal.live("") }
    isLive = false
  }

  private func explain(_ failure: JobFailure) {
    explained += 1
    if explained <= Self.explainedAtMost {
      line(Rendering(isColored: Terminal.isColored).text(describe(failure)))
    } else if explained == Self.explainedAtMost + 1 {
      line("      more failures are not explained here; manifest.json lists all of them")
    }
  }

  private func end(_ job: String) { running.removeAll { $0.job == job } }

  private func countSkipped() {
    guard skipped > 0 else { return }
    let count = skipped
    skipped = 0
    line("[\(takenUp)/\(plan.jobs.count)] \(count) \(count == 1 ? "job" : "jobs") already there")
  }

  private func show(_ job: String, _ progress: Event.Progress) {
    let left = Double(progress.steps - progress.step) * progress.secondsPerStep
    var text = "\(job): step \(progress.step)/\(progress.steps)  loss \(Self.short(progress.loss))"
    if let loss = progress.validLoss { text += "  valid \(Self.short(loss))" }
    if let score = progress.validForecastR2 { text += "  valid forecast r2 \(Self.short(score))" }
    text += "  \(Self.short(progress.secondsPerStep * 1000)) ms/step  \(Self.time(left)) left"
    if Terminal.isInteractive {
      if let place = running.firstIndex(where: { $0.job == job }) { running[place].text = text }
      let texts = running.map(\.text).filter { !$0.isEmpty }
      Terminal.live("[\(takenUp)/\(plan.jobs.count)] " + texts.joined(separator: " | "))
      isLive = true
    } else if Date().timeIntervalSince(lastLine[job] ?? .distantPast) > 30 {
      lastLine[job] = Date()
      line("      " + text)
    }
  }

  private func line(_ text: String) {
    countSkipped()
    if isLive { Terminal.live("") }
    isLive = false
    Terminal.error(text)
    log(text)
  }

  /// Four significant digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    let magnitude = abs(value)
    let digits = magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : magnitude >= 1 ? 3 : 4
    return String(format: "%.\(digits)f", value)
  }

  static func time(_ seconds: Double) -> String {
    if seconds < 60 { return String(format: "%.1f s", seconds) }
    if seconds < 3600 { return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s" }
    return "\(Int(seconds) / 3600) h \(Int(seconds) % 3600 / 60) min"
  }
}
