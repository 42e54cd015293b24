import SpecLanguage
import TensorGraph

/// Spike counts with more spread than Poisson: mean m = link(C z + b), variance m + m^2 / r, a shape r per channel.
///
///     log p(k) = lgamma(k + r) - lgamma(r) + r log(r / (r + m)) + k log(m / (r + m)) - log k!
///
/// The constant log k! is left out. As r grows the counts become those of Poisson.
package struct NegativeBinomialObservation: Hashable, Sendable {
  package var link: Link
  package var initialisation: Initialisation

  package init(link: Link, initialisation: Initialisation) {
    self.link = link
    self.initialisation = initialisation
  }

  package static let schema = Schema<Self>(
    "negative_binomial", "Spike counts with more spread than Poisson, by a shape per channel.",
    Field("link", \.link, .choice(Link.self), default: .exp, "From read-out to mean; `exp` is clamped at exp(8)."),
    Field("init", \.initialisation, .choice(Initialisation.self), default: .data, "Where the read-out starts."),
    make: Self.init(link:initialisation:))

  func logLikelihood(counts: Tensor, drive: Tensor, shape: Tensor) -> Tensor {
    let mean = link.rate(drive)
    let both = (mean + shape).log
    let growth = Self.logGamma(counts + shape) - Self.logGamma(shape)
    return growth + shape * (shape.log - both) + counts * (mean.log - both)
  }

  /// log of the gamma function for x > 0: Stirling's series at x + 5, less the logarithms of the factors between.
  ///
  /// Its error is below 1e-9 for all positive x. Source: Abramowitz & Stegun 6.1.41.
  private static func logGamma(_ x: Tensor) -> Tensor {
    let far = x + 5
    let inverse = 1 / far
    let square = inverse * inverse
    let series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680))))
    let factors = x * (x + 1) * (x + 2) * (x + 3) * (x + 4)
    return (far - 0.5) * far.log - far + 0.918_938_533_204_672_8 + series - factors.log
  }
}
