import TensorGraph

/// Every operation that moves elements, on real and on index tensors.
let movementCases: [GraphCase] =
  broadcasts + reshapes + transposes + slices + pads + concatenations + reversals

/// One operation on a real and on an index tensor of a shape.
private func moving(_ op: Op, _ shape: Shape) -> GraphCase {
  GraphCase("\(op) of \(shape)", .exact) { sketch in
    let real = sketch.wild(shape)
    let index = sketch.index((0..<shape.count).map { $0 * 7 % 1000 - 100 }, shape)
    return [sketch.builder.apply(op, [real]), sketch.builder.apply(op, [index])]
  }
}

private let broadcasts: [GraphCase] = {
  let table: [(Shape, Shape)] = [
    ([], []), ([1], [5]), ([1], [1]), ([1], [0]), ([1, 3], [4, 3]), ([4, 1], [4, 3]), ([1, 1], [2, 3]),
    ([2, 3], [2, 3]),
    ([1, 0], [3, 0]), ([2, 1, 3], [2, 4, 3]), ([1, 4, 1], [3, 4, 5]), ([3, 1, 1], [3, 2, 65]), ([1, 130], [9, 130]),
    ([1, 2, 1, 3], [4, 2, 5, 3]),
  ]
  return table.map { moving(.broadcast(to: $1), $0) }
}()

private let reshapes: [GraphCase] = {
  let table: [(Shape, Shape)] = [
    ([2, 3], [6]), ([6], [3, 2]), ([], [1, 1]), ([1], []), ([0, 3], [7, 0]), ([4, 1, 3], [2, 6]),
    ([30, 11], [11, 30]),
  ]
  return table.map { moving(.reshape(to: $1), $0) }
}()

private let transposes: [GraphCase] = {
  let shapes: [Shape] = [
    [], [4], [0], [3, 5], [1, 4], [4, 0], [33, 70], [2, 3, 4], [3, 1, 5], [2, 0, 3], [18, 3, 35], [2, 3, 4, 5],
  ]
  return shapes.flatMap { shape in
    permutations(shape.rank).map { moving(.transpose(permutation: $0), shape) }
  }
}()

private func permutations(_ count: Int) -> [[Int]] {
  if count == 0 { return [[]] }
  return permutations(count - 1).flatMap { shorter in
    (0..<count).map { place in Array(shorter[..<place]) + [count - 1] + Array(shorter[place...]) }
  }
}

private let slices: [GraphCase] = {
  let table: [(Shape, [Int], [Int])] = [
    ([], [], []), ([5], [0], [5]), ([5], [2], [2]), ([5], [1], [4]), ([0], [0], [0]), ([4, 3], [0, 1], [4, 2]),
    ([4, 3], [1, 0], [3, 3]), ([4, 3], [1, 1], [1, 3]), ([2, 3, 4], [0, 1, 1], [2, 3, 3]),
    ([2, 3, 4], [1, 0, 0], [2, 3, 4]),
    ([40, 96], [0, 32], [40, 64]), ([7, 5, 6], [2, 0, 3], [6, 5, 6]),
  ]
  return table.map { moving(.slice(from: $1, to: $2), $0) }
}()

private let pads: [GraphCase] = {
  let table: [(Shape, [Int], [Int])] = [
    ([], [], []), ([3], [0], [0]), ([3], [2], [1]), ([0], [1], [2]), ([2, 3], [1, 0], [0, 2]),
    ([2, 0], [1, 1], [1, 2]),
    ([2, 3, 2], [0, 1, 2], [1, 0, 3]), ([30, 32], [0, 32], [0, 64]), ([1, 1], [0, 0], [5, 0]),
  ]
  return table.map { shape, low, high in
    GraphCase("pad \(low) \(high) of \(shape)", .exact) { sketch in
      [sketch.builder.apply(.pad(low: low, high: high), [sketch.wild(shape)])]
    }
  }
}()

private let concatenations: [GraphCase] = {
  let table: [([Shape], Int)] = [
    ([[3]], 0), ([[3], [2]], 0), ([[3], [0], [2]], 0), ([[0], [0]], 0), ([[2, 3], [1, 3]], 0), ([[2, 3], [2, 1]], 1),
    ([[2, 0], [2, 4], [2, 1]], 1), ([[0, 3], [0, 2]], 1), ([[2, 3, 4], [2, 5, 4]], 1), ([[2, 3, 1], [2, 3, 6]], 2),
    ([[40, 33], [40, 65], [40, 1]], 1), ([[1, 2, 2], [3, 2, 2], [2, 2, 2], [1, 2, 2]], 0),
  ]
  return table.flatMap { shapes, axis in
    [
      GraphCase("concatenate \(shapes) along \(axis)", .exact) { sketch in
        [sketch.builder.apply(.concatenate(axis: axis), shapes.map { sketch.wild($0) })]
      },
      GraphCase("concatenate index \(shapes) along \(axis)", .exact) { sketch in
        let parts = shapes.map { shape in sketch.index((0..<shape.count).map { $0 - 3 }, shape) }
        return [sketch.builder.apply(.concatenate(axis: axis), parts)]
      },
      GraphCase("concatenate \(shapes) along \(axis), parts used twice", .exact) { sketch in
        let parts = shapes.map { sketch.wild($0) }
        return [sketch.builder.apply(.concatenate(axis: axis), parts + parts.reversed())]
      },
    ]
  }
}()

private let reversals: [GraphCase] = plainShapes.flatMap { shape in
  shape.dimensions.indices.map { moving(.reverse(axis: $0), shape) }
}
