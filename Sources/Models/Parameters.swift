import Randomness
import TensorGraph

/// How a parameter starts.
package enum Initial: Hashable, Sendable {
  case constant(Double)
  /// Uniform on (-bound, bound).
  case uniform(bound: Double)
  /// Standard normal.
  case normal
  /// Uniform with a bound for every entry of the leading axis.
  case uniformRows(bounds: [Double])
  /// A matrix with orthonormal rows or columns, whichever are fewer.
  case orthogonal

  /// The usual bound for a layer with `fanIn` inputs, 1 / sqrt(fanIn).
  package static func fanIn(_ fanIn: Int) -> Initial { .uniform(bound: 1 / Double(max(fanIn, 1)).squareRoot()) }
}

/// A named block of the flat parameter buffer.
package struct Parameter: Hashable, Sendable {
  package let name: String
  package let group: ParameterGroup
  package let shape: Shape
  package let initial: Initial
  /// True for a parameter that keeps its first value.
  package let isFixed: Bool
  /// First element in the flat buffer.
  package let offset: Int

  package var range: Range<Int> { offset..<offset + shape.count }
}

/// All parameters of a model, in the order of the flat buffer.
package struct ParameterTable: Hashable, Sendable {
  package private(set) var parameters: [Parameter] = []
  package private(set) var count = 0

  package subscript(name: String) -> Parameter? { parameters.first { $0.name == name } }

  mutating func add(
    _ name: String, _ group: ParameterGroup, _ shape: Shape, _ initial: Initial, isFixed: Bool
  ) {
    parameters.append(
      Parameter(name: name, group: group, shape: shape, initial: initial, isFixed: isFixed, offset: count))
    count += shape.count
  }

  /// Number of values in a group.
  package func count(of group: ParameterGroup) -> Int {
    parameters.reduce(0) { $0 + ($1.group == group ? $1.shape.count : 0) }
  }

  /// The values that training starts from; each parameter draws from a stream of its own name.
  package func initialValues(_ stream: Stream) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    for parameter in parameters {
      var stream = stream.child(parameter.name)
      let filled = parameter.initial.values(parameter.shape, &stream)
      values.replaceSubrange(parameter.range, with: filled)
    }
    return values
  }
}

extension Initial {
  package func values(_ shape: Shape, _ stream: inout Stream) -> [Double] {
    switch self {
    case .constant(let value): return [Double](repeating: value, count: shape.count)
    case .uniform(let bound): return (0..<shape.count).map { _ in (2 * stream.uniform() - 1) * bound }
    case .normal: return (0..<shape.count).map { _ in stream.normal() }
    case .uniformRows(let bounds):
      let width = shape.count / max(bounds.count, 1)
      return (0..<shape.count).map { (2 * stream.uniform() - 1) * bounds[$0 / width] }
    case .orthogonal:
      return Self.orthogonal(rows: shape[0], columns: shape[1], &stream)
    }
  }

  /// Gram-Schmidt on normal random vectors.
  private static func orthogonal(rows: Int, columns: Int, _ stream: inout Stream) -> [Double] {
    let (few, many) = (min(rows, columns), max(rows, columns))
    var basis: [[Double]] = []
    while basis.count < few {
      var vector = (0..<many).map { _ in stream.normal() }
      for _ in 0..<2 {
        for other in basis {
          let overlap = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in vector.indices { vector[index] -= overlap * other[index] }
        }
      }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > 1e-6 { basis.append(vector.map { $0 / norm }) }
    }
    return (0..<rows * columns).map { index in
      let (row, column) = (index / columns, index % columns)
      return rows <= columns ? basis[row][column] : basis[column][row]
    }
  }
}

/// Collects the parameters that a graph uses while it is built, and hands out their tensors.
package final class ParameterScope {
  package let builder: Builder
  package private(set) var table = ParameterTable()
  private var tensors: [String: Tensor] = [:]

  package init(_ builder: Builder) { self.builder = builder }

  /// The tensor of a parameter; the first use declares it.
  package func callAsFunction(
    _ name: String, _ group: ParameterGroup, _ shape: Shape, _ initial: Initial, isFixed: Bool = false
  ) -> Tensor {
    if let known = tensors[name] { return known }
    table.add(name, group, shape, initial, isFixed: isFixed)
    let tensor = builder.input(name, shape)
    tensors[name] = tensor
    return tensor
  }

  /// A fully connected layer `[..., fanIn] -> [..., width]` with bias.
  func linear(_ x: Tensor, _ name: String, _ group: ParameterGroup, width: Int) -> Tensor {
    let fanIn = x.shape[x.shape.rank - 1]
    let weight = self("\(name).weight", group, [fanIn, width], .fanIn(fanIn))
    return x.linear(weight, self("\(name).bias", group, [width], .fanIn(fanIn)))
  }

  /// The weights of a gated recurrent unit.
  func gru(_ name: String, _ group: ParameterGroup, inputs: Int, width: Int) -> GRUWeights {
    GRUWeights(
      input: self("\(name).input", group, [inputs, 3 * width], .fanIn(width)),
      recurrent: self("\(name).recurrent", group, [width, 3 * width], .fanIn(width)),
      bias: self("\(name).bias", group, [3 * width], .fanIn(width)),
      candidateBias: self("\(name).candidate_bias", group, [width], .fanIn(width)))
  }

  /// Gaussian mean and variance from a last linear layer: variance = softplus(.) + 1e-6.
  func gaussian(_ x: Tensor, _ name: String, _ group: ParameterGroup, size: Int) -> Gaussian {
    let parts = linear(x, name, group, width: 2 * size).split(axis: x.shape.rank - 1, [size, size])
    return Gaussian(mean: parts[0], variance: parts[1].variance)
  }
}

/// A diagonal Gaussian.
package struct Gaussian {
  package let mean: Tensor
  package let variance: Tensor

  package init(mean: Tensor, variance: Tensor) {
    self.mean = mean
    self.variance = variance
  }

  /// mean + sqrt(variance) * noise.
  ///
  /// - Parameter axis: the axis of the sessions.
  func sample(_ batch: Batch, sessions axis: Int) -> Tensor {
    mean + variance.squareRoot * batch.random(.normal, mean.shape, sessions: axis)
  }

  /// Elementwise KL(self || prior) = 1/2 [log(Q / s) + (s + (m - p)^2) / Q - 1].
  func divergence(from prior: Gaussian) -> Tensor {
    let spread = (variance + (mean - prior.mean).square) / prior.variance
    return 0.5 * ((prior.variance / variance).log + spread - 1)
  }
}

extension Tensor {
  /// A positive variance from an unconstrained value: softplus(.) + 1e-6.
  var variance: Tensor { softplus + 1e-6 }
}
