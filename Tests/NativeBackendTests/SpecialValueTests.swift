import CKernels
import NativeBackend
import ReferenceBackend
import TensorGraph
import Testing

private let specials: [Float] = [
  0, -0.0, 1, -1, 0.5, -2.5, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
  .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.8, -104, 20, -20, 1e-8,
]

/// Every elementwise operation on every combination of special values: `[combinations]` per operand.
private func cases() -> [(Op, [[Float]])] {
  let unary: [Op] = [.negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber]
  let binary: [Op] = [.add, .subtract, .multiply, .divide, .maximum, .minimum, .less]
  let pairs = specials.flatMap { a in specials.map { (a, $0) } }
  let triples = pairs.flatMap { a in specials.map { (a.0, a.1, $0) } }
  return unary.map { ($0, [specials]) } + binary.map { ($0, [pairs.map(\.0), pairs.map(\.1)]) }
    + [(.select, [triples.map(\.0), triples.map(\.1), triples.map(\.2)])]
}

private func run(_ op: Op, _ operands: [[Float]], on backend: any Backend) throws -> [Double] {
  let builder = Builder()
  let count = operands[0].count
  let inputs = operands.indices.map { builder.input("x\($0)", [count]) }
  let result = builder.apply(op, inputs)
  let storages = operands.map { values in
    let storage = Storage(backend.precision, count: count)
    for (index, value) in values.enumerated() { storage[index] = Double(value) }
    return storage
  }
  let output = Storage(backend.precision, count: count)
  try backend.compile(builder.graph, outputs: [result.id]).run(
    inputs: storages.map { $0.view() }, outputs: [output.view()])
  return (0..<count).map { output[$0] }
}

@Test(arguments: [CKPortable, CKAVX2, CKAVX512].filter { ck_for($0) != nil }.map(\.rawValue))
func `not-a-number, infinity and the ends of the range follow the reference`(_ set: UInt32) throws {
  let native = NativeBackend(threads: 1, instructionSet: CKInstructionSet(rawValue: set))
  for (op, operands) in cases() {
    let (expected, found) = (try run(op, operands, on: ReferenceBackend()), try run(op, operands, on: native))
    for index in expected.indices {
      let right = Double(Float(expected[index]))
      let value = found[index]
      let allowed = max(8 * Double(Float.ulpOfOne) * abs(right), Double(Float.leastNormalMagnitude))
      let isRight = right.isNaN ? value.isNaN : value == right || abs(value - right) <= allowed
      #expect(isRight, "\(op.name) of \(operands.map { $0[index] }) is \(value), not \(right)")
    }
  }
}
