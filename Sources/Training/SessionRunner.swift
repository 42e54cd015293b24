import Models
import Randomness
import Recordings
import TensorGraph

/// Runs a fitted model on the trials of one session at a time, without sampling: embedding, reconstruction, forecast, loss.
package final class SessionRunner {
  private let model: Model
  private let table: SessionTable
  private let backend: any Backend
  private let shape: BatchShape
  private let hides: Bool
  private let buffers: BatchBuffers
  private let embeddingInput: Storage
  private let statesInput: Storage
  private let stream: Stream
  private var graphs: [Purpose: BoundGraph] = [:]
  private let byName: [String: Parameter]
  /// Trials, or states, that are run at once.
  package var capacity: Int { shape.trials }
  /// Flat parameter buffer; fill it with `load` or share the trainer's.
  package let parameters: Storage

  private enum Purpose: Hashable {
    case embed, reconstruct, latents, advance, information, forecast(last: Int, isSampled: Bool), loss
  }

  /// - Parameter hides: whether some session holds channels or bins out.
  package init(
    model: Model, sessions: SessionTable, parameters table: ParameterTable, bins: Int, trials: Int, hides: Bool = false,
    backend: any Backend, stream: Stream, sharing storage: Storage? = nil
  ) {
    self.model = model
    self.table = sessions
    self.backend = backend
    self.stream = stream
    self.hides = hides
    shape = BatchShape(sessions: 1, trials: trials, bins: bins, rows: sessions.capacity(of: 1))
    buffers = BatchBuffers(shape, sessions, precision: backend.precision, hides: hides)
    embeddingInput = Storage(backend.precision, count: model.embedding?.size ?? 1)
    statesInput = Storage(backend.precision, count: trials * model.dynamics.latent)
    byName = table.byName
    parameters = storage ?? Storage(backend.precision, count: table.count)
  }

  package convenience init(
    _ fit: FittedModel, bins: Int, trials: Int, hides: Bool = false, backend: any Backend, stream: Stream
  ) {
    self.init(
      model: fit.model, sessions: fit.sessions, parameters: fit.parameters, bins: bins, trials: trials, hides: hides,
      backend: backend, stream: stream)
    for (index, value) in fit.values.enumerated() { parameters[index] = value }
  }

  /// For all trials of a fit, some at a time.
  package convenience init(_ fit: FittedModel, _ trials: TrialSet, backend: any Backend, stream: Stream) {
    let most = trials.sessions.map(\.trials.count).max() ?? 1
    self.init(
      fit, bins: trials.bins, trials: max(1, min(32, most)), hides: trials.holdsOut, backend: backend,
      stream: stream.child("evaluate"))
  }

  /// Mean and variance of the embedding of a session, averaged over `trials`; empty without embedding.
  ///
  /// - Parameter visible: only the first so many bins of each trial are seen.
  package func embedding(
    of session: Int, trials: [Int], in data: [Session], visible: Int? = nil
  ) throws(BackendError) -> (mean: [Double], variance: [Double]) {
    guard let size = model.embedding?.size else { return ([], []) }
    var mean = [Double](repeating: 0, count: size)
    var variance = mean
    let graph = try graph(.embed)
    for chunk in chunks(trials) {
      try run(graph, session, chunk, data, visible)
      let share = Double(chunk.count) / Double(trials.count)
      for index in 0..<size {
        mean[index] += share * graph.outputs[0][index]
        variance[index] += share * graph.outputs[1][index]
      }
    }
    return (mean, variance)
  }

  /// Expected observations of trials from all their bins: `[channels, trials, bins]`, NaN after the end of a trial.
  package func reconstruct(
    _ session: Int, trials: [Int], in data: [Session], embedding: [Double]
  ) throws(BackendError) -> [Float] {
    try predict(.reconstruct, session, trials, data, embedding, visible: nil)
  }

  /// Expected observations from the first `context` bins of each trial; later bins are rolled out by the dynamics:
  /// `[channels, trials, bins]`, NaN after the end of a trial.
  ///
  /// - Parameter samples: 0 rolls out the mean of the dynamics; n averages n sampled paths, which is the mean of the
  ///   forecast distribution also where the dynamics are not linear.
  package func forecast(
    _ session: Int, trials: [Int], in data: [Session], context: Int, embedding: [Double], samples: Int = 0
  ) throws(BackendError) -> [Float] {
    try sampledForecast(
      session, trials: trials, in: data, context: context, embedding: embedding, samples: samples
    ).mean
  }

  /// The same with the variance of the sampled paths at every place; nil without at least two.
  package func sampledForecast(
    _ session: Int, trials: [Int], in data: [Session], context: Int, embedding: [Double], samples: Int
  ) throws(BackendError) -> (mean: [Float], variance: [Float]?) {
    precondition(context >= 1, "a forecast needs at least one bin of context")
    let purpose = Purpose.forecast(last: context - 1, isSampled: samples > 0)
    var sum: [Float] = []
    // Deviations from the first path, so that squares do not cancel.
    var (first, squares): ([Float], [Float]) = ([], [])
    for draw in 0..<max(samples, 1) {
      let path = try predict(purpose, session, trials, data, embedding, visible: context, draw: draw)
      guard draw > 0 else {
        (sum, first) = (path, path)
        squares = [Float](repeating: 0, count: samples > 1 ? path.count : 0)
        continue
      }
      for index in sum.indices {
        sum[index] += path[index]
        squares[index] += (path[index] - first[index]) * (path[index] - first[index])
      }
    }
    guard samples > 1 else { return (sum, nil) }
    let mean = sum.map { $0 / Float(samples) }
    let variance = squares.indices.map { index in
      let shift = mean[index] - first[index]
      return max(0, squares[index] / Float(samples) - shift * shift)
    }
    return (mean, variance)
  }

  /// Posterior means of the states of trials, and where one step of the dynamics leads from each: `[bins of all trials, latent]`,
  /// trial after trial, each as long as it is.
  package func latents(
    _ session: Int, trials: [Int], in data: [Session], embedding: [Double]
  ) throws(BackendError) -> (states: [Double], next: [Double]) {
    for (index, value) in embedding.enumerated() { embeddingInput[index] = value }
    let graph = try graph(.latents)
    let latent = model.dynamics.latent
    var (states, next): ([Double], [Double]) = ([], [])
    for chunk in chunks(trials) {
      try run(graph, session, chunk, data, nil)
      for (position, trial) in chunk.enumerated() {
        for bin in 0..<data[session].trials[trial].length {
          let first = (bin * shape.trials + position) * latent
          for place in first..<first + latent {
            states.append(graph.outputs[0][place])
            next.append(graph.outputs[1][place])
          }
        }
      }
    }
    return (states, next)
  }

  /// Rolls the dynamics without noise out from given states: `[states][bins + 1][latent]`, the states themselves first.
  ///
  /// - Parameter session: whose parameters count where sessions have their own.
  package func rollOut(
    _ states: [[Double]], bins: Int, session: Int, in data: [Session], embedding: [Double]
  ) throws(BackendError) -> [[[Double]]] {
    precondition(states.count <= shape.trials, "no more states than a batch has trials")
    let latent = model.dynamics.latent
    for (index, value) in embedding.enumerated() { embeddingInput[index] = value }
    for (index, value) in states.joined().enumerated() { statesInput[index] = value }
    let graph = try graph(.advance)
    var paths = states.map { [$0] }
    for _ in 0..<bins {
      try run(graph, session, [], data, nil)
      for place in 0..<states.count * latent { statesInput[place] = graph.outputs[0][place] }
      for state in states.indices {
        paths[state].append((state * latent..<(state + 1) * latent).map { graph.outputs[0][$0] })
      }
    }
    return paths
  }

  /// Nats per bin that every latent tells beyond the dynamics: the divergence of its posterior from their prediction.
  package func information(
    _ session: Int, trials: [Int], in data: [Session], embedding: [Double]
  ) throws(BackendError) -> (perLatent: [Double], bins: Int) {
    for (index, value) in embedding.enumerated() { embeddingInput[index] = value }
    let graph = try graph(.information)
    var sums = [Double](repeating: 0, count: model.dynamics.latent)
    var bins = 0.0
    for chunk in chunks(trials) {
      try run(graph, session, chunk, data, nil)
      for place in sums.indices { sums[place] += graph.outputs[0][place] }
      bins += graph.outputs[1][0]
    }
    return (sums.map { bins > 0 ? $0 / bins : .nan }, Int(bins))
  }

  /// Training loss per session with random numbers that are the same at every call.
  package func loss(_ session: Int, trials: [Int], in data: [Session]) throws(BackendError) -> Double {
    let graph = try graph(.loss)
    var total = 0.0
    for chunk in chunks(trials) {
      try run(graph, session, chunk, data, nil)
      total += graph.outputs[0][0] * Double(chunk.count) / Double(trials.count)
    }
    return total
  }

  private func chunks(_ trials: [Int]) -> [[Int]] {
    stride(from: 0, to: trials.count, by: shape.trials).map { start in
      Array(trials[start..<min(start + shape.trials, trials.count)])
    }
  }

  private func run(
    _ graph: BoundGraph, _ session: Int, _ trials: [Int], _ data: [Session], _ visible: Int?, draw: Int = 0
  ) throws(BackendError) {
    let key = stream.child("evaluate", data[session].name, String(draw))
    buffers.fill([(session, trials)], from: data, visible: visible, key: key)
    try graph.run(try graph.bind(parameters, byName))
  }

  private func predict(
    _ purpose: Purpose, _ session: Int, _ trials: [Int], _ data: [Session], _ embedding: [Double], visible: Int?,
    draw: Int = 0
  ) throws(BackendError) -> [Float] {
    let (channels, bins) = (data[session].channels, data[session].bins)
    var result = [Float](repeating: .nan, count: channels * trials.count * bins)
    for (index, value) in embedding.enumerated() { embeddingInput[index] = value }
    let graph = try graph(purpose)
    var first = 0
    for chunk in chunks(trials) {
      try run(graph, session, chunk, data, visible, draw: draw)
      for channel in 0..<channels {
        for (position, trial) in chunk.enumerated() {
          let source = (channel * shape.trials + position) * shape.bins
          let target = (channel * trials.count + first + position) * bins
          for bin in 0..<data[session].trials[trial].length {
            result[target + bin] = Float(graph.outputs[0][source + bin])
          }
        }
      }
      first += chunk.count
    }
    return result
  }

  private func graph(_ purpose: Purpose) throws(BackendError) -> BoundGraph {
    if let known = graphs[purpose] { return known }
    let builder = Builder()
    let batch = Batch(builder, shape, table, hides: hides)
    let scope = ParameterScope(builder)
    let given = model.embedding.map { builder.input("given.embedding", [1, $0.size]) }
    let outputs: [Tensor]
    switch purpose {
    case .embed:
      let inferred = model.infer(batch, embedding: nil, scope)
      outputs = inferred.embedding.map { [$0.mean, $0.variance] } ?? []
    case .reconstruct:
      outputs = [model.infer(batch, embedding: given, scope).reconstruction]
    case .information:
      let information = model.stateInformation(batch, embedding: given, scope)
      outputs = [information.sum, information.count]
    case .latents:
      let states = model.infer(batch, embedding: given, scope).states.mean
      outputs = [states, model.advanced(states, embedding: given, batch, scope)]
    case .advance:
      let states = builder.input("given.states", [1, 1, shape.trials, model.dynamics.latent])
      outputs = [model.advanced(states, embedding: given, batch, scope)]
    case .forecast(let last, let isSampled):
      let inferred = model.infer(batch, embedding: given, scope)
      outputs = [
        model.forecast(inferred.states, from: last, isSampled: isSampled, embedding: given, batch, scope)
      ]
    case .loss:
      outputs = [model.loss(batch, scope, at: "").total]
    }
    let bound = try BoundGraph(
      builder.graph, outputs: outputs.map(\.id), backend: backend, buffers: buffers,
      extras: ["given.embedding": embeddingInput, "given.states": statesInput])
    graphs[purpose] = bound
    return bound
  }
}
