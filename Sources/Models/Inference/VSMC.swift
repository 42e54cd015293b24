import SpecLanguage
import TensorGraph

/// Variational sequential Monte Carlo: K particles a trial, proposed by the encoder, weighed and resampled bin by bin.
///
///     z_t^k ~ q(z_t | y, e) = N(m_t, s_t),   a_t by systematic resampling of the weights of bin t-1
///     log w_t^k = log p(y_t | z_t^k) + log N(z_t^k; f(z_{t-1}^{a_t^k}), Q) - log q(z_t^k)
///     bound = sum_t log 1/K sum_k w_t^k
///
/// Weights are resampled without a gradient. Source: Naesseth et al. 2018, Maddison et al. 2017, Le et al. 2018.
package struct VSMC: InferenceScheme {
  package var encoder: StateEncoder
  package var particles: Int
  /// `true` where absent.
  package var detach: Bool?

  package init(encoder: StateEncoder, particles: Int, detach: Bool?) {
    self.encoder = encoder
    self.particles = particles
    self.detach = detach
  }

  package static let schema = Schema<Self>(
    "vsmc", "Particles that the encoder proposes, weighed and resampled bin by bin.",
    Field("encoder", \.encoder, .union(StateEncoder.union), "The network that reads the trial and proposes states."),
    Field("particles", \.particles, .int(1...256), default: 16, "Particles of every trial."),
    Field(
      "detach", \.detach, .optional(.bool),
      "The state encoder sees the embedding without a gradient, so that it is learnt through the dynamics alone; `true` where absent."
    ),
    make: Self.init(encoder:particles:detach:))

  /// The encoder's proposal.
  package func posterior(_ context: InferenceContext) -> Gaussian { context.encoded(encoder, detach: detach ?? true) }

  package func bound(_ context: InferenceContext) -> BoundTerms {
    let builder = context.builder
    let path = "\(context.path).inference"
    let drawn = builder.scope(path) { draw(context) }
    let shape = context.batch.shape
    // Log-likelihood of each particle's bin, all channels of a session together: [bins, sessions, trials * particles].
    let perValue = context.logLikelihood(drawn.states, particles: particles)
    let likelihood = builder.scope(path) {
      builder.constant(1, [shape.rows, 1]).raggedContract(perValue, offsets: context.batch.offsets)
        .reshape([shape.sessions, shape.trials * particles, shape.bins]).transpose(2, 0, 1)
    }
    return builder.scope(path) { weigh(drawn, likelihood, context) }
  }

  /// Particles from the encoder.
  private struct Drawn {
    /// `[bins, sessions, trials * particles, latent]`
    let states: Tensor
    /// Log-density of the proposal: `[bins, sessions, trials * particles]`.
    let density: Tensor
  }

  private func draw(_ context: InferenceContext) -> Drawn {
    let proposal = context.encoded(encoder, detach: detach ?? true)
    let shape = context.batch.shape
    let (whole, flat): (Shape, Shape) = (
      [shape.bins, shape.sessions, shape.trials, particles, context.latent],
      [shape.bins, shape.sessions, shape.trials * particles, context.latent]
    )
    func repeated(_ tensor: Tensor) -> Tensor {
      tensor.reshape([shape.bins, shape.sessions, shape.trials, 1, context.latent]).broadcast(to: whole).reshape(flat)
    }
    let (mean, variance) = (repeated(proposal.mean), repeated(proposal.variance))
    let noise = context.batch.random(.normal, flat, sessions: 1)
    let terms = noise.square + (variance * (2 * Double.pi)).log
    return Drawn(
      states: mean + variance.squareRoot * noise,
      density: (-0.5 * terms.sum(3)).reshape([shape.bins, shape.sessions, shape.trials * particles]))
  }

  private func weigh(_ drawn: Drawn, _ likelihood: Tensor, _ context: InferenceContext) -> BoundTerms {
    let (batch, builder, latent) = (context.batch, context.builder, context.latent)
    let shape = batch.shape
    let (sets, wide) = (shape.sessions * shape.trials, shape.trials * particles)
    let perTrial: Shape = [shape.bins, sets, particles]
    let present = batch.present.reshape([shape.bins, sets, 1])
    let warmth = batch.warmth ?? builder.constant(1)
    let own = (likelihood - drawn.density * warmth).reshape(perTrial)

    func flat(_ density: Tensor) -> Tensor { density.reshape([sets, particles]) }
    let firstStates = drawn.states.slice(axis: 0, 0..<1).reshape([shape.sessions, wide, latent])
    let start = Self.normalised(
      (own.slice(axis: 0, 0..<1).reshape([sets, particles])
        + flat(Self.logDensity(firstStates, context.initial.mean, context.initial.variance)) * warmth)
        * present.slice(axis: 0, 0..<1).reshape([sets, 1]))
    var bound = start.logMean
    var weights = start.weights.reshape([1, sets, particles])
    if shape.bins > 1 {
      let later = 1..<shape.bins
      let draws = batch.random(.uniform, [shape.bins, shape.sessions, shape.trials, 1], sessions: 1)
      let uniform = draws.reshape([shape.bins, sets, 1]).slice(axis: 0, later)
      let numbers = builder.concatenate((0..<particles).map { builder.constant(Double($0), [1]) }, axis: 0)
      let isUpTo = 1 - numbers.isLess(numbers.reshape([particles, 1]))
      let dynamics = context.dynamics
      let count = dynamics.weights.count
      let (_, outputs) = builder.scan(
        carries: [firstStates, start.weights],
        sequences: [
          drawn.states.slice(axis: 0, later), own.slice(axis: 0, later), present.slice(axis: 0, later), uniform,
        ],
        constants: dynamics.weights + [dynamics.noise, numbers, isUpTo, warmth]
      ) { carries, slices, constants in
        let chosen = Self.ancestors(carries[1], slices[3], numbers: constants[count + 1], isUpTo: constants[count + 2])
        let parents = chosen.matmul(carries[0].reshape([sets, particles, latent]))
          .reshape([shape.sessions, wide, latent])
        let predicted = dynamics.step(parents, Array(constants[..<count]))
        let prior = flat(Self.logDensity(slices[0], predicted, constants[count])) * constants[count + 3]
        let next = Self.normalised((slices[1] + prior) * slices[2])
        return ([slices[0], next.weights], [next.logMean, next.weights])
      }
      bound = bound + outputs[0].sum(0).reshape([sets, 1])
      weights = builder.concatenate([weights, outputs[1]], axis: 0)
    }
    let total = -context.mean(bound.reshape([shape.sessions, shape.trials]))
    // What the weighed particles have lost of the observations, told apart without a gradient of its own.
    let seen = (likelihood.reshape(perTrial) * weights).sum(0, 2).reshape([shape.sessions, shape.trials])
    let reconstruction = -context.mean(seen).stopGradient
    return BoundTerms(reconstruction: reconstruction, states: total - reconstruction)
  }

  /// log N(z; mean, variance), summed over latents: `[sessions, trials * particles]`.
  private static func logDensity(_ states: Tensor, _ mean: Tensor, _ variance: Tensor) -> Tensor {
    let terms = (states - mean).square / variance + (variance * (2 * Double.pi)).log
    return -0.5 * terms.sum(2)
  }

  /// Normalised weights without a gradient `[sets, particles]` and the logarithm of their mean `[sets, 1]`.
  private static func normalised(_ logWeights: Tensor) -> (weights: Tensor, logMean: Tensor) {
    let largest = logWeights.largest(1).stopGradient
    let logSum = largest + (logWeights - largest).exp.sum(1).log
    let count = logSum.builder.constant(Double(logWeights.shape[1])).log
    return ((logWeights - logSum).exp.stopGradient, logSum - count)
  }

  /// Systematic resampling as a matrix of zeros and ones, `[sets, particles, particles]`: row k picks the parent of particle k.
  ///
  /// - Parameter weights: `[sets, particles]`, sum 1.  - Parameter uniform: `[sets, 1]`.
  /// - Parameter numbers: 0, 1, ... `[particles]`.  - Parameter isUpTo: 1 at (i, j) where i <= j.
  private static func ancestors(_ weights: Tensor, _ uniform: Tensor, numbers: Tensor, isUpTo: Tensor) -> Tensor {
    let (sets, particles) = (weights.shape[0], weights.shape[1])
    let builder = weights.builder
    let places = ((numbers + uniform) * (1 / Double(particles))).reshape([sets, particles, 1])
    let sums = weights.matmul(isUpTo)
    // Rounding must not leave a place beyond the last sum.
    let ends = builder.concatenate([sums.slice(axis: 1, 0..<particles - 1), builder.constant(2, [sets, 1])], axis: 1)
    let starts = builder.concatenate(
      [builder.constant(0, [sets, 1]), sums.slice(axis: 1, 0..<particles - 1)], axis: 1)
    let isBefore = places.isLess(ends.reshape([sets, 1, particles]))
    return (isBefore - places.isLess(starts.reshape([sets, 1, particles]))).stopGradient
  }
}
