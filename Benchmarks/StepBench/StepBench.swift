import Foundation
import Models
import NativeBackend
import Randomness
import Recordings
import Training

/// Times training steps of the MDSSM at a given size.
///
///     step-bench motor|cycle [steps=10] [threads=2] [sessions=..] [trials=..] [bins=..] [channels=..|uneven] [repeat=1]
///
/// Prints one line of `key=value` words per repeat: medians in milliseconds, the arithmetic of the matrix products, peak
/// resident memory in MiB, the number of parameters.
@main
struct StepBench {
  static func main() throws {
    var words = CommandLine.arguments.dropFirst()
    guard let name = words.popFirst(), var size = Size.named[name] else {
      print(
        "usage: step-bench motor|cycle [steps=10] [threads=2] [sessions=..] [trials=..] [bins=..] [channels=..|uneven]")
      exit(64)
    }
    var (steps, threads, seed) = (10, 2, UInt64(1))
    var isUneven = false
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { exit(64) }
      let number = Int(parts[1])
      switch (parts[0], number) {
      case ("steps", let number?): steps = number
      case ("threads", let number?): threads = number
      case ("seed", let number?): seed = UInt64(number)
      case ("sessions", let number?): size.sessions = number
      case ("trials", let number?): size.trials = number
      case ("bins", let number?): size.bins = number
      case ("channels", let number?): size.channels = number
      case ("channels", nil) where parts[1] == "uneven": isUneven = true
      default:
        print("what is \(word)?")
        exit(64)
      }
    }
    try time(name, size, steps: steps, threads: threads, isUneven: isUneven, seed: seed)
  }

  private static func time(
    _ name: String, _ size: Size, steps: Int, threads: Int, isUneven: Bool, seed: UInt64
  ) throws {
    let sessions = size.randomSessions(isUneven: isUneven, seed: seed)
    let stream = Stream(seed: seed, path: ["bench"])
    let began = now()
    let trainer = try Trainer(
      model: size.model, recipe: size.recipe(steps: steps + 2), trials: TrialSet(sessions, limit: nil, stream: stream),
      start: nil, fit: Set(ParameterGroup.allCases), backend: NativeBackend(threads: threads), stream: stream,
      path: "bench")
    let ready = now() - began
    var loss = 0.0
    for _ in 0..<2 { loss = try trainer.step().loss }
    var times: [Double] = []
    for _ in 0..<steps {
      let start = now()
      loss = try trainer.step().loss
      times.append(now() - start)
    }
    times.sort()
    let median = times[times.count / 2]
    let words = [
      "size=\(name)", "sessions=\(size.sessions)", "trials=\(size.trials)", "bins=\(size.bins)",
      "channels=\(isUneven ? "uneven" : String(size.channels))", "threads=\(threads)",
      "parameters=\(trainer.parameters.count)", "start_ms=\(short(1000 * ready))", "median_ms=\(short(1000 * median))",
      "min_ms=\(short(1000 * times[0]))", "gflop=\(short(size.gigaflop))",
      "gflops=\(short(size.gigaflop / median))", "peak_mib=\(short(peakMemory))", "loss=\(short(loss))",
    ]
    print(words.joined(separator: " "))
  }

  private static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
  private static func short(_ value: Double) -> String { String(format: "%.2f", value) }

  /// Peak resident memory of this process in MiB.
  private static var peakMemory: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}

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

  var model: Model {
    let low = LowRankAdaptation(rank: rank, layers: [0, 1], hyper: [width, width], penalty: 0.01)
    return Model(
      readin: .linear(.init(width: readin, shared: shared)),
      embedding: Embedding(size: embedding, per: .session, encoder: .gru(.init(width: width)), weight: 1),
      dynamics: .mlp(
        MLPDynamics(
          latent: latent, hidden: [width, width], activation: .tanh, residual: false, noise: .shared,
          adapt: .lowRank(low))),
      inference: .dkf(DKF(encoder: .bigru(.init(width: width)), forecastMask: 0.2, detach: true)),
      observation: .gaussian(.init(initialisation: .random)))
  }

  func recipe(steps: Int) -> Recipe {
    Recipe(
      optimizer: .adamw(AdamW(lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01)),
      schedule: .constant(ConstantSchedule(warmup: 0)), clip: nil, batch: BatchRecipe(trials: trials, sessions: nil),
      budget: .steps(steps), select: nil)
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
