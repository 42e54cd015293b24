import Foundation
import Recordings
import SpecChecks
import SpecLanguage
import Testing

/// Behaviour that is faster than the bins: what is taken away and what folds over.
struct LowPassTests {
  private func values(
    _ samples: [Double], rate: Double, start: Double = 0, bin: Int, filter: String
  ) throws -> [Double] {
    let scratch = try Scratch()
    let file = try SmallFile(scratch.path("l.nwb"))
    let bins = Int(Double(samples.count) / rate * 1000) / bin
    try file.units([[0.5]])
    try file.series("processing/behavior/hand", samples, rate: rate, start: start)
    try file.writer.close()
    let session = try dataset(
      """
      kind: nwb
      path: \(scratch.path("l.nwb"))
      observe: {kind: spikes, bin: \(bin) ms}
      windows: {length: \(bins * bin) ms, from: 0 s, to: \(bins * bin) ms}
      behavior: {hand: {series: hand, filter: \(filter)}}
      split: {train: 1}
      """
    ).load(id: "d", session: "d/l")
    return session.behavior[0].values.map(Double.init)
  }

  /// The largest distance of bins of 50 ms from a slow movement of 2 Hz, away from the ends, when a fast one is added.
  private func distance(fast: Double, _ filter: String) throws -> Double {
    let times = (0..<10_000).map { Double($0) / 1000 }
    let found = try values(
      times.map { sin(4 * .pi * $0) + sin(2 * .pi * fast * $0) }, rate: 1000, bin: 50, filter: filter)
    return (20..<180).map { abs(found[$0] - sin(4 * .pi * 0.05 * (Double($0) + 0.5))) }.max() ?? .infinity
  }

  @Test(arguments: [12, 16, 19, 24, 39, 101.0])
  func `a sine above the Nyquist frequency of the bins is gone`(_ fast: Double) throws {
    #expect(try distance(fast: fast, "lowpass") < 0.004)
  }

  @Test func `the mean leaves of a fast sine what its doc says`() throws {
    // 16 Hz are 0.8 cycles per bin: |sin(0.8 pi) / (0.8 pi)| is 0.234; the slow one loses 1.6 %.
    let found = try distance(fast: 16, "mean")
    #expect(found > 0.22 && found < 0.26)
    #expect(try distance(fast: 20, "mean") < 0.018)
  }

  @Test func `a constant stays, to the ends and beside gaps`() throws {
    var samples = [Double](repeating: 3, count: 400)
    for place in 150..<171 { samples[place] = .nan }
    let found = try values(samples, rate: 100, bin: 50, filter: "lowpass")
    for (bin, value) in found.enumerated() {
      #expect((30...33).contains(bin) ? value.isNaN : abs(value - 3) < 1e-6, "bin \(bin): \(value)")
    }
  }

  @Test func `it is the filter of resample_poly`() throws {
    let samples = (0..<600).map { sin(0.01 * Double($0 * $0)) + 0.5 * cos(0.05 * Double($0)) }
    let found = try values(samples, rate: 100, start: 0.005, bin: 50, filter: "lowpass")
    let program = """
      import numpy as np
      from scipy.signal import resample_poly
      k = np.arange(600.0)
      for y in resample_poly((np.sin(0.01 * (k * k)) + 0.5 * np.cos(0.05 * k))[2:], 1, 5): print(y)
      """
    guard let text = try Python.output(of: program, needing: "scipy.signal") else {
      return print(Python.absence(of: "scipy"))
    }
    let expected = text.split(separator: "\n").compactMap { Double($0) }
    #expect(expected.count == 120 && found.count == 120)
    let largest = (10..<109).map { abs(found[$0] - expected[$0]) }.max() ?? .infinity
    print("low-pass filter: 99 bins, largest difference from scipy \(largest)")
    #expect(largest < 5e-7)
  }
}
