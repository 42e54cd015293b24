import Foundation
import Models
import Randomness
import Recordings
import Training

/// The sizes of a benchmark, with the names of the science notes.
struct Size {
  var sessions, trials, bins, channels, latent, embedding, width, rank, readin, shared: Int

  static let named = [
    "motor": Size(
      sessions: 30, trials: 32, bins: 35, channels: 100, latent: 24, embedding: 2, width: 128, rank: 6, readin: 128,
      shared: 64),
    "cycle": Size(
      sessions: 20, trials: 32, bins: 100, channels: 35, latent: 2, embedding: 1, width: 64, rank: 1, readin: 32,
      shared: 16),
  ]

  var model: Model { model(.bigru(.init(width: width))) }

  func model(_ encoder: StateEncoder) -> Model {
    let low = LowRankAdaptation(rank: rank, layers: [0, 1], hyper: [width, width], penalty: 0.01)
    return Model(
      readin: .linear(.init(width: readin, shared: shared)),
      embedding: Embedding(size: embedding, per: .session, encoder: .gru(.init(width: width)), weight: 1),
      dynamics: .mlp(
        MLPDynamics(
          latent: latent, hidden: [width, width], activation: .tanh, residual: false, noise: .shared,
          adapt: .lowRank(low))),
      inference: .dkf(DKF(encoder: encoder, forecastMask: 0.2, detach: true)),
      observation: .gaussian(.init(initialisation: .random)))
  }

  func recipe(steps: Int, memory: GradientMemory, atOnce: Int?) -> Recipe {
    Recipe(
      optimizer: .adamw(AdamW(lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01)),
      schedule: .constant(ConstantSchedule(warmup: 0)), clip: nil,
      batch: BatchRecipe(trials: trials, sessions: nil, atOnce: atOnce), budget: .steps(steps), select: nil,
      memory: memory)
  }

  /// Multiplications and additions of the matrix products of one step, in 1e9, counted as the peers count them.
  var gigaflop: Double {
    let readIn = channels * readin + readin * shared
    let encoders = (shared + width) * 3 * width + 2 * (shared + embedding + width) * 3 * width + 2 * width * 2 * latent
    let dynamics = latent * width + width * width + width * latent
    let products = readIn + encoders + dynamics + latent * channels
    return 6 * Double(products) * Double(sessions * trials * bins) / 1e9
  }

  /// Channel counts: all the same, or spread from 0.3 to 3.5 times that with the same sum.
  private func channelCounts(isUneven: Bool) -> [Int] {
    guard isUneven, sessions > 1 else { return [Int](repeating: channels, count: sessions) }
    var weights = (0..<sessions).map { pow(350.0 / 30.0, Double($0) / Double(sessions - 1)) }
    let sum = weights.reduce(0, +)
    weights = weights.map { $0 / sum * Double(channels * sessions) }
    var counts = weights.map { max(1, Int($0.rounded())) }
    counts[sessions - 1] += channels * sessions - counts.reduce(0, +)
    return counts
  }

  /// Sessions of normal random numbers.
  func randomSessions(isUneven: Bool, seed: UInt64) -> [Session] {
    channelCounts(isUneven: isUneven).enumerated().map { index, channels in
      var stream = Stream(seed: seed, path: ["data", String(index)])
      let values = (0..<channels * trials * bins).map { _ in Float(stream.normal()) }
      let trials = (0..<trials).map { Trial(length: bins, split: .train, start: Double($0)) }
      return Session(
        name: "bench/\(index)", binWidth: .milliseconds(20), channels: channels, bins: bins, trials: trials,
        isCounts: false, observations: values)
    }
  }
}
