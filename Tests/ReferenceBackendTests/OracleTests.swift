import ReferenceBackend
import TensorGraph
import Testing

/// One operation on numbers that were worked out by hand.
struct Oracle: Sendable {
  let op: Op
  let operands: [(shape: Shape, elements: [Double])]
  /// Positions of the operands that are index tensors.
  var indices: Set<Int> = []
  let result: [Double]
}

private let nan = Double.nan
private let inf = Double.infinity
private let e = 2.718281828459045

private let elementwise: [Oracle] = [
  Oracle(op: .negate, operands: [([3], [1, -2, 0])], result: [-1, 2, 0]),
  Oracle(op: .exp, operands: [([4], [0, 1, -inf, inf])], result: [1, e, 0, inf]),
  Oracle(op: .log, operands: [([4], [1, e, 0, -1])], result: [0, 1, -inf, nan]),
  Oracle(op: .tanh, operands: [([4], [0, inf, -inf, 0.5])], result: [0, 1, -1, 0.46211715726000973]),
  Oracle(op: .sigmoid, operands: [([4], [0, 800, -800, 1])], result: [0.5, 1, 0, e / (1 + e)]),
  Oracle(op: .softplus, operands: [([4], [0, 800, -800, nan])], result: [0.6931471805599453, 800, 0, nan]),
  Oracle(op: .sqrt, operands: [([3], [9, 0, -1])], result: [3, 0, nan]),
  Oracle(op: .absolute, operands: [([3], [-3, 3, -inf])], result: [3, 3, inf]),
  Oracle(op: .isNumber, operands: [([4], [nan, 0, inf, 2])], result: [0, 1, 1, 1]),
  Oracle(op: .add, operands: [([2], [1, 2]), ([2], [10, nan])], result: [11, nan]),
  Oracle(op: .subtract, operands: [([2], [1, inf]), ([2], [10, inf])], result: [-9, nan]),
  Oracle(op: .multiply, operands: [([2], [3, 0]), ([2], [-2, inf])], result: [-6, nan]),
  Oracle(op: .divide, operands: [([3], [3, 1, 0]), ([3], [-2, 0, 0])], result: [-1.5, inf, nan]),
  Oracle(op: .maximum, operands: [([4], [1, 5, nan, 1]), ([4], [2, 3, 1, nan])], result: [2, 5, nan, nan]),
  Oracle(op: .minimum, operands: [([4], [1, 5, nan, 1]), ([4], [2, 3, 1, nan])], result: [1, 3, nan, nan]),
  Oracle(op: .less, operands: [([4], [1, 2, 3, nan]), ([4], [2, 2, 2, 2])], result: [1, 0, 0, 0]),
  Oracle(
    op: .select, operands: [([4], [0, 1, -2, nan]), ([4], [1, 2, 3, 4]), ([4], [5, 6, 7, 8])], result: [5, 2, 3, 4]),
]

private let movement: [Oracle] = [
  Oracle(op: .broadcast(to: [2, 3]), operands: [([2, 1], [1, 2])], result: [1, 1, 1, 2, 2, 2]),
  Oracle(op: .broadcast(to: [2, 3]), operands: [([1, 3], [1, 2, 3])], result: [1, 2, 3, 1, 2, 3]),
  Oracle(op: .broadcast(to: [0]), operands: [([1], [1])], result: []),
  Oracle(op: .reshape(to: [3, 2]), operands: [([2, 3], [1, 2, 3, 4, 5, 6])], result: [1, 2, 3, 4, 5, 6]),
  Oracle(op: .transpose(permutation: [1, 0]), operands: [([2, 3], [1, 2, 3, 4, 5, 6])], result: [1, 4, 2, 5, 3, 6]),
  Oracle(
    op: .transpose(permutation: [2, 0, 1]), operands: [([2, 1, 3], [1, 2, 3, 4, 5, 6])], result: [1, 4, 2, 5, 3, 6]),
  Oracle(op: .slice(from: [0, 1], to: [2, 3]), operands: [([2, 3], [1, 2, 3, 4, 5, 6])], result: [2, 3, 5, 6]),
  Oracle(op: .pad(low: [1, 0], high: [0, 1]), operands: [([1, 2], [7, 8])], result: [0, 0, 0, 7, 8, 0]),
  Oracle(
    op: .concatenate(axis: 1), operands: [([2, 1], [1, 2]), ([2, 2], [3, 4, 5, 6])], result: [1, 3, 4, 2, 5, 6]),
  Oracle(op: .concatenate(axis: 0), operands: [([1, 2], [1, 2]), ([0, 2], [])], result: [1, 2]),
  Oracle(op: .reverse(axis: 0), operands: [([2, 2], [1, 2, 3, 4])], result: [3, 4, 1, 2]),
  Oracle(op: .reverse(axis: 1), operands: [([2, 2], [1, 2, 3, 4])], result: [2, 1, 4, 3]),
]

private let contractions: [Oracle] = [
  Oracle(op: .sum(axes: [0]), operands: [([2, 3], [1, 2, 3, 4, 5, 6])], result: [5, 7, 9]),
  Oracle(op: .sum(axes: [1]), operands: [([2, 3], [1, 2, 3, 4, 5, 6])], result: [6, 15]),
  Oracle(op: .sum(axes: [0, 1]), operands: [([2, 0], [])], result: [0]),
  Oracle(op: .largest(axes: [1]), operands: [([2, 2], [-1, -2, nan, 3])], result: [-1, nan]),
  Oracle(op: .largest(axes: [0]), operands: [([0, 1], [])], result: [-inf]),
  Oracle(
    op: .matmul(transposeA: false, transposeB: false), operands: [([2, 2], [1, 2, 3, 4]), ([2, 1], [10, 100])],
    result: [210, 430]),
  Oracle(
    op: .matmul(transposeA: true, transposeB: false), operands: [([2, 2], [1, 2, 3, 4]), ([2, 1], [10, 100])],
    result: [310, 420]),
  Oracle(
    op: .matmul(transposeA: false, transposeB: true), operands: [([1, 2], [1, 2]), ([3, 2], [1, 2, 3, 4, 5, 6])],
    result: [5, 11, 17]),
  Oracle(
    op: .matmul(transposeA: true, transposeB: true), operands: [([2, 1], [1, 2]), ([3, 2], [1, 2, 3, 4, 5, 6])],
    result: [5, 11, 17]),
  Oracle(
    op: .matmul(transposeA: false, transposeB: false), operands: [([2, 1, 1], [2, 3]), ([2, 1, 2], [1, 2, 3, 4])],
    result: [2, 4, 9, 12]),
  Oracle(op: .matmul(transposeA: false, transposeB: false), operands: [([1, 0], []), ([0, 2], [])], result: [0, 0]),
  Oracle(
    op: .raggedContract,
    operands: [([4, 1], [1, 2, 3, 4]), ([4, 2], [1, 10, 2, 20, 3, 30, 4, 40]), ([4], [0, 2, 2, 3])],
    indices: [2], result: [5, 50, 0, 0, 9, 90]),
  Oracle(
    op: .raggedExpand(transposeZ: false),
    operands: [([4, 2], [1, 0, 0, 1, 1, 1, 7, 7]), ([2, 1, 2], [1, 2, 3, 4]), ([3], [0, 1, 3])],
    indices: [2], result: [1, 4, 7, 0]),
  Oracle(
    op: .raggedExpand(transposeZ: true),
    operands: [([4, 2], [1, 0, 0, 1, 1, 1, 7, 7]), ([2, 2, 1], [1, 2, 3, 4]), ([3], [0, 1, 3])],
    indices: [2], result: [1, 4, 7, 0]),
  Oracle(
    op: .gatherRows, operands: [([2, 2], [1, 2, 3, 4]), ([3], [1, -1, 1])], indices: [1], result: [3, 4, 0, 0, 3, 4]),
  Oracle(
    op: .scatterAddRows(rows: 2), operands: [([3, 2], [1, 2, 3, 4, 5, 6]), ([3], [1, -1, 1])], indices: [1],
    result: [0, 0, 6, 8]),
  Oracle(op: .stopGradient, operands: [([2], [1, 2])], result: [1, 2]),
]

@Test(arguments: elementwise + movement + contractions)
func `an operation gives the numbers worked out by hand`(_ oracle: Oracle) throws {
  var graph = Graph()
  var views: [View] = []
  var operands: [ValueID] = []
  for (position, operand) in oracle.operands.enumerated() {
    let isIndex = oracle.indices.contains(position)
    let type: ElementType = isIndex ? .index : .real
    operands.append(try graph.append(.input(name: "x", shape: operand.shape, type: type), []))
    let storage = Storage(isIndex ? nil : .float64, count: operand.elements.count)
    for (place, element) in operand.elements.enumerated() {
      if isIndex { storage.indices[place] = Int32(element) } else { storage[place] = element }
    }
    views.append(storage.view())
  }
  let node = try graph.append(oracle.op, operands)
  let result = Storage(.float64, count: graph[node].shape.count)
  try ReferenceBackend().compile(graph, outputs: [node]).run(inputs: views, outputs: [result.view()])
  let found = Array(result.doubles)
  let same = found.count == oracle.result.count && zip(found, oracle.result).allSatisfy { isSame($0, $1) }
  #expect(same, "\(oracle.op) gives \(found), not \(oracle.result)")
}

private func isSame(_ found: Double, _ right: Double) -> Bool {
  right.isNaN ? found.isNaN : found == right || abs(found - right) <= 1e-15 * abs(right)
}
