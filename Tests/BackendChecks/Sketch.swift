import Randomness
import TensorGraph

/// How near a result must come to that of the reference.
package enum Closeness: Sendable {
  /// The same number after rounding to the precision of the backend.
  case exact
  /// Every element to a few units in its last place.
  case elements
  /// Every element to a small part of the largest element of its tensor.
  case tensor
}

/// A named graph with inputs that are drawn.
package struct GraphCase: Sendable {
  package let name: String
  package let closeness: Closeness
  /// Builds the graph and returns its outputs.
  package let build: @Sendable (Sketch) -> [Tensor]
  /// Whether the graph that is checked is the gradient of a scalar of the outputs with respect to all inputs.
  private(set) var isGradient = false

  package init(_ name: String, _ closeness: Closeness = .tensor, _ build: @escaping @Sendable (Sketch) -> [Tensor]) {
    self.name = name
    self.closeness = closeness
    self.build = build
  }

  var gradient: GraphCase {
    var copy = GraphCase("gradient of \(name)", closeness, build)
    copy.isGradient = true
    return copy
  }
}

/// The values that one input is bound to; Floats, so that every precision sees the same numbers.
package enum InputValues {
  case real([Float])
  case index([Int32])
}

/// A graph being built, together with drawn values of its inputs.
package final class Sketch {
  package let builder = Builder()
  package private(set) var inputs: [InputValues] = []
  /// What is checked; empty while it is being built.
  package private(set) var graph = Graph()
  package private(set) var outputs: [ValueID] = []
  /// Draws what decides the graph: shapes, operations.
  var structure: Stream
  /// Draws the values of the inputs.
  private var values: Stream

  /// - Parameter values: another number gives the same graph with other values of its real inputs.
  package init(_ graphCase: GraphCase, values: Int) {
    structure = Stream(seed: 1, path: ["structure", graphCase.name])
    self.values = Stream(seed: 1, path: ["values", graphCase.name, "\(values)"])
    let built = graphCase.build(self)
    graph = builder.graph
    outputs = built.map(\.id)
    if graphCase.isGradient { differentiate(built.filter { $0.type == .real }) }
  }

  /// Replaces the graph by the gradients of the sum of means of y tanh y over the real outputs y.
  private func differentiate(_ outputs: [Tensor]) {
    let parts = outputs.map { ($0 * $0.tanh).total * (1 / Double(max(1, $0.shape.count))) }
    let loss = parts.reduce(builder.constant(0)) { $0 + $1 }
    let targets = builder.graph.inputs.filter { builder.graph[$0].type == .real }
    let result = builder.graph.differentiated(loss.id, withRespectTo: targets)
    graph = result.graph
    self.outputs = result.gradients + [result[loss.id]]
  }

  /// An input of numbers in `range`; about one in eight is one of `special`.
  package func real(_ shape: Shape, in range: ClosedRange<Double> = -2...2, special: [Double] = []) -> Tensor {
    let elements = (0..<shape.count).map { _ in
      let isSpecial = !special.isEmpty && values.int(below: 8) == 0
      if isSpecial { return Float(special[values.int(below: special.count)]) }
      return Float(range.lowerBound + (range.upperBound - range.lowerBound) * values.uniform())
    }
    inputs.append(.real(elements))
    return builder.input("x\(inputs.count - 1)", shape)
  }

  /// An input of numbers of every size, with zeros, infinities and NaN among them.
  package func wild(_ shape: Shape) -> Tensor {
    let sizes = (-24...24).flatMap { power -> [Double] in
      let size = Double(sign: .plus, exponent: power, significand: 1.1)
      return [size, -size]
    }
    return real(shape, in: -5...5, special: sizes + [0, -0.0, 1, -1, .infinity, -.infinity, .nan])
  }

  package func index(_ elements: [Int], _ shape: Shape? = nil) -> Tensor {
    inputs.append(.index(elements.map(Int32.init)))
    return builder.input("i\(inputs.count - 1)", shape ?? [elements.count], .index)
  }

  /// A drawn key for random tensors.
  func key() -> Tensor { index((0..<2).map { _ in values.int(below: 1 << 32) - 1 << 31 }) }
}

/// Shapes with extents 0 and 1, of sizes below and above vector and tile lengths.
let plainShapes: [Shape] = [
  [], [0], [1], [7], [1037], [3, 1], [0, 4], [4, 0], [5, 7], [33, 65], [1, 1, 1], [2, 3, 4], [2, 1, 5], [3, 0, 2],
  [2, 3, 1, 4],
]
