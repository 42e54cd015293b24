import Randomness

/// Draws the sessions and trials of a step. Its lists keep their memory from step to step.
struct BatchDraw {
  /// Session number and its trials, sessions in rising order.
  private(set) var chosen: [(session: Int, trials: [Int])]
  private let usable: [Int]
  private let trials: [[Int]]
  private let perSession: Int
  private var order: [Int]
  private var isChosen: [Bool]

  /// - Parameter usable: sessions to draw from, rising.  - Parameter trials: trials of every session.
  init(usable: [Int], sessions: Int, trials: [[Int]], perSession: Int) {
    self.usable = usable
    self.trials = trials
    self.perSession = perSession
    let longest = trials.map(\.count).max() ?? 0
    chosen = (0..<sessions).map { _ in
      var list: [Int] = []
      list.reserveCapacity(longest)
      return (0, list)
    }
    order = []
    order.reserveCapacity(usable.count)
    isChosen = [Bool](repeating: false, count: trials.count)
  }

  /// Draws anew: all sessions and trials where there are no more than a step takes, else some at random.
  mutating func draw(_ stream: Stream) {
    var stream = stream
    drawSessions(&stream)
    var slot = 0
    for session in usable where isChosen[session] {
      chosen[slot].session = session
      chosen[slot].trials.removeAll(keepingCapacity: true)
      chosen[slot].trials.append(contentsOf: trials[session])
      if trials[session].count > perSession {
        stream.shuffle(&chosen[slot].trials)
        chosen[slot].trials.removeLast(trials[session].count - perSession)
      }
      slot += 1
    }
  }

  private mutating func drawSessions(_ stream: inout Stream) {
    for session in usable { isChosen[session] = chosen.count == usable.count }
    if chosen.count == usable.count { return }
    order.removeAll(keepingCapacity: true)
    order.append(contentsOf: usable)
    stream.shuffle(&order)
    for session in order[..<chosen.count] { isChosen[session] = true }
  }
}
