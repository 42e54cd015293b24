import Models
import ReferenceBackend
import TensorGraph
import Testing

/// Observations that count in the loss and that encoders do not see.
@Suite struct HeldOutTests {
  private func reconstruction(_ problem: TinyProblem, change: (Storage) -> Void = { _ in }) throws -> Double {
    try problem.run(
      problem.graph, [problem.reconstruction], problem.startingValues(), on: ReferenceBackend(), change: change)[0][0]
  }

  /// Places of the batch that are held out: row 3 and the last bin of a trial.
  private static let places = [3 * 15 + 0, 3 * 15 + 2, 3 * 15 + 7, 2 * 15 + 4, 4 * 15 + 9]

  @Test(arguments: ObservationTests.kinds)
  func `what is held out counts in the loss, each value for itself, and a missing one counts nothing`(
    observation: Observation
  ) throws {
    let problem = TinyProblem(poisson: false, adapt: .shared, hides: true) { $0.observation = observation }
    let whole = try reconstruction(problem)
    var sum = 0.0
    for place in Self.places {
      let without = try reconstruction(problem) { $0[place] = .nan }
      #expect(abs(whole - without) > 1e-9, "the value at \(place) does not count")
      sum += whole - without
    }
    let none = try reconstruction(problem) { values in for place in Self.places { values[place] = .nan } }
    #expect(whole.isFinite && abs(whole - none - sum) < 1e-9 * max(1, abs(sum)))
    try LossGradientTests.check(problem)
  }

  @Test func `without held-out channels the graph is the same, and what is seen is what is observed`() throws {
    let plain = TinyProblem(poisson: true, adapt: .concat)
    let hiding = TinyProblem(poisson: true, adapt: .concat, hides: true)
    #expect(plain.graph.inputs.count + 1 == hiding.graph.inputs.count)
    // A value that encoders see changes the states, so its loss is not a sum over places.
    let (first, second) = (2 * 15 + 1, 2 * 15 + 2)
    func gain(_ problem: TinyProblem, _ places: [Int]) throws -> Double {
      try reconstruction(problem) { values in for place in places { values[place] = .nan } }
        - (try reconstruction(problem))
    }
    let apart = try gain(plain, [first]) + gain(plain, [second])
    #expect(abs(try gain(plain, [first, second]) - apart) > 1e-9)
    let hidden = try gain(hiding, [first]) + gain(hiding, [second])
    #expect(abs(try gain(hiding, [first, second]) - hidden) < 1e-9)
  }
}
