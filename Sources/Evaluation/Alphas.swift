import Foundation
import SpecLanguage

/// The penalties among which cross-validation picks: one, a list, or `{log_grid: [from, to, count]}`.
package struct Alphas: Hashable, Sendable {
  /// What was listed; empty when a grid was given.
  package var listed: [Double]
  /// First, last and number of values, evenly spaced on a logarithmic scale; empty when values were listed.
  package var logGrid: [Double]

  package static let usual = Alphas(listed: [], logGrid: [1e-3, 1e3, 7])

  private static let schema = Schema<Self>(
    "alpha", "A grid of penalties.",
    Field(
      "log_grid", \.logGrid, .list(.positive, count: 3...3),
      "First, last and number of values, evenly spaced on a logarithmic scale."),
    rules: [
      Rule("log_grid") {
        let count = $0.logGrid[2]
        return count == count.rounded() && (2...1000).contains(count)
          ? nil : "the third number of `log_grid` counts values: use a whole number from 2 to 1000"
      }
    ],
    make: { Self(listed: [], logGrid: $0) })

  static let kind: ValueKind<Self> = .either(
    .nonNegative, as: { Self(listed: [$0], logGrid: []) }, from: { $0.listed.count == 1 ? $0.listed[0] : nil },
    or: .either(
      .list(.nonNegative, count: 1...1000), as: { Self(listed: $0, logGrid: []) },
      from: { $0.logGrid.isEmpty ? $0.listed : nil }, or: .section(schema)))

  package var values: [Double] {
    guard logGrid.count == 3 else { return listed }
    let (first, last) = (log(logGrid[0]), log(logGrid[1]))
    let steps = logGrid[2] - 1
    return (0...Int(steps)).map { exp(first + (last - first) * Double($0) / steps) }
  }
}
