import SpecLanguage
import TensorGraph

/// How the state produces what is observed: an affine read-out per session, then noise.
package enum Observation: Hashable, Sendable {
  case gaussian(GaussianObservation)
  case poisson(PoissonObservation)
  case negativeBinomial(NegativeBinomialObservation)
  case bernoulli(BernoulliObservation)

  package static let union = Union<Self>(
    "observation",
    .arm("gaussian", GaussianObservation.schema, Self.gaussian) {
      if case .gaussian(let value) = $0 { value } else { nil }
    },
    .arm("poisson", PoissonObservation.schema, Self.poisson) {
      if case .poisson(let value) = $0 { value } else { nil }
    },
    .arm("negative_binomial", NegativeBinomialObservation.schema, Self.negativeBinomial) {
      if case .negativeBinomial(let value) = $0 { value } else { nil }
    },
    .arm("bernoulli", BernoulliObservation.schema, Self.bernoulli) {
      if case .bernoulli(let value) = $0 { value } else { nil }
    })

  /// True when only spike counts make sense.
  package var needsCounts: Bool {
    switch self {
    case .gaussian: false
    case .poisson, .negativeBinomial, .bernoulli: true
    }
  }

  package var initialisation: Initialisation {
    switch self {
    case .gaussian(let value): value.initialisation
    case .poisson(let value): value.initialisation
    case .negativeBinomial(let value): value.initialisation
    case .bernoulli(let value): value.initialisation
    }
  }

  /// The affine read-out C z + b, `[rows, trials * bins]`.
  ///
  /// - Parameter states: `[bins, sessions, trials, latent]`; bins and trials may be others than those of the batch.
  private func affine(_ states: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Tensor {
    let (bins, sessions, trials, latent) = (states.shape[0], states.shape[1], states.shape[2], states.shape[3])
    let weight = parameter("observation.weight", .observation, [batch.table.totalChannels, latent], .fanIn(latent))
    let bias = parameter("observation.bias", .observation, [batch.table.totalChannels, 1], .constant(0))
    let flat = states.transpose(1, 2, 0, 3).reshape([sessions, trials * bins, latent])
    let product = weight.gatherRows(batch.channels).raggedExpand(flat, offsets: batch.offsets)
    return product + bias.gatherRows(batch.channels)
  }

  /// Expected observations `[rows, trials * bins]`: the mean, or the expected count per bin.
  func mean(_ states: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Tensor {
    let drive = affine(states, batch, parameter)
    switch self {
    case .gaussian: return drive
    case .poisson(let value): return value.link.rate(drive)
    case .negativeBinomial(let value): return value.link.rate(drive)
    case .bernoulli: return drive.sigmoid
    }
  }

  /// Log-likelihood of every observation, 0 where nothing was observed: `[rows, trials * bins]`.
  ///
  /// - Parameter particles: states of so many particles stand beside each other for every trial, `[bins, sessions,
  ///   trials * particles, latent]`; the result is `[rows, trials * particles * bins]`.
  func logLikelihood(
    _ states: Tensor, _ batch: Batch, particles: Int = 1, _ parameter: ParameterScope
  ) -> Tensor {
    let drive = affine(states, batch, parameter)
    let values = batch.repeated(batch.filled, particles)
    func perChannel(_ name: String) -> Tensor {
      parameter(name, .observation, [batch.table.totalChannels, 1], .constant(1)).gatherRows(batch.channels).variance
    }
    let value: Tensor
    switch self {
    case .gaussian:
      let variance = perChannel("observation.noise")
      let distance = (values - drive).square / variance
      value = -0.5 * (distance + (variance * (2 * Double.pi)).log)
    case .poisson(let poisson):
      value = poisson.link.logLikelihood(counts: values, drive: drive)
    case .negativeBinomial(let binomial):
      value = binomial.logLikelihood(counts: values, drive: drive, shape: perChannel("observation.shape"))
    case .bernoulli:
      value = BernoulliObservation.logLikelihood(counts: values, drive: drive)
    }
    return batch.repeated(batch.observed, particles).select(value, value.builder.constant(0, value.shape))
  }
}

/// Where a read-in or read-out starts.
package enum Initialisation: String, CaseIterable, Hashable, Sendable {
  /// From the principal components of the training data.
  case data
  /// From random weights.
  case random
}
