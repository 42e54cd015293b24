import SpecLanguage
import TensorGraph

/// The parts of the training loss of one batch, scalars; divided by the number of sessions in the batch.
package struct LossParts {
  /// Negative log-likelihood per trial.
  package let reconstruction: Tensor
  /// Divergence of the states from the dynamics, per trial.
  package let states: Tensor
  /// Divergence of the embeddings from their prior.
  package let embedding: Tensor
  /// Penalty on the change of the weights.
  package let penalty: Tensor
  package var total: Tensor { reconstruction + states + embedding + penalty }
}

/// What a batch tells about its sessions, from posterior means without sampling.
package struct Inferred {
  /// Posterior of the embedding, `[sessions, size]`; nil without embedding.
  package let embedding: Gaussian?
  /// Posterior of the states, `[bins, sessions, trials, latent]`.
  package let states: Gaussian
  /// Expected observations, `[rows, trials * bins]`.
  package let reconstruction: Tensor
}

extension Model {
  /// The negative evidence bound of a batch.
  ///
  ///     loss = 1/S sum_s [ -mean_b ( sum log p(y|z) - sum_{t>1} KL_t - KL_1 ) + weight * KL_e + penalty sum_l |change_l|_F ]
  ///
  /// Source: Vermani et al. 2025, Eq 14, with the masking of the authors' architecture.
  package func loss(_ batch: Batch, _ parameter: ParameterScope, at path: String) -> LossParts {
    let builder = parameter.builder
    let perSession = 1 / Double(batch.shape.whole)
    let features = builder.scope("\(path).readin") { readin.encode(batch, parameter) }
    let posterior = builder.scope("\(path).embedding") { embedding?.infer(features, batch, parameter) }
    let sampled = posterior.flatMap { embedding?.drawn($0, batch) }
    let context = context(batch, features, sampled, parameter, at: path)
    let terms = inference.scheme.bound(context)
    let cost = posterior.flatMap { embedding?.cost($0) }
    let zero = builder.constant(0)
    let weight = (embedding?.weight ?? 0) * perSession
    return LossParts(
      reconstruction: terms.reconstruction, states: terms.states,
      embedding: cost.map { context.warmed($0 * weight) } ?? zero,
      penalty: context.dynamics.penalty.map { $0 * perSession } ?? zero)
  }

  /// What inference works with.
  private func context(
    _ batch: Batch, _ features: Tensor, _ embedding: Tensor?, _ parameter: ParameterScope, at path: String
  ) -> InferenceContext {
    let prepared = parameter.builder.scope("\(path).dynamics") { dynamics.prepare(embedding, batch, parameter) }
    return InferenceContext(
      model: self, batch: batch, parameter: parameter, path: path, features: features, embedding: embedding,
      dynamics: prepared,
      initial: initial.distribution(dynamics.latent, embedding, batch, parameter),
      weights: LossWeights(batch, weigh))
  }

  /// Posterior means and reconstruction of a batch. `embedding` is given, or inferred from the batch when nil.
  package func infer(_ batch: Batch, embedding given: Tensor?, _ parameter: ParameterScope) -> Inferred {
    let features = readin.encode(batch, parameter)
    let posterior = embedding?.infer(features, batch, parameter)
    let known = given ?? posterior?.mean
    let states = inference.scheme.posterior(context(batch, features, known, parameter, at: ""))
    return Inferred(
      embedding: posterior, states: states, reconstruction: observation.mean(states.mean, batch, parameter))
  }

  /// What every latent tells beyond the dynamics: the divergence of its posterior from the prediction of the dynamics at the
  /// posterior mean of the bin before, summed over bins and trials, `[latent]`, and how many bins these are, a scalar.
  package func stateInformation(
    _ batch: Batch, embedding given: Tensor?, _ parameter: ParameterScope
  ) -> (sum: Tensor, count: Tensor) {
    let features = readin.encode(batch, parameter)
    let known = given ?? embedding?.infer(features, batch, parameter).mean
    let context = context(batch, features, known, parameter, at: "")
    let states = inference.scheme.posterior(context)
    let (shape, builder) = (batch.shape, features.builder)
    guard shape.bins > 1 else { return (builder.constant(0, [dynamics.latent]), builder.constant(0)) }
    let predicted = advanced(
      states.mean.slice(axis: 0, 0..<shape.bins - 1), embedding: known, batch, parameter)
    let later = 1..<shape.bins
    let own = Gaussian(
      mean: states.mean.slice(axis: 0, later), variance: states.variance.slice(axis: 0, later))
    let present = batch.present.slice(axis: 0, later)
    let divergence = own.divergence(from: Gaussian(mean: predicted, variance: context.dynamics.noise))
    let counted = divergence * present.reshape([shape.bins - 1, shape.sessions, shape.trials, 1])
    return (counted.sum(0, 1, 2).reshape([dynamics.latent]), present.total)
  }

  /// Where one step of the dynamics without noise leads from each state: `[bins, sessions, trials, latent]`.
  package func advanced(
    _ states: Tensor, embedding: Tensor?, _ batch: Batch, _ parameter: ParameterScope
  ) -> Tensor {
    let prepared = dynamics.prepare(embedding, batch, parameter)
    let (bins, sessions, trials, latent) = (states.shape[0], states.shape[1], states.shape[2], states.shape[3])
    let flat = states.transpose(1, 2, 0, 3).reshape([sessions, trials * bins, latent])
    let next = prepared.step(flat, prepared.weights).reshape([sessions, trials, bins, latent])
    return next.transpose(2, 0, 1, 3)
  }

  /// Rolls the dynamics forward from the state of one bin, and reads out.
  ///
  /// - Parameter states: posterior `[bins, sessions, trials, latent]`.
  /// - Parameter last: the last bin that was seen; bins up to it keep their state, later ones are rolled out.
  /// - Parameter isSampled: draw the state and every step from their distributions, one path; else their means.
  /// - Parameter embedding: `[sessions, size]` or nil.
  /// - Returns: expected observations `[rows, trials * bins]`.
  package func forecast(
    _ states: Gaussian, from last: Int, isSampled: Bool, embedding: Tensor?, _ batch: Batch,
    _ parameter: ParameterScope
  ) -> Tensor {
    let prepared = dynamics.prepare(embedding, batch, parameter)
    let mean = states.mean
    let (sessions, trials, latent) = (batch.shape.sessions, batch.shape.trials, mean.shape[3])
    let seen = mean.slice(axis: 0, 0..<last + 1)
    let steps = batch.shape.bins - last - 1
    guard steps > 0 else { return observation.mean(mean, batch, parameter) }
    let path = isSampled ? states.sample(batch, sessions: 1) : mean
    let start = path.slice(axis: 0, last..<last + 1).reshape([sessions, trials, latent])
    let builder = mean.builder
    let shape: Shape = [steps, sessions, trials, latent]
    let noise = isSampled ? batch.random(.normal, shape, sessions: 1) : builder.constant(0, shape)
    let (_, outputs) = builder.scan(
      carries: [start], sequences: [noise * prepared.noise.squareRoot], constants: prepared.weights
    ) { carries, slices, weights in
      let next = prepared.step(carries[0], weights) + slices[0]
      return ([next], [next])
    }
    return observation.mean(builder.concatenate([seen, outputs[0]], axis: 0), batch, parameter)
  }
}

extension Model {
  /// All parameters of this model for the given sessions, in the order of the flat buffer.
  package func parameterTable(_ sessions: SessionTable) -> ParameterTable {
    let builder = Builder()
    let shape = BatchShape(sessions: 1, trials: 1, bins: 2, rows: sessions.capacity(of: 1))
    let scope = ParameterScope(builder)
    _ = loss(Batch(builder, shape, sessions), scope, at: "")
    return scope.table
  }
}
