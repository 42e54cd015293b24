import SpecLanguage
import TensorGraph

/// Spike counts: y ~ Poisson(link(C z + b)), rates in spikes per bin.
package struct PoissonObservation: Hashable, Sendable {
  package var link: Link
  package var initialisation: Initialisation

  package init(link: Link, initialisation: Initialisation) {
    self.link = link
    self.initialisation = initialisation
  }

  package static let schema = Schema<Self>(
    "poisson", "Spike counts with Poisson noise.",
    Field("link", \.link, .choice(Link.self), default: .exp, "From read-out to rate; `exp` is clamped at exp(8)."),
    Field("init", \.initialisation, .choice(Initialisation.self), default: .data, "Where the read-out starts."),
    make: Self.init(link:initialisation:))
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
