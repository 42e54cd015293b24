import CKernels
import Models
import NativeBackend
import Randomness
import ReferenceBackend
import TensorGraph
import Testing

/// A model and a batch of drawn sizes: widths from 1, sessions without trials, trials without bins, sessions of uneven
/// channels, channels without a value.
struct DrawnProblem {
  let model: Model
  let table: SessionTable
  let shape: BatchShape
  let graph: Graph
  let outputs: [ValueID]
  let parameters: ParameterTable
  let inputs: [String: [Float]]
  let indices: [String: [Int32]]

  init(seed: UInt64) {
    var stream = Stream(seed: seed, path: ["drawn model"])
    let size = { (range: ClosedRange<Int>) in range.lowerBound + stream.int(below: range.count) }
    model = Self.model(size)
    let count = size(1...4)
    let table = SessionTable(
      names: (0..<count).map(String.init),
      channels: (0..<count).map { _ in size(0...3) == 0 ? size(0...1) : size(2...23) })
    let perStep = size(1...count)
    let shape = BatchShape(
      sessions: perStep, trials: size(0...8) == 0 ? 0 : size(1...6), bins: size(1...9),
      rows: table.capacity(of: perStep))
    let builder = Builder()
    let scope = ParameterScope(builder)
    let parts = model.loss(Batch(builder, shape, table), scope, at: "models.m")
    let total = parts.total
    parameters = scope.table
    let targets = builder.graph.inputs.filter { scope.table[builder.graph.name(ofInput: $0)] != nil }
    let result = builder.graph.differentiated(total.id, withRespectTo: targets)
    graph = result.graph
    outputs = [total, parts.reconstruction, parts.states].map { result[$0.id] } + result.gradients

    // The batch: sessions in a drawn order, lengths from 0 bins on, one value in ten missing.
    let chosen = Array(stream.permutation(count).prefix(perStep))
    var present = [Float](repeating: 0, count: shape.bins * perStep * shape.trials)
    var observations = [Float](repeating: .nan, count: shape.rows * shape.trials * shape.bins)
    var (channels, offsets) = ([Int32](repeating: -1, count: shape.rows), [Int32(0)])
    var row = 0
    for (slot, session) in chosen.enumerated() {
      let lengths = (0..<shape.trials).map { _ in stream.int(below: shape.bins + 1) }
      for (trial, length) in lengths.enumerated() {
        for bin in 0..<length { present[(bin * perStep + slot) * shape.trials + trial] = 1 }
      }
      for channel in 0..<table.channels[session] {
        channels[row] = Int32(table.row(of: session) + channel)
        for (trial, length) in lengths.enumerated() {
          for bin in 0..<length where stream.int(below: 10) > 0 {
            observations[(row * shape.trials + trial) * shape.bins + bin] = Float(stream.int(below: 4))
          }
        }
        row += 1
      }
      offsets.append(Int32(row))
    }
    (self.table, self.shape) = (table, shape)
    inputs = ["batch.observations": observations, "batch.present": present]
    indices = [
      "batch.channels": channels, "batch.offsets": offsets, "batch.sessions": chosen.map(Int32.init),
      "batch.key": [Int32(truncatingIfNeeded: seed), 7],
    ]
  }

  private static func model(_ size: (ClosedRange<Int>) -> Int) -> Model {
    let low = LowRankAdaptation(rank: size(1...3), layers: [0], hyper: [size(1...9)], penalty: 0.1)
    let adapt: Adaptation = [.lowRank(low), .linear(.init(penalty: 0.1)), .concat, .shared][size(0...3)]
    let isAdapted = adapt != .shared
    let sizes = ReadInSizes(width: size(1...17), shared: size(3...18))
    return Model(
      readin: size(0...1) == 0 ? .linear(sizes) : .mlp(sizes),
      embedding: isAdapted
        ? Embedding(
          size: size(1...3), per: .session,
          encoder: size(0...1) == 0 ? .gru(.init(width: size(1...33))) : .bigru(.init(width: size(1...9))),
          weight: 0.5) : nil,
      dynamics: dynamics(adapt, size),
      inference: inference(size), observation: observation(size),
      initial: [.shared, .session, isAdapted ? .embedding : .shared][size(0...2)],
      weigh: size(0...1) == 0 ? .observations : Weighing.allCases[size(0...3)])
  }

  private static func inference(_ size: (ClosedRange<Int>) -> Int) -> Inference {
    let width = RecurrentSizes(width: size(1...33))
    let encoder: StateEncoder = size(0...2) == 0 ? .backwardGRU(width) : .bigru(width)
    let (mask, detach) = (Double(size(0...4)) / 4, size(0...1) == 0)
    return switch size(0...3) {
    case 0: Inference(DVBF(encoder: encoder, forecastMask: mask, detach: detach, samples: size(1...2)))
    case 1: Inference(VSMC(encoder: encoder, particles: size(1...5), detach: detach))
    default: .dkf(DKF(encoder: encoder, forecastMask: mask, detach: detach, samples: size(1...2)))
    }
  }

  private static func observation(_ size: (ClosedRange<Int>) -> Int) -> Observation {
    let link: Link = size(0...1) == 0 ? .exp : .softplus
    return switch size(0...3) {
    case 0: .poisson(.init(link: link, initialisation: .random))
    case 1: .negativeBinomial(.init(link: link, initialisation: .random))
    case 2: .bernoulli(.init(initialisation: .random))
    default: .gaussian(.init(initialisation: .random))
    }
  }

  private static func dynamics(_ adapt: Adaptation, _ size: (ClosedRange<Int>) -> Int) -> Dynamics {
    let (latent, activation) = (size(1...5), [Activation.tanh, .silu][size(0...1)])
    let hidden = (0..<size(1...2)).map { _ in size(1...20) }
    let noise: ProcessNoise = size(0...2) > 0 ? .shared : .session
    return switch size(0...5) {
    case 0: Dynamics(LinearDynamics(latent: latent, noise: noise, adapt: adapt))
    case 1: Dynamics(GRUDynamics(latent: latent, noise: noise, adapt: adapt))
    case 2:
      Dynamics(
        LowRankRNNDynamics(latent: latent, units: hidden[0], activation: activation, noise: noise, adapt: adapt))
    case 3:
      Dynamics(
        ODEDynamics(
          latent: latent, hidden: hidden, activation: activation, solver: size(0...1) == 0 ? .euler : .rk4,
          steps: size(1...2), noise: noise, adapt: adapt))
    default:
      Dynamics(
        MLPDynamics(
          latent: latent, hidden: hidden, activation: activation, residual: size(0...1) == 0, noise: noise,
          adapt: adapt))
    }
  }

  func run(on backend: any Backend, seed: UInt64) throws -> [[Double]] {
    var stream = Stream(seed: seed, path: ["parameters"])
    let values = Storage(backend.precision, count: parameters.count)
    for index in 0..<values.count { values[index] = Double(Float(0.4 * stream.normal())) }
    let views = try graph.inputs.map { id in
      let name = graph.name(ofInput: id)
      if let parameter = parameters[name] {
        return values.view(offset: parameter.offset, count: parameter.shape.count)
      }
      if let own = indices[name] {
        let storage = Storage(nil, count: own.count)
        for (index, value) in own.enumerated() { storage.indices[index] = value }
        return storage.view()
      }
      let own = try #require(inputs[name])
      let storage = Storage(backend.precision, count: own.count)
      for (index, value) in own.enumerated() { storage[index] = Double(value) }
      return storage.view()
    }
    let results = outputs.map { Storage(backend.precision, count: graph[$0].shape.count) }
    try backend.compile(graph, outputs: outputs).run(inputs: views, outputs: results.map { $0.view() })
    return results.map { storage in (0..<storage.count).map { storage[$0] } }
  }
}

@Suite struct DrawnModelTests {
  static let seeds = Array(UInt64(0)..<60)

  @Test func `losses and gradients of drawn models agree with the reference`() throws {
    var (worstLoss, worstGradient, compared) = (0.0, 0.0, 0)
    for seed in Self.seeds {
      let problem = DrawnProblem(seed: seed)
      let expected = try problem.run(on: ReferenceBackend(), seed: seed)
      let found = try problem.run(on: NativeBackend(threads: 2), seed: seed)
      let scale = expected.dropFirst(3).joined().reduce(1e-3) { max($0, abs($1)) }
      for (position, (right, result)) in zip(expected, found).enumerated() {
        for (a, b) in zip(right, result) {
          #expect(a.isFinite == b.isFinite, "seed \(seed), output \(position): native \(b), reference \(a)")
          guard a.isFinite, b.isFinite else { continue }
          compared += 1
          // Terms of a loss may be differences of numbers as large as the largest.
          let error = abs(a - b) / (position < 3 ? expected[..<3].joined().reduce(1) { max($0, abs($1)) } : scale)
          if position < 3 { worstLoss = max(worstLoss, error) } else { worstGradient = max(worstGradient, error) }
          #expect(error < (position < 3 ? 2e-6 : 2e-5), "seed \(seed), output \(position): native \(b), reference \(a)")
        }
      }
    }
    print("\(Self.seeds.count) drawn models, \(compared) numbers: largest relative error of a loss \(worstLoss),")
    print("of a gradient, relative to the largest element of the model's gradient, \(worstGradient)")
    #expect(compared > 10_000)
  }

  @Test func `every instruction set gives the same bits on drawn models`() throws {
    for seed in Self.seeds.prefix(20) {
      let problem = DrawnProblem(seed: seed)
      let runs = try [CKPortable, CKAVX2, CKAVX512].filter { ck_for($0) != nil }.flatMap { set in
        try [1, 3].map { try problem.run(on: NativeBackend(threads: $0, instructionSet: set), seed: seed) }
      }
      let bits = runs.map { $0.map { $0.map { $0.isNaN ? .max : $0.bitPattern } } }
      #expect(bits.allSatisfy { $0 == bits[0] }, "seed \(seed)")
    }
  }
}
