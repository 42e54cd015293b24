import TensorGraph

/// Who owns the process noise, the diagonal of Q.
package enum ProcessNoise: String, CaseIterable, Hashable, Sendable {
  /// One for all sessions.
  case shared
  /// One for every session; it is fitted with the read-out when the model is taken to new sessions.
  case session

  /// Variance of every latent: `[latent]`, or `[sessions, 1, latent]` where sessions have their own.
  func variance(_ latent: Int, _ batch: Batch, _ parameter: ParameterScope) -> Tensor {
    switch self {
    case .shared:
      return parameter("dynamics.noise", .dynamics, [latent], .constant(1)).variance
    case .session:
      let all = parameter("observation.process_noise", .observation, [batch.table.count, latent], .constant(1))
      return all.gatherRows(batch.sessions).variance.reshape([batch.shape.sessions, 1, latent])
    }
  }
}
