import TensorGraph

/// A loop over the leading axis of tensors, with a compiled body.
final class ScanLoop {
  /// An operand: carries are read at the first step, sequences move by `step` floats, constants stay.
  struct Input {
    var place: Place
    var step: Int
  }

  /// Where a value that the body computes at every step goes.
  enum Target {
    case stacked(Place, step: Int)
    /// One of two buffers of `count` floats in turn.
    case alternating(Place, count: Int)
  }

  struct Carry {
    /// The target that holds the carry's next value.
    var target: Int
    var count: Int
    /// Where the value after the last step goes.
    var last: Place?
  }

  private let body: Program
  private let length: Int
  private let reversed: Bool
  private let inputs: [Input]
  private let targets: [Target]
  private let carries: [Carry]
  private let arena: Place

  init(
    body: Program, length: Int, reversed: Bool, inputs: [Input], targets: [Target], carries: [Carry], arena: Place
  ) {
    self.body = body
    self.length = length
    self.reversed = reversed
    self.inputs = inputs
    self.targets = targets
    self.carries = carries
    self.arena = arena
  }

  func run(_ outer: Bases, _ machine: Machine) throws(BackendError) {
    body.bind(arena: arena.floats(outer))
    for (input, buffer) in zip(inputs, body.inputs) { body.bases[buffer] = input.place.floats(outer) }
    if length > 0 { try body.runPrologue(machine) }
    for count in 0..<length {
      let step = reversed ? length - 1 - count : count
      for index in inputs.indices.dropFirst(carries.count) where inputs[index].step != 0 {
        body.bases[body.inputs[index]] = inputs[index].place.floats(outer) + step * inputs[index].step
      }
      for index in targets.indices {
        switch targets[index] {
        case .stacked(let place, let stride):
          body.bases[body.outputs[index]] = place.floats(outer) + step * stride
        case .alternating(let place, let size):
          body.bases[body.outputs[index]] = place.floats(outer) + count % 2 * size
        }
      }
      try body.run(machine)
      for index in carries.indices {
        body.bases[body.inputs[index]] = body.bases[body.outputs[carries[index].target]]
      }
    }
    for (index, carry) in carries.enumerated() {
      guard let last = carry.last, let value = body.bases[body.inputs[index]] else { continue }
      last.floats(outer).update(from: value, count: carry.count)
    }
  }
}
