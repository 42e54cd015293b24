import Models
import TensorGraph

/// Filters one session bin by bin as its observations arrive: states, rates, and rates some bins ahead.
///
/// The embedding is known. What does not change from bin to bin (the read-in and read-out of the session, its dynamics) is
/// computed once; a step runs one small graph and allocates nothing. Results are those of the whole trial at once.
package final class CausalFilter {
  package let channels: Int
  package let latent: Int
  package let ahead: Int
  /// Posterior mean and variance of the latent state: `[latent]`.
  package let mean, variance: Storage
  /// Expected observations `[channels, 1 + ahead]`: of the last bin, then of the bins after it.
  package let rates: Storage

  private let executable: any Executable
  private let observations: Storage
  private let states: [Storage]
  private let inputs: [[View]]
  private let outputs: [[View]]
  private var latest = 0

  /// - Parameter fit: a model with a causal state encoder (`Inference.encoder.causalWidth`).
  /// - Parameter embedding: the session's; empty without one.
  package init(
    _ fit: FittedModel, session: Int, embedding: [Double], ahead: Int = 0, backend: any Backend
  ) throws(BackendError) {
    guard let width = fit.model.inference.encoder.causalWidth else {
      preconditionFailure("an encoder that reads ahead cannot filter")
    }
    let precision = backend.precision
    (channels, latent) = (fit.sessions.channels[session], fit.model.dynamics.latent)
    self.ahead = ahead
    mean = Storage(precision, count: latent)
    variance = Storage(precision, count: latent)
    rates = Storage(precision, count: channels * (1 + ahead))
    states = (0..<2).map { _ in Storage(precision, count: width) }

    let builder = Builder()
    let shape = BatchShape(sessions: 1, trials: 1, bins: 1, rows: channels)
    let batch = Batch(builder, shape, fit.sessions)
    let given = fit.model.embedding.map { builder.input("given.embedding", [1, $0.size]) }
    let filtered = fit.model.filter(
      batch, from: builder.input("state", [1, width]), embedding: given, ahead: ahead, ParameterScope(builder))
    let values = [filtered.state, filtered.posterior.mean, filtered.posterior.variance, filtered.rates]
    let staged = StagedGraph(
      builder.graph, outputs: values.map(\.id), varying: ["batch.observations", "state"])

    let known = Known(fit, session, embedding, precision)
    observations = Storage(precision, count: channels)
    let prepared = staged.prepared.map {
      Storage(staged.preparation[$0].type == .index ? nil : precision, count: staged.preparation[$0].shape.count)
    }
    var views: [View] = []
    for input in staged.preparation.inputs {
      views.append(try known.view(staged.preparation.name(ofInput: input)))
    }
    try backend.compile(staged.preparation, outputs: staged.prepared).run(
      inputs: views, outputs: prepared.map { $0.view() })

    var bound: [[View]] = []
    for state in states {
      var own: [View] = []
      for input in staged.step.inputs {
        let name = staged.step.name(ofInput: input)
        if name == "state" {
          own.append(state.view())
        } else if name == "batch.observations" {
          own.append(observations.view())
        } else if name.hasPrefix("prepared"), let number = Int(name.dropFirst(8)) {
          own.append(prepared[number].view())
        } else {
          own.append(try known.view(name))
        }
      }
      bound.append(own)
    }
    inputs = bound
    let (mean, variance, rates) = (mean, variance, rates)
    outputs = states.reversed().map { [$0.view(), mean.view(), variance.view(), rates.view()] }
    executable = try backend.compile(staged.step, outputs: staged.outputs)
  }

  /// Takes the next bin.
  ///
  /// - Parameter bin: one value per channel, NaN where nothing was observed.
  package func step(_ bin: UnsafeBufferPointer<Float>) throws(BackendError) {
    precondition(bin.count == channels, "a bin has a value for each of \(channels) channels")
    observations.write(bin, at: 0)
    try executable.run(inputs: inputs[latest], outputs: outputs[latest])
    latest = 1 - latest
  }

  /// Begins a new trial.
  package func reset() {
    for state in states {
      for index in 0..<state.count { state[index] = 0 }
    }
  }

  /// Values of inputs that stay the same.
  private struct Known {
    let parameters: Storage
    let table: [String: Parameter]
    var others: [String: Storage] = [:]

    init(_ fit: FittedModel, _ session: Int, _ embedding: [Double], _ precision: Precision) {
      parameters = Storage(precision, count: fit.parameters.count)
      for (index, value) in fit.values.enumerated() { parameters[index] = value }
      table = fit.parameters.byName
      let channels = fit.sessions.channels[session]
      let row = fit.sessions.row(of: session)
      others["batch.channels"] = Self.indices((0..<channels).map { row + $0 })
      others["batch.offsets"] = Self.indices([0, channels])
      others["batch.sessions"] = Self.indices([session])
      others["batch.key"] = Self.indices([0, 0])
      others["batch.present"] = Self.reals([1], precision)
      others["given.embedding"] = Self.reals(embedding.isEmpty ? [0] : embedding, precision)
    }

    private static func indices(_ values: [Int]) -> Storage {
      let storage = Storage(nil, count: values.count)
      for (index, value) in values.enumerated() { storage.indices[index] = Int32(value) }
      return storage
    }

    private static func reals(_ values: [Double], _ precision: Precision) -> Storage {
      let storage = Storage(precision, count: values.count)
      for (index, value) in values.enumerated() { storage[index] = value }
      return storage
    }

    func view(_ name: String) throws(BackendError) -> View {
      if let parameter = table[name] {
        return parameters.view(offset: parameter.offset, count: parameter.shape.count)
      }
      guard let storage = others[name] else { throw BackendError("graph input \(name) is not bound") }
      return storage.view()
    }
  }
}
