import Foundation
import Synchronization

/// Ctrl-C and termination: the first asks the program to write a checkpoint and stop, the second ends it at once.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
      }
    }
    // Who started the program may have blocked them, as threads of many run-time libraries do.
    var both = sigset_t()
    sigemptyset(&both)
    sigaddset(&both, SIGINT)
    sigaddset(&both, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &both, nil)
  }

  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }
  static var signalNumber: Int32 { received.load(ordering: .relaxed) }
}
