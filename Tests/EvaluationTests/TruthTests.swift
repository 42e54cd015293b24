import Evaluation
import Foundation
import Randomness
import Testing

struct TruthTests {
  /// A turning plane: states and where a bin leads, for rows drawn at random.
  private static func turning(_ count: Int, seed: UInt64) -> Truth.States {
    var stream = Stream(seed: seed, path: ["truth"])
    var (values, next): ([Double], [Double]) = ([], [])
    for _ in 0..<count {
      let (x, y) = (stream.normal(), stream.normal())
      values += [x, y]
      next += [0.9 * x - 0.3 * y, 0.3 * x + 0.9 * y]
    }
    return Truth.States(dimensions: 2, values: values, next: next)
  }

  /// The same states in other coordinates: z = x A + b.
  private static func seen(_ states: Truth.States) -> Truth.States {
    func map(_ values: [Double]) -> [Double] {
      var mapped: [Double] = []
      for place in stride(from: 0, to: values.count, by: 2) {
        let (x, y) = (values[place], values[place + 1])
        let first: Double = 2 * x + y + 3
        mapped += [first, x - y - 1, 0.5 * x]
      }
      return mapped
    }
    return Truth.States(dimensions: 3, values: map(states.values), next: map(states.next))
  }

  private func scores(_ change: (Truth.States) -> Truth.States) -> [String: Double] {
    let (train, test) = (Self.turning(2000, seed: 1), Self.turning(1000, seed: 2))
    let found = Truth.scores(train: (change(train), train), test: (change(test), test))
    return Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.value) })
  }

  @Test func `states and dynamics that are the true ones up to a linear map score 1`() throws {
    let found = scores(Self.seen)
    #expect(try #require(found["state.r2"]) > 1 - 1e-9 && #require(found["field.r2"]) > 1 - 1e-9)
  }

  @Test func `dynamics that stand still score 0, those that run away no less than -10`() throws {
    let still = scores { states in
      let seen = Self.seen(states)
      return Truth.States(dimensions: 3, values: seen.values, next: seen.values)
    }
    #expect(try abs(#require(still["field.r2"])) < 1e-9)
    let away = scores { states in
      let seen = Self.seen(states)
      return Truth.States(dimensions: 3, values: seen.values, next: seen.next.map { 1e6 * $0 })
    }
    #expect(away["field.r2"] == -10)
  }

  @Test
  func `the field has one arrow in a square, and learnt arrows that are the true ones up to a linear map are theirs`() {
    let (train, test) = (Self.turning(2000, seed: 1), Self.turning(1000, seed: 2))
    let field = Truth.field(train: (Self.seen(train), train), test: (Self.seen(test), test), cells: 6)
    #expect(field.count > 24 && field.count <= 36)
    #expect(Set(field).count == field.count)
    for arrow in field {
      let (x, y) = (arrow.place[0], arrow.place[1])
      #expect(abs(arrow.truth[0] - (-0.1 * x - 0.3 * y)) < 1e-9 && abs(arrow.truth[1] - (0.3 * x - 0.1 * y)) < 1e-9)
      #expect(zip(arrow.learnt, arrow.truth).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    #expect(Truth.field(train: (Self.seen(train), train), test: (Self.seen(test), test), cells: 1).count == 1)
  }

  @Test func `states that never leave one place have no field`() {
    let still = Truth.States(dimensions: 2, values: [1, 2, 1, 2, 1, 2], next: [1, 2, 1, 2, 1, 2])
    let moving = Self.turning(100, seed: 1)
    #expect(Truth.field(train: (moving, moving), test: (still, still), cells: 5).isEmpty)
  }

  @Test func `states that know nothing of the true ones score about 0`() throws {
    let found = scores { Self.turning($0.values.count / 2, seed: 99) }
    #expect(try abs(#require(found["state.r2"])) < 0.1)
  }
}
