import Execution
import Testing

/// Which job comes next.
struct ScheduleTests {
  /// A small source of numbers that are the same in every run.
  private struct Draw {
    var state: UInt64
    mutating func number(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  @Test func `jobs come in plan order, each after what it reads`() {
    var schedule = Schedule(
      inputs: [[], [0], [], [0, 2]], lanes: 4, memory: [0, 0, 0, 0], limit: 0)
    #expect(schedule.next() == 0)
    #expect(schedule.next() == 2)
    #expect(schedule.next() == nil)
    schedule.finish(2)
    #expect(schedule.next() == nil, "a job with two inputs waits for both")
    schedule.finish(0)
    #expect(schedule.next() == 1)
    #expect(schedule.next() == 3)
    #expect(schedule.running == 2)
  }

  @Test func `what reads from a failed job is left, and what reads from that`() {
    var schedule = Schedule(
      inputs: [[], [], [0], [2], [1, 2], [1]], lanes: 2, memory: Array(repeating: 0, count: 6), limit: 0)
    #expect(schedule.next() == 0 && schedule.next() == 1)
    #expect(schedule.fail(0) == [.init(job: 2, because: 0), .init(job: 3, because: 2), .init(job: 4, because: 2)])
    schedule.finish(1)
    #expect(schedule.next() == 5, "job 4 reads from 1 too, and stays left")
    #expect(schedule.next() == nil)
  }

  @Test func `a job that another process has is taken after all others`() {
    var schedule = Schedule(inputs: [[], []], lanes: 2, memory: [0, 0], limit: 0)
    #expect(schedule.next() == 0)
    schedule.putBack(0)
    #expect(!schedule.waitsForOthers)
    #expect(schedule.next() == 1)
    #expect(schedule.next() == nil)
    #expect(schedule.waitsForOthers)
    #expect(schedule.next(retrying: true) == 0)
  }

  @Test func `drawn graphs end with every job done once, within lanes and memory`() {
    for seed in 0..<200 {
      var draw = Draw(state: UInt64(seed))
      let count = 1 + draw.number(below: 30)
      let inputs = (0..<count).map { job in
        Set((0..<3).map { _ in draw.number(below: max(1, job)) }.filter { $0 < job && $0 % 2 == 0 }).sorted()
      }
      let lanes = 1 + draw.number(below: 4)
      let limit = 10
      let memory = (0..<count).map { _ in draw.number(below: limit + 1) }
      var schedule = Schedule(inputs: inputs, lanes: lanes, memory: memory, limit: limit)
      var running: [Int] = []
      var ended: Set<Int> = []
      var done: Set<Int> = []
      while true {
        while let job = schedule.next(retrying: true) {
          #expect(inputs[job].allSatisfy(done.contains))
          running.append(job)
          #expect(running.count <= lanes && running.map { memory[$0] }.reduce(0, +) <= limit)
        }
        guard !running.isEmpty else { break }
        let job = running.remove(at: draw.number(below: running.count))
        switch draw.number(below: 10) {
        case 0:
          schedule.putBack(job)
        case 1:
          #expect(ended.insert(job).inserted)
          for left in schedule.fail(job) { #expect(ended.insert(left.job).inserted) }
        default:
          schedule.finish(job)
          #expect(ended.insert(job).inserted)
          done.insert(job)
        }
      }
      #expect(ended.count == count, "seed \(seed)")
    }
  }
}
