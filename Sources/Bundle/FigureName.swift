/// The figures that a report can hold.
package enum FigureName: String, CaseIterable, Hashable, Sendable {
  /// r2 against the number of bins ahead.
  case forecast
  /// Where the embedding puts the sessions.
  case embedding
  /// Example trials: observed, reconstructed, forecast.
  case traces
  /// Learnt vector fields beside the true ones of generated sessions.
  case fields
  /// Roll-outs over a grid of embeddings.
  case grid
  /// What training logs, against the step.
  case learning
  /// The objective of a sweep against each axis.
  case axes
  /// The objective of a sweep over two axes.
  case interaction
  /// The pairs of each comparison.
  case comparison

  /// The names that a bundle's study asks for; nil when it does not say.
  package static func chosen(by study: JSONValue) -> Set<FigureName>? {
    guard let names = study["figures"]?.array else { return nil }
    return Set(names.compactMap { $0.string.flatMap(FigureName.init) })
  }
}
