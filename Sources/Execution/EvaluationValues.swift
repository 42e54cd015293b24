// What evaluations read of a fitted model and of observations.

import Evaluation
import Foundation
import Models
import Training

extension FittedModel {
  /// The noise of observations of a session about their mean.
  func noise(of session: Int) -> ForecastLikelihood.Noise {
    func perChannel(_ name: String) -> [Double] {
      guard let parameter = parameters[name] else { preconditionFailure("a model without \(name)") }
      let first = parameter.offset + sessions.row(of: session)
      return values[first..<first + sessions.channels[session]].map { $0 > 30 ? $0 : log(1 + exp($0)) + 1e-6 }
    }
    switch model.observation {
    case .gaussian: return .gaussian(perChannel("observation.noise"))
    case .poisson: return .poisson
    case .negativeBinomial: return .negativeBinomial(perChannel("observation.shape"))
    case .bernoulli: return .bernoulli
    }
  }
}

extension TrialValues {
  /// Variance of each channel about its mean over what was observed; 0 for a channel that never was.
  var channelVariances: [Double] {
    let means = channelMeans
    return (0..<channels).map { channel in
      let own = values[channel * trials * bins..<(channel + 1) * trials * bins].filter { !$0.isNaN }
      let squares = own.reduce(0.0) { $0 + (Double($1) - means[channel]) * (Double($1) - means[channel]) }
      return own.isEmpty ? 0 : squares / Double(own.count)
    }
  }

  /// Whether some bin has a value in every row.
  var hasCompleteBin: Bool {
    (0..<trials).contains { trial in
      (0..<bins).contains { bin in (0..<channels).allSatisfy { !self[$0, trial, bin].isNaN } }
    }
  }

  /// Other values of the same shape.
  func like(_ values: [Float]) -> TrialValues {
    TrialValues(channels: channels, trials: trials, bins: bins, values: values)
  }
}
