import Models
import SpecLanguage
import TensorGraph

/// The gradient graph of one training step.
package struct StepGraph {
  package let graph: Graph
  /// Five parts of the loss, the whole first, then the gradient of every fitted parameter.
  package let outputs: [ValueID]
  package let parameters: ParameterTable
  /// The parameters that are fitted, in the order of their gradients.
  package let fitted: [Parameter]

  /// - Parameter path: spec path of the model, for messages about shapes.
  package init(
    _ model: Model, shape: BatchShape, sessions: SessionTable, fit: Set<ParameterGroup>,
    memory: GradientMemory = .full, warmsUp: Bool = false, hides: Bool = false, path: String
  ) {
    let builder = Builder()
    let scope = ParameterScope(builder)
    let parts = model.loss(Batch(builder, shape, sessions, warmsUp: warmsUp, hides: hides), scope, at: path)
    let fitted = scope.table.parameters.filter { fit.contains($0.group) && !$0.isFixed }
    let inputs = builder.graph.inputs
    let targets = fitted.compactMap { parameter in
      inputs.first { builder.graph.name(ofInput: $0) == parameter.name }
    }
    let total = parts.total
    let values = [total, parts.reconstruction, parts.states, parts.embedding, parts.penalty]
    let differentiated = builder.graph.differentiated(
      total.id, withRespectTo: targets, recomputing: memory == .recompute)
    graph = differentiated.graph
    outputs = values.map { differentiated[$0.id] } + differentiated.gradients
    parameters = scope.table
    self.fitted = fitted
  }
}

/// How large the steps of a training are, and how many there are; known before any data is read.
package struct StepPlan: Hashable, Sendable {
  package let shape: BatchShape
  /// Sessions whose gradient is computed at once.
  package let perPart: Int
  package let perEpoch: Double
  package let steps: Int

  /// - Parameter trials: training trials of every session that has some, none left out.
  /// - Parameter bins: of the longest trial of all sessions.
  package init(_ recipe: Recipe, sessions: SessionTable, trials: [Int], bins: Int) {
    let usable = trials.filter { $0 > 0 }.count
    let perStep = min(recipe.batch.sessions ?? usable, usable)
    let perSession = min(recipe.batch.trials, trials.max() ?? 1)
    shape = BatchShape(sessions: perStep, trials: perSession, bins: bins, rows: sessions.capacity(of: perStep))
    perPart = min(recipe.batch.atOnce ?? perStep, perStep)
    let perEpoch = max(1, Double(trials.reduce(0, +)) / Double(max(1, perStep * perSession)))
    self.perEpoch = perEpoch
    steps = recipe.budget.steps(perEpoch: perEpoch)
  }
}

extension Extent {
  /// A training length in steps.
  package func steps(perEpoch: Double) -> Int {
    switch self {
    case .steps(let count): count
    case .epochs(let count): max(1, Int((Double(count) * perEpoch).rounded(.up)))
    case .bins, .time: preconditionFailure("a training length is in steps or epochs")
    }
  }
}
