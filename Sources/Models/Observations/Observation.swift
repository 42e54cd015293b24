import SpecLanguage
import TensorGraph

/// How the state produces what is observed: an affine read-out per session, then noise.
package enum Observation: Hashable, Sendable {
  case gaussian(GaussianObservation)
  case poisson(PoissonObservation)

  package static let union = Union<Self>(
    "observation",
    .arm("gaussian", GaussianObservation.schema, Self.gaussian) {
      if case .gaussian(let value) = $0 { value } else { nil }
    },
    .arm("poisson", PoissonObservation.schema, Self.poisson) {
      if case .poisson(let value) = $0 { value } else { nil }
    },
    notBuilt: [
      .init("negative_binomial", "Counts with more spread than Poisson."),
      .init("bernoulli", "At most one spike per bin."),
    ])

  /// True when only spike counts make sense.
  package var needsCounts: Bool {
    switch self {
    case .gaussian: false
    case .poisson: true
    }
  }

  package var initialisation: Initialisation {
    switch self {
    case .gaussian(let value): value.initialisation
    case .poisson(let value): value.initialisation
    }
  }

  /// The affine read-out C z + b, `[rows, trials * bins]`.
  ///
  /// - Parameter states: `[bins, sessions, trials, latent]`; the bins may be others than those of the batch.
  private func affine(_ states: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Tensor {
    let shape = batch.shape
    let (bins, latent) = (states.shape[0], states.shape[3])
    let weight = parameter("observation.weight", .observation, [batch.table.totalChannels, latent], .fanIn(latent))
    let bias = parameter("observation.bias", .observation, [batch.table.totalChannels, 1], .constant(0))
    let flat = states.transpose(1, 2, 0, 3).reshape([shape.sessions, shape.trials * bins, latent])
    let product = weight.gatherRows(batch.channels).raggedExpand(flat, offsets: batch.offsets)
    return product + bias.gatherRows(batch.channels)
  }

  /// Expected observations `[rows, trials * bins]`: the mean, or the expected count per bin.
  func mean(_ states: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Tensor {
    let drive = affine(states, batch, parameter)
    switch self {
    case .gaussian: return drive
    case .poisson(let value): return value.link.rate(drive)
    }
  }

  /// Log-likelihood of every observation, 0 where nothing was observed: `[rows, trials * bins]`.
  func logLikelihood(_ states: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Tensor {
    let drive = affine(states, batch, parameter)
    let value: Tensor
    switch self {
    case .gaussian:
      let noise = parameter("observation.noise", .observation, [batch.table.totalChannels, 1], .constant(1))
      let variance = noise.gatherRows(batch.channels).variance
      let distance = (batch.filled - drive).square / variance
      value = -0.5 * (distance + (variance * (2 * Double.pi)).log)
    case .poisson(let poisson):
      value = poisson.link.logLikelihood(counts: batch.filled, drive: drive)
    }
    return batch.observed.select(value, value.builder.constant(0, value.shape))
  }
}

/// Where a read-in or read-out starts.
package enum Initialisation: String, CaseIterable, Hashable, Sendable {
  /// From the principal components of the training data.
  case data
  /// From random weights.
  case random
}

/// Gaussian noise with a variance per channel: y ~ N(C z + b, diag R).
package struct GaussianObservation: Hashable, Sendable {
  package var initialisation: Initialisation

  package init(initialisation: Initialisation) { self.initialisation = initialisation }

  package static let schema = Schema<Self>(
    "gaussian", "Gaussian noise with a variance per channel.",
    Field("init", \.initialisation, .choice(Initialisation.self), default: .data, "Where the read-out starts."),
    make: Self.init(initialisation:))
}

/// Spike counts: y ~ Poisson(link(C z + b)), rates in spikes per bin.
package struct PoissonObservation: Hashable, Sendable {
  package var link: Link
  package var initialisation: Initialisation

  package init(link: Link, initialisation: Initialisation) {
    self.link = link
    self.initialisation = initialisation
  }

  /// From drive to rate.
  package enum Link: String, CaseIterable, Hashable, Sendable {
    case exp, softplus

    func rate(_ drive: Tensor) -> Tensor {
      switch self {
      case .exp: drive.minimum(8).exp
      case .softplus: drive.softplus + 1e-6
      }
    }

    /// k log(rate) - rate; the constant log k! is left out.
    func logLikelihood(counts: Tensor, drive: Tensor) -> Tensor {
      switch self {
      case .exp:
        let clamped = drive.minimum(8)
        return counts * clamped - clamped.exp
      case .softplus:
        let rate = rate(drive)
        return counts * rate.log - rate
      }
    }
  }

  package static let schema = Schema<Self>(
    "poisson", "Spike counts with Poisson noise.",
    Field("link", \.link, .choice(Link.self), default: .exp, "From read-out to rate; `exp` is clamped at exp(8)."),
    Field("init", \.initialisation, .choice(Initialisation.self), default: .data, "Where the read-out starts."),
    make: Self.init(link:initialisation:))
}
