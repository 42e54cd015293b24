import TensorGraph

/// Loops inside loops.
let nestedScanCases: [GraphCase] = [0, 1, 3].flatMap { outer in
  [0, 1, 4].flatMap { inner in
    [
      GraphCase("inner loop of \(inner) over the slice, outer of \(outer)") { sketch in
        let x = sketch.real([outer, inner, 2])
        let (carries, outputs) = sketch.builder.scan(
          carries: [sketch.real([2])], sequences: [x], constants: []
        ) { h, x, _ in
          let (last, stacked) = h[0].builder.scan(carries: [h[0]], sequences: [x[0]], constants: [], reversed: true) {
            h, x, _ in
            ([(h[0] + x[0]).tanh], [h[0]])
          }
          return ([last[0] * 0.5], [stacked[0], h[0]])
        }
        return carries + outputs
      },
      GraphCase("inner loop of \(inner) over a constant, outer of \(outer) reversed") { sketch in
        let (x, weight, table) = (sketch.real([outer, 3, 2]), sketch.real([2, 2]), sketch.real([inner, 3, 2]))
        let (carries, outputs) = sketch.builder.scan(
          carries: [sketch.real([3, 2]), sketch.real([3, 2])], sequences: [x], constants: [weight, table],
          reversed: true
        ) { h, x, c in
          let (last, stacked) = h[0].builder.scan(
            carries: [h[1], h[0]], sequences: [c[1]], constants: [c[0], x[0]]
          ) { h, s, c in
            ([(h[0].matmul(c[0]) + s[0]).tanh, h[0] + c[1]], [h[0] * h[1]])
          }
          return ([last[1] * 0.5, last[0]], [stacked[0]])
        }
        return carries + outputs
      },
    ]
  }
}
