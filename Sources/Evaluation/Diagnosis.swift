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

  /// What a fit did not learn, in words; empty where it learnt.
  ///
  /// - Parameter sessions: what `states` and `dynamics` say of each session; empty for one that was not measured.
  /// - Parameter all: what `embedding` says.
  package static func findings(sessions: [[Score]], all: [Score]) -> [String] {
    let measured = sessions.filter { !$0.isEmpty }
    func mean(_ name: String) -> Double? {
      let values = measured.compactMap { scores in scores.first { $0.name == name }?.value }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    var findings: [String] = []
    let latents = measured.first?.count { $0.name.hasPrefix("information.z") } ?? 0
    let silent = (1...max(latents, 1)).filter { mean("information.z\($0)").map { !($0 >= leastInformation) } ?? false }
    if !silent.isEmpty {
      let names = silent.prefix(6).map { "z\($0)" }.joined(separator: ", ") + (silent.count > 6 ? ", ..." : "")
      findings.append(
        silent.count == latents
          ? "the posterior of the states has collapsed: no latent tells \(leastInformation) nats a bin beyond the dynamics"
          : "\(silent.count) of \(latents) latents tell less than \(leastInformation) nats a bin: \(names)")
    }
    if let collapsed = all.first(where: { $0.name == "collapsed.embedding" }), collapsed.value > 0 {
      findings.append(
        "the embedding has collapsed: sessions differ by less than the embedding of one is unsure of")
    }
    let unused = measured.count { scores in scores.contains { $0.name == "unused.dynamics" && $0.value > 0 } }
    if unused > 0, let gain = mean("gain") {
      let rounded = (gain * 1000).rounded() / 1000
      findings.append(
        "in \(unused) of \(measured.count) sessions the dynamics forecast no better than the last bin held"
          + " (mean gain of r2 \(gain.isFinite ? "\(rounded)" : "not a number"))")
    }
    return findings
  }
}
