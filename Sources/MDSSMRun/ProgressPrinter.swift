import Bundle
import Execution
import Foundation
import Planner
import SpecLanguage

/// Prints what happens: one live line on a terminal; elsewhere a line per state change and at most one per job every 30 s.
final class ProgressPrinter {
  private let isJSON: Bool
  private let log: (String) -> Void
  private let describe: (JobFailure) -> [Diagnostic]
  private var isLive = false
  private var lastLine = Date.distantPast

  /// - Parameter log: gets every line as well. - Parameter describe: a failed job as complaints.
  init(json: Bool, log: @escaping (String) -> Void, describe: @escaping (JobFailure) -> [Diagnostic]) {
    isJSON = json
    self.log = log
    self.describe = describe
  }

  /// What was noticed about the data while planning.
  func notes(_ plan: Plan) {
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
    case .started(let job, let number, let count): line("[\(number)/\(count)] \(job)")
    case .skipped(let job, let number, let count): line("[\(number)/\(count)] \(job): already there")
    case .waiting(let job): line("      \(job): another process is at it; waiting for its result")
    case .damaged(let job): line("      \(job): what was there is damaged; doing it again")
    case .resumed(let job, let step): line("      \(job): goes on from step \(step)")
    case .progress(let job, let progress): show(job, progress)
    case .checkpoint: break
    case .finished(let job, let seconds): line("      \(job): done in \(Self.time(seconds))")
    case .failed(let failure):
      line("      \(failure.job): FAILED")
      line(Rendering(isColored: Terminal.isColored).text(describe(failure)))
    case .left(let job, let blocker): line("      \(job): left, it reads \(blocker)")
    case .interrupted(let job): line("      \(job): interrupted")
    }
  }

  private func show(_ job: String, _ progress: Event.Progress) {
    let left = Double(progress.steps - progress.step) * progress.secondsPerStep
    var text = "      \(job): step \(progress.step)/\(progress.steps)  loss \(Self.short(progress.loss))"
    if let loss = progress.validLoss { text += "  valid \(Self.short(loss))" }
    if let score = progress.validForecastR2 { text += "  valid forecast r2 \(Self.short(score))" }
    text += "  \(Self.short(progress.secondsPerStep * 1000)) ms/step  \(Self.time(left)) left"
    if Terminal.isInteractive {
      Terminal.live(text)
      isLive = true
    } else if Date().timeIntervalSince(lastLine) > 30 {
      line(text)
    }
  }

  private func line(_ text: String) {
    if isLive { Terminal.live("") }
    isLive = false
    lastLine = Date()
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
