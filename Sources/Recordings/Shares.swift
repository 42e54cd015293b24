/// How large the parts are that things are dealt to.
struct Shares {
  private let shares: [Double]

  init(_ train: Double, _ valid: Double, _ test: Double) { shares = [train, valid, test] }

  /// Shares above 0.
  var parts: Int { shares.count { $0 > 0 } }

  /// The part of each thing, by its number; nil when there are fewer things than parts.
  ///
  /// Shares become numbers by rounding the sums of shares; a share above 0 that rounds to nothing takes one from the largest.
  /// - Parameter order: the numbers of the things, in the order in which they are dealt: train, then valid, then test.
  func deal(_ order: [Int]) -> [Split]? {
    guard let sizes = sizes(order.count) else { return nil }
    var result = [Split](repeating: .train, count: order.count)
    for (place, thing) in order.enumerated() {
      result[thing] = place < sizes[0] ? .train : place < sizes[0] + sizes[1] ? .valid : .test
    }
    return result
  }

  private func sizes(_ count: Int) -> [Int]? {
    guard count >= parts else { return nil }
    let total = shares[0] + shares[1] + shares[2]
    let firstCut = Int((Double(count) * shares[0] / total + 1e-6).rounded())
    let secondCut = Int((Double(count) * (shares[0] + shares[1]) / total + 1e-6).rounded())
    var sizes = [firstCut, secondCut - firstCut, count - secondCut]
    for part in sizes.indices where shares[part] > 0 && sizes[part] == 0 {
      let largest = sizes.indices.max { sizes[$0] < sizes[$1] } ?? 0
      sizes[largest] -= 1
      sizes[part] = 1
    }
    return sizes
  }
}
