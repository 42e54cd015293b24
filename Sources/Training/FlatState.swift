import Models
import TensorGraph

/// Flat buffers of parameters and moments. A trainer has two and swaps them at every step.
struct FlatState {
  let parameters: Storage
  let first: Storage
  let second: Storage

  init(_ precision: Precision, count: Int) {
    parameters = Storage(precision, count: count)
    first = Storage(precision, count: count)
    second = Storage(precision, count: count)
  }
}

/// The update of all parameters, bound to both flat states once, so that a step allocates nothing.
final class BoundUpdate {
  let gradient: Storage
  /// 1 for parameters that are fitted, else 0.
  let trainable: Storage
  let rate, correction1, correction2, norm: Storage
  private let executable: any Executable
  private let inputs: [[View]]
  private let outputs: [[View]]

  init(_ graph: UpdateGraph, _ states: [FlatState], count: Int, backend: any Backend) throws(BackendError) {
    executable = try backend.compile(graph.graph, outputs: graph.outputs)
    let precision = backend.precision
    gradient = Storage(precision, count: count)
    trainable = Storage(precision, count: count)
    (rate, correction1) = (Storage(precision, count: 1), Storage(precision, count: 1))
    (correction2, norm) = (Storage(precision, count: 1), Storage(precision, count: 1))
    let scalars = [rate, correction1, correction2]
    let (gradient, trainable, norm) = (gradient, trainable, norm)
    inputs = states.map { state in
      ([state.parameters, gradient, state.first, state.second, trainable] + scalars).map { $0.view() }
    }
    outputs = states.map { state in [state.parameters, state.first, state.second, norm].map { $0.view() } }
  }

  /// Makes state number `next` from state number `current`.
  func run(from current: Int, to next: Int) throws(BackendError) {
    try executable.run(inputs: inputs[current], outputs: outputs[next])
  }
}

extension Storage {
  /// Adds another storage of the same size and precision.
  func add(_ other: Storage) {
    precondition(other.count == count && other.precision == precision)
    if precision == .float64 {
      let (target, source) = (doubles, other.doubles)
      for index in target.indices { target[index] += source[index] }
    } else {
      let (target, source) = (floats, other.floats)
      for index in target.indices { target[index] += source[index] }
    }
  }

  /// Copies another storage of the same size and precision.
  func copy(_ other: Storage) {
    precondition(other.count == count && other.precision == precision)
    base.copyMemory(from: other.base, byteCount: count * (precision == .float64 ? 8 : 4))
  }
}
