import Randomness

/// A test of whether paired differences lie around zero.
package enum PairedTest: String, CaseIterable, Hashable, Sendable {
  case pairedBootstrap = "paired_bootstrap"
  case wilcoxon
  case pairedT = "paired_t"
  case signFlip = "sign_flip"

  /// How many samples the bootstrap and the sampled sign flips draw.
  static let resamples = 10_000
  /// The coverage of intervals.
  static let coverage = 0.95

  /// Tests differences `a - b` of pairs. The same differences and the same stream give the same result.
  ///
  /// The interval bounds the mean difference: from Student's t for `paired_t`, else by the bootstrap.
  /// - Parameter differences: finite numbers, one for each pair.
  package func result(_ differences: [Double], stream: Stream) -> PairedResult {
    let bootstrap = PairedBootstrap(differences, stream: stream.child("bootstrap"))
    let mean = Sample(differences).mean
    var result = PairedResult(pairs: differences.count, difference: mean)
    (result.low, result.high) = bootstrap.interval
    switch self {
    case .pairedBootstrap:
      result.statistic = mean
      result.p = bootstrap.p
    case .wilcoxon:
      let test = SignedRank(differences)
      result.statistic = test.statistic
      result.p = test.p
    case .pairedT:
      let test = PairedT(differences)
      (result.low, result.high) = test.interval
      result.statistic = test.statistic
      result.p = test.p
    case .signFlip:
      result.statistic = mean
      result.p = SignFlip(differences, stream: stream.child("flip")).p
    }
    return result
  }
}

/// What a test says of paired differences; NaN where it says nothing.
package struct PairedResult: Hashable, Sendable {
  package var pairs: Int
  /// Mean difference.
  package var difference: Double
  /// Ends of the 95 % interval of the mean difference.
  package var low = Double.nan
  package var high = Double.nan
  /// Two-sided.
  package var p = Double.nan
  package var statistic = Double.nan
}

/// Mean and spread of numbers.
struct Sample {
  let mean: Double
  /// Sum of (x - mean)^2.
  let spread: Double
  /// Whether all numbers are the same.
  let isConstant: Bool

  init(_ values: [Double]) {
    isConstant = values.allSatisfy { $0 == values[0] }
    let mean = values.isEmpty ? .nan : isConstant ? values[0] : values.reduce(0, +) / Double(values.count)
    self.mean = mean
    spread = isConstant ? 0 : values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}
