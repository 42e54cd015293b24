import BackendChecks
import ReferenceBackend
import TensorGraph
import Testing

/// Recurrences of lengths that are squares, products, primes, and too short to be cut.
private let recurrences: [GraphCase] = [15, 16, 17, 23, 36, 40].flatMap { length in
  [false, true].map { reversed in
    GraphCase("length \(length)\(reversed ? ", reversed" : "")") { sketch in
      let (x, present) = (sketch.real([length, 2, 3]), sketch.real([length, 2, 1], special: [0]))
      let (w, bias) = (sketch.real([3, 3]), sketch.real([3]))
      let (carries, outputs) = sketch.builder.scan(
        carries: [sketch.real([2, 3]), sketch.real([2])], sequences: [x, present], constants: [w, bias],
        reversed: reversed
      ) { carries, slices, constants in
        let next = slices[1].select((carries[0].matmul(constants[0]) + slices[0] * constants[1]).tanh, carries[0])
        let sum = carries[1] * 0.9 + next.square.sum(1).reshape([2])
        return ([next, sum], [next, slices[0].sigmoid * next])
      }
      return [carries[1], outputs[0], outputs[1].sum(0)]
    }
  }
}

private func values(_ graph: Graph, _ outputs: [ValueID], _ sketch: Sketch) throws -> [[Double]] {
  let inputs = zip(sketch.inputs, graph.inputs).map { values, id in
    guard case .real(let numbers) = values else { return Storage(nil, count: graph[id].shape.count) }
    let storage = Storage(.float64, count: numbers.count)
    for (place, number) in numbers.enumerated() { storage[place] = Double(number) }
    return storage
  }
  let results = outputs.map { Storage(.float64, count: graph[$0].shape.count) }
  try ReferenceBackend().compile(graph, outputs: outputs).run(
    inputs: inputs.map { $0.view() }, outputs: results.map { $0.view() })
  return results.map { Array($0.doubles) }
}

@Test(arguments: recurrences.indices)
func `a gradient that recomputes is the plain gradient`(_ index: Int) throws {
  let sketch = Sketch(recurrences[index], values: 0)
  let graph = sketch.graph
  let loss = sketch.outputs.reduce(sketch.builder.constant(0)) { sum, output in
    sum + (sketch.builder.tensor(output) * 0.7).tanh.total
  }
  let whole = sketch.builder.graph
  let plain = whole.differentiated(loss.id, withRespectTo: graph.inputs)
  let recomputed = whole.differentiated(loss.id, withRespectTo: graph.inputs, recomputing: true)
  try recomputed.graph.verify()
  let wanted = try values(plain.graph, [plain[loss.id]] + plain.gradients, sketch)
  let found = try values(recomputed.graph, [recomputed[loss.id]] + recomputed.gradients, sketch)
  for (right, result) in zip(wanted, found) {
    let scale = right.reduce(1e-3) { max($0, abs($1)) }
    #expect(zip(right, result).allSatisfy { abs($0 - $1) <= 1e-12 * scale })
  }
}

@Test func `a recomputed gradient keeps the carries of segments`() throws {
  let builder = Builder()
  let (x, w) = (builder.input("x", [17, 2]), builder.input("w", [2]))
  let (carries, _) = builder.scan(carries: [builder.input("z", [2])], sequences: [x], constants: [w]) {
    carries, slices, constants in ([(carries[0] * constants[0] + slices[0]).tanh], [])
  }
  let loss = carries[0].total
  let result = builder.graph.differentiated(loss.id, withRespectTo: [w.id], recomputing: true)
  try expectGolden("recomputed.gradient", "\(result.graph)\ngradient \(result.gradients[0])")
}
