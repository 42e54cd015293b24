import TensorGraph

/// Calls `body` at every place of a tensor in row-major order, with the place and an offset that grows by `steps[axis]`
/// along every axis.
@inline(__always)
func walk(_ shape: Shape, steps: [Int], from start: Int = 0, _ body: (_ place: Int, _ offset: Int) -> Void) {
  if shape.count == 0 { return }
  guard let width = shape.dimensions.last, let step = steps.last else { return body(0, start) }
  var indices = [Int](repeating: 0, count: shape.rank - 1)
  var (place, offset) = (0, start)
  while true {
    for column in 0..<width { body(place + column, offset + column * step) }
    place += width
    var axis = shape.rank - 2
    while axis >= 0 {
      indices[axis] += 1
      offset += steps[axis]
      if indices[axis] < shape[axis] { break }
      offset -= steps[axis] * shape[axis]
      indices[axis] = 0
      axis -= 1
    }
    if axis < 0 { return }
  }
}

/// The offset of the element at `place`.
func offset(_ place: [Int], _ strides: [Int]) -> Int {
  zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 }
}

/// `result[place] = source[start + place . steps]`
func rearrange(_ source: Value, to shape: Shape, steps: [Int], from start: Int = 0) -> Value {
  switch source {
  case .real(let elements): .real(rearranged(elements, shape, steps, start))
  case .index(let elements): .index(rearranged(elements, shape, steps, start))
  case .results: preconditionFailure("a scan is not a tensor")
  }
}

private func rearranged<Element>(_ source: [Element], _ shape: Shape, _ steps: [Int], _ start: Int) -> [Element] {
  var result: [Element] = []
  result.reserveCapacity(shape.count)
  walk(shape, steps: steps, from: start) { _, offset in result.append(source[offset]) }
  return result
}

func pad(_ source: [Double], _ shape: Shape, low: [Int], to target: Shape) -> [Double] {
  var result = [Double](repeating: 0, count: target.count)
  walk(shape, steps: target.strides, from: offset(low, target.strides)) { result[$1] = source[$0] }
  return result
}

func concatenate(_ parts: [Value], _ shapes: [Shape], axis: Int) -> Value {
  let outer = shapes[0].dimensions[..<axis].reduce(1, *)
  func joined<Element>(_ parts: [[Element]]) -> [Element] {
    (0..<outer).flatMap { block in
      parts.flatMap { part in
        let size = part.count / outer
        return part[block * size..<(block + 1) * size]
      }
    }
  }
  let integers = parts.compactMap { part in
    if case .index(let elements) = part { elements } else { nil }
  }
  return integers.isEmpty ? .real(joined(parts.map(\.reals))) : .index(joined(integers))
}

/// Folds the elements along `axes` in row-major order, beginning with `start`.
@inline(__always)
func reduce(
  _ source: [Double], _ shape: Shape, _ axes: [Int], to target: Shape, from start: Double,
  _ join: (Double, Double) -> Double
) -> [Double] {
  var result = [Double](repeating: start, count: target.count)
  var steps = target.strides
  for axis in axes { steps[axis] = 0 }
  walk(shape, steps: steps) { place, offset in result[offset] = join(result[offset], source[place]) }
  return result
}
