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
    let sampled = posterior?.sample(batch, sessions: 0)
    let prepared = builder.scope("\(path).dynamics") { self.dynamics.prepare(sampled, parameter) }
    let initial = initialState(parameter)
    let samples: DKF.Sampled
    switch inference {
    case .dkf(let dkf):
      samples = builder.scope("\(path).inference") {
        let seen = dkf.detach ? sampled?.stopGradient : sampled
        let states = dkf.encoder.posterior(features, seen, latent: self.dynamics.latent, batch, parameter)
        return dkf.sample(states, dynamics: prepared, initial: initial, batch)
      }
    }
    let likelihood = builder.scope("\(path).observation") {
      observation.logLikelihood(samples.states, batch, parameter)
    }
    // Mean over the trials of each session, then mean over sessions.
    let trialWeight = (batch.hasTrial / batch.trialCounts.reshape([batch.shape.sessions, 1])) * perSession
    let rowWeight = rowWeights(batch, perSession)
    let prior = Gaussian(mean: builder.constant(0, []), variance: builder.constant(1, []))
    let zero = builder.constant(0)
    let weight = (embedding?.weight ?? 0) * perSession
    return LossParts(
      reconstruction: -(likelihood * rowWeight).total,
      states: ((samples.divergence + samples.initialDivergence) * trialWeight).total,
      embedding: posterior.map { $0.divergence(from: prior).total * weight } ?? zero,
      penalty: prepared.penalty.map { $0 * perSession } ?? zero)
  }

  /// 1 / (sessions * trials of the session) for every channel row, `[rows, 1]`.
  private func rowWeights(_ batch: Batch, _ perSession: Double) -> Tensor {
    let ones = batch.observations.builder.constant(1, [batch.shape.rows, 1])
    let weights = (perSession / batch.trialCounts).reshape([batch.shape.sessions, 1, 1])
    return ones.raggedExpand(weights, offsets: batch.offsets)
  }

  /// Posterior means and reconstruction of a batch. `embedding` is given, or inferred from the batch when nil.
  package func infer(_ batch: Batch, embedding given: Tensor?, _ parameter: ParameterScope) -> Inferred {
    let features = readin.encode(batch, parameter)
    let posterior = embedding?.infer(features, batch, parameter)
    let states: Gaussian
    switch inference {
    case .dkf(let dkf):
      states = dkf.encoder.posterior(features, given ?? posterior?.mean, latent: dynamics.latent, batch, parameter)
    }
    return Inferred(
      embedding: posterior, states: states, reconstruction: observation.mean(states.mean, batch, parameter))
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
    let prepared = dynamics.prepare(embedding, parameter)
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

  /// The learnt distribution of the first state, shared by all sessions.
  private func initialState(_ parameter: ParameterScope) -> Gaussian {
    let latent = dynamics.latent
    return Gaussian(
      mean: parameter("dynamics.initial_mean", .dynamics, [latent], .constant(1)),
      variance: parameter("dynamics.initial_noise", .dynamics, [latent], .constant(1)).variance)
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
