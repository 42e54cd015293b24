import Models
import Randomness
import ReferenceBackend
import TensorGraph
import Testing

/// A small model and a batch with trials of different lengths, missing bins and an empty trial slot.
struct TinyProblem {
  let model: Model
  let table = SessionTable(names: ["a", "b", "c"], channels: [3, 5, 2])
  let shape = BatchShape(sessions: 2, trials: 3, bins: 5, rows: 9)
  let graph: Graph
  let parameters: ParameterTable
  let loss, reconstruction: ValueID

  /// - Parameter hides: encoders do not see row 3 nor the last bin of any trial.
  /// - Parameter change: what is other than usual.
  init(poisson: Bool, adapt: Adaptation, hides: Bool = false, change: (inout Model) -> Void = { _ in }) {
    let embedding = Embedding(size: 2, per: .session, encoder: .gru(.init(width: 4)), weight: 1)
    var model = Model(
      readin: .mlp(.init(width: 4, shared: 3)), embedding: adapt == .shared ? nil : embedding,
      dynamics: .mlp(
        MLPDynamics(latent: 2, hidden: [4, 3], activation: .tanh, residual: true, noise: .shared, adapt: adapt)),
      inference: .dkf(DKF(encoder: .bigru(.init(width: 3)), forecastMask: 0.4, detach: false)),
      observation: poisson
        ? .poisson(.init(link: .exp, initialisation: .random)) : .gaussian(.init(initialisation: .random)))
    change(&model)
    self.model = model
    let builder = Builder()
    let batch = Batch(builder, shape, table, hides: hides)
    let scope = ParameterScope(builder)
    let parts = model.loss(batch, scope, at: "models.m")
    loss = parts.total.id
    reconstruction = parts.reconstruction.id
    graph = builder.graph
    parameters = scope.table
  }

  /// Values of every batch input: sessions 2 and 0, the last row unused.
  func inputs() -> [String: Storage] {
    var stream = Stream(seed: 3, path: ["batch"])
    let observations = Storage(.float64, count: 9 * 15)
    for index in 0..<observations.count { observations[index] = Double(stream.int(below: 4)) }
    let lengths = [[5, 3, 0], [5, 5, 2]]
    let present = Storage(.float64, count: 5 * 2 * 3)
    for (session, own) in lengths.enumerated() {
      for (trial, length) in own.enumerated() {
        for bin in 0..<5 {
          present[(bin * 2 + session) * 3 + trial] = bin < length ? 1 : 0
          guard bin >= length else { continue }
          for row in session == 0 ? 0..<2 : 2..<5 { observations[row * 15 + trial * 5 + bin] = .nan }
        }
      }
    }
    observations[3 * 15 + 1] = .nan
    let shown = Storage(.float64, count: observations.count)
    for row in 0..<9 {
      for place in 0..<15 {
        shown[row * 15 + place] = row == 3 || place % 5 == 4 ? .nan : observations[row * 15 + place]
      }
    }
    let channels = indices([8, 9, 0, 1, 2, -1, -1, -1, -1])
    return [
      "batch.observations": observations, "batch.shown": shown, "batch.channels": channels,
      "batch.offsets": indices([0, 2, 5]),
      "batch.sessions": indices([2, 0]), "batch.present": present, "batch.key": indices([7, 11]),
    ]
  }

  private func indices(_ values: [Int32]) -> Storage {
    let storage = Storage(nil, count: values.count)
    for (index, value) in values.enumerated() { storage.indices[index] = value }
    return storage
  }

  /// Runs a graph with the given flat parameters.
  /// - Parameter change: what is other than usual in the observations of the batch; what is shown stays.
  func run(
    _ graph: Graph, _ outputs: [ValueID], _ values: Storage, on backend: any Backend,
    change: (Storage) -> Void = { _ in }
  ) throws -> [[Double]] {
    let inputs = inputs()
    if let observations = inputs["batch.observations"] { change(observations) }
    let batch = inputs.mapValues { Self.converted($0, to: backend.precision) }
    let values = Self.converted(values, to: backend.precision)
    let views = try graph.inputs.map { id in
      let name = graph.name(ofInput: id)
      if let parameter = parameters[name] {
        return values.view(offset: parameter.offset, count: parameter.shape.count)
      }
      return try #require(batch[name]).view()
    }
    let storages = outputs.map { Storage(backend.precision, count: graph[$0].shape.count) }
    try backend.compile(graph, outputs: outputs).run(inputs: views, outputs: storages.map { $0.view() })
    return storages.map { storage in (0..<storage.count).map { storage[$0] } }
  }

  private static func converted(_ storage: Storage, to precision: Precision) -> Storage {
    guard storage.precision != nil else { return storage }
    let copy = Storage(precision, count: storage.count)
    for index in 0..<storage.count { copy[index] = storage[index] }
    return copy
  }

  func startingValues() -> Storage {
    let storage = Storage(.float64, count: parameters.count)
    var stream = Stream(seed: 1, path: ["start"])
    for index in 0..<storage.count { storage[index] = 0.5 * stream.normal() }
    return storage
  }
}

@Suite struct LossGradientTests {
  static let adaptations: [Adaptation] = [
    .lowRank(.init(rank: 2, layers: [0, 1], hyper: [3], penalty: 0.1)), .linear(.init(penalty: 0.1)), .concat, .shared,
  ]

  @Test(arguments: [false, true], adaptations)
  func `the gradient of the whole loss agrees with finite differences`(poisson: Bool, adapt: Adaptation) throws {
    try Self.check(TinyProblem(poisson: poisson, adapt: adapt))
  }

  /// Compares the gradient of the loss with finite differences at some places of every parameter.
  static func check(_ problem: TinyProblem) throws {
    try problem.graph.verify()
    let backend = ReferenceBackend()
    let targets = problem.graph.inputs.filter { problem.parameters[problem.graph.name(ofInput: $0)] != nil }
    let differentiated = problem.graph.differentiated(problem.loss, withRespectTo: targets)
    try differentiated.graph.verify()
    let values = problem.startingValues()
    let gradients = try problem.run(differentiated.graph, differentiated.gradients, values, on: backend)

    var worst = 0.0
    for (target, gradient) in zip(targets, gradients) {
      let parameter = try #require(problem.parameters[problem.graph.name(ofInput: target)])
      let scale = max(gradient.map(abs).max() ?? 0, 1e-2)
      for index in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 6)) {
        let place = parameter.offset + index
        let estimate = try derivative(at: place, values) {
          try problem.run(problem.graph, [problem.loss], $0, on: backend)[0][0]
        }
        let error = abs(estimate - gradient[index]) / scale
        worst = max(worst, error)
        #expect(error < 1e-6, "\(parameter.name)[\(index)]: gradient \(gradient[index]), differences \(estimate)")
      }
    }
    print("largest relative error of the gradient of the loss: \(worst)")
  }

  /// Fourth-order central difference.
  private static func derivative(at place: Int, _ values: Storage, _ loss: (Storage) throws -> Double) throws -> Double
  {
    let start = values[place]
    defer { values[place] = start }
    let h = 1e-3
    func at(_ offset: Double) throws -> Double {
      values[place] = start + offset
      return try loss(values)
    }
    return try (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
  }
}
