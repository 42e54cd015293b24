import TensorGraph

/// Sums and largest elements over every set of axes.
let reductionCases: [GraphCase] = {
  let more: [Shape] = [[1, 300], [300, 1], [6, 257], [257, 6], [4, 9, 40], [40, 9, 4]]
  return (plainShapes + more).flatMap { shape in
    subsets(shape.rank).flatMap { axes in
      [
        GraphCase("sum \(shape) over \(axes)") { sketch in
          [sketch.builder.apply(.sum(axes: axes), [sketch.real(shape)])]
        },
        GraphCase("sum \(shape) over \(axes) with NaN and infinities") { sketch in
          let tensor = sketch.real(shape, special: [.nan, .infinity, -.infinity])
          return [sketch.builder.apply(.sum(axes: axes), [tensor])]
        },
        GraphCase("largest \(shape) over \(axes)", .exact) { sketch in
          let calm = sketch.real(shape, special: [1, 1, -.infinity])
          return [sketch.wild(shape), calm].map { sketch.builder.apply(.largest(axes: axes), [$0]) }
        },
      ]
    }
  } + meetings
}()

/// Every set of axes, one of them out of order.
private func subsets(_ rank: Int) -> [[Int]] {
  let all = (0..<1 << rank).map { set in (0..<rank).filter { set >> $0 & 1 == 1 } }
  return rank < 2 ? all : all + [[rank - 1, 0]]
}

/// Reductions with elementwise work before and after them.
private let meetings: [GraphCase] = [[5, 7], [3, 40], [64, 33], [1, 1], [0, 3], [3, 0]].map { (shape: Shape) in
  GraphCase("sums of products and means of \(shape)") { sketch in
    let (x, y) = (sketch.real(shape), sketch.real(shape))
    let mask = x.isLess(y)
    let softmax = (x - x.largest(1)).exp
    return [
      (x * y).sum(1), (x * y).sum(0), (x - y).square.total, ((x * mask).sum(0) / (mask.sum(0) + 1)).tanh,
      softmax / softmax.sum(1), x.mean(1) + y,
    ]
  }
}
