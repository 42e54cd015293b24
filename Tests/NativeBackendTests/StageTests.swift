import BackendChecks
import NativeBackend
import TensorGraph
import Testing

/// A small graph and the stages of compiling it that a golden file shows.
struct StageCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Names of stages, the one before a change and the one after.
  let stages: [String]
  let build: @Sendable (Builder) -> [ValueID]
  /// Whether the gradient of the first output is compiled instead.
  var isGradient = false

  func text() throws -> String {
    let builder = Builder()
    var outputs = build(builder)
    var graph = builder.graph
    if isGradient {
      let result = graph.differentiated(outputs[0], withRespectTo: Array(outputs.dropFirst()))
      (graph, outputs) = (result.graph, result.gradients)
    }
    let all = try NativeBackend(threads: 2).stages(of: graph, outputs: outputs)
    let wanted = stages.compactMap { name in all.first { $0.name == name } }
    return wanted.map { "# \($0.name)\n\($0.text)" }.joined(separator: "\n\n")
  }
}

private func smallUnit(_ builder: Builder, rows: Int) -> (sequence: Tensor, weights: GRUWeights) {
  let weights = GRUWeights(
    input: builder.input("w", [3, 12]), recurrent: builder.input("u", [4, 12]), bias: builder.input("b", [12]),
    candidateBias: builder.input("c", [4]))
  return (builder.input("x", [5, rows, 3]), weights)
}

/// A unit whose gates are as wide as a product that is worth its own.
private func wideUnit(_ builder: Builder) -> (projected: Tensor, weights: GRUWeights) {
  let weights = GRUWeights(
    input: builder.input("w", [3, 192]), recurrent: builder.input("u", [64, 192]), bias: builder.input("b", [192]),
    candidateBias: builder.input("c", [64]))
  return (builder.input("x", [5, 32, 3]).linear(weights.input, weights.bias), weights)
}

let stageCases = [
  StageCase(
    testDescription: "fusion", stages: ["graph", "program"],
    build: { builder in
      let (x, y) = (builder.input("x", [8, 6]), builder.input("y", [6]))
      let product = (x * y).tanh
      return [(product + 1).id, product.sum(0).id]
    }),
  StageCase(
    testDescription: "views", stages: ["graph", "program"],
    build: { builder in
      let x = builder.input("x", [4, 6])
      let parts = x.transpose(1, 0).split(axis: 0, [2, 4])
      return [builder.concatenate([parts[1].exp, parts[0].exp], axis: 0).id]
    }),
  StageCase(
    testDescription: "memory", stages: ["program"],
    build: { builder in
      // Three products in a row: the first result's memory serves the third.
      let (x, w) = (builder.input("x", [16, 32]), builder.input("w", [32, 32]))
      return [x.matmul(w).matmul(w).matmul(w).matmul(w).id]
    }),
  StageCase(
    testDescription: "pulling", stages: ["sinking", "pulling"],
    build: { builder in
      let (x, weights) = smallUnit(builder, rows: 2)
      return [weights.run(x.linear(weights.input, weights.bias), present: nil).last.id]
    }),
  StageCase(
    testDescription: "sinking", stages: ["graph", "sinking"],
    build: { builder in
      let (x, w) = (builder.input("x", [5, 2, 3]), builder.input("w", [3, 3]))
      let (_, outputs) = builder.scan(carries: [builder.input("z", [2, 3])], sequences: [x], constants: [w]) {
        carries, slices, constants in
        let next = (carries[0].matmul(constants[0]) + slices[0]).tanh
        return ([next], [next])
      }
      let rows = outputs[0].reshape([10, 3])
      return [rows.matmul(x.reshape([10, 3]), transposeA: true).id, outputs[0].sum(0).id]
    }),
  StageCase(
    testDescription: "hoisting", stages: ["sinking", "hoisting"],
    build: { builder in
      let (x, bias) = (builder.input("x", [5, 2, 3]), builder.input("bias", [3]))
      let (_, outputs) = builder.scan(carries: [builder.input("z", [2, 3])], sequences: [x], constants: [bias]) {
        carries, slices, constants in
        let next = (carries[0] + slices[0] * constants[0]).tanh
        return ([next], [next])
      }
      return [outputs[0].total.id, bias.id]
    }, isGradient: true),
  StageCase(
    testDescription: "sums of rows", stages: ["graph", "sinking"],
    build: { builder in
      let x = builder.input("x", [5, 16, 16])
      let (_, outputs) = builder.scan(carries: [builder.input("z", [16, 16])], sequences: [x], constants: []) {
        carries, slices, _ in
        let next = (carries[0] + slices[0]).tanh
        return ([next], [next])
      }
      return [outputs[0].sum(0, 1).id]
    }),
  StageCase(
    testDescription: "merged groups", stages: ["graph", "program"],
    build: { builder in
      // The squares and the exponentials share no operand: their groups are joined by the sum that alone reads them.
      let (x, y) = (builder.input("x", [4, 6]), builder.input("y", [4, 6]))
      return [(x.square + y.exp).id]
    }),
  StageCase(
    testDescription: "splitting columns", stages: ["carries", "columns"],
    build: { builder in
      let (projected, weights) = wideUnit(builder)
      return [weights.run(projected, present: nil).last.id]
    }),
  StageCase(
    testDescription: "splitting carries", stages: ["hoisting", "carries"],
    build: { builder in
      let (x, w) = (builder.input("x", [5, 8, 16]), builder.input("w", [16, 64]))
      let start = builder.constant(0, [8, 64])
      let (carries, _) = builder.scan(carries: [start, builder.input("z", [8, 64])], sequences: [x], constants: [w]) {
        carries, slices, constants in
        let y = slices[0].matmul(constants[0])
        let joined = y.builder.concatenate([y.slice(axis: 1, 0..<32).tanh, y.slice(axis: 1, 32..<64).exp], axis: 1)
        let next = joined.matmul(constants[0], transposeB: true).matmul(constants[0])
        return ([carries[0] + joined, carries[1] + next], [])
      }
      return carries.map(\.id)
    }),
  StageCase(
    testDescription: "gradient of a unit", stages: ["program"],
    build: { builder in
      // The cotangents of the gates stay apart; the states before and after the steps share a buffer.
      let (projected, weights) = wideUnit(builder)
      return [weights.run(projected, present: nil).states.total.id, weights.recurrent.id]
    }, isGradient: true),
  StageCase(
    testDescription: "row blocks", stages: ["program"],
    build: { builder in
      let (x, weights) = smallUnit(builder, rows: 64)
      return [weights.run(x.linear(weights.input, weights.bias), present: nil).last.id]
    }),
]

@Test(arguments: stageCases)
func `what a pass makes of a small graph is what was reviewed`(_ stage: StageCase) throws {
  #expect(try goldenDifference(stage.testDescription, try stage.text(), beside: #filePath) == nil)
}
