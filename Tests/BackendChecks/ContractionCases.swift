import TensorGraph

/// Matrix products of every kind.
let contractionCases: [GraphCase] = products + productsWithNaN + productsInPrograms + raggedProducts

private let flags = [(false, false), (false, true), (true, false), (true, true)]

private let products: [GraphCase] = {
  let extents: [(m: Int, k: Int, n: Int)] = [
    (1, 1, 1), (3, 4, 5), (0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 7, 1), (1, 9, 6), (6, 9, 1), (17, 1, 9), (33, 65, 31),
    (64, 48, 80),
  ]
  let stacks: [[Int]] = [[], [1], [3], [0], [2, 3]]
  return stacks.flatMap { stack in
    extents.filter { stack.isEmpty || $0.m < 20 }.flatMap { m, k, n in
      flags.map { transposeA, transposeB in
        let a = Shape(stack + (transposeA ? [k, m] : [m, k]))
        let b = Shape(stack + (transposeB ? [n, k] : [k, n]))
        return GraphCase("matmul \(a)\(transposeA ? "ᵀ" : "") \(b)\(transposeB ? "ᵀ" : "")") { sketch in
          [sketch.real(a).matmul(sketch.real(b), transposeA: transposeA, transposeB: transposeB)]
        }
      }
    }
  }
}()

private let productsWithNaN: [GraphCase] = flags.map { transposeA, transposeB in
  GraphCase("matmul with a NaN and an infinity \(transposeA) \(transposeB)") { sketch in
    let a = sketch.real([5, 5], special: [.nan])
    let b = sketch.real([5, 5], in: 0.5...2, special: [.infinity])
    return [a.matmul(b, transposeA: transposeA, transposeB: transposeB)]
  }
}

private let productsInPrograms: [GraphCase] = [
  GraphCase("x^T x and x x^T") { sketch in
    let x = sketch.real([7, 4])
    return [x.matmul(x, transposeA: true), x.matmul(x, transposeB: true)]
  },
  GraphCase("product of a slice, a transpose and a broadcast") { sketch in
    let x = sketch.real([4, 6, 8])
    let part = x.slice(axis: 2, 3..<7)
    let moved = x.transpose(0, 2, 1).slice(axis: 1, 0..<4)
    let row = sketch.real([1, 1, 6]).broadcast(to: [4, 5, 6])
    return [part.matmul(moved, transposeA: true, transposeB: true), row.matmul(part)]
  },
  GraphCase("linear layers") { sketch in
    let hidden = sketch.real([5, 3, 6]).linear(sketch.real([6, 17]), sketch.real([17])).tanh
    return [hidden.linear(sketch.real([17, 2])), hidden]
  },
  GraphCase("sum of products") { sketch in
    let (a, b, c) = (sketch.real([9, 5]), sketch.real([5, 8]), sketch.real([9, 8]))
    return [a.matmul(b) + c + c.matmul(sketch.real([8, 8])) + sketch.real([8])]
  },
]

private let raggedProducts: [GraphCase] = {
  let tables: [(offsets: [Int], rows: Int)] = [
    ([0, 3, 7], 7), ([0, 0, 5, 5, 9, 9], 9), ([0], 0), ([0], 4), ([0, 0], 0), ([0, 0], 3), ([2, 4, 5], 9),
    ([0, 1, 2, 3], 3),
    ([0, 40, 41, 100], 110),
  ]
  let widths: [(k: Int, n: Int)] = [(1, 1), (4, 3), (3, 0), (0, 2), (1, 33), (33, 17)]
  return tables.flatMap { offsets, rows in
    widths.flatMap { k, n in
      let groups = offsets.count - 1
      let name = "rows \(rows), offsets \(offsets), widths \(k) and \(n)"
      return [
        GraphCase("raggedContract: \(name)") { sketch in
          let (a, b) = (sketch.real([rows, k]), sketch.real([rows, n]))
          return [a.raggedContract(b, offsets: sketch.index(offsets))]
        },
        GraphCase("raggedExpand: \(name)") { sketch in
          let (c, table) = (sketch.real([rows, n]), sketch.index(offsets))
          return [
            c.raggedExpand(sketch.real([groups, k, n]), offsets: table),
            c.raggedExpand(sketch.real([groups, n, k]), offsets: table, transposeZ: true),
          ]
        },
      ]
    }
  } + [
    GraphCase("raggedExpand: rows of no group are 0 even where NaN stands") { sketch in
      let c = sketch.real([6, 3], special: [.nan, .infinity])
      return [c.raggedExpand(sketch.real([2, 4, 3]), offsets: sketch.index([1, 2, 4]))]
    },
    GraphCase("raggedContract: rows of no group do not count even where NaN stands") { sketch in
      let rows = sketch.index([0, 1, -1, -1])
      let a = sketch.real([2, 3]).gatherRows(rows) + sketch.real([4, 1], in: 1...2).log
      let hole = sketch.real([4, 1]) / sketch.builder.constant(0, [4, 1])
      let b = sketch.builder.concatenate(
        [a.slice(axis: 0, 0..<2), hole.slice(axis: 0, 2..<4).broadcast(to: [2, 3])], axis: 0)
      return [a.raggedContract(b, offsets: sketch.index([0, 1, 2]))]
    },
  ]
}()
