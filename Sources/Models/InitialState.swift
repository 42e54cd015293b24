import TensorGraph

/// Who owns the distribution of the first state.
package enum InitialState: String, CaseIterable, Hashable, Sendable {
  /// One for all sessions.
  case shared
  /// One for every session; it is fitted with the read-out when the model is taken to new sessions.
  case session
  /// A linear function of the embedding.
  case embedding

  /// `[latent]`, or `[sessions, 1, latent]` where sessions have their own.
  func distribution(
    _ latent: Int, _ embedding: Tensor?, _ batch: Batch, _ parameter: ParameterScope
  ) -> Gaussian {
    let own: Shape = [batch.shape.sessions, 1, latent]
    switch self {
    case .shared:
      return Gaussian(
        mean: parameter("dynamics.initial_mean", .dynamics, [latent], .constant(1)),
        variance: parameter("dynamics.initial_noise", .dynamics, [latent], .constant(1)).variance)
    case .session:
      let shape: Shape = [batch.table.count, latent]
      let mean = parameter("observation.initial_mean", .observation, shape, .constant(1))
      let noise = parameter("observation.initial_noise", .observation, shape, .constant(1))
      return Gaussian(
        mean: mean.gatherRows(batch.sessions).reshape(own),
        variance: noise.gatherRows(batch.sessions).variance.reshape(own))
    case .embedding:
      guard let embedding else { preconditionFailure("an initial state from an embedding without one") }
      let head = parameter.gaussian(embedding, "adapt.initial", .adapt, size: latent)
      return Gaussian(mean: head.mean.reshape(own), variance: head.variance.reshape(own))
    }
  }
}
