/// What is done to the p values of one comparison because there are several.
package enum Correction: String, CaseIterable, Hashable, Sendable {
  case holm, bonferroni
  case benjaminiHochberg = "benjamini_hochberg"
  case none

  /// Corrected p values in the order of the given ones; NaN stays NaN and counts as no test.
  ///
  /// With p_(1) <= ... <= p_(m): `bonferroni` m p; `holm` max over j <= i of (m - j + 1) p_(j), which bounds the chance of any
  /// false finding as Bonferroni's does and is never larger; `benjamini_hochberg` min over j >= i of (m / j) p_(j), which
  /// bounds the expected share of false findings. None is above 1.
  /// Source: Holm 1979, Scand. J. Statist. 6; Benjamini and Hochberg 1995, JRSS B 57.
  package func corrected(_ values: [Double]) -> [Double] {
    let order = values.indices.filter { !values[$0].isNaN }.sorted { (values[$0], $0) < (values[$1], $1) }
    let count = Double(order.count)
    var corrected = values
    switch self {
    case .none: break
    case .bonferroni:
      for index in order { corrected[index] = min(1, count * values[index]) }
    case .holm:
      var largest = 0.0
      for (place, index) in order.enumerated() {
        largest = max(largest, min(1, (count - Double(place)) * values[index]))
        corrected[index] = largest
      }
    case .benjaminiHochberg:
      var least = 1.0
      for (place, index) in order.enumerated().reversed() {
        least = min(least, count / Double(place + 1) * values[index])
        corrected[index] = least
      }
    }
    return corrected
  }
}
