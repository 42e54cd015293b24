import Bundle
import Execution
import Foundation

/// What happened and when, line by line as it happens: `run/events.ndjson` and, in words, `run/log/progress.txt`.
final class Journal {
  private let events: LineWriter
  private let words: LineWriter
  private var problem: BundleError?
  private var lastProgress: [String: Date] = [:]
  /// `2024-01-31T23:59:59.123Z`
  private static let style = Date.ISO8601FormatStyle.iso8601.year().month().day()
    .time(includingFractionalSeconds: true).timeZone(separator: .omitted)

  init(_ bundle: BundleWriter) throws(BundleError) {
    events = try bundle.lines("run/events.ndjson", role: "events")
    words = try bundle.lines("run/log/progress.txt", role: "log")
  }

  /// Adds an event; of the progress of each training one every few seconds.
  func add(_ event: Event) {
    let now = Date()
    if case .progress(let job, let progress) = event, progress.validLoss == nil {
      guard now.timeIntervalSince(lastProgress[job] ?? .distantPast) > 5 else { return }
      lastProgress[job] = now
    }
    var object = event.json.object ?? [:]
    object["time"] = .string(now.formatted(Self.style))
    keepProblem { () throws(BundleError) in try events.append(JSONValue.object(object)) }
  }

  func log(_ text: String) {
    for line in text.split(separator: "\n") {
      keepProblem { () throws(BundleError) in try words.append(String(line)) }
    }
  }

  /// - Throws: the first thing that went wrong since the beginning.
  func close() throws(BundleError) {
    try events.close()
    try words.close()
    if let problem { throw problem }
  }

  private func keepProblem(_ body: () throws(BundleError) -> Void) {
    do throws(BundleError) {
      try body()
    } catch {
      problem = problem ?? error
    }
  }
}
