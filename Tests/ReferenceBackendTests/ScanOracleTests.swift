import Randomness
import ReferenceBackend
import TensorGraph
import Testing

/// h' = 2 h + x with the states before each step stacked.
@Test(arguments: [false, true])
func `a scan carries its state forward or backward in time`(_ reversed: Bool) throws {
  let builder = Builder()
  let (start, x) = (builder.input("start", [1]), builder.input("x", [3, 1]))
  let (carries, outputs) = builder.scan(carries: [start], sequences: [x], constants: [], reversed: reversed) {
    h, x, _ in
    ([h[0] * 2 + x[0]], [h[0]])
  }
  let results = try run(builder, [[1], [10, 20, 30]], [carries[0], outputs[0]])
  // forward 1, 12, 44, then 118; backward 1, 32, 84, then 178
  #expect(results == (reversed ? [[178], [84, 32, 1]] : [[118], [1, 12, 44]]))
}

@Test func `a scan of length 0 returns its first carries`() throws {
  let builder = Builder()
  let (start, x) = (builder.input("start", [2]), builder.input("x", [0, 2]))
  let (carries, outputs) = builder.scan(carries: [start], sequences: [x], constants: []) { h, x, _ in
    ([h[0] + x[0]], [h[0]])
  }
  #expect(try run(builder, [[3, 4], []], [carries[0], outputs[0]]) == [[3, 4], []])
}

@Test func `random tensors are those of Randomness, apart by their salts`() throws {
  let builder = Builder()
  let key = builder.input("key", [2], .index)
  let (uniform, normal) = (builder.random(.uniform, [2, 3], key: key), builder.random(.normal, [4], key: key))
  let storage = Storage(nil, count: 2)
  storage.indices[0] = 7
  storage.indices[1] = -1
  let (first, second) = (Storage(.float64, count: 6), Storage(.float64, count: 4))
  let executable = try ReferenceBackend().compile(builder.graph, outputs: [uniform.id, normal.id])
  try executable.run(inputs: [storage.view()], outputs: [first.view(), second.view()])
  let name = PhiloxKey(low: 7, high: .max)
  #expect(Array(first.doubles) == (0..<6).map { philoxUniform(key: name, 1 << 32 + $0) })
  #expect(Array(second.doubles) == (0..<4).map { philoxNormal(key: name, 2 << 32 + $0) })
}

/// Results of a graph of real inputs.
private func run(_ builder: Builder, _ inputs: [[Double]], _ outputs: [Tensor]) throws -> [[Double]] {
  let executable = try ReferenceBackend().compile(builder.graph, outputs: outputs.map(\.id))
  let results = outputs.map { Storage(.float64, count: $0.shape.count) }
  try executable.run(inputs: inputs.map(storage).map { $0.view() }, outputs: results.map { $0.view() })
  return results.map { Array($0.doubles) }
}

private func storage(_ elements: [Double]) -> Storage {
  let storage = Storage(.float64, count: elements.count)
  for (place, element) in elements.enumerated() { storage[place] = element }
  return storage
}
