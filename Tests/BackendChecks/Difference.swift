import TensorGraph

/// What is wrong with a result, `nil` when it is near enough to the right one.
func difference(
  _ result: Elements, _ expected: Elements, _ closeness: Closeness, _ precision: Precision, _ shape: Shape
) -> String? {
  let (found, right) = (result.numbers, expected.numbers.map { rounded($0, precision) })
  let largest = right.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
  let allowed: (Double) -> Double
  if case .index = result {
    allowed = { _ in 0 }
  } else {
    allowed = { allowance(closeness, precision, element: abs($0), largest: largest) }
  }
  let wrong = found.indices.filter { !isNear(found[$0], right[$0], allowed(right[$0])) }
  guard let worst = wrong.first else { return nil }
  let error = "error \(abs(found[worst] - right[worst])), allowed \(allowed(right[worst]))"
  let share = "\(wrong.count) of \(found.count) elements are wrong"
  return "is \(found[worst]) at \(place(worst, shape)), not \(right[worst]) (\(error)); \(share)"
}

/// The largest error that rounding explains, for inputs of about 1.
///
/// One operation may err by 8 units in the last place of a Float; a sum of products by about the square root of its terms
/// times a unit of its largest term, so by a part of the largest element, or of 1/10 where terms may have cancelled.
private func allowance(_ closeness: Closeness, _ precision: Precision, element: Double, largest: Double) -> Double {
  let unit = precision == .float32 ? 0x1p-23 : 0x1p-52
  let smallest = precision == .float32 ? Double(Float.leastNormalMagnitude) : Double.leastNormalMagnitude
  switch closeness {
  case .exact: return 0
  case .elements: return max(8 * unit * element, smallest)
  case .tensor: return 256 * unit * max(largest, 0.1)
  }
}

private func rounded(_ number: Double, _ precision: Precision) -> Double {
  switch precision {
  case .float32: Double(Float(number))
  case .float64: number
  }
}

private func isNear(_ found: Double, _ right: Double, _ allowed: Double) -> Bool {
  if right.isNaN { return found.isNaN }
  if right.isInfinite { return found == right }
  return abs(found - right) <= allowed
}

/// The indices of element `position` along the axes.
private func place(_ position: Int, _ shape: Shape) -> [Int] {
  zip(shape.strides, shape.dimensions).map { position / $0 % $1 }
}
