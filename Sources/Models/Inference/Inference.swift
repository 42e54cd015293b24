import SpecLanguage
import TensorGraph

/// How latent states are inferred from observations.
package struct Inference: Hashable, Sendable {
  let scheme: any InferenceScheme

  package init(_ scheme: some InferenceScheme) { self.scheme = scheme }

  /// The catalogue of schemes, one line each.
  package static let union = Union<Self>(
    "inference",
    .scheme(DKF.self),
    .scheme(DVBF.self),
    .scheme(VSMC.self))

  package var encoder: StateEncoder { scheme.encoder }

  package static func == (left: Self, right: Self) -> Bool { AnyHashable(left.scheme) == AnyHashable(right.scheme) }
  package func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(scheme)) }
}

/// A scheme of inference: one file with its keys and its bound, and one line in the catalogue.
///
/// Law: `bound` is a lower bound of the log-likelihood of the observations for an embedding, but for what masks and weights
/// of the loss change. A scheme whose encoder can be causal has the encoder's output for its posterior of the states.
package protocol InferenceScheme: Hashable, Sendable {
  /// Its name is the word after `kind`.
  static var schema: Schema<Self> { get }
  var encoder: StateEncoder { get }
  /// Whether the encoder sees the embedding without a gradient; nil where the spec does not say.
  var detach: Bool? { get }
  /// Terms of the bound of a batch, from random numbers.
  func bound(_ context: InferenceContext) -> BoundTerms
  /// The posterior of the states without sampling: `[bins, sessions, trials, latent]`.
  func posterior(_ context: InferenceContext) -> Gaussian
}

extension Union.Arm where Value == Inference {
  fileprivate static func scheme<Scheme: InferenceScheme>(_ scheme: Scheme.Type) -> Self {
    .arm(Scheme.schema.name, Scheme.schema, { Inference($0) }, { $0.scheme as? Scheme })
  }
}

/// The negative of a bound, cut in two scalars.
package struct BoundTerms {
  /// What the observations have lost.
  let reconstruction: Tensor
  /// What the states cost.
  let states: Tensor
}

/// What a scheme of inference works with.
package struct InferenceContext {
  let model: Model
  let batch: Batch
  let parameter: ParameterScope
  /// Spec path of the model.
  let path: String
  /// `[bins, sessions * trials, shared]`
  let features: Tensor
  /// `[sessions, size]`; nil without embedding.
  let embedding: Tensor?
  let dynamics: PreparedDynamics
  /// Of the first bin: `[latent]`, or `[sessions, 1, latent]` where sessions have their own.
  let initial: Gaussian
  let weights: LossWeights

  var latent: Int { model.dynamics.latent }
  var builder: Builder { features.builder }

  /// What the encoder gives: `[bins, sessions, trials, latent]`.
  ///
  /// - Parameter detach: the encoder sees the embedding without a gradient.
  func encoded(_ encoder: StateEncoder, detach: Bool) -> Gaussian {
    let seen = detach ? embedding?.stopGradient : embedding
    return encoder.posterior(features, seen, latent: latent, batch, parameter)
  }

  /// Log-likelihood of every observation, weighed against the others: `[rows, trials * particles * bins]`.
  func logLikelihood(_ states: Tensor, particles: Int = 1) -> Tensor {
    let likelihood = builder.scope("\(path).observation") {
      model.observation.logLikelihood(states, batch, particles: particles, parameter)
    }
    guard let values = weights.values else { return likelihood }
    return likelihood * (values.shape[1] == 1 ? values : batch.repeated(values, particles))
  }

  /// Minus the mean over trials and sessions of summed log-likelihoods, a scalar.
  func reconstruction(_ states: Tensor) -> Tensor {
    -(logLikelihood(states) * weights.rows).total
  }

  /// The mean over trials and sessions of a number for each: `[sessions, trials]` to a scalar.
  func mean(_ perTrial: Tensor) -> Tensor { (perTrial * weights.trials).total }

  /// How much the divergence counts.
  func warmed(_ divergence: Tensor) -> Tensor { batch.warmth.map { divergence * $0 } ?? divergence }
}
