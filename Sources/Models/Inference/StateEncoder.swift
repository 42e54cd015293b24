import SpecLanguage
import TensorGraph

/// The network that reads a trial and gives the posterior of every bin.
package enum StateEncoder: Hashable, Sendable {
  case bigru(RecurrentSizes)
  case gru(RecurrentSizes)
  case backwardGRU(RecurrentSizes)

  package static let union = Union<Self>(
    "encoder",
    .arm(
      "bigru",
      RecurrentSizes.schema("bigru", "A gated recurrent unit in each direction: every bin sees the whole trial."),
      Self.bigru
    ) {
      if case .bigru(let sizes) = $0 { sizes } else { nil }
    },
    .arm(
      "gru",
      RecurrentSizes.schema(
        "gru", "A gated recurrent unit forward in time: a bin sees what came before, as in real time."),
      Self.gru
    ) {
      if case .gru(let sizes) = $0 { sizes } else { nil }
    },
    .arm(
      "backward_gru",
      RecurrentSizes.schema("backward_gru", "A gated recurrent unit backward in time: a bin sees what comes after it."),
      Self.backwardGRU
    ) {
      if case .backwardGRU(let sizes) = $0 { sizes } else { nil }
    })

  /// The width of the state that a causal encoder carries from bin to bin; nil for one that reads ahead.
  package var causalWidth: Int? {
    switch self {
    case .bigru, .backwardGRU: nil
    case .gru(let sizes): sizes.width
    }
  }

  /// Posterior `[bins, sessions, trials, latent]`.
  ///
  /// - Parameter features: `[bins, sessions * trials, shared]`.  - Parameter embedding: `[sessions, size]` or nil.
  func posterior(
    _ features: Tensor, _ embedding: Tensor?, latent: Int, _ batch: Batch, _ parameter: ParameterScope
  ) -> Gaussian {
    switch self {
    case .bigru(let sizes):
      let forward = run("inference.forward", features, embedding, sizes.width, batch, parameter, reversed: false).states
      let backward = run("inference.backward", features, embedding, sizes.width, batch, parameter, reversed: true)
        .states
      return head(features.builder.concatenate([forward, backward], axis: 2), latent, batch, parameter)
    case .gru(let sizes):
      let forward = run("inference.forward", features, embedding, sizes.width, batch, parameter, reversed: false).states
      return head(forward, latent, batch, parameter)
    case .backwardGRU(let sizes):
      let backward = run("inference.backward", features, embedding, sizes.width, batch, parameter, reversed: true)
        .states
      return head(backward, latent, batch, parameter)
    }
  }

  /// The posterior of the bins of a batch and the encoder's state after them, from its state before them.
  ///
  /// - Parameter state: `[sessions * trials, width]`; the encoder must be causal.
  func filter(
    _ features: Tensor, _ embedding: Tensor?, from state: Tensor, latent: Int, _ batch: Batch,
    _ parameter: ParameterScope
  ) -> (posterior: Gaussian, state: Tensor) {
    guard let width = causalWidth else { preconditionFailure("an encoder that reads ahead cannot filter") }
    let (states, last) = run(
      "inference.forward", features, embedding, width, batch, parameter, reversed: false, from: state)
    return (head(states, latent, batch, parameter), last)
  }

  private func head(_ states: Tensor, _ latent: Int, _ batch: Batch, _ parameter: ParameterScope) -> Gaussian {
    let flat = parameter.gaussian(states, "inference.head", .inference, size: latent)
    let shape: Shape = [batch.shape.bins, batch.shape.sessions, batch.shape.trials, latent]
    return Gaussian(mean: flat.mean.reshape(shape), variance: flat.variance.reshape(shape))
  }

  /// One direction. The embedding is the same at every bin and trial of a session, so its part of the input projection is
  /// computed once per session and added.
  private func run(
    _ name: String, _ features: Tensor, _ embedding: Tensor?, _ width: Int, _ batch: Batch, _ parameter: ParameterScope,
    reversed: Bool, from state: Tensor? = nil
  ) -> (states: Tensor, last: Tensor) {
    let shape = batch.shape
    let (rows, shared) = (features.shape[1], features.shape[2])
    let size = embedding?.shape[1] ?? 0
    let cell = parameter.gru(name, .inference, inputs: shared + size, width: width)
    var projected = features.linear(cell.input.slice(axis: 0, 0..<shared), cell.bias)
    if let embedding {
      let own = embedding.linear(cell.input.slice(axis: 0, shared..<shared + size))
      let parts = projected.reshape([shape.bins, shape.sessions, shape.trials, 3 * width])
      let sum = parts + own.reshape([1, shape.sessions, 1, 3 * width])
      projected = sum.reshape([shape.bins, rows, 3 * width])
    }
    return cell.run(projected, present: batch.presentRows, reversed: reversed, from: state)
  }
}
