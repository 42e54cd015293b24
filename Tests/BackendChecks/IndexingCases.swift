import TensorGraph

/// Gathers and scatters, with negative, repeated and no indices.
let indexingCases: [GraphCase] = {
  let table: [(rows: Int, rest: [Int], indices: [Int])] = [
    (5, [], [0, 4, 2, 2, -1]), (5, [3], [4, 4, 4]), (5, [3], []), (5, [3], [-1, -7]), (0, [3], [-1, -1]), (0, [3], []),
    (3, [0], [1, -1, 2]), (1, [1], [0]), (4, [2, 3], [3, -2, 0, 1, 3]), (70, [33], Array(0..<70).reversed()),
    (9, [130], [8, 0, -1, 8]),
  ]
  return table.flatMap { rows, rest, indices in
    let name = "\(indices) of \(Shape([rows] + rest))"
    return [
      GraphCase("gatherRows \(name)", .exact) { sketch in
        [sketch.wild(Shape([rows] + rest)).gatherRows(sketch.index(indices))]
      },
      GraphCase("gatherRows of index \(name)", .exact) { sketch in
        let shape = Shape([rows] + rest)
        let values = sketch.index((0..<shape.count).map { $0 * 3 - 5 }, shape)
        return [values.gatherRows(sketch.index(indices))]
      },
      GraphCase("scatterAddRows \(name)") { sketch in
        let updates = sketch.real(Shape([indices.count] + rest), special: [.nan, .infinity])
        return [updates.scatterAddRows(sketch.index(indices), rows: rows)]
      },
      GraphCase("gatherRows and scatterAddRows \(name)") { sketch in
        let places = sketch.index(indices)
        let row = sketch.real(Shape([rows] + rest)).gatherRows(places)
        return [(row * 2).tanh.scatterAddRows(places, rows: rows) + 1, row]
      },
    ]
  }
}()

/// Random tensors around the group size of 64, with several salts and keys.
let randomCases: [GraphCase] = {
  let shapes: [Shape] = [[], [0], [1], [63], [64], [65], [1000], [3, 50], [2, 0], [5, 1, 40]]
  return shapes.flatMap { shape in
    [
      GraphCase("uniform \(shape)", .exact) { sketch in
        let (first, second) = (sketch.key(), sketch.key())
        let keys = [first, second, first]
        let high = sketch.builder.apply(.random(.uniform, salt: 1 << 31 - 1, shape: shape), [first])
        return keys.map { sketch.builder.random(.uniform, shape, key: $0) } + [high]
      },
      GraphCase("normal \(shape)") { sketch in
        let (first, second) = (sketch.key(), sketch.key())
        let keys = [first, second, first]
        let high = sketch.builder.apply(.random(.normal, salt: 77777, shape: shape), [first])
        return keys.map { sketch.builder.random(.normal, shape, key: $0) } + [high]
      },
      GraphCase("reparametrised \(shape)") { sketch in
        let noise = sketch.builder.random(.normal, shape, key: sketch.key())
        return [sketch.real(shape) + sketch.real(shape, in: -1...0).exp * noise]
      },
    ]
  }
}()
