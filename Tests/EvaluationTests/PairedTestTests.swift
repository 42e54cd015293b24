import Evaluation
import Foundation
import Randomness
import Testing

/// The tests of paired differences against published values, full enumeration and SciPy.
struct PairedTestTests {
  private static let stream = Stream(seed: 7, path: ["comparison"])

  private func run(_ test: PairedTest, _ differences: [Double]) -> PairedResult {
    test.result(differences, stream: Self.stream)
  }

  /// Zea mays: heights of crossed less self-fertilised plants in eighths of an inch (Darwin 1876; Fisher 1935, section 17).
  static let maize: [Double] = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
  /// Hours of additional sleep under two drugs, differences (Student 1908).
  static let sleep = zip(
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
  ).map { $0 - $1 }
  /// Depression scale factor IV before and after therapy, differences (Hollander and Wolfe 1973, p. 29).
  static let depression = zip(
    [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30], [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
  ).map { $0 - $1 }

  @Test func `published results are found`() {
    // Fisher: 1726 of the 32768 choices of signs are as extreme as Darwin's plants.
    #expect(run(.signFlip, Self.maize).p == 1726.0 / 32768)
    let maize = run(.pairedT, Self.maize)
    #expect(abs(maize.statistic - 2.148) < 5e-4)
    #expect(abs(maize.p - 0.0497) < 5e-5)
    let sleep = run(.pairedT, Self.sleep)
    #expect(abs(sleep.statistic + 4.0621) < 5e-5)
    #expect(abs(sleep.p - 0.002833) < 5e-7)
    #expect(abs(sleep.low + 2.4598858) < 5e-8 && abs(sleep.high + 0.7001142) < 5e-8)
    let depression = run(.wilcoxon, Self.depression)
    #expect(depression.statistic == 40)
    #expect(depression.p == 20.0 / 512)
  }

  /// Differences with ties and zeros, small whole numbers so that sums are exact.
  private static let tied: [[Double]] = [
    [1, 1, -1, 2, 3], [0, 0, 1, -1, 4, 4, -4, 2], [1, 2, 3, 4, 5, 6, 7], [-2, -2, -2, 2], [5], [0, 3], [1, -1],
    [3, 1, -4, 1, 5, -9, 2, 6, 5, -3, 5],
  ]

  /// Every choice of signs of some numbers.
  private func signed(_ values: [Double]) -> [[Double]] {
    (0..<1 << values.count).map { code in values.enumerated().map { code >> $0 & 1 == 0 ? $1 : -$1 } }
  }

  @Test(arguments: tied)
  func `sign flips are counted in full`(_ differences: [Double]) {
    let observed = abs(differences.reduce(0, +))
    let all = signed(differences)
    let far = all.filter { abs($0.reduce(0, +)) >= observed }.count
    #expect(run(.signFlip, differences).p == Double(far) / Double(all.count))
  }

  @Test(arguments: tied)
  func `the exact signed-rank p counts every choice of signs, ties included`(_ differences: [Double]) {
    let kept = differences.filter { $0 != 0 }
    let ranks = kept.map { value in
      let below = kept.filter { abs($0) < abs(value) }.count
      let equal = kept.filter { abs($0) == abs(value) }.count
      return Double(below) + Double(equal + 1) / 2
    }
    func positive(_ values: [Double]) -> Double { zip(values, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) } }
    let observed = positive(kept)
    let all = signed(kept.map(abs)).map(positive)
    let below = all.filter { $0 <= observed }.count
    let above = all.filter { $0 >= observed }.count
    let result = run(.wilcoxon, differences)
    #expect(result.statistic == observed)
    #expect(result.p == min(1, 2 * Double(min(below, above)) / Double(all.count)))
  }

  /// All 3125 resamples of five numbers, each as likely as any other.
  @Test func `the bootstrap comes close to the full enumeration`() throws {
    let x = [1.0, 4, 2, 8, -1.5]
    var means = [0.0]
    for _ in x { means = means.flatMap { sum in x.map { sum + $0 / 5 } } }
    let mean = x.reduce(0, +) / 5
    let exact = Double(means.filter { abs($0 - mean) >= abs(mean) - 1e-9 }.count) / Double(means.count)
    let result = run(.pairedBootstrap, x)
    // Four standard errors of 10 000 draws.
    #expect(abs(result.p - exact) < 4 * (exact * (1 - exact) / 10_000).squareRoot())
    #expect(result.difference == mean && result.statistic == mean)
    let sorted = means.sorted()
    #expect(result.low > sorted[0] && result.low < sorted[sorted.count / 10])
    #expect(result.high < sorted[sorted.count - 1] && result.high > sorted[sorted.count * 9 / 10])
  }

  @Test(arguments: PairedTest.allCases)
  func `exchanging the sides mirrors the result`(_ test: PairedTest) {
    let there = run(test, Self.depression)
    let back = run(test, Self.depression.map { -$0 })
    #expect(abs(there.p - back.p) < 1e-12)
    #expect(abs(there.low + back.high) < 1e-12 && abs(there.high + back.low) < 1e-12)
    #expect(there.difference == -back.difference)
  }

  @Test(arguments: PairedTest.allCases)
  func `the same stream gives the same numbers`(_ test: PairedTest) {
    let many = (0..<40).map { sin(Double($0 * $0)) + 0.2 }
    #expect(run(test, many) == run(test, many))
    let other = test.result(many, stream: Stream(seed: 8, path: ["comparison"]))
    #expect((other == run(test, many)) == (test == .pairedT))
  }

  /// (differences, p of each test in the order of declaration; nil = none)
  @Test(
    arguments: [
      ([], [nil, 1, nil, nil]), ([2], [nil, 1, nil, 1]), ([0, 0, 0], [1, 1, 1, 1]),
      ([2, 2, 2], [nil, 0.25, nil, 0.25]),
    ] as [([Double], [Double?])])
  func `too little or no spread gives no p rather than a wrong one`(_ differences: [Double], _ expected: [Double?]) {
    for (test, p) in zip(PairedTest.allCases, expected) {
      let result = run(test, differences)
      #expect(p == nil ? result.p.isNaN : result.p == p, "\(test): \(result)")
      #expect(result.pairs == differences.count)
      if differences.count > 1 { #expect(result.low == differences[0] && result.high == differences[0]) }
    }
  }

  @Test(arguments: [
    (Correction.holm, [0.05, 0.08, 0.09, 0.09, 0.09]), (.benjaminiHochberg, [0.05, 0.05, 0.05, 0.05, 0.05]),
    (.bonferroni, [0.05, 0.1, 0.15, 0.2, 0.25]), (.none, [0.01, 0.02, 0.03, 0.04, 0.05]),
  ])
  func `five p values are corrected as in the papers`(_ correction: Correction, _ expected: [Double]) {
    let shuffled = correction.corrected([0.05, 0.01, .nan, 0.03, 0.04, 0.02])
    let wanted = [expected[4], expected[0], .nan, expected[2], expected[3], expected[1]]
    for (value, wanted) in zip(shuffled, wanted) {
      #expect(wanted.isNaN ? value.isNaN : abs(value - wanted) < 1e-12)
    }
    #expect(correction.corrected([0.9, 0.8]).allSatisfy { $0 <= 1 })
  }

  /// Fifteen samples of sizes 2 to 60, some of them with ties and zeros.
  private static let samples: [[Double]] = (0..<15).map { number in
    var stream = Stream(seed: 3, path: ["samples", String(number)])
    return (0..<[2, 3, 5, 8, 13, 25, 26, 40, 60][number % 9]).map { _ in
      let value = stream.normal() + 0.3
      return number % 3 == 2 ? (4 * value).rounded() / 4 : value
    }
  }

  @Test func `SciPy agrees`() throws {
    let program = """
      import json, sys
      try:
          import numpy as np
          from scipy import stats
      except ImportError:
          sys.exit(3)
      out = []
      for x in json.load(sys.stdin):
          x = np.array(x); n = len(x); k = x[x != 0]
          t = stats.ttest_1samp(x, 0); ci = t.confidence_interval(0.95)
          w = stats.wilcoxon(k, method="asymptotic" if len(k) > 25 else "auto", correction=True) if len(k) else None
          flips = None
          if n <= 13:
              signs = np.array(np.meshgrid(*[[1, -1]] * n)).reshape(n, -1).T
              flips = float(np.mean(np.abs(signs @ x) >= abs(x.sum()) - 1e-9))
          b = stats.bootstrap((x,), np.mean, n_resamples=20000, method="BCa", random_state=1).confidence_interval if n >= 8 else None
          tied = len(set(np.abs(k))) < len(k)
          out.append([t.statistic, t.pvalue, ci.low, ci.high, None if tied and len(k) <= 25 else w.pvalue, flips,
                      b and b.low, b and b.high, x.std() / n ** 0.5])
      print(json.dumps(out))
      """
    guard let text = try Self.python(program, input: try JSONEncoder().encode(Self.samples)) else {
      print("skipped: python3 with SciPy is not there")
      return
    }
    let expected = try JSONDecoder().decode([[Double?]].self, from: text)
    try #require(expected.count == Self.samples.count)
    func close(_ value: Double, _ wanted: Double?, _ bound: Double, _ what: String) {
      guard let wanted else { return }
      #expect(abs(value - wanted) <= bound, "\(what): \(value), SciPy \(wanted)")
    }
    for (number, (sample, wanted)) in zip(Self.samples, expected).enumerated() {
      let t = run(.pairedT, sample)
      close(t.statistic, wanted[0], 1e-9 * abs(t.statistic), "t of \(number)")
      close(t.p, wanted[1], 1e-10, "p of t of \(number)")
      close(t.low, wanted[2], 1e-9, "low of t of \(number)")
      close(t.high, wanted[3], 1e-9, "high of t of \(number)")
      close(run(.wilcoxon, sample).p, wanted[4], 1e-10, "signed rank of \(number)")
      let flip = run(.signFlip, sample)
      close(flip.p, wanted[5], 1e-12, "sign flip of \(number)")
      // Two draws of resamples: their ends differ by a fraction of the standard error.
      close(flip.low, wanted[6], 0.12 * (wanted[8] ?? 0), "low of the bootstrap of \(number)")
      close(flip.high, wanted[7], 0.12 * (wanted[8] ?? 0), "high of the bootstrap of \(number)")
    }
  }

  /// What a Python program prints; nil when Python or a package is not there.
  private static func python(_ program: String, input: Data) throws -> Data? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-W", "ignore", "-c", program]
    let (output, feed) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardInput = feed
    do { try process.run() } catch { return nil }
    feed.fileHandleForWriting.write(input)
    try feed.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? data : nil
  }
}
