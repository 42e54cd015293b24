import Glibc
import Evaluation
import Models
import Randomness
import Recordings
import SpecLanguage
import TensorGraph

/// Fits a model: one compiled gradient graph, one compiled update, a loop of steps. Its whole state can be saved and restored.
package final class Trainer {
  package let parameters: ParameterTable
  package let sessions: SessionTable
  package let totalSteps: Int
  package private(set) var state: TrainingState

  private let model: Model
  private let recipe: Recipe
  private let optimizer: AdamW
  private let trials: TrialSet
  private let stream: Stream
  private let gradient: BoundGraph
  private let update: any Executable
  private let validator: SessionRunner
  private let byName: [String: Parameter]
  private let usable: [Int]
  private let precision: Precision
  // Flat buffers; parameters and moments swap with their next values at every step.
  private var flat: FlatState
  private var next: FlatState
  private let gradientBuffer: Storage
  private let trainable: Storage
  private let rate, correction1, correction2, norm: Storage
  private let stepsPerEpoch: Double

  private struct FlatState {
    let parameters: Storage
    let first: Storage
    let second: Storage

    init(_ precision: Precision, count: Int) {
      parameters = Storage(precision, count: count)
      first = Storage(precision, count: count)
      second = Storage(precision, count: count)
    }
  }

  /// - Parameter start: a model to take shared parameters from; nil to start from random values.
  /// - Parameter fit: the groups that are fitted; others keep the values of `start`.
  /// - Parameter path: spec path of the model, for messages about shapes.
  package init(
    model: Model, recipe: Recipe, trials: TrialSet, start: FittedModel?, fit: Set<ParameterGroup>, backend: any Backend,
    stream: Stream, path: String
  ) throws(TrainingError) {
    self.model = model
    self.recipe = recipe
    self.trials = trials
    self.stream = stream
    precision = backend.precision
    usable = trials.sessions.indices.filter { !trials.train[$0].isEmpty }
    guard !usable.isEmpty else { throw .noTrainingTrials }
    guard recipe.select == nil || trials.selection.contains(where: { !$0.isEmpty }) else { throw .noValidationTrials }
    let data = trials.sessions
    sessions = SessionTable(names: data.map(\.name), channels: data.map(\.channels))
    let plan = StepPlan(recipe, sessions: sessions, trials: trials.train.map(\.count), bins: trials.bins)
    let shape = plan.shape
    stepsPerEpoch = plan.perEpoch
    totalSteps = plan.steps

    let step = StepGraph(model, shape: shape, sessions: sessions, fit: fit, path: path)
    parameters = step.parameters
    byName = parameters.byName
    let count = parameters.count
    gradientBuffer = Storage(precision, count: count)
    var sinks: [Int: View] = [:]
    for (position, parameter) in step.fitted.enumerated() {
      sinks[step.outputs.count - step.fitted.count + position] = gradientBuffer.view(
        offset: parameter.offset, count: parameter.shape.count)
    }
    let buffers = BatchBuffers(shape, sessions, precision: precision)
    flat = FlatState(precision, count: count)
    next = FlatState(precision, count: count)
    trainable = Storage(precision, count: count)
    (rate, correction1) = (Storage(precision, count: 1), Storage(precision, count: 1))
    (correction2, norm) = (Storage(precision, count: 1), Storage(precision, count: 1))
    for parameter in step.fitted {
      for index in parameter.range { trainable[index] = 1 }
    }
    switch recipe.optimizer {
    case .adamw(let value): optimizer = value
    }
    let updateGraph = UpdateGraph(optimizer, count: count, clip: recipe.clip)
    do {
      gradient = try BoundGraph(
        step.graph, outputs: step.outputs, backend: backend, buffers: buffers, sinks: sinks)
      update = try backend.compile(updateGraph.graph, outputs: updateGraph.outputs)
    } catch {
      throw .backend(error)
    }
    validator = SessionRunner(
      model: model, sessions: sessions, parameters: parameters, bins: trials.bins,
      trials: max(1, min(32, trials.selection.map(\.count).max() ?? 1)), backend: backend,
      stream: stream.child("validate"))

    var fit = FittedModel(
      model: model, sessions: sessions, parameters: parameters,
      values: parameters.initialValues(stream.child("initial")))
    if let start {
      fit.adopt(start, groups: Set(ParameterGroup.allCases.filter { !$0.isPerSession }))
    }
    Self.initialiseFromData(&fit, trials, stream: stream.child("data"))
    state = TrainingState(values: fit.values)
    load(state)
  }

  /// Read-ins and read-outs from the data of each session where the model asks for it.
  private static func initialiseFromData(_ fit: inout FittedModel, _ trials: TrialSet, stream: Stream) {
    for (index, session) in trials.sessions.enumerated() {
      let rows = trials.train[index].map { trial in
        (0..<session.channels).map { channel in
          let start = (channel * session.trials.count + trial) * session.bins
          return Array(session.observations[start..<start + session.trials[trial].length])
        }
      }
      let blocks = fit.model.initialBlocks(
        trials: rows, channels: session.channels, stream: stream.child(session.name))
      for block in blocks {
        guard let parameter = fit.parameters[block.parameter] else { continue }
        let width = parameter.shape.count / max(parameter.shape[0], 1)
        let row = block.isPerChannel ? fit.sessions.row(of: index) : index
        let first = parameter.offset + row * width
        fit.values.replaceSubrange(first..<first + block.values.count, with: block.values)
      }
    }
  }

  /// Goes on from a saved state.
  package func load(_ saved: TrainingState) {
    state = saved
    for index in 0..<parameters.count {
      flat.parameters[index] = saved.values[index]
      flat.first[index] = saved.firstMoment[index]
      flat.second[index] = saved.secondMoment[index]
    }
  }

  /// The state as it can be saved now.
  package func snapshot() -> TrainingState {
    var saved = state
    saved.values = copy(flat.parameters)
    saved.firstMoment = copy(flat.first)
    saved.secondMoment = copy(flat.second)
    return saved
  }

  private func copy(_ storage: Storage) -> [Double] { (0..<storage.count).map { storage[$0] } }

  /// The selected model: the best validated state, or the last one.
  package var fitted: FittedModel {
    FittedModel(
      model: model, sessions: sessions, parameters: parameters, values: state.best?.values ?? copy(flat.parameters))
  }

  /// The model as it is now, selected or not.
  package var current: FittedModel {
    FittedModel(model: model, sessions: sessions, parameters: parameters, values: copy(flat.parameters))
  }

  /// A length in steps of this training.
  package func steps(_ extent: Extent) -> Int { extent.steps(perEpoch: stepsPerEpoch) }

  package var isFinished: Bool { state.step >= totalSteps || state.stoppedEarly }

  /// One training step; validates when it is due.
  ///
  /// - Returns: what was measured at this step.
  package func step() throws(TrainingError) -> StepRecord {
    let number = state.step
    let draw = stream.child("step", String(number))
    gradient.buffers.fill(chooseTrials(draw.child("trials")), from: trials.sessions, key: draw.child("noise"))
    let factor = recipe.schedule.factor(step: number, of: totalSteps)
    rate[0] = optimizer.lr * factor
    correction1[0] = 1 - pow(optimizer.betas[0], Double(number + 1))
    correction2[0] = 1 - pow(optimizer.betas[1], Double(number + 1))
    do {
      try gradient.run(flat.parameters, byName)
      let inputs = [
        flat.parameters, gradientBuffer, flat.first, flat.second, trainable, rate, correction1, correction2,
      ]
      let outputs = [next.parameters, next.first, next.second, norm]
      try update.run(inputs: inputs.map { $0.view() }, outputs: outputs.map { $0.view() })
    } catch {
      throw .backend(error)
    }
    let measured = gradient.outputs.map { $0[0] }
    guard measured[0].isFinite, norm[0].isFinite else {
      throw .notFinite(step: number + 1, loss: measured[0], gradientNorm: norm[0], parameter: firstBadGradient())
    }
    swap(&flat, &next)
    state.step += 1
    var record = StepRecord(
      step: state.step, epoch: Double(state.step) / stepsPerEpoch, loss: measured[0], reconstruction: measured[1],
      states: measured[2], embedding: measured[3], penalty: measured[4], gradientNorm: norm[0], rate: rate[0])
    try validate(&record)
    return record
  }

  private func chooseTrials(_ draw: Stream) -> [(session: Int, trials: [Int])] {
    var draw = draw
    let count = gradient.buffers.shape.sessions
    let chosen = count == usable.count ? usable : Array(draw.shuffled(usable).prefix(count)).sorted()
    return chosen.map { session in
      let all = trials.train[session]
      let some = all.count <= recipe.batch.trials ? all : Array(draw.shuffled(all).prefix(recipe.batch.trials))
      return (session, some)
    }
  }

  private func firstBadGradient() -> String? {
    parameters.parameters.first { parameter in parameter.range.contains { !gradientBuffer[$0].isFinite } }?.name
  }

  // MARK: validation

  private func validate(_ record: inout StepRecord) throws(TrainingError) {
    guard let select = recipe.select else { return }
    let every = select.every.steps(perEpoch: stepsPerEpoch)
    guard state.step % every == 0 || state.step == totalSteps else { return }
    let judged = trials.selection.indices.filter { !trials.selection[$0].isEmpty }
    for index in 0..<parameters.count { validator.parameters[index] = flat.parameters[index] }
    do {
      var loss = 0.0
      for session in judged {
        loss += try validator.loss(session, trials: trials.selection[session], in: trials.sessions)
      }
      record.validLoss = loss / Double(judged.count)
      let score: Double
      switch select.metric {
      case .loss: score = -(loss / Double(judged.count))
      case .forecastR2:
        var scores: [Double] = []
        for session in judged {
          if let own = try forecastR2(session) { scores.append(own) }
        }
        score = scores.isEmpty ? .nan : scores.reduce(0, +) / Double(scores.count)
        record.validForecastR2 = score
      }
      let better = score.isFinite && score > (state.best?.score ?? -Double.infinity)
      if better { state.best = .init(score: score, step: state.step, values: copy(flat.parameters)) }
    } catch {
      throw .backend(error)
    }
    if let patience = select.patience {
      // A score that is not a number is no improvement, also when there never was another.
      let waited = state.step - (state.best?.step ?? 0)
      state.stoppedEarly = waited >= patience.steps(perEpoch: stepsPerEpoch)
    }
  }

  /// r2 of the second half of the validation trials forecast from the first half, pooled over channels, trials and bins.
  /// NaN when the forecast diverges; nil when nothing that varies was observed there.
  private func forecastR2(_ session: Int) throws(BackendError) -> Double? {
    let data = trials.sessions[session]
    let numbers = trials.selection[session]
    let context = max(1, data.bins / 2)
    let reference = trials.train[session].isEmpty ? numbers : trials.train[session]
    let embedding = try validator.embedding(of: session, trials: reference, in: trials.sessions)
    let predicted = try validator.forecast(
      session, trials: numbers, in: trials.sessions, context: context, embedding: embedding.mean)
    let observed = data.values(of: numbers)
    let later = TrialValues(channels: observed.channels, trials: observed.trials, bins: observed.bins) {
      $2 < context ? .nan : observed[$0, $1, $2]
    }
    let forecast = TrialValues(
      channels: observed.channels, trials: observed.trials, bins: observed.bins, values: predicted)
    let score = R2(observed: later, predicted: forecast)
    return score.varying > 0 ? score.pooled : nil
  }
}
