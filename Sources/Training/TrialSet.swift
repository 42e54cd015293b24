import Randomness
import Recordings

/// The sessions of one run and which of their trials each split may use.
package struct TrialSet: Sendable {
  package let sessions: [Session]
  /// Trial numbers per session: what the model is fitted to.
  package let train: [[Int]]
  /// Trials by which a state of the training is selected: the validation split, or the part of it that a limit leaves.
  package let selection: [[Int]]
  package let valid: [[Int]]
  package let test: [[Int]]

  /// - Parameter limit: use at most so many trials of every session, drawn at random. Selecting by validation trials is
  ///   learning from them, so with `selects` they come out of the same limit.
  package init(_ sessions: [Session], limit: Int?, selects: Bool, stream: Stream) {
    func trials(_ split: Split) -> [[Int]] {
      sessions.map { session in session.trials.indices.filter { session.trials[$0].split == split } }
    }
    self.sessions = sessions
    valid = trials(.valid)
    test = trials(.test)
    let all = trials(.train)
    guard let limit else {
      train = all
      selection = selects ? valid : sessions.map { _ in [] }
      return
    }
    func draw(_ numbers: [Int], _ count: Int, _ stream: Stream) -> [Int] {
      var stream = stream
      return Array(stream.shuffled(numbers).prefix(count)).sorted()
    }
    var (chosen, judged): ([[Int]], [[Int]]) = ([], [])
    for (index, session) in sessions.enumerated() {
      let share = TrialBudget(limit, train: all[index].count, valid: valid[index].count, selects: selects)
      let stream = stream.child("trials", session.name)
      chosen.append(draw(all[index], share.train, stream))
      judged.append(draw(valid[index], share.selection, stream.child("selection")))
    }
    train = chosen
    selection = judged
  }

  package func trials(_ split: Split) -> [[Int]] {
    switch split {
    case .train: train
    case .valid: valid
    case .test: test
    }
  }

  /// Whether some session holds channels or bins out.
  package var holdsOut: Bool { sessions.contains { $0.heldOut != nil } }

  package var bins: Int { sessions.map(\.bins).max() ?? 0 }
}

/// How many trials of one session a run may learn from, when it may use only so many of them.
///
/// Few-shot learning from n trials (Vermani et al. 2025) counts every trial that the fit looks at. With `select` the
/// validation trials have the share of n that they have of the session, at least one where n is 2 or more.
package struct TrialBudget: Hashable, Sendable {
  package let train: Int
  package let selection: Int

  /// - Parameter train: training trials that the session has. - Parameter valid: its validation trials.
  package init(_ limit: Int, train: Int, valid: Int, selects: Bool) {
    guard selects, train > 0, valid > 0 else {
      self.train = min(limit, train)
      selection = 0
      return
    }
    let share = Double(limit) * Double(valid) / Double(train + valid)
    selection = min(valid, max(1, Int(share.rounded())), max(0, limit - 1))
    self.train = min(train, limit - selection)
  }
}
