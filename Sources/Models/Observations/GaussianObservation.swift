import SpecLanguage

/// Gaussian noise with a variance per channel: y ~ N(C z + b, diag R).
package struct GaussianObservation: Hashable, Sendable {
  package var initialisation: Initialisation

  package init(initialisation: Initialisation) { self.initialisation = initialisation }

  package static let schema = Schema<Self>(
    "gaussian", "Gaussian noise with a variance per channel.",
    Field("init", \.initialisation, .choice(Initialisation.self), default: .data, "Where the read-out starts."),
    make: Self.init(initialisation:))
}
