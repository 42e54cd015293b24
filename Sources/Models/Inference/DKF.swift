import SpecLanguage
import TensorGraph

/// Deep Kalman filter with a posterior that is independent over time, and masked sampling that trains forecasts.
///
///     q(z_t | y, e) = N(m_t, s_t) from an encoder over the features and e (e without gradient)
///     z_t ~ q where bin t is not masked, else z_t = f(z_{t-1}); bin 1 is never masked
///     KL_t against N(f(z_{t-1}), Q) at unmasked bins
///
/// One mask per session and bin, shared by its trials. Source: Vermani et al. 2025, Eqs 14 and 17; Krishnan et al. 2017.
package struct DKF: InferenceScheme {
  package var encoder: StateEncoder
  package var forecastMask: Double
  /// `true` where absent.
  package var detach: Bool?
  package var samples: Int

  package init(encoder: StateEncoder, forecastMask: Double, detach: Bool?, samples: Int = 1) {
    self.encoder = encoder
    self.forecastMask = forecastMask
    self.detach = detach
    self.samples = samples
  }

  package static let schema = Schema<Self>(
    "dkf", "Mean-field posterior over time with masked sampling.",
    Field("encoder", \.encoder, .union(StateEncoder.union), "The network that reads the trial."),
    Field(
      "forecast_mask", \.forecastMask, .probability, default: 0.2,
      "Probability that a bin's state comes from the dynamics instead of the encoder during training."),
    Field(
      "detach", \.detach, .optional(.bool),
      "The state encoder sees the embedding without a gradient, so that it is learnt through the dynamics alone; `true` where absent."
    ),
    Field("samples", \.samples, .int(1...16), default: 1, "Paths of states that a step draws for every trial."),
    make: Self.init(encoder:forecastMask:detach:samples:))

  package func posterior(_ context: InferenceContext) -> Gaussian { context.encoded(encoder, detach: detach ?? true) }

  package func bound(_ context: InferenceContext) -> BoundTerms {
    let builder = context.builder
    var drawn: [Sampled] = []
    builder.scope("\(context.path).inference") {
      let posterior = context.encoded(encoder, detach: detach ?? true)
      for _ in 0..<samples {
        drawn.append(
          sample(posterior, dynamics: context.dynamics, initial: context.initial, context.batch))
      }
    }
    let share = 1 / Double(samples)
    let terms = drawn.map { one in
      BoundTerms(
        reconstruction: context.reconstruction(one.states),
        states: context.warmed(context.mean(one.divergence + one.initialDivergence)))
    }
    guard let first = terms.first, terms.count > 1 else { return terms[0] }
    let sum = terms.dropFirst().reduce(first) { sum, one in
      BoundTerms(reconstruction: sum.reconstruction + one.reconstruction, states: sum.states + one.states)
    }
    return BoundTerms(reconstruction: sum.reconstruction * share, states: sum.states * share)
  }

  /// Samples of the states and the divergence terms of the loss.
  private struct Sampled {
    /// `[bins, sessions, trials, latent]`
    let states: Tensor
    /// Sum over bins and latents of KL_t, t > 1: `[sessions, trials]`.
    let divergence: Tensor
    /// KL of the first bin from the initial state: `[sessions, trials]`.
    let initialDivergence: Tensor
  }

  /// - Parameter posterior: `[bins, sessions, trials, latent]`.
  private func sample(
    _ posterior: Gaussian, dynamics: PreparedDynamics, initial: Gaussian, _ batch: Batch
  ) -> Sampled {
    let shape = batch.shape
    let latent = posterior.mean.shape[3]
    let builder = posterior.mean.builder
    let present = batch.present.reshape([shape.bins, shape.sessions, shape.trials, 1])
    let samples = posterior.sample(batch, sessions: 1)
    let first = posterior.mean.slice(axis: 0, 0..<1)
    let firstPosterior = Gaussian(mean: first, variance: posterior.variance.slice(axis: 0, 0..<1))
    let firstTerm = (firstPosterior.divergence(from: initial) * present.slice(axis: 0, 0..<1)).sum(0, 3)
    let initialDivergence = firstTerm.reshape([shape.sessions, shape.trials])
    if shape.bins == 1 {
      let none = builder.constant(0, [shape.sessions, shape.trials])
      return Sampled(states: samples, divergence: none, initialDivergence: initialDivergence)
    }

    let later = 1..<shape.bins
    let draws = batch.random(.uniform, [shape.bins, shape.sessions, 1, 1], sessions: 1)
    let mask = builder.constant(forecastMask, draws.shape)
    let keep = (1 - draws.isLess(mask)).slice(axis: 0, later)
    let start = samples.slice(axis: 0, 0..<1).reshape([shape.sessions, shape.trials, latent])
    let (_, outputs) = builder.scan(
      carries: [start], sequences: [samples.slice(axis: 0, later), keep], constants: dynamics.weights
    ) { carries, slices, weights in
      let predicted = dynamics.step(carries[0], weights)
      let state = slices[1].select(slices[0], predicted)
      return ([state], [state, predicted])
    }
    let prior = Gaussian(mean: outputs[1], variance: dynamics.noise)
    let laterPosterior = Gaussian(
      mean: posterior.mean.slice(axis: 0, later), variance: posterior.variance.slice(axis: 0, later))
    let counted = keep * present.slice(axis: 0, later)
    let divergence = (laterPosterior.divergence(from: prior) * counted).sum(0, 3)
    let states = builder.concatenate([samples.slice(axis: 0, 0..<1), outputs[0]], axis: 0)
    return Sampled(
      states: states, divergence: divergence.reshape([shape.sessions, shape.trials]),
      initialDivergence: initialDivergence)
  }
}

extension Inference {
  package static func dkf(_ scheme: DKF) -> Self { Self(scheme) }
}
