import Models
import NativeBackend
import Randomness
import ReferenceBackend
import SpecLanguage
import TensorGraph
import Testing
import YAMLReader

@Suite struct DynamicsTests {
  static let low = Adaptation.lowRank(.init(rank: 2, layers: [0], hyper: [3], penalty: 0.1))
  static let adaptations: [Adaptation] = [low, .linear(.init(penalty: 0.1)), .concat, .shared]

  /// Every family but the multilayer perceptron, which the tests of the loss have.
  static func families(_ adapt: Adaptation, noise: ProcessNoise = .session) -> [Dynamics] {
    [
      Dynamics(LinearDynamics(latent: 2, noise: noise, adapt: adapt)),
      Dynamics(GRUDynamics(latent: 2, noise: noise, adapt: adapt)),
      Dynamics(LowRankRNNDynamics(latent: 2, units: 4, activation: .tanh, noise: noise, adapt: adapt)),
      Dynamics(
        ODEDynamics(
          latent: 2, hidden: [3], activation: .tanh, solver: .euler, steps: 2, noise: noise, adapt: adapt)),
      Dynamics(
        ODEDynamics(latent: 2, hidden: [3], activation: .silu, solver: .rk4, steps: 1, noise: noise, adapt: adapt)),
    ]
  }

  @Test(arguments: adaptations)
  func `every family has the gradient of finite differences under every adaptation`(adapt: Adaptation) throws {
    for family in Self.families(adapt) {
      try LossGradientTests.check(TinyProblem(poisson: false, adapt: adapt) { $0.dynamics = family })
    }
  }

  /// Expected observations of all bins, rolled out from the first, with a given embedding.
  private func rollOut(_ dynamics: Dynamics, embedding: [Double]) throws -> [Double] {
    let isAdapted = dynamics.needsEmbedding
    let problem = TinyProblem(poisson: false, adapt: isAdapted ? .concat : .shared) { $0.dynamics = dynamics }
    let builder = Builder()
    let (batch, scope) = (Batch(builder, problem.shape, problem.table), ParameterScope(builder))
    let given = builder.constant(0, [2, 2]) + builder.input("given", [2])
    // The states are given, so that encoders play no part.
    let start = builder.constant(0.3, [5, 2, 3, 2])
    let states = Gaussian(mean: start, variance: start)
    let result = problem.model.forecast(
      states, from: 0, isSampled: false, embedding: isAdapted ? given : nil, batch, scope)
    let inputs = problem.inputs()
    let views = try builder.graph.inputs.map { id in
      let name = builder.graph.name(ofInput: id)
      if let parameter = scope.table[name] {
        // Parameters of the same name are the same in all families.
        var stream = Stream(seed: 4, path: [name])
        let storage = Storage(.float64, count: parameter.shape.count)
        for index in 0..<storage.count { storage[index] = 0.5 * stream.normal() }
        return storage.view()
      }
      if name == "given" {
        let storage = Storage(.float64, count: 2)
        for (index, value) in embedding.enumerated() { storage[index] = value }
        return storage.view()
      }
      return try #require(inputs[name]).view()
    }
    let output = Storage(.float64, count: result.shape.count)
    try ReferenceBackend().compile(builder.graph, outputs: [result.id]).run(inputs: views, outputs: [output.view()])
    return (0..<output.count).map { output[$0] }.filter { $0 != 0 }
  }

  @Test func `an embedding of zero leaves linear and concatenated dynamics as the shared ones`() throws {
    for (index, shared) in Self.families(.shared).enumerated() {
      let expected = try rollOut(shared, embedding: [])
      for adapt in [Adaptation.linear(.init(penalty: 0)), .concat] {
        let found = try rollOut(Self.families(adapt)[index], embedding: [0, 0])
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "family \(index), \(adapt)")
        let other = try rollOut(Self.families(adapt)[index], embedding: [0.5, -1])
        #expect(zip(other, expected).contains { abs($0 - $1) > 1e-3 }, "family \(index), \(adapt): the embedding acts")
      }
    }
  }

  @Test(arguments: [(ODEDynamics.Solver.euler, 2.0), (.rk4, 16)])
  func `halving the step divides the error of a solver by 2 to its order`(
    solver: ODEDynamics.Solver, ratio: Double
  ) throws {
    func end(_ solver: ODEDynamics.Solver, _ steps: Int) throws -> [Double] {
      let family = ODEDynamics(
        latent: 2, hidden: [3], activation: .tanh, solver: solver, steps: steps, noise: .shared, adapt: .shared)
      return try rollOut(Dynamics(family), embedding: [])
    }
    let exact = try end(.rk4, 64)
    let errors = try [4, 8].map { steps in
      zip(try end(solver, steps), exact).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    #expect(errors[0] > 1e-12 && errors[1] > 0)
    #expect(abs(errors[0] / errors[1] / ratio - 1) < 0.3, "errors \(errors)")
  }

  @Test func `a layer that a family does not have is a complaint with the layers it has`() throws {
    let text = """
      {kind: linear, latent: 2, adapt: {kind: low_rank, rank: 1, hyper: [2]}}
      """
    let node = try #require(YAML.read(SourceFile(name: "x", text: text)).node)
    var reading = Reading()
    _ = Dynamics.union.read(node, &reading)
    let complaint = "layer 1 does not exist: these dynamics have layer 0 alone (`layers: [0]`)"
    #expect(reading.diagnostics.map(\.message) == [complaint])
  }
}
