import Glibc
import Randomness

/// Values of one session's part of a parameter, estimated from its activity before training.
package struct InitialBlock: Sendable {
  package let parameter: String
  /// Whether the parameter has a row per channel, else a row per session.
  package let isPerChannel: Bool
  package let values: [Double]
}

extension Model {
  /// Where the read-in and read-out of a session start when they ask for `init: data`; empty otherwise.
  ///
  /// - Parameter trials: per trial the observed rows `[channels][bins]`, NaN where missing.
  /// - Parameter hidden: channels that the read-in does not see; their weights start at zero.
  package func initialBlocks(
    trials: [[[Float]]], channels: Int, hidden: [Int] = [], stream: Stream
  ) -> [InitialBlock] {
    guard channels > 0, trials.contains(where: { $0[0].count > 0 }) else { return [] }
    var blocks: [InitialBlock] = []
    if observation.initialisation == .data {
      let activity = Self.activity(trials, channels: channels, observation.transformed)
      let readout = PrincipalReadout(activity: activity, latent: dynamics.latent, stream: stream.child("readout"))
      blocks.append(InitialBlock(parameter: "observation.weight", isPerChannel: true, values: readout.weight))
      blocks.append(InitialBlock(parameter: "observation.bias", isPerChannel: true, values: readout.bias))
      if case .gaussian = observation {
        let noise = readout.residual.map { Observation.inverseSoftplus(max($0, 1e-4)) }
        blocks.append(InitialBlock(parameter: "observation.noise", isPerChannel: true, values: noise))
      }
    }
    if readin.initialisation == .data {
      let seen = (0..<channels).filter { !hidden.contains($0) }
      let activity = Self.activity(trials, channels: channels) { $0 }
      let width = readin.sessionWidth
      let components = PrincipalReadout(
        activity: seen.map { activity[$0] }, latent: min(dynamics.latent, width), stream: stream.child("readin"))
      blocks += Self.readinBlocks(components, channels: channels, seen: seen, width: width)
    }
    return blocks
  }

  /// The first features of the read-in are the components with unit variance, the others start at zero.
  private static func readinBlocks(
    _ components: PrincipalReadout, channels: Int, seen: [Int], width: Int
  ) -> [InitialBlock] {
    let latent = components.inverse.count / max(seen.count, 1)
    var weight = [Double](repeating: 0, count: channels * width)
    var bias = [Double](repeating: 0, count: width)
    for (row, channel) in seen.enumerated() {
      for place in 0..<latent {
        let value = components.inverse[row * latent + place]
        weight[channel * width + place] = value
        bias[place] -= value * components.bias[row]
      }
    }
    return [
      InitialBlock(parameter: "readin.weight", isPerChannel: true, values: weight),
      InitialBlock(parameter: "readin.bias", isPerChannel: false, values: bias),
    ]
  }

  /// All bins of all trials, a row per channel; missing bins count as 0.
  private static func activity(
    _ trials: [[[Float]]], channels: Int, _ transform: ([Double]) -> [Double]
  ) -> [[Double]] {
    var activity = [[Double]](repeating: [], count: channels)
    for trial in trials {
      for channel in 0..<channels {
        activity[channel] += transform(trial[channel].map { $0.isNaN ? 0 : Double($0) })
      }
    }
    return activity
  }
}

extension Observation {
  /// Activity in the space of the linear drive.
  func transformed(_ row: [Double]) -> [Double] {
    func drive(_ link: Link) -> [Double] {
      let smooth = Self.smoothed(row, sigma: 2)
      switch link {
      case .exp: return smooth.map { log($0 + 1e-3) }
      case .softplus: return smooth.map { Self.inverseSoftplus($0 + 1e-3) }
      }
    }
    switch self {
    case .gaussian: return row
    case .poisson(let poisson): return drive(poisson.link)
    case .negativeBinomial(let binomial): return drive(binomial.link)
    case .bernoulli:
      return Self.smoothed(row.map { min($0, 1) }, sigma: 2).map { share in
        let chance = min(max(share, 1e-3), 1 - 1e-3)
        return log(chance / (1 - chance))
      }
    }
  }

  /// Gaussian smoothing over `sigma` bins, renormalised at the ends.
  private static func smoothed(_ row: [Double], sigma: Double) -> [Double] {
    let reach = Int((3 * sigma).rounded(.up))
    let kernel = (-reach...reach).map { exp(-0.5 * (Double($0) / sigma) * (Double($0) / sigma)) }
    return row.indices.map { centre in
      var (sum, weight) = (0.0, 0.0)
      for (position, value) in kernel.enumerated() {
        let index = centre + position - reach
        guard row.indices.contains(index) else { continue }
        sum += value * row[index]
        weight += value
      }
      return sum / weight
    }
  }

  /// x with softplus(x) = y.
  static func inverseSoftplus(_ y: Double) -> Double {
    y > 30 ? y : log(exp(y) - 1)
  }
}
