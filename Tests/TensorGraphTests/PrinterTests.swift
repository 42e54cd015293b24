import TensorGraph
import Testing

@Test func `every operation prints its operands, attributes and shape`() throws {
  let builder = Builder()
  let (x, y) = (builder.input("x", [2, 3]), builder.input("y", [2, 3]))
  let (key, rows, offsets) = (
    builder.input("key", [2], .index), builder.input("rows", [4], .index), builder.input("offsets", [3], .index)
  )
  _ = [builder.random(.uniform, [3], key: key), builder.random(.normal, [], key: key)]
  _ = [-x, x.exp, x.log, x.tanh, x.sigmoid, x.softplus, x.squareRoot, x.absolute, x.isNumber, x.stopGradient]
  _ = [x + y, x - y, x * y, x / y, x.maximum(y), x.minimum(y), x.isLess(y), x.select(y, x)]
  _ = [x + 1.5, x.sum(0).broadcast(to: [2, 3]), x.reshape([6]), x.transpose(1, 0), x.slice(axis: 1, 1..<3)]
  _ = [
    builder.apply(.pad(low: [1, 0], high: [0, 2]), [x]), builder.concatenate([x, y], axis: 1), x.reverse(axis: 0),
  ]
  _ = [x.sum(0, 1), x.largest(1), x.total]
  for (a, b) in [(false, true), (true, false)] { _ = x.matmul(y, transposeA: a, transposeB: b) }
  let squares = [x.matmul(x, transposeB: true), x.matmul(x, transposeA: true)]
  _ = [squares[0].matmul(squares[0]), squares[1].matmul(squares[1], transposeA: true, transposeB: true)]
  let groups = x.raggedContract(y, offsets: offsets)
  _ = [x.raggedExpand(groups, offsets: offsets), y.raggedExpand(groups, offsets: offsets, transposeZ: true)]
  _ = x.gatherRows(rows).scatterAddRows(rows, rows: 7)
  _ = builder.scan(carries: [x.sum(0)], sequences: [x], constants: [y], reversed: true) { h, x, c in
    ([h[0] + x[0]], [h[0], c[0].sum(0)])
  }
  try expectGolden("operations", "\(builder.graph)")
}

@Test func `a gated recurrent unit and its gradient keep their form`() throws {
  let (builder, width) = (Builder(), 2)
  let weights = GRUWeights(
    input: builder.input("input", [3, 3 * width]), recurrent: builder.input("recurrent", [width, 3 * width]),
    bias: builder.input("bias", [3 * width]), candidateBias: builder.input("candidateBias", [width]))
  let (x, present) = (builder.input("x", [5, 4, 3]), builder.input("present", [5, 4, 1]))
  let loss = weights.run(x.linear(weights.input, weights.bias), present: present).last.square.total
  try expectGolden("gru", "\(builder.graph)")
  let parameters = [weights.input, weights.recurrent, weights.bias, weights.candidateBias].map(\.id)
  let result = builder.graph.differentiated(loss.id, withRespectTo: parameters)
  try expectGolden("gru.gradient", "\(result.graph)\ngradients \(result.gradients)")
}

@Test func `a layer norm and its gradient keep their form`() throws {
  let builder = Builder()
  let (x, gain, bias) = (builder.input("x", [4, 8]), builder.input("gain", [8]), builder.input("bias", [8]))
  let loss = x.layerNorm(gain: gain, bias: bias).square.total
  let result = builder.graph.differentiated(loss.id, withRespectTo: [x.id, gain.id, bias.id])
  try expectGolden("layerNorm.gradient", "\(result.graph)\ngradients \(result.gradients)")
}
