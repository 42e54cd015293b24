import Evaluation
import Testing

/// Numbers without pattern, the same on every machine.
struct Congruential {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / Double(1 << 53) - 0.5
  }
}

struct RidgeRegressionTests {
  private func sample(_ count: Int, features: Int, noise: Double, seed: UInt64) -> Rows {
    var random = Congruential(seed)
    var rows = Rows(features: features, outputs: 2)
    for _ in 0..<count {
      let x = (0..<features).map { 40 + Double($0) + random.next() }
      let first = 3 + zip(x, 1...).reduce(0) { $0 + $1.0 * Double($1.1) } + noise * random.next()
      let second = -1 - 2 * x[0] + noise * random.next()
      rows.add(x, [first, second])
    }
    return rows
  }

  @Test func `exact data give back their weights and intercepts`() throws {
    let fit = try #require(RidgeRegression.fit(sample(60, features: 3, noise: 0, seed: 1), alphas: [0]))
    for (weight, expected) in zip(fit.weights[0] + fit.weights[1], [1.0, 2, 3, -2, 0, 0]) {
      #expect(abs(weight - expected) < 1e-8)
    }
    #expect(abs(fit.intercepts[0] - 3) < 1e-6)
    #expect(abs(fit.intercepts[1] + 1) < 1e-6)
  }

  /// One feature: w = Sxy / (Sxx + alpha) with Sxx = 2, Sxy = 3.
  @Test func `the penalty is added once to the centred sum of squares and spares the intercept`() throws {
    var rows = Rows(features: 1, outputs: 1)
    for (x, y) in [(1.0, 0.0), (2, 3), (3, 3)] { rows.add([x], [y]) }
    let fit = try #require(RidgeRegression.fit(rows, alphas: [4]))
    #expect(abs(fit.weights[0][0] - 0.5) < 1e-12)
    #expect(abs(fit.intercepts[0] - 1) < 1e-12)
  }

  /// Gradient descent on the cost itself knows nothing of normal equations.
  @Test func `agrees with plain gradient descent on the cost`() throws {
    var rows = Rows(features: 3, outputs: 1)
    var random = Congruential(5)
    for _ in 0..<30 {
      let x = (0..<3).map { _ in random.next() * 2 }
      rows.add(x, [x[0] - 0.5 * x[2] + random.next()])
    }
    var weights = [0.0, 0, 0]
    var intercept = 0.0
    for _ in 0..<20_000 {
      var slope = weights.map { 2 * 0.7 * $0 }
      var slopeOfIntercept = 0.0
      for row in 0..<rows.count {
        let x = rows.x[row * 3..<row * 3 + 3]
        let error = zip(x, weights).reduce(intercept - rows.y[row]) { $0 + $1.0 * $1.1 }
        for (place, value) in x.enumerated() { slope[place] += 2 * error * value }
        slopeOfIntercept += 2 * error
      }
      for place in 0..<3 { weights[place] -= 0.005 * slope[place] }
      intercept -= 0.005 * slopeOfIntercept
    }
    let fit = try #require(RidgeRegression.fit(rows, alphas: [0.7]))
    for place in 0..<3 { #expect(abs(fit.weights[0][place] - weights[place]) < 1e-9) }
    #expect(abs(fit.intercepts[0] - intercept) < 1e-9)
  }

  /// Every fold fitted and scored again from its rows, one alpha at a time.
  @Test(arguments: [UInt64(2), 3, 4, 9])
  func `cross-validation picks the alpha that brute force picks`(_ seed: UInt64) throws {
    let rows = sample(23, features: 4, noise: 12, seed: seed)
    let grid = [1e-3, 1e-2, 0.1, 1, 10, 100]
    let scores = grid.map { alpha -> Double in
      var sum = 0.0
      for fold in [0..<5, 5..<10, 10..<15, 15..<19, 19..<23] {
        var train = Rows(features: 4, outputs: 2)
        var valid = train
        for row in 0..<23 {
          let x = Array(rows.x[row * 4..<row * 4 + 4])
          let y = Array(rows.y[row * 2..<row * 2 + 2])
          if fold.contains(row) { valid.add(x, y) } else { train.add(x, y) }
        }
        sum += RidgeRegression.fit(train, alphas: [alpha]).map { $0.r2(valid).reduce(0, +) / 2 } ?? .nan
      }
      return sum / 5
    }
    let fit = try #require(RidgeRegression.fit(rows, alphas: grid, folds: 5))
    let best = try #require(scores.max())
    #expect(fit.alpha == grid[try #require(scores.firstIndex(of: best))])
  }

  @Test func `two features that are the same need a penalty`() {
    var rows = Rows(features: 2, outputs: 1)
    for value in [1.0, 2, 5] { rows.add([value, value], [value]) }
    #expect(RidgeRegression.fit(rows, alphas: [0]) == nil)
    #expect(RidgeRegression.fit(rows, alphas: [0, 1])?.alpha == 1)
  }

  @Test func `one row is too few`() {
    var rows = Rows(features: 1, outputs: 1)
    rows.add([1], [1])
    rows.add([.nan], [1])
    rows.add([1], [.nan])
    #expect(rows.count == 1)
    #expect(RidgeRegression.fit(rows, alphas: [1]) == nil)
  }
}

struct DecodeTests {
  @Test func `behaviour that is linear in the rates is decoded beside a floor of nothing`() throws {
    var random = Congruential(8)
    let rates = TrialValues(channels: 2, trials: 6, bins: 5) { _, _, _ in Float(random.next()) }
    let behavior = TrialValues(channels: 2, trials: 6, bins: 5) { dimension, trial, bin in
      let linear = 2 * rates[0, trial, bin] - Float(dimension) * rates[1, trial, bin] + 1
      return trial == 2 && bin == 1 ? .nan : linear
    }
    let scores = Decode.scores(
      trainRates: rates, trainBehavior: behavior, testRates: rates, testBehavior: behavior, alphas: [1e-8])
    #expect(scores.map(\.name) == ["r2", "r2_1", "r2_2", "mean.r2", "alpha"])
    #expect(scores.map(\.n) == [29, 29, 29, 29, 29])
    for score in scores.prefix(3) { #expect(abs(score.value - 1) < 1e-9) }
    #expect(abs(scores[3].value) < 1e-9)
  }

  @Test func `a row pairs the rates and the behaviour of one bin of one trial`() {
    let rates = TrialValues(channels: 2, trials: 2, bins: 2, values: [1, 2, 3, 4, 5, 6, 7, 8])
    let behavior = TrialValues(channels: 1, trials: 2, bins: 2, values: [10, 20, .nan, 40])
    let rows = Decode.rows(rates, behavior)
    #expect(rows.x == [1, 5, 2, 6, 4, 8])
    #expect(rows.y == [10, 20, 40])
  }

  @Test func `too little to test on gives scores that are not numbers`() {
    let empty = TrialValues(channels: 1, trials: 0, bins: 3, values: [])
    let scores = Decode.scores(
      trainRates: empty, trainBehavior: empty, testRates: empty, testBehavior: empty, alphas: [1])
    #expect(scores.map(\.name) == ["r2", "mean.r2"])
    #expect(scores.allSatisfy { $0.value.isNaN && $0.n == 0 })
  }
}
