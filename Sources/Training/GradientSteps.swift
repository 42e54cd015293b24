import Models
import Randomness
import Recordings
import TensorGraph

/// The gradient of a step, all sessions at once or part by part.
///
/// The loss is a sum over sessions, and a part draws the random numbers of the whole step and takes those of its sessions:
/// parts change results by rounding alone.
final class GradientSteps {
  /// Loss, reconstruction, states, embedding, penalty of the last step.
  private(set) var measured = [Double](repeating: 0, count: 5)
  let parameters: ParameterTable
  /// Bytes of working memory of the compiled graphs.
  private(set) var workingMemory = 0
  private var parts: [Part] = []
  let plan: Plan
  let backend: any Backend
  private let target: Storage
  /// The gradient of one part, where there are several.
  private let own: Storage?

  private struct Part {
    let slots: Range<Int>
    let graph: BoundGraph
    /// One for each flat state.
    let bindings: [BoundGraph.Binding]
  }

  /// What is differentiated and how.
  struct Plan {
    var model: Model
    var sessions: SessionTable
    var fit: Set<ParameterGroup>
    var memory: GradientMemory
    /// Whether divergences count by a number that changes from step to step.
    var warmsUp = false
    /// Whether some session holds channels or bins out.
    var hides = false
    /// Sessions of a step, sessions of a part, trials of a session, bins of a trial.
    var perStep, perPart, trials, bins: Int
    var path: String

    func shape(_ count: Int) -> BatchShape {
      BatchShape(
        sessions: count, trials: trials, bins: bins, rows: sessions.capacity(of: count), of: perStep)
    }
  }

  /// - Parameter target: where the gradient goes, a flat buffer.
  init(_ plan: Plan, _ states: [FlatState], into target: Storage, backend: any Backend) throws(BackendError) {
    self.target = target
    (self.plan, self.backend) = (plan, backend)
    parameters = plan.model.parameterTable(plan.sessions)
    let isWhole = plan.perPart >= plan.perStep
    own = isWhole ? nil : Storage(backend.precision, count: target.count)
    var known: [Int: (BoundGraph, [BoundGraph.Binding])] = [:]
    for start in stride(from: 0, to: plan.perStep, by: max(1, plan.perPart)) {
      let slots = start..<min(start + plan.perPart, plan.perStep)
      if let (graph, bindings) = known[slots.count] {
        parts.append(Part(slots: slots, graph: graph, bindings: bindings))
        continue
      }
      let graph = try Self.graph(plan, plan.shape(slots.count), parameters, into: own ?? target, backend)
      var bindings: [BoundGraph.Binding] = []
      for state in states { bindings.append(try graph.bind(state.parameters, parameters.byName)) }
      known[slots.count] = (graph, bindings)
      workingMemory += graph.workingMemory
      parts.append(Part(slots: slots, graph: graph, bindings: bindings))
    }
  }

  private static func graph(
    _ plan: Plan, _ shape: BatchShape, _ table: ParameterTable, into target: Storage, _ backend: any Backend
  ) throws(BackendError) -> BoundGraph {
    let step = StepGraph(
      plan.model, shape: shape, sessions: plan.sessions, fit: plan.fit, memory: plan.memory, warmsUp: plan.warmsUp,
      hides: plan.hides, path: plan.path)
    var sinks: [Int: View] = [:]
    for (position, parameter) in step.fitted.enumerated() {
      guard let place = table[parameter.name] else { continue }
      sinks[step.outputs.count - step.fitted.count + position] = target.view(
        offset: place.offset, count: parameter.shape.count)
    }
    return try BoundGraph(
      step.graph, outputs: step.outputs, backend: backend,
      buffers: BatchBuffers(shape, plan.sessions, precision: backend.precision, hides: plan.hides), sinks: sinks)
  }

  /// Loss and gradient of a batch at the parameters of a flat state.
  ///
  /// - Parameter warmth: how much divergences count, where the plan says that this changes.
  func run(
    _ chosen: [(session: Int, trials: [Int])], from data: [Session], key: Stream, warmth: Double, state: Int
  ) throws(BackendError) {
    for index in measured.indices { measured[index] = 0 }
    for index in parts.indices {
      let part = parts[index]
      part.graph.buffers.warmth[0] = warmth
      part.graph.buffers.fill(chosen, slots: part.slots, from: data, key: key)
      try part.graph.run(part.bindings[state])
      for value in measured.indices { measured[value] += part.graph.outputs[value][0] }
      guard let own else { continue }
      if index == 0 { target.copy(own) } else { target.add(own) }
    }
  }
}
