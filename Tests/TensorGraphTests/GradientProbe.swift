import BackendChecks
import Randomness
import ReferenceBackend
import TensorGraph

/// A scalar of the inputs of a graph, its gradient, and both as functions of numbers in Double.
struct GradientProbe {
  let sketch: Sketch
  let graph: Graph
  let targets: [ValueID]
  private let loss: any Executable
  private let gradient: any Executable

  /// Differentiates the sum over the real outputs of the case, every element with a weight of its own.
  ///
  /// - Parameter only: positions of the real inputs that are targets; all when `nil`.
  /// - Parameter order: 2 differentiates the sum of the squared gradients of that scalar instead.
  init(_ graphCase: GraphCase, only: [Int]? = nil, order: Int = 1) throws {
    sketch = Sketch(graphCase, values: 0)
    let builder = sketch.builder
    let forward = sketch.graph
    let real = forward.inputs.filter { forward[$0].type == .real }
    targets = only?.map { real[$0] } ?? real
    var total = builder.constant(0)
    for output in sketch.outputs where forward[output].type == .real {
      let value = builder.tensor(output)
      total = total + (value * sketch.real(value.shape, in: 0.5...1.5)).total
    }
    var (value, start) = (total.id, builder.graph)
    if order == 2 { (start, value) = try squaredGradient(of: value, in: start) }
    graph = start
    try graph.verify()
    let differentiated = graph.differentiated(value, withRespectTo: targets)
    try differentiated.graph.verify()
    loss = try ReferenceBackend().compile(graph, outputs: [value])
    gradient = try ReferenceBackend().compile(
      differentiated.graph, outputs: [differentiated[value]] + differentiated.gradients)
  }

  var inputs: [[Double]] {
    sketch.inputs.map { values in
      switch values {
      case .real(let elements): elements.map(Double.init)
      case .index(let elements): elements.map(Double.init)
      }
    }
  }

  func position(ofTarget target: Int) -> Int { graph.inputs.firstIndex(of: targets[target]) ?? 0 }

  func value(_ inputs: [[Double]]) throws -> Double { try run(loss, inputs, [1])[0][0] }

  /// The scalar, and one gradient per target.
  func valueAndGradients() throws -> (value: Double, gradients: [[Double]]) {
    let results = try run(gradient, inputs, [1] + targets.map { graph[$0].shape.count })
    return (results[0][0], Array(results.dropFirst()))
  }

  /// Derivative along a direction of the inputs: central differences at steps h and h / 2, extrapolated to h = 0.
  func slope(target: Int, along direction: [Double]) throws -> Double {
    let position = position(ofTarget: target)
    func difference(_ step: Double) throws -> Double {
      var (ahead, behind) = (inputs, inputs)
      for place in direction.indices {
        ahead[position][place] += step * direction[place]
        behind[position][place] -= step * direction[place]
      }
      return (try value(ahead) - value(behind)) / (2 * step)
    }
    return (4 * (try difference(5e-5)) - (try difference(1e-4))) / 3
  }

  private func run(_ executable: any Executable, _ inputs: [[Double]], _ sizes: [Int]) throws -> [[Double]] {
    let bound = zip(inputs, graph.inputs).map { values, id in
      let storage = Storage(graph[id].type == .real ? .float64 : nil, count: values.count)
      for (place, value) in values.enumerated() {
        if graph[id].type == .real { storage[place] = value } else { storage.indices[place] = Int32(value) }
      }
      return storage
    }
    let results = sizes.map { Storage(.float64, count: $0) }
    try executable.run(inputs: bound.map { $0.view() }, outputs: results.map { $0.view() })
    return results.map { Array($0.doubles) }
  }
}

/// The sum of the squares of the gradient with respect to the real inputs. Inputs keep their places.
private func squaredGradient(of value: ValueID, in graph: Graph) throws -> (Graph, ValueID) {
  let real = graph.inputs.filter { graph[$0].type == .real }
  let first = graph.differentiated(value, withRespectTo: real)
  var result = first.graph
  var sum = try result.append(.constant(0, shape: []), [])
  for gradient in first.gradients {
    let square = try result.append(.multiply, [gradient, gradient])
    let total = try result.append(.sum(axes: Array(0..<result[gradient].shape.rank)), [square])
    sum = try result.append(.add, [sum, try result.append(.reshape(to: []), [total])])
  }
  return (result, sum)
}

/// What is wrong with the gradient of a case, `nil` when it agrees with finite differences to a relative error of 1e-6.
///
/// Small targets are checked at every element, large ones along drawn directions and at drawn elements. Errors are
/// relative to the largest slope of the target, or to 1 where all are smaller.
func gradientFailure(_ graphCase: GraphCase, order: Int = 1) throws -> String? {
  let probe = try GradientProbe(graphCase, order: order)
  let (value, gradients) = try probe.valueAndGradients()
  guard try probe.value(probe.inputs) == value else { return "differentiation changes the value\n\(probe.graph)" }
  var stream = Stream(seed: 3, path: ["directions", graphCase.name])
  for target in probe.targets.indices {
    let gradient = gradients[target]
    let directions =
      gradient.count <= 12 ? Array(gradient.indices) : (0..<6).map { _ in stream.int(below: gradient.count) }
    var pairs = try directions.map { place in
      let direction = gradient.indices.map { $0 == place ? 1.0 : 0 }
      return (gradient[place], try probe.slope(target: target, along: direction))
    }
    if gradient.count > 12 {
      let direction = gradient.indices.map { _ in stream.normal() / Double(gradient.count).squareRoot() }
      let product = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      pairs.append((product, try probe.slope(target: target, along: direction)))
    }
    let scale = pairs.reduce(1) { max($0, abs($1.1)) }
    for (found, right) in pairs where !(abs(found - right) <= 1e-6 * scale) {
      return "the gradient of \(probe.targets[target]) has slope \(found), differences say \(right)\n\(probe.graph)"
    }
  }
  return nil
}
