import TensorGraph

private let unary: [Op] = [.negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber]
private let binary: [Op] = [.add, .subtract, .multiply, .divide, .maximum, .minimum, .less]

/// Every elementwise operation at every plain shape, on numbers of every size.
let elementwiseCases: [GraphCase] = plainShapes.flatMap { shape in
  var cases = unary.map { onOne($0, shape) }
  cases += binary.map { onTwo($0, shape) }
  cases += binary.map { onNear($0, shape) }
  return cases + others(shape)
}

private func onOne(_ op: Op, _ shape: Shape) -> GraphCase {
  GraphCase("\(op.name) \(shape)", .elements) { sketch in
    [sketch.builder.apply(op, [sketch.wild(shape)])]
  }
}

private func onTwo(_ op: Op, _ shape: Shape) -> GraphCase {
  GraphCase("\(op.name) \(shape)", .elements) { sketch in
    [sketch.builder.apply(op, [sketch.wild(shape), sketch.wild(shape)])]
  }
}

private func onNear(_ op: Op, _ shape: Shape) -> GraphCase {
  GraphCase("\(op.name) \(shape) of near numbers, itself and a constant", .elements) { sketch in
    let left = sketch.real(shape, in: -1...1, special: [0, 0.5])
    let right = sketch.real(shape, in: -1...1, special: [0, 0.5])
    let half = sketch.builder.constant(0.5, shape)
    let pairs = [[left, right], [left, left], [left, half], [half, right]]
    return pairs.map { sketch.builder.apply(op, $0) }
  }
}

private func others(_ shape: Shape) -> [GraphCase] {
  [
    GraphCase("select \(shape)", .exact) { sketch in
      let condition = sketch.real(shape, special: [0, 0, 0, -0.0, .nan, .infinity])
      return [condition.select(sketch.wild(shape), sketch.wild(shape))]
    },
    GraphCase("stopGradient \(shape)", .exact) { [$0.wild(shape).stopGradient] },
    GraphCase("constant \(shape)", .exact) { sketch in
      let numbers: [Double] = [0, -1.5, .infinity, -.infinity, .nan]
      return numbers.map { sketch.builder.constant($0, shape) }
    },
  ]
}
