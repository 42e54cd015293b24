import ReferenceBackend
import TensorGraph
import Testing

/// Gradients of the sum of `value` with respect to `targets`, for inputs in the order of their creation.
private func gradients(of value: Tensor, _ targets: [Tensor], at inputs: [[Double]]) throws -> [[Double]] {
  let graph = value.builder.graph
  let total = value.total
  let result = total.builder.graph.differentiated(total.id, withRespectTo: targets.map(\.id))
  try result.graph.verify()
  let executable = try ReferenceBackend().compile(result.graph, outputs: result.gradients)
  let bound = zip(inputs, graph.inputs).map { elements, _ in
    let storage = Storage(.float64, count: elements.count)
    for (place, element) in elements.enumerated() { storage[place] = element }
    return storage
  }
  let results = targets.map { Storage(.float64, count: $0.shape.count) }
  try executable.run(inputs: bound.map { $0.view() }, outputs: results.map { $0.view() })
  return results.map { Array($0.doubles) }
}

@Test func `at a tie the first of two operands and all of the largest elements take the gradient`() throws {
  let builder = Builder()
  let (x, y) = (builder.input("x", [3]), builder.input("y", [3]))
  let values: [[Double]] = [[1, 2, 3], [1, 5, 0]]
  #expect(try gradients(of: x.maximum(y), [x, y], at: values) == [[1, 0, 1], [0, 1, 0]])
  #expect(try gradients(of: x.minimum(y), [x, y], at: values) == [[1, 1, 0], [0, 0, 1]])
  #expect(try gradients(of: x.largest(0), [x], at: [[4, 4, 1], [0, 0, 0]]) == [[0.5, 0.5, 0]])
}

@Test func `a missing observation that is filled and masked sends no gradient into what predicts it`() throws {
  let builder = Builder()
  let (seen, weight) = (builder.input("seen", [3]), builder.input("weight", [3]))
  let zero = builder.constant(0, [3])
  let error = (weight * 2 - seen.isNumber.select(seen, zero)).square
  let known = seen.isNumber.select(error, zero)
  #expect(try gradients(of: known, [weight], at: [[1, .nan, 3], [1, 1, 1]]) == [[4, 0, -4]])
}

@Test func `a missing observation in a loop sends no NaN backward in time`() throws {
  let builder = Builder()
  let (seen, weight) = (builder.input("seen", [3, 1]), builder.input("weight", [1]))
  let (_, outputs) = builder.scan(carries: [builder.constant(1, [1])], sequences: [seen], constants: [weight]) {
    h, x, c in
    let (next, zero) = (h[0] * c[0], h[0].builder.constant(0, [1]))
    let error = (next - x[0].isNumber.select(x[0], zero)).square
    return ([next], [x[0].isNumber.select(error, zero)])
  }
  // The errors are w - 1 and w^3 - 1; at w = 2 the slope is 2 (2 - 1) + 2 (8 - 1) 3 w^2.
  #expect(try gradients(of: outputs[0], [weight], at: [[1, .nan, 1], [2]]) == [[2 + 14 * 12]])
}

@Test func `a stopped value has no gradient`() throws {
  let builder = Builder()
  let x = builder.input("x", [2])
  #expect(try gradients(of: x.stopGradient * x, [x], at: [[3, 4]]) == [[3, 4]])
  #expect(try gradients(of: x.stopGradient.exp, [x], at: [[3, 4]]) == [[0, 0]])
}

@Test func `a target may be the value itself, an intermediate value, unused, or named twice`() throws {
  let builder = Builder()
  let (x, unused) = (builder.input("x", [2]), builder.input("unused", [3]))
  let square = x.square
  let found = try gradients(of: square * 3, [square, x, unused, x], at: [[1, 2], [0, 0, 0]])
  #expect(found == [[3, 3], [6, 12], [0, 0, 0], [6, 12]])
  let scalar = builder.input("scalar", [])
  #expect(try gradients(of: scalar, [scalar], at: [[1, 2], [0, 0, 0], [5]]) == [[1]])
}

@Test func `differentiation keeps origins, inputs and every value`() throws {
  let builder = Builder()
  let x = builder.scope("models.meta.dynamics") { builder.input("x", [2]).tanh.total }
  let result = builder.graph.differentiated(x.id, withRespectTo: builder.graph.inputs)
  let graph = result.graph
  #expect(graph.inputs.map(graph.name) == ["x"])
  #expect(result.values.map { graph[$0].op } == builder.graph.nodes.map(\.op))
  let places = Set(graph.nodes.map { graph.origins[Int($0.origin)] })
  #expect(places.contains("models.meta.dynamics"))
}
