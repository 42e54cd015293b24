import Foundation
import SpecLanguage

/// Tells a job when it must stop: because someone asked, or because its time is over.
struct Watch: Sendable {
  let isInterrupted: @Sendable () -> Bool
  private let limit: TimeLimit?
  private let began = Date()

  /// - Parameter time: how long the job may take. - Parameter path: where the spec says so.
  init(time: Nanoseconds?, path: String, isInterrupted: @escaping @Sendable () -> Bool) {
    self.isInterrupted = isInterrupted
    limit = time.map { TimeLimit(path: path + ".time", time: $0) }
  }

  /// The limit, once it is passed.
  var overrun: TimeLimit? {
    guard let limit, Date().timeIntervalSince(began) > limit.time.seconds else { return nil }
    return limit
  }

  /// Throws when the job must stop.
  func check() throws {
    if isInterrupted() { throw Interrupted() }
    if let overrun { throw overrun }
  }

  /// The program was asked to stop.
  struct Interrupted: Error {}
}

/// A job took longer than the spec allows.
struct TimeLimit: Error, Hashable, Sendable, CustomStringConvertible {
  var path: String
  var time: Nanoseconds

  var description: String { "it took longer than `\(path)`, \(time)" }
}
