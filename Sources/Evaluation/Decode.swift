/// How well behaviour can be read from rates by a linear decoder that was fitted on training trials.
///
/// One row is one bin of one trial: the rates of all channels against the behaviour of the same bin. Rows in which a
/// rate or a behaviour value is missing are left out. r2 of a behaviour dimension is 1 - SSE / SST over the test rows,
/// null = its mean over these rows; `r2` is the uniform average over dimensions.
/// Source: Pei, Ye et al. 2021, Neural Latents Benchmark (velocity r2); Vermani et al. 2025, section 5.2.
package struct Decode: Hashable, Sendable {
  /// - Parameter trainRates: `[channels, trials, bins]`.  - Parameter trainBehavior: `[dimensions, trials, bins]`.
  /// - Parameter testRates: the rates to judge.  - Parameter testBehavior: what was really done.
  /// - Parameter alphas: the grid from which cross-validation on the training rows picks.
  /// - Returns: `r2`, `r2_<dimension from 1>` when there are several, `mean.r2` (the training mean as prediction) and
  ///   `alpha`; n is the number of test rows. All but `alpha` are NaN when a side has fewer than two rows.
  package static func scores(
    trainRates: TrialValues, trainBehavior: TrialValues, testRates: TrialValues, testBehavior: TrialValues,
    alphas: [Double]
  ) -> [Score] {
    let train = rows(trainRates, trainBehavior)
    let test = rows(testRates, testBehavior)
    guard test.count >= 2, let decoder = RidgeRegression.fit(train, alphas: alphas) else {
      return [Score("r2", .nan, n: test.count), Score("mean.r2", .nan, n: test.count)]
    }
    let byDimension = decoder.r2(test)
    let constant = RidgeRegression(
      alpha: .infinity, weights: byDimension.map { _ in Array(repeating: 0, count: test.features) },
      intercepts: train.centre.outputs)
    var scores = [Score("r2", average(byDimension), n: test.count)]
    if byDimension.count > 1 {
      for (index, value) in byDimension.enumerated() { scores.append(Score("r2_\(index + 1)", value, n: test.count)) }
    }
    scores.append(Score("mean.r2", average(constant.r2(test)), n: test.count))
    scores.append(Score("alpha", decoder.alpha, n: train.count))
    return scores
  }

  /// Every complete bin of every trial as a row: rates `[channels, ...]` beside behaviour `[dimensions, ...]`.
  package static func rows(_ rates: TrialValues, _ behavior: TrialValues) -> Rows {
    precondition(rates.trials == behavior.trials && rates.bins == behavior.bins, "rates and behaviour differ in time")
    var rows = Rows(features: rates.channels, outputs: behavior.channels)
    for trial in 0..<rates.trials {
      for bin in 0..<rates.bins {
        rows.add(
          (0..<rates.channels).map { Double(rates[$0, trial, bin]) },
          (0..<behavior.channels).map { Double(behavior[$0, trial, bin]) })
      }
    }
    return rows
  }

  /// The mean over the dimensions that vary; NaN when none does.
  private static func average(_ values: [Double]) -> Double {
    let present = values.filter { !$0.isNaN }
    return present.isEmpty ? .nan : present.reduce(0, +) / Double(present.count)
  }
}
