import TensorGraph

/// One bin of causal inference.
package struct Filtered {
  /// The encoder's state after the bin, `[sessions * trials, width]`.
  package let state: Tensor
  /// Posterior of the latent state, `[1, sessions, trials, latent]`.
  package let posterior: Gaussian
  /// Expected observations of the bin and of the `ahead` bins after it: `[rows, trials * (1 + ahead)]`.
  package let rates: Tensor
}

extension Model {
  /// Filters one bin from the encoder's state before it, and rolls the dynamics forward from there.
  ///
  /// - Parameter batch: of one bin.  - Parameter state: `[sessions * trials, width]`, zero before the first bin.
  /// - Parameter embedding: `[sessions, size]` or nil.
  /// - Parameter ahead: bins to forecast by the mean of the dynamics.
  package func filter(
    _ batch: Batch, from state: Tensor, embedding: Tensor?, ahead: Int, _ parameter: ParameterScope
  ) -> Filtered {
    precondition(batch.shape.bins == 1, "a filter takes one bin at a time")
    let features = readin.encode(batch, parameter)
    let (posterior, next) = inference.encoder.filter(
      features, embedding, from: state, latent: dynamics.latent, batch, parameter)
    var states = [posterior.mean]
    if ahead > 0 {
      let prepared = dynamics.prepare(embedding, batch, parameter)
      let shape: Shape = [batch.shape.sessions, batch.shape.trials, dynamics.latent]
      var latest = posterior.mean.reshape(shape)
      for _ in 0..<ahead {
        latest = prepared.step(latest, prepared.weights)
        states.append(latest.reshape(posterior.mean.shape))
      }
    }
    let path = state.builder.concatenate(states, axis: 0)
    return Filtered(state: next, posterior: posterior, rates: observation.mean(path, batch, parameter))
  }
}
