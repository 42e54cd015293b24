import TensorGraph

/// A loop of the checks: shapes of carries and slices, and the step.
private struct Loop: Sendable {
  let name: String
  var carries: [Shape]
  var slices: [Shape]
  var constants: [Shape] = []
  let step: @Sendable (_ carries: [Tensor], _ slices: [Tensor], _ constants: [Tensor]) -> ([Tensor], [Tensor])

  func cases(_ lengths: [Int]) -> [GraphCase] {
    lengths.flatMap { length in
      [false, true].map { reversed in
        GraphCase("\(name), length \(length)\(reversed ? ", reversed" : "")") { sketch in
          let start = carries.map { sketch.real($0) }
          let sequences = slices.map { sketch.real(Shape([length] + $0.dimensions)) }
          let (last, stacked) = sketch.builder.scan(
            carries: start, sequences: sequences, constants: constants.map { sketch.real($0) }, reversed: reversed
          ) { step($0, $1, $2) }
          return last + stacked
        }
      }
    }
  }
}

/// Loops of every kind of carry, sequence, constant and output; lengths 0 and 1 too.
let scanCases: [GraphCase] =
  loops.flatMap { $0.cases([0, 1, 2, 7]) } + recurrences.flatMap { $0.cases([1, 40]) } + others

private let loops: [Loop] = [
  Loop(name: "running sum", carries: [[3]], slices: [[3]]) { h, x, _ in ([h[0] + x[0]], [h[0] + x[0]]) },
  Loop(name: "output before the step", carries: [[3]], slices: [[3]]) { h, x, _ in ([h[0] + x[0]], [h[0]]) },
  Loop(name: "scalars", carries: [[]], slices: [[]]) { h, x, _ in ([h[0] * 0.5 + x[0]], [h[0], x[0]]) },
  Loop(name: "two carries exchanged", carries: [[2], [2]], slices: [[2]]) { h, x, _ in ([h[1], h[0]], [h[0] - x[0]]) },
  Loop(name: "three carries in a ring", carries: [[4], [4], [4]], slices: [[4]]) { h, x, _ in
    ([h[1] + x[0], h[2], h[0]], [])
  },
  Loop(name: "Fibonacci", carries: [[2], [2]], slices: [[1]]) { h, x, _ in
    ([(h[0] + h[1]) * 0.6 + x[0], h[0]], [h[1], h[0]])
  },
  Loop(name: "a carry that stays", carries: [[2], [3]], slices: [[2]]) { h, x, _ in ([h[0] + x[0], h[1]], [h[1]]) },
  Loop(name: "a carry that becomes the slice", carries: [[2]], slices: [[2]]) { h, x, _ in ([x[0]], [h[0]]) },
  Loop(name: "a carry that becomes a constant", carries: [[2]], slices: [[2]], constants: [[2]]) { h, x, c in
    ([c[0]], [h[0] + x[0]])
  },
  Loop(name: "a carry that becomes a number", carries: [[2]], slices: [[2]]) { h, x, _ in
    ([h[0].builder.constant(3, [2])], [h[0]])
  },
  Loop(name: "no carries", carries: [], slices: [[3], [1]]) { _, x, _ in ([], [(x[0] * x[1]).tanh, x[1]]) },
  Loop(name: "outputs that are inputs", carries: [[2]], slices: [[2]], constants: [[3]]) { h, x, c in
    ([h[0]], [x[0], h[0], c[0], x[0]])
  },
  Loop(name: "the same output twice", carries: [[2]], slices: [[2]]) { h, x, _ in
    let y = h[0].tanh + x[0]
    return ([y], [y, y])
  },
  Loop(name: "two carries of one value", carries: [[2], [2]], slices: [[2]]) { h, x, _ in
    let y = h[0] - h[1] * 0.5 + x[0]
    return ([y, y], [h[0], h[1]])
  },
  Loop(name: "unused carry, slice and constant", carries: [[2], [5]], slices: [[2], [4]], constants: [[3], [2]]) {
    h, x, c in
    ([h[0] + c[1], h[1]], [x[0]])
  },
  Loop(name: "empty extents", carries: [[0]], slices: [[0], [2, 0]], constants: [[0]]) { h, x, c in
    ([h[0] + x[0]], [x[1] + c[0], h[0]])
  },
  Loop(name: "several shapes", carries: [[2, 3], [1, 3]], slices: [[2, 1], [3]], constants: [[2, 3], []]) { h, x, c in
    let next = (h[0] + x[0] * c[0] + x[1]).tanh * c[1]
    return ([next, next.sum(0)], [next.sum(1), h[1]])
  },
  Loop(name: "an invariant product", carries: [[2, 3]], slices: [[2, 3]], constants: [[3, 4], [4, 3]]) { h, x, c in
    let weight = c[0].matmul(c[1]).tanh
    return ([h[0].matmul(weight).tanh + x[0]], [weight])
  },
]

private let recurrences: [Loop] = [
  Loop(name: "plain recurrence", carries: [[5, 8]], slices: [[5, 8]], constants: [[8, 8], [8]]) { h, x, c in
    let next = (h[0].matmul(c[0]) * 0.3 + x[0] + c[1]).tanh
    return ([next], [next])
  },
  Loop(name: "recurrence of one row", carries: [[1, 33]], slices: [[1, 17]], constants: [[17, 33], [33, 33]]) {
    h, x, c in
    let next = (x[0].matmul(c[0]) * 0.2 + h[0].matmul(c[1], transposeB: true) * 0.1).sigmoid
    return ([next], [next, next.sum(1)])
  },
  Loop(name: "recurrence of a stack", carries: [[2, 3, 4]], slices: [[2, 3, 1]], constants: [[2, 4, 4]]) { h, x, c in
    let next = ((h[0].matmul(c[0]) * 0.3).tanh + x[0]) * 0.9
    return ([next], [next.sum(0, 1)])
  },
]

private let others: [GraphCase] = [
  GraphCase("index carries and sequences", .exact) { sketch in
    let (table, picks) = (sketch.wild([4, 3]), sketch.index([3, -1, 0, 0, 2, 1], [3, 2]))
    let (carries, outputs) = sketch.builder.scan(
      carries: [sketch.index([1, 2])], sequences: [picks], constants: [table]
    ) { h, x, c in ([x[0]], [c[0].gatherRows(h[0]), x[0], h[0]]) }
    return carries + outputs
  },
  GraphCase("segments that change from step to step") { sketch in
    let (c, z) = (sketch.real([4, 6, 3]), sketch.real([2, 5, 3]))
    let offsets = sketch.index([0, 2, 6, 0, 0, 5, 1, 4, 4, 0, 6, 6], [4, 3])
    let zero = sketch.builder.constant(0, [2, 5, 3])
    let (carries, outputs) = sketch.builder.scan(carries: [zero], sequences: [c, offsets], constants: [z]) {
      h, x, constants in
      let rows = x[0].raggedExpand(constants[0], offsets: x[1]).tanh
      return ([h[0] + rows.raggedContract(x[0], offsets: x[1])], [rows])
    }
    return carries + outputs
  },
  GraphCase("random numbers inside") { sketch in
    let keys = sketch.index(Array(1...10), [5, 2])
    let (carries, outputs) = sketch.builder.scan(
      carries: [sketch.real([70])], sequences: [keys], constants: [sketch.key()]
    ) { h, x, c in
      let shared = h[0].builder.random(.normal, [70], key: c[0])
      let own = h[0].builder.random(.uniform, [70], key: x[0])
      return ([h[0] * 0.5 + shared * own], [own])
    }
    return carries + outputs
  },
  GraphCase("a carry's first value is used again") { sketch in
    let (start, x) = (sketch.real([3]), sketch.real([4, 3]))
    let (carries, outputs) = sketch.builder.scan(carries: [start], sequences: [x], constants: [start]) { h, x, c in
      ([h[0] * 0.5 + x[0] + c[0]], [h[0]])
    }
    return [start, carries[0] + start, outputs[0], start + 1]
  },
  GraphCase("one tensor as carries, sequence and constant") { sketch in
    let x = sketch.real([3, 3])
    let (carries, outputs) = sketch.builder.scan(carries: [x, x], sequences: [x, x], constants: [x]) { h, s, c in
      ([h[0] * 0.5 + s[0], h[1] - s[1] + c[0]], [h[0].matmul(c[0])])
    }
    return carries + outputs
  },
  GraphCase("a scan feeds a scan") { sketch in
    let x = sketch.real([6, 2, 3])
    let builder = sketch.builder
    let zero = builder.constant(0, [2, 3])
    let (_, up) = builder.scan(carries: [zero], sequences: [x], constants: []) { h, x, _ in ([h[0] + x[0]], [h[0].tanh])
    }
    let (last, down) = builder.scan(carries: [zero], sequences: [up[0], x], constants: [], reversed: true) { h, x, _ in
      ([h[0] * 0.9 + x[0] * x[1]], [h[0]])
    }
    return [builder.concatenate([up[0], down[0]], axis: 2), last[0]]
  },
  GraphCase("no sequences") { sketch in
    let body = Builder()
    let (h, c) = (body.input("h", [3]), body.input("c", [3]))
    let next = h * 0.5 + c
    let scan = Scan(
      body: body.graph, bodyOutputs: [next.id, h.id], carries: 1, sequences: 0, constants: 1, length: 5, reversed: false
    )
    let node = sketch.builder.apply(.scan(scan), [sketch.real([3]), sketch.real([3])])
    return [sketch.builder.apply(.result(0), [node]), sketch.builder.apply(.result(1), [node])]
  },
  GraphCase("only some results are used") { sketch in
    let x = sketch.real([5, 3])
    let (carries, outputs) = sketch.builder.scan(
      carries: [sketch.real([3]), sketch.real([2])], sequences: [x], constants: []
    ) { h, x, _ in ([h[0] + x[0], h[1] * 2], [h[0].exp, h[1].tanh, x[0] * 2]) }
    return [outputs[1], carries[0]]
  },
]
