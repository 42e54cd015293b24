import SpecLanguage
import TensorGraph

/// At most one spike per bin: P(y = 1) = s(C z + b); a count above 1 counts as 1.
package struct BernoulliObservation: Hashable, Sendable {
  package var initialisation: Initialisation

  package init(initialisation: Initialisation) { self.initialisation = initialisation }

  package static let schema = Schema<Self>(
    "bernoulli", "Whether there is a spike in a bin; a bin with more spikes counts as one with a spike.",
    Field("init", \.initialisation, .choice(Initialisation.self), default: .data, "Where the read-out starts."),
    make: Self.init(initialisation:))

  /// y d - log(1 + e^d).
  static func logLikelihood(counts: Tensor, drive: Tensor) -> Tensor {
    counts.minimum(1) * drive - drive.softplus
  }
}
