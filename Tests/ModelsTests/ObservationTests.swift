import Foundation
import Models
import ReferenceBackend
import TensorGraph
import Testing

@Suite struct ObservationTests {
  /// log p(k), without - log k!, of a count or value at a drive; the shape or variance belongs to a parameter of 1.
  static func expected(_ observation: Observation, _ k: Double, _ drive: Double) -> Double {
    let own = log(1 + exp(1)) + 1e-6
    func rate(_ link: Link) -> Double {
      switch link {
      case .exp: exp(min(drive, 8))
      case .softplus: log(1 + exp(drive)) + 1e-6
      }
    }
    switch observation {
    case .gaussian: return -0.5 * ((k - drive) * (k - drive) / own + log(2 * .pi * own))
    case .poisson(let value): return k * log(rate(value.link)) - rate(value.link)
    case .negativeBinomial(let value):
      let m = rate(value.link)
      return lgamma(k + own) - lgamma(own) + own * log(own / (own + m)) + k * log(m / (own + m))
    case .bernoulli:
      let p = 1 / (1 + exp(-drive))
      return k > 0 ? log(p) : log(1 - p)
    }
  }

  static let kinds: [Observation] = [
    .gaussian(.init(initialisation: .random)), .poisson(.init(link: .exp, initialisation: .random)),
    .poisson(.init(link: .softplus, initialisation: .random)),
    .negativeBinomial(.init(link: .exp, initialisation: .random)),
    .negativeBinomial(.init(link: .softplus, initialisation: .random)), .bernoulli(.init(initialisation: .random)),
  ]

  /// Minus the reconstruction term where every drive is the bias of its channel.
  private func likelihood(_ problem: TinyProblem, bias: (Int) -> Double) throws -> Double {
    let values = Storage(.float64, count: problem.parameters.count)
    for parameter in problem.parameters.parameters {
      for (place, index) in parameter.range.enumerated() {
        values[index] = parameter.name == "observation.bias" ? bias(place) : 0
        if ["observation.noise", "observation.shape"].contains(parameter.name) { values[index] = 1 }
      }
    }
    let result = try problem.run(problem.graph, [problem.reconstruction], values, on: ReferenceBackend())
    return -result[0][0]
  }

  /// The same by loops: sessions 2 and 0 of the batch, with a weight for every value.
  private func summed(
    _ problem: TinyProblem, _ observation: Observation, bias: (Int) -> Double,
    weight: (_ session: Int, _ values: [[[Double]]], _ channel: Int, _ trial: Int) -> Double = { _, _, _, _ in 1 }
  ) throws -> Double {
    let observations = try #require(problem.inputs()["batch.observations"])
    var total = 0.0
    for (slot, (rows, firstChannel, trials)) in [(0..<2, 8, 2.0), (2..<5, 0, 3.0)].enumerated() {
      // [channel][trial][bins seen]
      let seen = rows.map { row in
        (0..<3).map { trial in
          (0..<5).map { observations[row * 15 + trial * 5 + $0] }.filter { !$0.isNaN }
        }
      }
      for channel in seen.indices {
        for trial in 0..<3 {
          for value in seen[channel][trial] {
            let one = Self.expected(observation, value, bias(firstChannel + channel))
            total += one * weight(slot, seen, channel, trial) / trials / 2
          }
        }
      }
    }
    return total
  }

  @Test(arguments: kinds)
  func `likelihoods are those of the textbook`(observation: Observation) throws {
    let problem = TinyProblem(poisson: false, adapt: .shared) { $0.observation = observation }
    let bias = { (channel: Int) in 0.4 * Double(channel) - 2 }
    let found = try likelihood(problem, bias: bias)
    let expected = try summed(problem, observation, bias: bias)
    #expect(abs(found - expected) < 1e-8 * abs(expected), "found \(found), textbook \(expected)")
    try LossGradientTests.check(problem)
    try WholeModelTests.check(problem)
  }

  @Test(arguments: Weighing.allCases)
  func `weights of the likelihood make equal what they name`(weighing: Weighing) throws {
    let observation = Self.kinds[0]
    let problem = TinyProblem(poisson: false, adapt: .shared) { $0.weigh = weighing }
    let bias = { (channel: Int) in 0.1 * Double(channel) - 0.3 }
    let found = try likelihood(problem, bias: bias)
    // Lengths of the trials in the batch, by session.
    let lengths = [[5.0, 3, 0], [5, 5, 2]]
    let expected = try summed(problem, observation, bias: bias) { session, seen, channel, trial in
      switch weighing {
      case .observations: return 1
      case .sessions: return (10.0 / 3) / Double(seen.count)
      case .trials:
        let present = lengths[session].filter { $0 > 0 }
        return present.reduce(0, +) / Double(present.count) / lengths[session][trial]
      case .channels:
        let counts = seen.map { $0.reduce(0.0) { $0 + Double($1.count) } }
        return counts.reduce(0, +) / Double(counts.count) / counts[channel]
      }
    }
    #expect(abs(found - expected) < 1e-9 * abs(expected), "found \(found), by loops \(expected)")
    try LossGradientTests.check(problem)
  }
}
