import Models
import NativeBackend
import Randomness
import ReferenceBackend
import TensorGraph
import Testing

@Suite struct WholeModelTests {
  @Test(arguments: [false, true], LossGradientTests.adaptations)
  func `loss and gradient on the native backend agree with the reference`(poisson: Bool, adapt: Adaptation) throws {
    try Self.check(TinyProblem(poisson: poisson, adapt: adapt))
  }

  /// Compares loss and gradient of the two backends.
  static func check(_ problem: TinyProblem) throws {
    let targets = problem.graph.inputs.filter { problem.parameters[problem.graph.name(ofInput: $0)] != nil }
    let differentiated = problem.graph.differentiated(problem.loss, withRespectTo: targets)
    let outputs = [differentiated[problem.loss]] + differentiated.gradients
    let expected = try problem.run(differentiated.graph, outputs, problem.startingValues(), on: ReferenceBackend())
    let found = try problem.run(differentiated.graph, outputs, problem.startingValues(), on: NativeBackend())
    for (position, (left, right)) in zip(found, expected).enumerated() {
      let scale = max(right.map(abs).max() ?? 0, 1e-2)
      for (a, b) in zip(left, right) {
        #expect(abs(a - b) <= 2e-4 * scale, "output \(position): native \(a), reference \(b)")
      }
    }
  }

  @Test func `every parameter is declared once and the table fills the flat buffer`() {
    let problem = TinyProblem(poisson: false, adapt: LossGradientTests.adaptations[0])
    var next = 0
    var names: Set<String> = []
    for parameter in problem.parameters.parameters {
      #expect(parameter.offset == next)
      #expect(names.insert(parameter.name).inserted)
      next += parameter.shape.count
    }
    #expect(next == problem.parameters.count)
    #expect(problem.model.parameterTable(problem.table) == problem.parameters)
  }

  @Test func `starting values depend on the parameter's name alone, not on its neighbours`() {
    let small = TinyProblem(poisson: false, adapt: .shared)
    let large = TinyProblem(poisson: false, adapt: LossGradientTests.adaptations[0])
    let stream = Stream(seed: 5, path: ["initial"])
    let (a, b) = (small.parameters.initialValues(stream), large.parameters.initialValues(stream))
    for parameter in small.parameters.parameters where parameter.group != .inference {
      guard let twin = large.parameters[parameter.name] else { continue }
      #expect(Array(a[parameter.range]) == Array(b[twin.range]), "\(parameter.name)")
    }
  }

  @Test func `an orthogonal start has orthonormal rows or columns`() {
    for (rows, columns) in [(3, 5), (5, 3), (4, 4)] {
      var stream = Stream(seed: 1, path: ["orthogonal"])
      let values = Initial.orthogonal.values([rows, columns], &stream)
      let few = min(rows, columns)
      for i in 0..<few {
        for j in 0..<few {
          var dot: Double = 0
          for k in 0..<max(rows, columns) {
            let (left, right) =
              rows <= columns ? (i * columns + k, j * columns + k) : (k * columns + i, k * columns + j)
            dot += values[left] * values[right]
          }
          #expect(abs(dot - (i == j ? 1 : 0)) < 1e-12)
        }
      }
    }
  }
}

@Suite struct DataInitialisationTests {
  /// Counts or values of 6 channels driven by 2 latents.
  static func planted(link: (Double) -> Double, noise: Double) -> (trials: [[[Float]]], truth: [[Double]]) {
    var stream = Stream(seed: 2, path: ["planted"])
    let loadings = (0..<6).map { _ in [stream.normal(), stream.normal()] }
    var trials: [[[Float]]] = []
    var truth = [[Double]](repeating: [], count: 6)
    for _ in 0..<20 {
      let phase = 6.28 * stream.uniform()
      var trial = [[Float]](repeating: [], count: 6)
      for bin in 0..<50 {
        let angle = phase + 0.15 * Double(bin)
        let state = [SineTable.sine(angle + 1.5707963), SineTable.sine(angle)]
        for channel in 0..<6 {
          let drive = loadings[channel][0] * state[0] + loadings[channel][1] * state[1]
          truth[channel].append(link(drive))
          let value: Double = link(drive) + noise * stream.normal()
          trial[channel].append(Float(value))
        }
      }
      trials.append(trial)
    }
    return (trials, truth)
  }

  @Test func `a planted plane is found: residuals are the noise, read-out and components rebuild the signal`() throws {
    let (trials, truth) = Self.planted(link: { $0 }, noise: 0.1)
    let model = TinyProblem(poisson: false, adapt: .shared).model
    var asked = model
    asked.readin = .linear(.init(width: 4, shared: 3, initialisation: .data))
    asked.observation = .gaussian(.init(initialisation: .data))
    let blocks = asked.initialBlocks(trials: trials, channels: 6, stream: Stream(seed: 1, path: ["x"]))
    func block(_ name: String) throws -> [Double] { try #require(blocks.first { $0.parameter == name }).values }
    let (readout, bias) = (try block("observation.weight"), try block("observation.bias"))
    let (readin, shift) = (try block("readin.weight"), try block("readin.bias"))
    var (errors, total) = (0.0, 0.0)
    for sample in 0..<truth[0].count {
      let seen = (0..<6).map { Double(trials[sample / 50][$0][sample % 50]) }
      var state = [shift[0], shift[1]]
      for channel in 0..<6 {
        for place in 0..<2 { state[place] += seen[channel] * readin[channel * 4 + place] }
      }
      for channel in 0..<6 {
        let drive = readout[channel * 2] * state[0] + readout[channel * 2 + 1] * state[1]
        let signal = truth[channel][sample]
        let miss: Double = bias[channel] + drive - signal
        errors += miss * miss
        total += signal * signal
      }
    }
    #expect(errors / total < 0.02, "share of the signal that is lost: \(errors / total)")
    // Two of six dimensions of the noise are taken into the components.
    let noise = try block("observation.noise").map(SineTable.softplus).reduce(0, +)
    #expect(abs(noise / (4 * 0.01) - 1) < 0.1, "summed noise variance \(noise), planted 0.04")
    #expect(readin[2] == 0 && readin[3] == 0, "features beyond the latents start at zero")
  }

  @Test func `nothing is initialised from data unless the spec asks for it`() {
    let (trials, _) = Self.planted(link: { $0 }, noise: 0.1)
    let model = TinyProblem(poisson: false, adapt: .shared).model
    #expect(model.initialBlocks(trials: trials, channels: 6, stream: Stream(seed: 1, path: [])).isEmpty)
  }
}

/// Elementary functions without Foundation.
enum SineTable {
  static func sine(_ x: Double) -> Double {
    let turns = (x / (2 * Double.pi)).rounded()
    let y = x - turns * 2 * Double.pi
    var (term, sum) = (y, y)
    for k in 1..<14 {
      term *= -y * y / Double(2 * k * (2 * k + 1))
      sum += term
    }
    return sum
  }

  static func exponential(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for k in 1..<60 {
      term *= x / 16 / Double(k)
      sum += term
    }
    let squared = sum * sum
    let fourth = squared * squared
    let eighth = fourth * fourth
    return eighth * eighth
  }

  static func softplus(_ x: Double) -> Double {
    // log(1 + e^x) by bisection of e^y = 1 + e^x
    let target = 1 + exponential(x)
    var (low, high) = (0.0, 50.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if exponential(middle) < target { low = middle } else { high = middle }
    }
    return low
  }
}
