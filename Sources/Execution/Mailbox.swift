import Dispatch
import Synchronization

/// What the threads of jobs tell the thread that walks the plan. A job goes on once its event has been handled, so events
/// are never behind what they report.
final class Mailbox: Sendable {
  enum Message: Sendable {
    case event(Event, handled: DispatchSemaphore)
    case ended(job: Int, JobEnding)
  }

  private let messages = Mutex<[Message]>([])
  private let arrived = DispatchSemaphore(value: 0)

  func report(_ event: Event) {
    let handled = DispatchSemaphore(value: 0)
    post(.event(event, handled: handled))
    handled.wait()
  }

  func post(_ message: Message) {
    messages.withLock { $0.append(message) }
    arrived.signal()
  }

  /// The next message; nil when none has come after so many seconds.
  func receive(within seconds: Double?) -> Message? {
    let deadline = seconds.map { DispatchTime.now() + $0 } ?? .distantFuture
    guard arrived.wait(timeout: deadline) == .success else { return nil }
    return messages.withLock { $0.removeFirst() }
  }
}
