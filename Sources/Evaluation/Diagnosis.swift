/// Signs that a fit did not learn.
package enum Diagnosis {
  /// A latent below so many nats per bin tells nothing.
  package static let leastInformation = 0.01

  /// - Parameter perLatent: nats per bin that each latent tells beyond the dynamics.
  package static func states(_ perLatent: [Double], bins: Int) -> [Score] {
    let collapsed = perLatent.count { $0 < leastInformation }
    return perLatent.enumerated().map { Score("information.z\($0 + 1)", $1, n: bins) }
      + [Score("collapsed.states", Double(collapsed), n: bins)]
  }

  /// - Parameter means: of the embeddings, `[sessions][size]`.  - Parameter variances: of their posteriors.
  /// - Returns: none where there are not two sessions or no posterior.
  package static func embedding(_ means: [[Double]], _ variances: [[Double]]) -> [Score] {
    guard means.count > 1, let size = means.first?.count, size > 0 else { return [] }
    let count = Double(means.count)
    let ratios = (0..<size).compactMap { place -> Double? in
      let centre = means.reduce(0) { $0 + $1[place] } / count
      let between = means.reduce(0) { $0 + ($1[place] - centre) * ($1[place] - centre) } / (count - 1)
      let within = variances.reduce(0) { $0 + $1[place] } / count
      return within > 0 ? between / within : nil
    }
    guard let separation = ratios.max() else { return [] }
    return [
      Score("separation", separation, n: means.count),
      Score("collapsed.embedding", separation < 1 ? 1 : 0, n: means.count),
    ]
  }

  /// - Parameter forecast: of the bins after `context`, `[channels, trials, bins - context]`.
  package static func dynamics(
    observed: TrialValues, forecast: TrialValues, context: Int, trainingMeans: [Double]
  ) -> [Score] {
    let scores = Forecast.scores(
      observed: observed, forecast: forecast, context: context, trainingMeans: trainingMeans)
    guard let own = scores.first(where: { $0.name == "r2" }), let held = scores.first(where: { $0.name == "hold.r2" })
    else { return [] }
    let gain = own.value - held.value
    // A forecast that is not a number forecasts nothing.
    return [Score("gain", gain, n: own.n), Score("unused.dynamics", gain > 0 ? 0 : 1, n: own.n)]
  }
}
