import Execution
import Foundation

/// Prints what happens: one live line on a terminal; elsewhere a line per state change and at most one per job every 30 s.
final class ProgressPrinter {
  private let isJSON: Bool
  private var isLive = false
  private var lastLine = Date.distantPast

  init(json: Bool) { isJSON = json }

  func print(_ event: Event) {
    if isJSON { return printJSON(event) }
    switch event {
    case .started(let job, let number, let count): line("[\(number)/\(count)] \(job)")
    case .skipped(let job, let number, let count): line("[\(number)/\(count)] \(job): already there")
    case .resumed(let job, let step): line("      \(job): goes on from step \(step)")
    case .progress(let job, let progress): show(job, progress)
    case .finished(let job, let seconds, let detail):
      line("      \(job): done in \(Self.time(seconds))" + (detail.isEmpty ? "" : ", \(detail)"))
    case .failed(let job, let message): line("      \(job): FAILED\n        \(message)")
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
  }

  private func printJSON(_ event: Event) {
    let object: [String: Any]
    switch event {
    case .started(let job, let number, let count): object = ["type": "started", "job": job, "number": number, "of": count]
    case .skipped(let job, let number, let count): object = ["type": "skipped", "job": job, "number": number, "of": count]
    case .resumed(let job, let step): object = ["type": "resumed", "job": job, "step": step]
    case .progress(let job, let progress):
      object = ["type": "progress", "job": job, "step": progress.step, "steps": progress.steps, "loss": progress.loss]
    case .finished(let job, let seconds, _): object = ["type": "finished", "job": job, "seconds": seconds]
    case .failed(let job, let message): object = ["type": "failed", "job": job, "message": message]
    }
    guard let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]) else {
      return
    }
    Swift.print(String(decoding: data, as: UTF8.self))
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
