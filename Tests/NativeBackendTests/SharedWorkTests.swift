import CKernels
import NativeBackend
import Randomness
import ReferenceBackend
import TensorGraph
import Testing

/// A graph that is large enough to be cut for several workers, with drawn inputs.
struct LargeCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let build: @Sendable (Builder) -> [Tensor]

  init(_ name: String, _ build: @escaping @Sendable (Builder) -> [Tensor]) {
    testDescription = name
    self.build = build
  }

  /// The outputs, and the gradients of a scalar of them.
  func graph() -> (Graph, [ValueID]) {
    let builder = Builder()
    let outputs = build(builder)
    let loss = outputs.map { ($0.tanh * 0.01).total }.reduce(builder.constant(0)) { $0 + $1 }
    let inputs = builder.graph.inputs.filter { builder.graph[$0].type == .real }
    let result = builder.graph.differentiated(loss.id, withRespectTo: inputs)
    return (result.graph, outputs.map { result[$0.id] } + result.gradients)
  }

  func run(on backend: any Backend) throws -> [[Float]] {
    let (graph, outputs) = graph()
    var stream = Stream(seed: 5, path: ["large", testDescription])
    let inputs = graph.inputs.map { id in
      let count = graph[id].shape.count
      if graph[id].type == .index {
        let storage = Storage(nil, count: count)
        for index in 0..<count { storage.indices[index] = Int32(index * 37) }
        return storage
      }
      let storage = Storage(backend.precision, count: count)
      for index in 0..<count { storage[index] = Double(Float(stream.normal() * 0.5)) }
      return storage
    }
    let results = outputs.map { Storage(backend.precision, count: graph[$0].shape.count) }
    let executable = try backend.compile(graph, outputs: outputs)
    try executable.run(inputs: inputs.map { $0.view() }, outputs: results.map { $0.view() })
    return results.map { storage in (0..<storage.count).map { Float(storage[$0]) } }
  }
}

let largeCases = [
  LargeCase("sums over many rows") { builder in
    let x = builder.input("x", [700, 120])
    return [x.exp.sum(0), x.square.sum(1), x.total, (x * 2).largest(0), x.largest(0, 1)]
  },
  LargeCase("sums over middle axes") { builder in
    let x = builder.input("x", [40, 60, 50])
    return [x.sum(0, 2), x.tanh.sum(1), x.transpose(2, 0, 1).exp.sum(1)]
  },
  LargeCase("gradient of a weight over thousands of rows") { builder in
    [builder.input("x", [5000, 20]).linear(builder.input("w", [20, 33]), builder.input("b", [33]))]
  },
  LargeCase("products of many rows and of stacks") { builder in
    let (x, w) = (builder.input("x", [300, 40]), builder.input("w", [40, 70]))
    let (a, b) = (builder.input("a", [24, 31, 17]), builder.input("b", [24, 17, 40]))
    return [
      x.matmul(w), a.matmul(b), a.matmul(a, transposeB: true), x.matmul(x, transposeB: true).slice(axis: 0, 3..<9),
    ]
  },
  LargeCase("products on row segments") { builder in
    let (c, y) = (builder.input("c", [148, 6]), builder.input("y", [148, 400]))
    let offsets = builder.input("offsets", [5], .index)
    let z = y.raggedContract(c, offsets: offsets)
    return [z, c.raggedExpand(z.tanh, offsets: offsets)]
  },
  LargeCase("copies and broadcasts") { builder in
    let (x, row) = (builder.input("x", [60, 50, 40]), builder.input("row", [50, 1]))
    return [x.transpose(1, 2, 0).tanh, (x + row).transpose(2, 1, 0) * 3, x.reverse(axis: 1).slice(axis: 2, 3..<20).exp]
  },
  LargeCase("random tensors") { builder in
    let key = builder.input("key", [2], .index)
    let noise = builder.random(.normal, [300, 400], key: key)
    return [noise * builder.input("scale", [400]), builder.random(.uniform, [90_001], key: key)]
  },
  LargeCase("gated recurrent units") { builder in
    let x = builder.input("x", [9, 96, 24])
    let weights = GRUWeights(
      input: builder.input("w", [24, 96]), recurrent: builder.input("u", [32, 96]), bias: builder.input("b", [96]),
      candidateBias: builder.input("c", [32]))
    let present = builder.input("present", [9, 96, 1])
    let projected = x.linear(weights.input, weights.bias)
    let forward = weights.run(projected, present: present)
    return [forward.states, forward.last, weights.run(projected, present: nil, reversed: true).states]
  },
  LargeCase("gated recurrent units of wide gates, with an offset per session") { builder in
    let (sessions, trials, width) = (4, 24, 64)
    let x = builder.input("x", [7, sessions * trials, 20])
    let weights = GRUWeights(
      input: builder.input("w", [20, 3 * width]), recurrent: builder.input("u", [width, 3 * width]),
      bias: builder.input("b", [3 * width]), candidateBias: builder.input("c", [width]))
    let own = builder.input("own", [1, sessions, 1, 3 * width])
    let projected = (x.linear(weights.input, weights.bias).reshape([7, sessions, trials, 3 * width]) + own)
      .reshape([7, sessions * trials, 3 * width])
    let start = builder.input("start", [sessions * trials, width])
    let forward = weights.run(projected, present: builder.input("present", [7, sessions * trials, 1]), from: start)
    let backward = weights.run(x.linear(weights.input), present: nil, reversed: true)
    return [forward.states, forward.last, backward.states]
  },
  LargeCase("a product of a loop that is taken apart unevenly, and read whole") { builder in
    let (x, w, v) = (
      builder.input("x", [5, 48, 40]), builder.input("w", [40, 224]), builder.input("v", [40, 192])
    )
    let (carries, outputs) = builder.scan(
      carries: [builder.input("z", [48, 64])], sequences: [x], constants: [w, v]
    ) { carries, slices, constants in
      let parts = (slices[0].matmul(constants[0]) * 0.5).split(axis: 1, [64, 96, 64])
      let whole = slices[0].matmul(constants[1])
      let some = whole.slice(axis: 1, 64..<128)
      let next = (carries[0] * parts[0] + parts[2] + some).tanh
      return ([next], [next, parts[1].sigmoid, whole])
    }
    return [carries[0]] + outputs
  },
  LargeCase("products of joined columns over few and many rows") { builder in
    let (x, y, v) = (
      builder.input("x", [30, 80, 64]), builder.input("y", [30, 80, 32]), builder.input("v", [96, 40])
    )
    func joined(_ steps: Range<Int>) -> Tensor {
      let parts = [x.slice(axis: 0, steps).tanh, y.slice(axis: 0, steps)]
      return builder.concatenate(parts, axis: 2).reshape([80 * steps.count, 96])
    }
    return [
      joined(0..<30).matmul(v), joined(0..<30).matmul(builder.input("g", [2400, 24]), transposeA: true),
      builder.input("t", [7, 2400]).matmul(joined(0..<30)), joined(3..<4).matmul(v),
      builder.input("u", [7, 80]).matmul(joined(5..<6)), v.matmul(joined(6..<7), transposeA: true, transposeB: true),
      joined(1..<2).matmul(joined(2..<3), transposeA: true),
    ]
  },
  LargeCase("dynamics of several sessions") { builder in
    let (sessions, rows, latent, width) = (12, 16, 3, 40)
    let (noise, keep) = (
      builder.input("noise", [8, sessions, rows, latent]), builder.input("keep", [8, sessions, 1, 1])
    )
    let weights = [
      builder.input("w0", [sessions, latent, width]), builder.input("w1", [sessions, width, width]),
      builder.input("w2", [width, latent]), builder.input("b0", [width]),
    ]
    let (carries, outputs) = builder.scan(
      carries: [builder.input("z", [sessions, rows, latent])], sequences: [noise, keep], constants: weights
    ) { carries, slices, w in
      let hidden = (carries[0].matmul(w[0]) + w[3]).tanh.matmul(w[1]).tanh
      let next = slices[1].isLess(slices[1] * 0).select(slices[0], hidden.linear(w[2]))
      return ([next], [next, hidden.sum(0)])
    }
    return [carries[0], outputs[0], outputs[1]]
  },
]

@Test(arguments: largeCases)
func `large graphs agree with the reference`(_ large: LargeCase) throws {
  let expected = try large.run(on: ReferenceBackend())
  let found = try large.run(on: NativeBackend(threads: 2))
  for (position, (right, result)) in zip(expected, found).enumerated() {
    let largest = right.reduce(0) { max($0, abs($1)) }
    // Some thousand roundings of a Float, relative to the largest element.
    let worst = zip(right, result).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= 2e-4 * max(largest, 0.1), "output \(position)")
  }
}

@Test(arguments: largeCases)
func `neither the number of threads nor the instruction set changes a bit`(_ large: LargeCase) throws {
  let wanted = try large.run(on: NativeBackend(threads: 1)).map { $0.map(\.bitPattern) }
  for threads in [2, 3, 4] {
    #expect(try large.run(on: NativeBackend(threads: threads)).map { $0.map(\.bitPattern) } == wanted)
  }
  for set in [CKPortable, CKAVX2, CKAVX512] where ck_for(set) != nil {
    let found = try large.run(on: NativeBackend(threads: 2, instructionSet: set)).map { $0.map(\.bitPattern) }
    #expect(found == wanted, "\(set)")
  }
}

@Test func `a product that is taken apart has the bits of the whole`() throws {
  // The second graph also gives the whole product and the whole gradient, so nothing is split.
  @Sendable func graph(_ builder: Builder, isWhole: Bool) -> [Tensor] {
    let (x, w) = (builder.input("x", [6, 40, 24]), builder.input("w", [24, 128]))
    let (_, outputs) = builder.scan(
      carries: [builder.input("z", [40, 64])], sequences: [x], constants: [w, builder.input("u", [64, 128])]
    ) { carries, slices, constants in
      let sum = slices[0].matmul(constants[0]) + carries[0].matmul(constants[1])
      let parts = sum.split(axis: 1, [64, 64])
      let next = parts[0].sigmoid * carries[0] + parts[1].tanh
      let joined = next.builder.concatenate([next * parts[0], next - parts[1]], axis: 1)
      let product = joined.matmul(constants[1], transposeB: true)
      return ([next], [next, product] + (isWhole ? [sum, joined] : []))
    }
    return Array(outputs.prefix(2))
  }
  func bits(isWhole: Bool) throws -> [[UInt32]] {
    try LargeCase("apart") { graph($0, isWhole: isWhole) }.run(on: NativeBackend(threads: 2)).map {
      $0.map(\.bitPattern)
    }
  }
  #expect(try bits(isWhole: false) == bits(isWhole: true))
}

@Test func `a wrong index is an error with its place, not a crash`() throws {
  let builder = Builder()
  let (table, rows) = (builder.input("table", [4, 2]), builder.input("rows", [3], .index))
  let picked = builder.scope("models.m.readin") { table.gatherRows(rows) }
  let executable = try NativeBackend(threads: 1).compile(builder.graph, outputs: [picked.id])
  let (values, indices, result) = (Storage(.float32, count: 8), Storage(nil, count: 3), Storage(.float32, count: 6))
  indices.indices[1] = 4
  let error = #expect(throws: BackendError.self) {
    try executable.run(inputs: [values.view(), indices.view()], outputs: [result.view()])
  }
  #expect(error?.message == "models.m.readin: index 4 of a tensor with 4 rows")
}

@Test func `a view of the wrong size or type is an error`() throws {
  let builder = Builder()
  let x = builder.input("x", [3])
  let next = x + 1
  let executable = try NativeBackend(threads: 1).compile(builder.graph, outputs: [next.id])
  let result = Storage(.float32, count: 3)
  for wrong in [Storage(.float32, count: 4), Storage(.float64, count: 3), Storage(nil, count: 3)] {
    #expect(throws: BackendError.self) { try executable.run(inputs: [wrong.view()], outputs: [result.view()]) }
  }
}

@Test func `what only a loop reads is computed inside it and never stored`() throws {
  let builder = Builder()
  let weights = GRUWeights(
    input: builder.input("w", [8, 96]), recurrent: builder.input("u", [32, 96]), bias: builder.input("b", [96]),
    candidateBias: builder.input("c", [32]))
  let projected = builder.input("x", [500, 64, 8]).linear(weights.input, weights.bias)
  let last = weights.run(projected, present: nil).last
  let executable = try NativeBackend(threads: 1).compile(builder.graph, outputs: [last.id])
  // The projected sequence alone would be 12 MB, the states 4 MB.
  #expect(executable.workingMemory < 1_000_000)
}

@Test func `the gradient of a recurrence stacks no cotangents`() throws {
  let builder = Builder()
  let weights = GRUWeights(
    input: builder.input("w", [8, 96]), recurrent: builder.input("u", [32, 96]), bias: builder.input("b", [96]),
    candidateBias: builder.input("c", [32]))
  let projected = builder.input("x", [500, 64, 8]).linear(weights.input, weights.bias)
  let loss = weights.run(projected, present: nil).last.total
  let targets = [weights.input, weights.recurrent, weights.bias, weights.candidateBias].map(\.id)
  let result = builder.graph.differentiated(loss.id, withRespectTo: targets)
  let executable = try NativeBackend(threads: 1).compile(result.graph, outputs: result.gradients)
  // Five values of the forward steps are kept, 4 MB each; cotangents of the gates would be another 25 MB.
  #expect(executable.workingMemory < 23_000_000)
}
