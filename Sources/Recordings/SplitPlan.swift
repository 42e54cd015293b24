import Randomness
import SpecLanguage

/// Which share of a session's trials is for training, for choosing, and for the final score.
package struct SplitPlan: Hashable, Sendable {
  package enum Order: String, CaseIterable, Hashable, Sendable {
    /// Trials in random order.
    case trial
    /// Trials in the order of time: train, then valid, then test.
    case block
  }

  package var train: Double
  package var valid: Double
  package var test: Double
  package var by: Order
  package var seed: UInt64

  package static let schema = Schema<Self>(
    "split", "Which share of a session's trials is for training, for choosing, and for the final score.",
    Field("train", \.train, .ratio, "Share of the trials that parameters are fitted on."),
    Field("valid", \.valid, .ratio, default: 0, "Share of the trials that steps and settings are chosen on."),
    Field("test", \.test, .ratio, default: 0, "Share of the trials that only the evaluations see."),
    Field(
      "by", \.by, .choice(Order.self), default: .trial,
      "`trial` shuffles the trials; `block` keeps them in time: train, then valid, then test."),
    Field("seed", \.seed, .seed, default: 0, "Seed of the shuffle."),
    notBuilt: [NotBuilt("stratify", "Would keep the shares equal in every group of trials.")],
    rules: [
      Rule("train") { plan in
        let sum = plan.train + plan.valid + plan.test
        return abs(sum - 1) <= 1e-3 ? nil : "`train`, `valid` and `test` add up to \(shortText(sum)), not 1"
      },
      Rule("train") { plan in plan.train > 0 ? nil : "`train` is 0; nothing could be fitted" },
    ],
    make: Self.init(train:valid:test:by:seed:))

  /// The split of each trial.
  ///
  /// Shares become numbers of trials by rounding the sums of shares; a share above 0 that rounds to nothing takes one
  /// trial from the largest.
  /// - Parameter starts: when each trial starts. - Parameter session: names the shuffle, so that sessions differ.
  func assign(starts: [Double], session: String) throws(DataProblem) -> [Split] {
    let sizes = try sizes(starts.count, session)
    var result = [Split](repeating: .train, count: starts.count)
    for (place, trial) in order(starts, session).enumerated() {
      result[trial] = place < sizes[0] ? .train : place < sizes[0] + sizes[1] ? .valid : .test
    }
    return result
  }

  private func sizes(_ trials: Int, _ session: String) throws(DataProblem) -> [Int] {
    let shares = [train, valid, test]
    let parts = shares.count { $0 > 0 }
    guard trials >= parts else {
      throw DataProblem(
        session: session, "the session has \(trials) trials, too few for a `split` into \(parts) parts",
        help: ["use more trials, shorter windows, or fewer parts"])
    }
    let total = train + valid + test
    let firstCut = Int((Double(trials) * train / total + 1e-6).rounded())
    let secondCut = Int((Double(trials) * (train + valid) / total + 1e-6).rounded())
    var sizes = [firstCut, secondCut - firstCut, trials - secondCut]
    for part in sizes.indices where shares[part] > 0 && sizes[part] == 0 {
      let largest = sizes.indices.max { sizes[$0] < sizes[$1] } ?? 0
      sizes[largest] -= 1
      sizes[part] = 1
    }
    return sizes
  }

  private func order(_ starts: [Double], _ session: String) -> [Int] {
    switch by {
    case .trial:
      var stream = Stream(seed: seed, path: ["split", session])
      return stream.permutation(starts.count)
    case .block:
      return starts.indices.sorted { (starts[$0], $0) < (starts[$1], $1) }
    }
  }
}

/// A number for a message, without digits that only rounding put there.
func shortText(_ value: Double) -> String {
  let rounded = (value * 1e9).rounded() / 1e9
  let text = abs(value) < 1e6 ? rounded.description : value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
