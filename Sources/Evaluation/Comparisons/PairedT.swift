/// Student's t test of paired differences, for differences that are normal.
///
/// t = m / (s / sqrt(n)) with n - 1 degrees of freedom, m the mean and s the standard deviation of the differences; the interval
/// is m -+ t_0.975 s / sqrt(n). Without spread t has no value; p is then 1 when m is 0, else NaN.
/// Source: Student 1908, The probable error of a mean.
struct PairedT {
  let statistic: Double
  let p: Double
  let interval: (low: Double, high: Double)

  init(_ differences: [Double]) {
    let sample = Sample(differences)
    guard differences.count >= 2, sample.spread > 0 else {
      let isZero = differences.count >= 2 && sample.mean == 0
      statistic = isZero ? 0 : .nan
      p = isZero ? 1 : .nan
      interval = differences.count >= 2 ? (sample.mean, sample.mean) : (.nan, .nan)
      return
    }
    let freedom = differences.count - 1
    let error = (sample.spread / Double(freedom) / Double(differences.count)).squareRoot()
    statistic = sample.mean / error
    p = StudentT.probability(beyond: statistic, freedom: freedom)
    let reach = StudentT.quantile(beyond: 1 - PairedTest.coverage, freedom: freedom) * error
    interval = (sample.mean - reach, sample.mean + reach)
  }
}
