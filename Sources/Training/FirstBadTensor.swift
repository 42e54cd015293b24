import Models
import Randomness
import Recordings
import TensorGraph

extension GradientSteps {
  /// The first value of the loss of a batch that is not a finite number, such as "`exp` in models.meta.observation"; nil where all
  /// are, or where it cannot be told. The step is computed again with every value kept, so this is for a training that ended.
  func firstBadTensor(
    _ chosen: [(session: Int, trials: [Int])], from data: [Session], key: Stream, warmth: Double, state: FlatState
  ) -> String? {
    let shape = plan.shape(plan.perStep)
    let builder = Builder()
    let scope = ParameterScope(builder)
    let batch = Batch(builder, shape, plan.sessions, warmsUp: plan.warmsUp, hides: plan.hides)
    let total = plan.model.loss(batch, scope, at: plan.path).total
    let graph = builder.graph
    let isNeeded = graph.needed(for: [total.id])
    let values = graph.ids.filter { id in
      guard isNeeded[Int(id.index)], graph[id].type == .real else { return false }
      if case .scan = graph[id].op { return false }
      return !graph.inputs.contains(id)
    }
    let buffers = BatchBuffers(shape, plan.sessions, precision: backend.precision, hides: plan.hides)
    guard let bound = try? BoundGraph(graph, outputs: values, backend: backend, buffers: buffers),
      let binding = try? bound.bind(state.parameters, parameters.byName)
    else { return nil }
    buffers.warmth[0] = warmth
    buffers.fill(chosen, from: data, key: key)
    guard (try? bound.run(binding)) != nil else { return nil }
    for (id, storage) in zip(values, bound.outputs) {
      guard (0..<storage.count).contains(where: { !storage[$0].isFinite }) else { continue }
      let origin = graph.origins[Int(graph[id].origin)]
      return "`\(graph[id].op.name)`" + (origin.isEmpty ? "" : " in \(origin)")
    }
    return nil
  }
}
