/// Which job comes next: a value that knows what each job reads, what is done, what runs and what another process has.
package struct Schedule {
  /// A job that cannot be done, and the input that is missing.
  package struct Left: Hashable {
    package var job: Int
    package var because: Int

    package init(job: Int, because: Int) {
      self.job = job
      self.because = because
    }
  }

  private enum State { case waiting, ready, running, ended }

  private let lanes: Int
  private let memory: [Int]
  private var freeMemory: Int
  private let readers: [[Int]]
  private var missing: [Int]
  private var states: [State]
  /// Ready jobs in plan order.
  private var ready: [Int] = []
  /// Ready jobs that another process was at when they were last tried.
  private var elsewhere: Set<Int> = []
  package private(set) var running = 0

  /// - Parameter inputs: the jobs that each job reads from, all of which stand before it.
  /// - Parameter lanes: jobs at once. - Parameter memory: what each job needs. - Parameter limit: what there is.
  package init(inputs: [[Int]], lanes: Int, memory: [Int], limit: Int) {
    self.lanes = lanes
    self.memory = memory
    freeMemory = limit
    var readers = inputs.map { _ in [Int]() }
    for (job, own) in inputs.enumerated() {
      for input in own {
        precondition(input < job, "a job stands after every job that it reads")
        readers[input].append(job)
      }
    }
    self.readers = readers
    missing = inputs.map(\.count)
    states = inputs.map { $0.isEmpty ? .ready : .waiting }
    ready = inputs.indices.filter { inputs[$0].isEmpty }
  }

  /// Jobs that could start now if there were lanes and memory for all.
  package var startable: Int { ready.count }

  /// Whether every ready job is one that another process is at.
  package var waitsForOthers: Bool { !ready.isEmpty && ready.allSatisfy(elsewhere.contains) }

  /// Takes the first job in plan order that may start; nil when there is none, or no lane or memory for it.
  ///
  /// - Parameter retrying: whether jobs count that another process was at.
  package mutating func next(retrying: Bool = false) -> Int? {
    guard running < lanes else { return nil }
    let place = ready.firstIndex { memory[$0] <= freeMemory && (retrying || !elsewhere.contains($0)) }
    guard let place else { return nil }
    let job = ready.remove(at: place)
    elsewhere.remove(job)
    states[job] = .running
    running += 1
    freeMemory -= memory[job]
    return job
  }

  /// A job that ran is not done, because another process is at it.
  package mutating func putBack(_ job: Int) {
    stop(job)
    states[job] = .ready
    insert(job)
    elsewhere.insert(job)
  }

  /// A job that ran is done.
  package mutating func finish(_ job: Int) {
    stop(job)
    states[job] = .ended
    for reader in readers[job] {
      missing[reader] -= 1
      guard missing[reader] == 0, states[reader] == .waiting else { continue }
      states[reader] = .ready
      insert(reader)
    }
  }

  /// A job that ran gave nothing.
  ///
  /// - Returns: every job that now cannot be done, in plan order.
  package mutating func fail(_ job: Int) -> [Left] {
    stop(job)
    states[job] = .ended
    var left: [Left] = []
    var open = [job]
    while let blocker = open.popLast() {
      for reader in readers[blocker] where states[reader] == .waiting {
        states[reader] = .ended
        left.append(Left(job: reader, because: blocker))
        open.append(reader)
      }
    }
    return left.sorted { $0.job < $1.job }
  }

  private mutating func stop(_ job: Int) {
    precondition(states[job] == .running, "job \(job) does not run")
    running -= 1
    freeMemory += memory[job]
  }

  private mutating func insert(_ job: Int) {
    let place = ready.firstIndex { $0 > job } ?? ready.endIndex
    ready.insert(job, at: place)
  }
}
