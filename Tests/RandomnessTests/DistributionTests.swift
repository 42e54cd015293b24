import Foundation
import Randomness
import Testing

/// Mean, variance, skewness and kurtosis of a sample.
private func moments(_ sample: [Double]) -> [Double] {
  let n = Double(sample.count)
  let mean = sample.reduce(0, +) / n
  let central = { (power: Double) in sample.reduce(0) { $0 + pow($1 - mean, power) } / n }
  let variance = central(2)
  return [mean, variance, central(3) / pow(variance, 1.5), central(4) / (variance * variance)]
}

@Test func `uniform numbers have the moments of the uniform distribution`() {
  var stream = Stream(seed: 1, path: ["uniform"])
  let key = stream.key
  let count = 1 << 18
  for sample in [(0..<count).map { _ in stream.uniform() }, (0..<count).map { philoxUniform(key: key, $0) }] {
    let found = moments(sample)
    // Five standard errors of each moment at this sample size.
    for (value, (wanted, error)) in zip(found, [(0.5, 0.003), (1.0 / 12, 0.001), (0, 0.02), (1.8, 0.02)]) {
      #expect(abs(value - wanted) < error)
    }
    #expect(sample.allSatisfy { $0 > 0 && $0 < 1 })
  }
}

@Test func `normal numbers have the moments of the normal distribution`() {
  var stream = Stream(seed: 1, path: ["normal"])
  let key = stream.key
  let count = 1 << 18
  for sample in [(0..<count).map { _ in stream.normal() }, (0..<count).map { philoxNormal(key: key, $0) }] {
    let found = moments(sample)
    for (value, (wanted, error)) in zip(found, [(0.0, 0.01), (1, 0.014), (0, 0.024), (3, 0.048)]) {
      #expect(abs(value - wanted) < error)
    }
  }
}

@Test func `neighbours in a random tensor are not correlated`() {
  let key = Stream(seed: 9, path: ["tensor"]).key
  let count = 1 << 16
  for distance in [1, 4, 16, 17, 32, 48, 64] {
    let products = (0..<count).map { philoxNormal(key: key, $0) * philoxNormal(key: key, $0 + distance) }
    #expect(abs(products.reduce(0, +) / Double(count)) < 5 / Double(count).squareRoot())
  }
}

@Test func `an element of a random tensor is the Box-Muller formula of its two words`() {
  let key = PhiloxKey(low: 77, high: 5)
  for i in [0, 1, 15, 16, 31, 32, 63, 64, 65, 1000, 1 << 40] {
    let group = UInt64(i / 64)
    let lane = UInt64(i % 16)
    let index = group * 16 + lane
    let counter = Philox.Block(UInt32(truncatingIfNeeded: index), UInt32(index >> 32), 1, 0)
    let block = Philox.block(counter, key: key)
    let word = i / 16 % 4
    let u = (Double(block[word / 2 * 2] >> 9) + 0.5) / 8_388_608
    let v = (Double(block[word / 2 * 2 + 1] >> 9) + 0.5) / 8_388_608
    let radius = sqrt(-2 * log(u))
    let wanted = word % 2 == 0 ? radius * cos(2 * .pi * v) : radius * sin(2 * .pi * v)
    #expect(abs(philoxNormal(key: key, i) - wanted) < 5e-15)
    let uniformWord = Philox.block(Philox.Block(counter[0], counter[1], 0, 0), key: key)[word]
    #expect(philoxUniform(key: key, i) == (Double(uniformWord >> 9) + 0.5) / 8_388_608)
  }
}
