import Foundation
import SpecLanguage

/// When a session is good enough; one that fails a test is left out with the reason.
///
/// The tests look at training and validation trials only: what is scored later decides nothing.
/// - decoding: ridge regression (alpha 0.01, features and targets centred) of the behaviour of a bin on its channels, fitted
///   on the first 80 % of the trials and scored on the rest; r2 is the mean over dimensions.
/// - drift: |slope| x trials / mean of the mean activity of a trial over the number of the trial.
/// - variability: standard deviation of the mean activity of a trial over its mean.
/// Source: the session filter of Vermani et al. 2025 for their motor recordings.
package struct Quality: Hashable, Sendable {
  package var decodeR2: Double?
  package var target: String?
  package var drift: Double?
  package var variability: Double?
  package var dead: Double?
  package var trials: Int?
  package var channels: Int?

  package static let schema = Schema<Self>(
    "quality", "When a session is good enough; one that fails a test is left out with the reason.",
    Field(
      "decode_r2", \.decodeR2, .optional(.float),
      "Least r2 of behaviour decoded from the channels of the same bin, by ridge regression."),
    Field(
      "target", \.target, .optional(.id),
      "The behaviour that `decode_r2` speaks of; the first of the dataset where absent."),
    Field(
      "drift", \.drift, .optional(.nonNegative),
      "Most change of the mean activity over the session, relative to its mean."),
    Field(
      "variability", \.variability, .optional(.nonNegative),
      "Most standard deviation of the mean activity over trials, relative to its mean."),
    Field("dead", \.dead, .optional(.ratio), "Most share of channels that never change."),
    Field("trials", \.trials, .optional(.count), "Fewest trials."),
    Field("channels", \.channels, .optional(.count), "Fewest channels."),
    rules: [
      Rule("target") { $0.target != nil && $0.decodeR2 == nil ? "`target` has no effect without `decode_r2`" : nil },
      Rule("decode_r2") { quality in
        let all: [Any?] = [
          quality.decodeR2, quality.drift, quality.variability, quality.dead, quality.trials, quality.channels,
        ]
        return all.allSatisfy { $0 == nil } ? "`quality` asks for nothing" : nil
      },
    ],
    make: Self.init(decodeR2:target:drift:variability:dead:trials:channels:))

  /// Why a session is left out; empty for a good one.
  func reasons(_ session: Session) -> [String] {
    var reasons: [String] = []
    if let trials, session.trials.count < trials {
      reasons.append("\(session.trials.count) trials, fewer than \(trials)")
    }
    if let channels, session.channels < channels {
      reasons.append("\(session.channels) channels, fewer than \(channels)")
    }
    let seen = session.trials.indices.filter { session.trials[$0].split != .test }
    let means = seen.map { Self.mean(session, trial: $0) }.filter(\.isFinite)
    let mean = means.reduce(0, +) / Double(max(1, means.count))
    if let drift {
      let found = abs(Self.slope(means)) * Double(means.count) / abs(mean)
      if !(found <= drift) { reasons.append("drift \(Self.short(found)), above \(shortText(drift))") }
    }
    if let variability {
      let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, means.count))
      let found = variance.squareRoot() / abs(mean)
      if !(found <= variability) { reasons.append("variability \(Self.short(found)), above \(shortText(variability))") }
    }
    if let dead {
      let found = Double((0..<session.channels).count { Self.isDead(session, $0) }) / Double(max(1, session.channels))
      if found > dead { reasons.append("\(Self.short(100 * found)) % dead channels, above \(shortText(100 * dead)) %") }
    }
    if let decodeR2 {
      let wanted = target ?? session.behavior.first?.name
      guard let behavior = session.behavior.first(where: { $0.name == wanted }) else {
        return reasons + ["no behaviour `\(wanted ?? "")` to decode"]
      }
      let found = SessionDecoding(session: session, behavior: behavior, trials: seen).r2
      if !(found >= decodeR2) {
        reasons.append("decoding r2 \(found.isNaN ? "is no number" : Self.short(found)), below \(shortText(decodeR2))")
      }
    }
    return reasons
  }

  private static func short(_ value: Double) -> String { String(format: "%.3g", value) }

  /// Mean over channels and bins of one trial.
  private static func mean(_ session: Session, trial: Int) -> Double {
    var sum = 0.0
    var count = 0.0
    for channel in 0..<session.channels {
      let start = session.index(channel: channel, trial: trial, bin: 0)
      for value in session.observations[start..<start + session.trials[trial].length] where !value.isNaN {
        sum += Double(value)
        count += 1
      }
    }
    return count > 0 ? sum / count : .nan
  }

  /// Least squares of the values on 0, 1, 2, ...
  private static func slope(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let middle = Double(values.count - 1) / 2
    var (product, square) = (0.0, 0.0)
    for (place, value) in values.enumerated() {
      product += (Double(place) - middle) * value
      square += (Double(place) - middle) * (Double(place) - middle)
    }
    return product / square
  }

  private static func isDead(_ session: Session, _ channel: Int) -> Bool {
    let start = session.index(channel: channel, trial: 0, bin: 0)
    let all = session.observations[start..<start + session.trials.count * session.bins].filter { !$0.isNaN }
    return all.allSatisfy { $0 == all.first }
  }
}

/// Ridge regression of a behaviour on the channels of the same bin, for the test of a session.
private struct SessionDecoding {
  let session: Session
  let behavior: Behavior
  let trials: [Int]

  private static let alpha = 0.01

  /// Mean over dimensions on the last fifth of the trials; NaN where it cannot be known.
  var r2: Double {
    let cut = Int((0.8 * Double(trials.count)).rounded())
    guard cut > 0, cut < trials.count else { return .nan }
    let (train, test) = (rows(trials[..<cut]), rows(trials[cut...]))
    guard train.count > 1, test.count > 1 else { return .nan }
    let (width, outputs) = (session.channels, behavior.dimensions)
    let centre = Self.means(train, width + outputs)
    // Normal equations of the centred rows.
    var left = [[Double]](repeating: [Double](repeating: 0, count: width), count: width)
    var right = [[Double]](repeating: [Double](repeating: 0, count: outputs), count: width)
    for row in train {
      let row = zip(row, centre).map { $0 - $1 }
      for one in 0..<width {
        for two in 0...one { left[one][two] += row[one] * row[two] }
        for output in 0..<outputs { right[one][output] += row[one] * row[width + output] }
      }
    }
    for one in 0..<width { left[one][one] += Self.alpha }
    guard let weights = Self.solve(left, right) else { return .nan }
    let means = Self.means(test, width + outputs)
    var total = 0.0
    for output in 0..<outputs {
      var (error, spread) = (0.0, 0.0)
      for row in test {
        var guess = centre[width + output]
        for one in 0..<width { guess += (row[one] - centre[one]) * weights[one][output] }
        error += (row[width + output] - guess) * (row[width + output] - guess)
        spread += (row[width + output] - means[width + output]) * (row[width + output] - means[width + output])
      }
      total += 1 - error / spread
    }
    return total / Double(outputs)
  }

  /// Channels and behaviour of every bin that has all of them.
  private func rows(_ trials: ArraySlice<Int>) -> [[Double]] {
    var rows: [[Double]] = []
    let size = session.trials.count * session.bins
    for trial in trials {
      for bin in 0..<session.trials[trial].length {
        let place = trial * session.bins + bin
        var row = (0..<session.channels).map { Double(session.observations[$0 * size + place]) }
        row += (0..<behavior.dimensions).map { Double(behavior.values[$0 * size + place]) }
        if row.allSatisfy(\.isFinite) { rows.append(row) }
      }
    }
    return rows
  }

  private static func means(_ rows: [[Double]], _ width: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: width)
    for row in rows { for (column, value) in row.enumerated() { sums[column] += value } }
    return sums.map { $0 / Double(rows.count) }
  }

  /// Cholesky's factor of the lower triangle, then two substitutions; nil where the matrix is not positive.
  private static func solve(_ matrix: [[Double]], _ right: [[Double]]) -> [[Double]]? {
    var factor = matrix
    let size = matrix.count
    for row in 0..<size {
      for column in 0...row {
        var sum = matrix[row][column]
        for place in 0..<column { sum -= factor[row][place] * factor[column][place] }
        if row == column {
          guard sum > 0 else { return nil }
          factor[row][row] = sum.squareRoot()
        } else {
          factor[row][column] = sum / factor[column][column]
        }
      }
    }
    var solution = right
    for output in right[0].indices {
      for row in 0..<size {
        for place in 0..<row { solution[row][output] -= factor[row][place] * solution[place][output] }
        solution[row][output] /= factor[row][row]
      }
      for row in (0..<size).reversed() {
        for place in row + 1..<size { solution[row][output] -= factor[place][row] * solution[place][output] }
        solution[row][output] /= factor[row][row]
      }
    }
    return solution
  }
}
