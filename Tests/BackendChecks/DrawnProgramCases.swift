import TensorGraph

/// Graphs of drawn operations on drawn shapes: what nobody thought of.
let drawnProgramCases: [GraphCase] = (0..<60).map { number in
  GraphCase("drawn program \(number)") { sketch in
    var pool = (0..<3).map { _ in sketch.drawnInput() }
    for _ in 0..<8 + sketch.draw(25) { pool.append(sketch.drawnStep(pool)) }
    return (0..<3).map { _ in pool[pool.count - 1 - sketch.draw(min(pool.count, 8))] } + [pool[pool.count - 1]]
  }
}

extension Sketch {
  func draw(_ bound: Int) -> Int { structure.int(below: bound) }

  fileprivate func drawnInput() -> Tensor { real([extents[draw(extents.count)], extents[draw(extents.count)]]) }

  private var extents: [Int] { [1, 1, 2, 3, 3, 17, 0] }

  /// A new matrix from the matrices of the pool, of numbers that stay near 1.
  fileprivate func drawnStep(_ pool: [Tensor]) -> Tensor {
    let x = pool[draw(pool.count)]
    let y = partner(of: x, in: pool)
    switch draw(20) {
    case 0: return x.tanh
    case 1: return x.sigmoid + y
    case 2: return x.softplus * 0.5
    case 3: return x.tanh.exp * y.tanh
    case 4: return (x.square + 0.5).log - y
    case 5: return (x.square + y.square + 0.1).squareRoot
    case 6: return x / (y.square + 1)
    case 7: return x.maximum(y)
    case 8: return x.minimum(y) - x.absolute
    case 9: return real(x.shape, special: [0, 0, 0]).select(x, y * 0.5)
    case 10: return x.sum(draw(2)) * 0.1 + y.tanh
    case 11: return x.largest(0) - x
    case 12: return x.transpose(1, 0)
    case 13: return x.slice(axis: 1, x.shape[1] / 2..<x.shape[1])
    case 14 where x.shape.count < 2000: return builder.concatenate([x, y.broadcast(to: x.shape)], axis: draw(2)).tanh
    case 15:
      let left = draw(2) == 0
      return x.tanh.matmul(x.tanh, transposeA: left, transposeB: !left) * 0.1
    case 16: return x.reverse(axis: draw(2)) + y
    case 17: return builder.apply(.pad(low: [draw(2), 0], high: [0, draw(3)]), [x])
    case 18: return x.reshape([x.shape[1], x.shape[0]])
    default: return running(x)
    }
  }

  /// A matrix that broadcasts to the shape of `x`: one of the pool, or a new input.
  private func partner(of x: Tensor, in pool: [Tensor]) -> Tensor {
    let fitting = pool.filter { y in (0..<2).allSatisfy { y.shape[$0] == x.shape[$0] || y.shape[$0] == 1 } }
    let choice = draw(fitting.count + 2)
    if choice < fitting.count { return fitting[choice] }
    return real(Shape(x.shape.dimensions.map { draw(2) == 0 ? 1 : $0 }))
  }

  /// A loop over the rows.
  private func running(_ x: Tensor) -> Tensor {
    let start = real([x.shape[1]])
    let (carries, outputs) = builder.scan(carries: [start], sequences: [x], constants: [], reversed: draw(2) == 0) {
      h, x, _ in
      let next = (h[0] * 0.5 + x[0]).tanh
      return ([next], [next])
    }
    return outputs[0] + carries[0]
  }
}
