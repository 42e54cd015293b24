import Randomness
import Recordings

/// The sessions of one run and which of their trials each split may use.
package struct TrialSet: Sendable {
  package let sessions: [Session]
  /// Trial numbers per session.
  package let train: [[Int]]
  package let valid: [[Int]]
  package let test: [[Int]]

  /// - Parameter limit: use at most so many training trials of every session, drawn at random.
  package init(_ sessions: [Session], limit: Int?, stream: Stream) {
    func trials(_ split: Split) -> [[Int]] {
      sessions.map { session in session.trials.indices.filter { session.trials[$0].split == split } }
    }
    self.sessions = sessions
    valid = trials(.valid)
    test = trials(.test)
    let all = trials(.train)
    guard let limit else {
      train = all
      return
    }
    train = zip(sessions, all).map { session, numbers in
      var stream = stream.child("trials", session.name)
      return Array(stream.shuffled(numbers).prefix(limit)).sorted()
    }
  }

  package func trials(_ split: Split) -> [[Int]] {
    switch split {
    case .train: train
    case .valid: valid
    case .test: test
    }
  }

  package var bins: Int { sessions.map(\.bins).max() ?? 0 }
}
