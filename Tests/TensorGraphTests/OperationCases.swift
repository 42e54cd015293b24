import BackendChecks
import TensorGraph

private let shapes: [Shape] = [[], [1], [0], [4], [2, 3], [0, 2], [2, 1, 3], [1, 1]]

/// Every operation by itself, where it is smooth.
let operationCases: [GraphCase] = elementwise + movement + reductions + indexing

private func lone(_ op: Op, _ shape: Shape, in range: ClosedRange<Double> = -2...2) -> GraphCase {
  GraphCase("\(op) of \(shape) in \(range)") { sketch in
    [sketch.builder.apply(op, [sketch.real(shape, in: range)])]
  }
}

private func pair(_ op: Op, _ shape: Shape) -> GraphCase {
  GraphCase("\(op) of \(shape)") { sketch in
    let (x, y) = (sketch.real(shape), sketch.real(shape, in: 0.5...2))
    let (plain, itself) = (sketch.builder.apply(op, [x, y]), sketch.builder.apply(op, [y, y * 0.9]))
    return [plain, itself, sketch.builder.apply(op, [sketch.builder.constant(0.7, shape), y])]
  }
}

private let elementwise: [GraphCase] = shapes.flatMap { shape in
  let free: [Op] = [.negate, .exp, .tanh, .sigmoid, .softplus, .isNumber]
  var cases = free.map { lone($0, shape) }
  for op in [Op.log, .sqrt, .absolute] { cases.append(lone(op, shape, in: 0.5...2)) }
  cases.append(lone(.absolute, shape, in: -2 ... -0.5))
  cases.append(lone(.softplus, shape, in: -40...40))
  cases.append(lone(.sigmoid, shape, in: -40...40))
  for op in [Op.add, .subtract, .multiply, .divide, .maximum, .minimum, .less] { cases.append(pair(op, shape)) }
  cases.append(
    GraphCase("select of \(shape)") { sketch in
      let condition = sketch.real(shape).isLess(sketch.real(shape))
      return [condition.select(sketch.real(shape), sketch.real(shape))]
    })
  return cases
}

private let movement: [GraphCase] = {
  let moves: [(Op, Shape)] = [
    (.broadcast(to: [3]), [1]), (.broadcast(to: [0]), [1]), (.broadcast(to: [2, 3]), [2, 1]),
    (.broadcast(to: [2, 3]), [1, 1]),
    (.broadcast(to: [2, 3]), [2, 3]), (.broadcast(to: [2, 4, 3]), [1, 4, 1]), (.reshape(to: [6]), [2, 3]),
    (.reshape(to: []), [1]), (.reshape(to: [0, 5]), [3, 0]), (.transpose(permutation: []), []),
    (.transpose(permutation: [1, 0]), [2, 3]), (.transpose(permutation: [2, 0, 1]), [2, 3, 4]),
    (.transpose(permutation: [1, 2, 0]), [2, 0, 4]), (.slice(from: [1], to: [3]), [4]),
    (.slice(from: [2], to: [2]), [4]),
    (.slice(from: [0, 1], to: [2, 2]), [2, 3]), (.pad(low: [1], high: [2]), [3]),
    (.pad(low: [0, 1], high: [2, 0]), [2, 3]),
    (.pad(low: [1, 1], high: [0, 0]), [0, 3]), (.reverse(axis: 0), [3]), (.reverse(axis: 1), [2, 3]),
    (.reverse(axis: 0), [0, 3]),
    (.concatenate(axis: 0), [3]),
  ]
  let joins: [([Shape], Int)] = [
    ([[2], [3]], 0), ([[2], [0], [1]], 0), ([[2, 3], [2, 1]], 1), ([[0, 3], [2, 3]], 0), ([[2, 1, 2], [2, 2, 2]], 1),
  ]
  return moves.map { lone($0, $1) }
    + joins.map { shapes, axis in
      GraphCase("concatenate \(shapes) along \(axis)") { sketch in
        let parts = shapes.map { sketch.real($0) }
        return [sketch.builder.apply(.concatenate(axis: axis), parts + parts)]
      }
    } + [
      GraphCase("parts of one tensor, some overlapping, some missing") { sketch in
        let x = sketch.real([7, 3])
        let parts = [0..<2, 3..<5, 5..<6, 4..<7].map { x.slice(axis: 0, $0).square.sum(0) }
        let columns = x.split(axis: 1, [1, 1, 1])
        return parts + [columns[0] * columns[2], x.tanh, x.slice(axis: 0, 2..<2)]
      },
      GraphCase("parts that make up a tensor") { sketch in
        let parts = sketch.real([2, 9]).split(axis: 1, [2, 3, 4])
        return [parts[0].square, parts[2].exp, parts[1].tanh]
      },
      GraphCase("padded tensors added") { sketch in
        let x = sketch.real([2])
        func padded(_ low: Int, _ high: Int) -> Tensor { sketch.builder.apply(.pad(low: [low], high: [high]), [x]) }
        return [(padded(0, 3) + padded(2, 1) + padded(3, 0)).square]
      },
    ]
}()

private let reductions: [GraphCase] = {
  let table: [(Shape, [Int])] = [
    ([], []), ([1], [0]), ([0], [0]), ([5], [0]), ([2, 3], [0]), ([2, 3], [1]), ([2, 3], [0, 1]), ([2, 3], [1, 0]),
    ([2, 3], []),
    ([2, 3, 4], [1]), ([2, 3, 4], [0, 2]), ([2, 0, 4], [1]), ([0, 3], [1]),
  ]
  return table.flatMap { shape, axes in
    [lone(.sum(axes: axes), shape)] + (shape.count > 0 ? [lone(.largest(axes: axes), shape)] : [])
  }
}()

private let indexing: [GraphCase] = {
  let table: [(rows: Int, rest: [Int], indices: [Int])] = [
    (3, [], [0, 2, 2, -1]), (3, [2], [1, 1, -4, 0, 1]), (3, [2], []), (0, [2], [-1]), (1, [1], [0]),
    (4, [2, 3], [3, -1, 0]),
    (2, [0], [1, 0]),
  ]
  return table.flatMap { rows, rest, indices in
    [
      GraphCase("gatherRows \(indices) of \(rows) rows \(rest)") { sketch in
        [sketch.real(Shape([rows] + rest)).gatherRows(sketch.index(indices)).square]
      },
      GraphCase("scatterAddRows \(indices) into \(rows) rows \(rest)") { sketch in
        [sketch.real(Shape([indices.count] + rest)).scatterAddRows(sketch.index(indices), rows: rows).square]
      },
    ]
  }
}()
