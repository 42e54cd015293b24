import Foundation
import Models
import NativeBackend
import Randomness
import ReferenceBackend
import TensorGraph
import Testing

/// A linear-Gaussian model with one latent: z_1 ~ N(m, v), z_t = a z_{t-1} + b + N(0, q), y_t = c z_t + d + N(0, diag r).
struct LinearGaussian {
  var a = 0.8
  var b = 0.1
  var q = 0.3
  var (first, spread) = (0.5, 0.7)
  var c = [1.0, -0.6]
  var d = [0.2, 0.0]
  var r = [0.4, 0.5]
  /// `[bins][channels]`
  var y: [[Double]] = [[1.2, -0.3], [0.4, 0.1], [1.5, -1.1], [-0.2, 0.6]]

  var bins: Int { y.count }

  /// Mean and covariance of the states.
  var prior: (mean: [Double], covariance: [[Double]]) {
    var (mean, covariance) = ([first], [[spread]])
    for bin in 1..<bins {
      mean.append(a * mean[bin - 1] + b)
      let row = (0..<bin).map { a * covariance[bin - 1][$0] }
      for earlier in 0..<bin { covariance[earlier].append(row[earlier]) }
      covariance.append(row + [a * a * covariance[bin - 1][bin - 1] + q])
    }
    return (mean, covariance)
  }

  /// log p(y) from the joint Gaussian of all observations.
  var evidence: Double {
    let (mean, covariance) = prior
    let places = (0..<bins).flatMap { bin in c.indices.map { (bin, $0) } }
    let centred = places.map { y[$0.0][$0.1] - c[$0.1] * mean[$0.0] - d[$0.1] }
    let joint = places.map { one in
      places.map { other in
        c[one.1] * c[other.1] * covariance[one.0][other.0] + (one == other ? r[one.1] : 0)
      }
    }
    return Self.logDensity(centred, joint)
  }

  /// The bound of a posterior N(m, s) of every bin, independent over time, by the joint Gaussian of states.
  func bound(_ m: Double, _ s: Double) -> Double {
    let (mean, covariance) = prior
    var value = Self.logDensity(mean.map { m - $0 }, covariance)
    for bin in 0..<bins {
      // The states are a chain: the precision of a bin is 1 / q (or 1 / spread), and a^2 / q where another follows.
      let precision = (bin == 0 ? 1 / spread : 1 / q) + (bin == bins - 1 ? 0 : a * a / q)
      value += -0.5 * s * precision + 0.5 * log(2 * .pi * s) + 0.5
      for channel in c.indices {
        let miss = y[bin][channel] - c[channel] * m - d[channel]
        value += -0.5 * (log(2 * .pi * r[channel]) + (miss * miss + c[channel] * c[channel] * s) / r[channel])
      }
    }
    return value
  }

  /// log N(x; 0, covariance) by Cholesky.
  static func logDensity(_ x: [Double], _ covariance: [[Double]]) -> Double {
    var factor = covariance
    var value = 0.0
    var solved: [Double] = []
    for i in x.indices {
      for j in 0...i {
        var sum = covariance[i][j]
        for k in 0..<j { sum -= factor[i][k] * factor[j][k] }
        factor[i][j] = i == j ? sum.squareRoot() : sum / factor[j][j]
      }
      var rest = x[i]
      for k in 0..<i { rest -= factor[i][k] * solved[k] }
      solved.append(rest / factor[i][i])
      value -= log(factor[i][i]) + 0.5 * log(2 * .pi) + 0.5 * solved[i] * solved[i]
    }
    return value
  }

  /// Unconstrained value of a variance.
  static func root(_ variance: Double) -> Double { log(exp(variance - 1e-6) - 1) }

  /// Bounds of the model under a scheme whose encoder gives N(mean, variance) at every bin, for `draws` random keys.
  func bounds(_ inference: Inference, mean: Double, variance: Double, draws: Int) throws -> [Double] {
    let model = Model(
      readin: .linear(.init(width: 1, shared: 3)), embedding: nil,
      dynamics: Dynamics(LinearDynamics(latent: 1, noise: .shared, adapt: .shared)), inference: inference,
      observation: .gaussian(.init(initialisation: .random)))
    let values = [
      "dynamics.0.weight": [a - 1], "dynamics.0.bias": [b], "dynamics.noise": [Self.root(q)],
      "dynamics.initial_mean": [first], "dynamics.initial_noise": [Self.root(spread)], "observation.weight": c,
      "observation.bias": d, "observation.noise": r.map(Self.root), "inference.head.bias": [mean, Self.root(variance)],
    ]
    let channels = c.count
    let builder = Builder()
    let table = SessionTable(names: ["s"], channels: [channels])
    let shape = BatchShape(sessions: 1, trials: 1, bins: bins, rows: channels)
    let scope = ParameterScope(builder)
    let total = model.loss(Batch(builder, shape, table), scope, at: "").total
    let key = Storage(nil, count: 2)
    let backend = ReferenceBackend()
    let views = builder.graph.inputs.map { id -> View in
      let name = builder.graph.name(ofInput: id)
      let count = builder.graph[id].shape.count
      if name == "batch.key" { return key.view() }
      if builder.graph[id].type == .index {
        let storage = Storage(nil, count: count)
        for index in 0..<count {
          storage.indices[index] = name == "batch.offsets" ? Int32(index * channels) : Int32(index)
        }
        return storage.view()
      }
      let storage = Storage(.float64, count: count)
      for index in 0..<count {
        switch name {
        case "batch.present": storage[index] = 1
        case "batch.observations": storage[index] = y[index % bins][index / bins]
        default: storage[index] = values[name]?[index] ?? 0
        }
      }
      return storage.view()
    }
    let loss = Storage(.float64, count: 1)
    let executable = try backend.compile(builder.graph, outputs: [total.id])
    return try (0..<draws).map { draw in
      key.indices[0] = Int32(draw)
      key.indices[1] = 17
      try executable.run(inputs: views, outputs: [loss.view()])
      return -loss[0]
    }
  }
}

/// Mean and its standard error.
private func mean(_ values: [Double]) -> (value: Double, error: Double) {
  let value = values.reduce(0, +) / Double(values.count)
  let spread = values.reduce(0) { $0 + ($1 - value) * ($1 - value) } / Double(values.count - 1)
  return (value, (spread / Double(values.count)).squareRoot())
}

@Suite struct BoundTests {
  static let encoder = StateEncoder.bigru(.init(width: 1))

  static func dkf(samples: Int = 1) -> Inference {
    .dkf(DKF(encoder: encoder, forecastMask: 0, detach: false, samples: samples))
  }

  static func vsmc(_ particles: Int) -> Inference {
    Inference(VSMC(encoder: encoder, particles: particles, detach: false))
  }

  static let dvbf = Inference(DVBF(encoder: encoder, forecastMask: 0, detach: false, samples: 1))

  @Test(arguments: [1, 3])
  func `the bound of the deep Kalman filter is that of the joint Gaussian`(samples: Int) throws {
    let problem = LinearGaussian()
    let expected = problem.bound(0.4, 0.2)
    let found = mean(try problem.bounds(Self.dkf(samples: samples), mean: 0.4, variance: 0.2, draws: 800))
    #expect(abs(found.value - expected) < 4 * found.error, "bound \(found), joint Gaussian \(expected)")
    #expect(found.error < 0.1 && expected < problem.evidence)
  }

  @Test func `bounds with the exact posterior reach the evidence`() throws {
    // States without memory, the same observations in every bin: one posterior fits all bins.
    var problem = LinearGaussian(a: 0, b: 0, q: 0.3, first: 0, spread: 0.3, c: [0.5, -0.3])
    problem.y = [[Double]](repeating: [0.7, -0.3], count: 3)
    let precision = 1 / problem.q + zip(problem.c, problem.r).reduce(0) { $0 + $1.0 * $1.0 / $1.1 }
    let pull = problem.c.indices.reduce(0) {
      $0 + problem.c[$1] * (problem.y[0][$1] - problem.d[$1]) / problem.r[$1]
    }
    let (centre, variance) = (pull / precision, 1 / precision)
    #expect(abs(problem.bound(centre, variance) - problem.evidence) < 1e-10)
    for scheme in [Self.dkf(), Self.dvbf] {
      let found = mean(try problem.bounds(scheme, mean: centre, variance: variance, draws: 700))
      #expect(abs(found.value - problem.evidence) < 4 * found.error, "\(found), evidence \(problem.evidence)")
      #expect(found.error < 0.04)
    }
    // Particles from the exact posterior all weigh the same: every draw is the evidence.
    let exact = try problem.bounds(Self.vsmc(4), mean: centre, variance: variance, draws: 5)
    #expect(exact.allSatisfy { abs($0 - problem.evidence) < 1e-6 }, "\(exact), evidence \(problem.evidence)")
  }

  @Test func `the particle estimate of the likelihood has no bias, and its bound tightens with particles`() throws {
    let problem = LinearGaussian()
    var gaps: [Double] = []
    for particles in [1, 4, 32] {
      let bounds = try problem.bounds(Self.vsmc(particles), mean: 0.4, variance: 0.5, draws: 800)
      let ratio = mean(bounds.map { exp($0 - problem.evidence) })
      #expect(abs(ratio.value - 1) < 4 * ratio.error, "\(particles) particles: estimate / likelihood \(ratio)")
      gaps.append(problem.evidence - mean(bounds).value)
    }
    #expect(gaps[2] > 0 && gaps[2] < 0.15 && gaps[1] > 2 * gaps[2] && gaps[0] > 2 * gaps[1], "gaps \(gaps)")
  }

  @Test func `a deep variational Bayes filter never passes the evidence`() throws {
    let problem = LinearGaussian()
    let found = mean(try problem.bounds(Self.dvbf, mean: 0.1, variance: 0.2, draws: 700))
    #expect(found.value + 4 * found.error < problem.evidence)
  }

  static let schemes: [Inference] = [
    dkf(samples: 2), vsmc(3),
    Inference(DVBF(encoder: .backwardGRU(.init(width: 3)), forecastMask: 0.4, detach: false, samples: 2)),
  ]

  @Test(arguments: schemes)
  func `the gradient of every scheme agrees with finite differences where nothing is resampled`(
    scheme: Inference
  ) throws {
    // With one particle no parent is picked, so that the bound is smooth.
    let smooth = scheme == Self.vsmc(3) ? Self.vsmc(1) : scheme
    try LossGradientTests.check(
      TinyProblem(poisson: false, adapt: LossGradientTests.adaptations[0]) { model in
        model.inference = smooth
        model.initial = .embedding
        model.embedding?.encoder = .bigru(.init(width: 3))
      })
  }

  @Test(arguments: schemes)
  func `every scheme gives the numbers of the reference on the native backend`(scheme: Inference) throws {
    for poisson in [false, true] {
      try WholeModelTests.check(
        TinyProblem(poisson: poisson, adapt: LossGradientTests.adaptations[0]) { model in
          model.inference = scheme
          model.initial = .session
          model.weigh = .channels
        })
    }
  }

  @Test(arguments: EmbeddingSource.allCases)
  func `every source of the embedding has the gradient of finite differences`(source: EmbeddingSource) throws {
    let problem = TinyProblem(poisson: false, adapt: LossGradientTests.adaptations[0]) { model in
      model.embedding?.source = source
    }
    try LossGradientTests.check(problem)
    try WholeModelTests.check(problem)
    let own = problem.parameters["observation.embedding"]
    #expect((own != nil) == [.random, .free].contains(source))
    #expect(own.map(\.isFixed) ?? false == (source == .random))
    #expect(problem.parameters.parameters.contains { $0.group == .embedding } == (source == .inferred))
  }
}
