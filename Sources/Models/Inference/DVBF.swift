import SpecLanguage
import TensorGraph

/// Deep variational Bayes filter: the encoder gives the noise of every step, and states are rolled out by the dynamics, so that
/// the gradient of the reconstruction passes through them.
///
///     z_1 ~ N(m_1, s_1),   z_t = f(z_{t-1}) + w_t,   w_t ~ N(m_t, s_t) where bin t is not masked, else w_t = 0
///     KL_1 against the initial state, KL_t of N(m_t, s_t) against N(0, Q) at unmasked bins
///
/// One mask per session and bin, shared by its trials. Source: Karl et al. 2017; Vermani et al. 2025, appendix D.
package struct DVBF: InferenceScheme {
  package var encoder: StateEncoder
  package var forecastMask: Double
  /// `false` where absent.
  package var detach: Bool?
  package var samples: Int

  package init(encoder: StateEncoder, forecastMask: Double, detach: Bool?, samples: Int) {
    self.encoder = encoder
    self.forecastMask = forecastMask
    self.detach = detach
    self.samples = samples
  }

  package static let schema = Schema<Self>(
    "dvbf", "The encoder gives the noise of the dynamics, and states are rolled out.",
    Field("encoder", \.encoder, .union(StateEncoder.union), "The network that reads the trial; `gru` cannot."),
    Field(
      "forecast_mask", \.forecastMask, .probability, default: 0.2,
      "Probability that a bin has no noise, so that its state is the forecast, during training."),
    Field(
      "detach", \.detach, .optional(.bool),
      "The state encoder sees the embedding without a gradient, so that it is learnt through the dynamics alone; `false` where absent."
    ),
    Field("samples", \.samples, .int(1...16), default: 1, "Paths of states that a step draws for every trial."),
    rules: [
      Rule("encoder") { scheme in
        scheme.encoder.causalWidth == nil
          ? nil : "the noise of a step shows in later bins, which `gru` does not see; use `bigru` or `backward_gru`"
      }
    ],
    make: Self.init(encoder:forecastMask:detach:samples:))

  /// The roll-out of the mean noise; its variance is that of the noise of the step.
  package func posterior(_ context: InferenceContext) -> Gaussian {
    let noise = context.encoded(encoder, detach: detach ?? false)
    return Gaussian(mean: rollOut(noise.mean, context), variance: noise.variance)
  }

  package func bound(_ context: InferenceContext) -> BoundTerms {
    let (batch, builder) = (context.batch, context.builder)
    let shape = batch.shape
    var paths: [Tensor] = []
    var costs: [Tensor] = []
    builder.scope("\(context.path).inference") {
      let noise = context.encoded(encoder, detach: detach ?? false)
      let present = batch.present.reshape([shape.bins, shape.sessions, shape.trials, 1])
      func terms(_ bins: Range<Int>, from prior: Gaussian) -> Tensor {
        let own = Gaussian(
          mean: noise.mean.slice(axis: 0, bins), variance: noise.variance.slice(axis: 0, bins))
        return own.divergence(from: prior) * present.slice(axis: 0, bins)
      }
      let first = terms(0..<1, from: context.initial).sum(0, 3).reshape([shape.sessions, shape.trials])
      let prior = Gaussian(mean: builder.constant(0, []), variance: context.dynamics.noise)
      for _ in 0..<samples {
        let drawn = noise.sample(batch, sessions: 1)
        guard shape.bins > 1 else {
          paths.append(drawn)
          costs.append(first)
          continue
        }
        let draws = batch.random(.uniform, [shape.bins, shape.sessions, 1, 1], sessions: 1)
        let later = 1..<shape.bins
        let keep = (1 - draws.isLess(builder.constant(forecastMask, draws.shape))).slice(axis: 0, later)
        let masked = builder.concatenate(
          [drawn.slice(axis: 0, 0..<1), drawn.slice(axis: 0, later) * keep], axis: 0)
        paths.append(rollOut(masked, context))
        let rest = (terms(later, from: prior) * keep).sum(0, 3).reshape([shape.sessions, shape.trials])
        costs.append(first + rest)
      }
    }
    let share = 1 / Double(samples)
    let reconstruction = paths.map { context.reconstruction($0) * share }
    let states = costs.map { context.warmed(context.mean($0) * share) }
    return BoundTerms(
      reconstruction: reconstruction.dropFirst().reduce(reconstruction[0], +),
      states: states.dropFirst().reduce(states[0], +))
  }

  /// States from the first one and the noise of the others: `[bins, sessions, trials, latent]`.
  private func rollOut(_ noise: Tensor, _ context: InferenceContext) -> Tensor {
    let (bins, latent) = (noise.shape[0], noise.shape[3])
    guard bins > 1 else { return noise }
    let first = noise.slice(axis: 0, 0..<1)
    let start = first.reshape([noise.shape[1], noise.shape[2], latent])
    let dynamics = context.dynamics
    let (_, outputs) = context.builder.scan(
      carries: [start], sequences: [noise.slice(axis: 0, 1..<bins)], constants: dynamics.weights
    ) { carries, slices, weights in
      let next = dynamics.step(carries[0], weights) + slices[0]
      return ([next], [next])
    }
    return context.builder.concatenate([first, outputs[0]], axis: 0)
  }
}
