import SpecLanguage

/// What is done to the numbers of every channel; what it needs to know is taken from the training trials alone.
package enum Normalization: String, CaseIterable, Hashable, Sendable {
  /// Minus the mean.
  case center
  /// Minus the mean, over the standard deviation.
  case zscore

  static func field<Section>(_ path: @autoclosure @escaping FieldPath<Section, Normalization?>) -> Field<
    Section, Normalization?
  > {
    Field(
      "normalize", path(), .optional(.choice(Normalization.self)),
      "`center` takes the mean of every channel away, `zscore` divides by its standard deviation too; both come from the "
        + "training trials alone. The observations are then real-valued.")
  }
}

extension Channels {
  /// A channel that does not vary in the training trials is centred only, and noted.
  mutating func normalize(_ normalization: Normalization?, splits: [Split]) {
    guard let normalization else { return }
    var still = 0
    for channel in 0..<count {
      var (sum, squares, number) = (0.0, 0.0, 0.0)
      for (trial, split) in splits.enumerated() where split == .train {
        let start = offset(channel, trial)
        for value in values[start..<start + lengths[trial]] where !value.isNaN {
          sum += Double(value)
          squares += Double(value) * Double(value)
          number += 1
        }
      }
      guard number > 0 else {
        still += 1
        continue
      }
      let mean = sum / number
      let deviation = max(0, squares / number - mean * mean).squareRoot()
      let varies = deviation > 1e-9 * max(1, abs(mean))
      if !varies { still += 1 }
      let scale =
        switch normalization {
        case .center: 1.0
        case .zscore: varies ? 1 / deviation : 1
        }
      let start = offset(channel, 0)
      for place in start..<start + lengths.count * bins {
        values[place] = Float((Double(values[place]) - mean) * scale)
      }
    }
    if still > 0 { notes.append("\(still) of \(count) channels do not vary in the training trials") }
    isCounts = false
  }
}
