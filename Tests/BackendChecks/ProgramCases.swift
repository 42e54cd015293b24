import TensorGraph

/// Graphs as models make them: chains to be fused, values used again, outputs of every kind.
let programCases: [GraphCase] = chains + outputKinds + layers

private let chains: [GraphCase] = {
  let shapes: [Shape] = [[1], [0], [5, 7], [64, 33], [3000], [2, 9, 17], [1, 1], [4, 1]]
  return shapes.flatMap { shape in
    [
      GraphCase("a chain of sixty on \(shape)") { sketch in
        let (x, y) = (sketch.real(shape), sketch.real(shape, in: 0.1...1))
        var value = x
        for step in 0..<10 {
          value = ((value * 0.5 + y).tanh * (value - x).sigmoid + Double(step) * 0.1).softplus - y.log * 0.1
        }
        return [value]
      },
      GraphCase("a chain with its middle as outputs on \(shape)") { sketch in
        let x = sketch.real(shape)
        let a = x.exp
        let b = a + x
        let c = b / (a * a + 1)
        return [c, a, c.square + b, b]
      },
      GraphCase("a diamond on \(shape)") { sketch in
        let x = sketch.real(shape)
        let (left, right) = (x.tanh, x.sigmoid)
        let joined = left * right + left.maximum(right) - left.minimum(right)
        return [joined * joined + joined, joined + x]
      },
      GraphCase("a stopped value on \(shape)") { sketch in
        let x = sketch.real(shape)
        return [x.tanh.stopGradient * x, x.stopGradient.exp]
      },
      GraphCase("masked by NaN on \(shape)") { sketch in
        let x = sketch.real(shape, special: [.nan])
        let known = x.isNumber
        return [known, known.select(x, sketch.builder.constant(0, shape)).square * 0.5, x + 1]
      },
    ]
  } + [
    GraphCase("mixed broadcasts") { sketch in
      let (full, row, column) = (sketch.real([33, 65]), sketch.real([65]), sketch.real([33, 1]))
      let (one, scalar) = (sketch.real([1, 1]), sketch.real([]))
      let gate = (full * row + column).sigmoid
      return [gate * one + scalar, (row + column).tanh - gate, row.exp * scalar, gate.sum(1) + row, column * scalar]
    },
    GraphCase("mixed broadcasts of three axes") { sketch in
      let (x, a, b, c) = (sketch.real([4, 5, 6]), sketch.real([1, 5, 1]), sketch.real([4, 1, 6]), sketch.real([6]))
      let y = ((x + a) * b - c).tanh
      return [y * y, (a * c + b).exp * 0.1, y.sum(1) * b + a]
    },
    GraphCase("broadcast of a computed value") { sketch in
      let (row, x) = (sketch.real([1, 40]), sketch.real([30, 40]))
      let norm = (row.square.sum(1) + 1).squareRoot
      return [x / norm + row.tanh, (row.tanh * 2).broadcast(to: [30, 40])]
    },
  ]
}()

private let outputKinds: [GraphCase] = [
  GraphCase("outputs that are inputs, the same output twice", .exact) { sketch in
    let (x, places, y) = (sketch.wild([3, 2]), sketch.index([1, 2, 3]), -sketch.wild([2]))
    return [x, y, x, places, y, places]
  },
  GraphCase("an input that nothing uses", .exact) { sketch in
    let x = sketch.wild([3])
    _ = (sketch.wild([5]), sketch.index([1]))
    return [-x]
  },
  GraphCase("views of inputs and of each other", .exact) { sketch in
    let x = sketch.wild([4, 6])
    let flat = x.reshape([24])
    let part = x.slice(axis: 0, 1..<3)
    return [
      flat, part, part.reshape([12]), flat.reshape([2, 12]).slice(axis: 1, 3..<7), x.stopGradient, x.transpose(1, 0),
    ]
  },
  GraphCase("a value, a view of it and a use of the view", .exact) { sketch in
    let y = -sketch.wild([4, 6])
    let part = y.slice(axis: 1, 2..<5)
    return [part, y, -part, y.reshape([6, 4]), part.reverse(axis: 0)]
  },
  GraphCase("views of views", .exact) { sketch in
    let x = sketch.wild([4, 6, 5])
    let moved = x.transpose(2, 0, 1).slice(axis: 1, 1..<4).reverse(axis: 2).reshape([5, 18]).transpose(1, 0)
    return [moved, moved.slice(axis: 0, 3..<15).reshape([2, 6, 5]).broadcast(to: [3, 2, 6, 5]), -moved]
  },
  GraphCase("constants as outputs", .exact) { sketch in
    let two = sketch.builder.constant(2, [3])
    return [two, two * two, two.broadcast(to: [4, 3]), sketch.builder.constant(-1)]
  },
  GraphCase("parts of one flat buffer") { sketch in
    let flat = sketch.real([2 * 3 + 3 + 3 * 4])
    let (w, b, v) = (flat.slice(axis: 0, 0..<6), flat.slice(axis: 0, 6..<9), flat.slice(axis: 0, 9..<21))
    let hidden = sketch.real([5, 2]).linear(w.reshape([2, 3]), b).tanh
    return [hidden.linear(v.reshape([3, 4])), sketch.builder.concatenate([v, b, w], axis: 0) * 0.9]
  },
]

private let layers: [GraphCase] = [
  GraphCase("layer norm") { sketch in
    [[5, 8], [1, 33], [2, 3, 17], [0, 4]].map { (shape: Shape) in
      let width = shape[shape.rank - 1]
      return sketch.real(shape).layerNorm(gain: sketch.real([width]), bias: sketch.real([width]))
    }
  },
  GraphCase("gated recurrent units, forward and reversed, with and without a mask") { sketch in
    let (x, width) = (sketch.real([12, 5, 4]), 7)
    let weights = GRUWeights(
      input: sketch.real([4, 3 * width]), recurrent: sketch.real([width, 3 * width], in: -0.5...0.5),
      bias: sketch.real([3 * width]), candidateBias: sketch.real([width]))
    let present = sketch.real([12, 5, 1], in: 1...1, special: [0, 0, 0])
    return [nil, present].flatMap { mask in
      [false, true].flatMap { reversed in
        let (states, last) = weights.run(x.linear(weights.input, weights.bias), present: mask, reversed: reversed)
        return [states, last]
      }
    }
  },
  GraphCase("attention") { sketch in
    let (q, k, v) = (sketch.real([2, 5, 4]), sketch.real([2, 7, 4]), sketch.real([2, 7, 3]))
    let scores = q.matmul(k, transposeB: true) * 0.5
    let weights = (scores - scores.largest(2)).exp
    return [(weights / weights.sum(2)).matmul(v)]
  },
  GraphCase("one step of Adam") { sketch in
    let (w, g, m, v) = (sketch.real([100]), sketch.real([100]), sketch.real([100]), sketch.real([100], in: 0...1))
    let (rate, scale) = (sketch.real([], in: 0.01...0.1), sketch.builder.constant(1) / (g.square.total + 1).squareRoot)
    let clipped = g * scale.minimum(1)
    let (first, second) = (m * 0.9 + clipped * 0.1, v * 0.999 + clipped.square * 0.001)
    return [w - rate * (first / (second.squareRoot + 1e-3) + w * 0.01), first, second]
  },
]
