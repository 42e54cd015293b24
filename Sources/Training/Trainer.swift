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
  private let gradient: GradientSteps
  private let update: BoundUpdate
  private let validator: SessionRunner
  /// Two flat states; number `turn` is the last one.
  private let states: [FlatState]
  private var turn = 0
  private var batch: BatchDraw
  private let steps: Stream
  private let stepsPerEpoch: Double

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
    steps = stream.child("step")
    let usable = trials.sessions.indices.filter { !trials.train[$0].isEmpty }
    guard !usable.isEmpty else { throw .noTrainingTrials }
    guard recipe.select == nil || trials.selection.contains(where: { !$0.isEmpty }) else { throw .noValidationTrials }
    let data = trials.sessions
    sessions = SessionTable(names: data.map(\.name), channels: data.map(\.channels))
    let lengths = StepPlan(recipe, sessions: sessions, trials: trials.train.map(\.count), bins: trials.bins)
    let shape = lengths.shape
    batch = BatchDraw(
      usable: usable, sessions: shape.sessions, trials: trials.train, perSession: recipe.batch.trials)
    stepsPerEpoch = lengths.perEpoch
    totalSteps = fit.isEmpty ? 0 : lengths.steps
    switch recipe.optimizer {
    case .adamw(let value): optimizer = value
    }
    var plan = GradientSteps.Plan(
      model: model, sessions: sessions, fit: fit, memory: recipe.memory, perStep: shape.sessions,
      perPart: lengths.perPart, trials: shape.trials, bins: shape.bins, path: path)
    plan.warmsUp = recipe.divergenceWarmup != nil
    plan.hides = trials.holdsOut
    let count = model.parameterTable(sessions).count
    let states = (0..<2).map { _ in FlatState(backend.precision, count: count) }
    self.states = states
    do {
      let updateGraph = UpdateGraph(optimizer, count: count, clip: recipe.clip)
      update = try BoundUpdate(updateGraph, states, count: count, backend: backend)
      gradient = try GradientSteps(plan, states, into: update.gradient, backend: backend)
    } catch {
      throw .backend(error)
    }
    parameters = gradient.parameters
    for parameter in parameters.parameters where fit.contains(parameter.group) && !parameter.isFixed {
      for index in parameter.range { update.trainable[index] = 1 }
    }
    validator = SessionRunner(
      model: model, sessions: sessions, parameters: parameters, bins: trials.bins,
      trials: max(1, min(32, trials.selection.map(\.count).max() ?? 1)), hides: trials.holdsOut, backend: backend,
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
        trials: rows, channels: session.channels, hidden: session.heldOut?.channels ?? [],
        stream: stream.child(session.name))
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
    let now = states[turn]
    for index in 0..<parameters.count {
      now.parameters[index] = saved.values[index]
      now.first[index] = saved.firstMoment[index]
      now.second[index] = saved.secondMoment[index]
    }
  }

  /// The state as it can be saved now.
  package func snapshot() -> TrainingState {
    var saved = state
    saved.values = copy(states[turn].parameters)
    saved.firstMoment = copy(states[turn].first)
    saved.secondMoment = copy(states[turn].second)
    return saved
  }

  private func copy(_ storage: Storage) -> [Double] { (0..<storage.count).map { storage[$0] } }

  /// The selected model: the best validated state, or the last one.
  package var fitted: FittedModel {
    FittedModel(
      model: model, sessions: sessions, parameters: parameters,
      values: state.best?.values ?? copy(states[turn].parameters))
  }

  /// The model as it is now, selected or not.
  package var current: FittedModel {
    FittedModel(model: model, sessions: sessions, parameters: parameters, values: copy(states[turn].parameters))
  }

  /// A length in steps of this training.
  package func steps(_ extent: Extent) -> Int { extent.steps(perEpoch: stepsPerEpoch) }

  package var isFinished: Bool { state.step >= totalSteps || state.stoppedEarly }

  /// Bytes of working memory of the compiled step, beside data, parameters and batches.
  package var workingMemory: Int { gradient.workingMemory }

  /// One training step; validates when it is due. Without validation it allocates nothing after the first.
  ///
  /// - Returns: what was measured at this step.
  package func step() throws(TrainingError) -> StepRecord {
    let number = state.step
    let draw = steps.child(number: number)
    batch.draw(trialStream(draw))
    let factor = recipe.schedule.factor(step: number, of: totalSteps)
    update.rate[0] = optimizer.lr * factor
    update.correction1[0] = 1 - pow(optimizer.betas[0], Double(number + 1))
    update.correction2[0] = 1 - pow(optimizer.betas[1], Double(number + 1))
    do {
      try gradient.run(batch.chosen, from: trials.sessions, key: noiseStream(draw), warmth: warmth(number), state: turn)
      try update.run(from: turn, to: 1 - turn)
    } catch {
      throw .backend(error)
    }
    let (measured, norm) = (gradient.measured, update.norm[0])
    guard measured[0].isFinite, norm.isFinite else {
      let tensor = gradient.firstBadTensor(
        batch.chosen, from: trials.sessions, key: noiseStream(draw), warmth: warmth(number), state: states[turn])
      throw .notFinite(
        step: number + 1, loss: measured[0], gradientNorm: norm, tensor: tensor, parameter: firstBadGradient())
    }
    turn = 1 - turn
    state.step += 1
    var record = StepRecord(
      step: state.step, epoch: Double(state.step) / stepsPerEpoch, loss: measured[0], reconstruction: measured[1],
      states: measured[2], embedding: measured[3], penalty: measured[4], gradientNorm: norm, rate: update.rate[0])
    try validate(&record)
    return record
  }

  /// How much divergences count at a step (0 is the first).
  private func warmth(_ step: Int) -> Double {
    guard let length = recipe.divergenceWarmup?.steps(perEpoch: stepsPerEpoch) else { return 1 }
    return min(1, Double(step) / Double(max(1, length)))
  }

  private func trialStream(_ draw: Stream) -> Stream { Stream(key: draw.key.descending(to: "trials")) }
  private func noiseStream(_ draw: Stream) -> Stream { Stream(key: draw.key.descending(to: "noise")) }

  private func firstBadGradient() -> String? {
    parameters.parameters.first { parameter in parameter.range.contains { !update.gradient[$0].isFinite } }?.name
  }

  // MARK: validation

  private func validate(_ record: inout StepRecord) throws(TrainingError) {
    guard let select = recipe.select else { return }
    let every = select.every.steps(perEpoch: stepsPerEpoch)
    guard state.step % every == 0 || state.step == totalSteps else { return }
    let judged = trials.valid.indices.filter { !trials.valid[$0].isEmpty }
    guard !judged.isEmpty else { throw .noValidationTrials }
    for index in 0..<parameters.count { validator.parameters[index] = states[turn].parameters[index] }
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
      if better { state.best = .init(score: score, step: state.step, values: copy(states[turn].parameters)) }
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
