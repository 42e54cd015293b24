import Models
import NativeBackend
import Randomness
import Recordings
import ReferenceBackend
import SpecLanguage
import TensorGraph
import Testing
import Training

/// Small sessions with trials of different lengths and missing bins.
enum Small {
  static func session(_ name: String, channels: Int, lengths: [Int], seed: UInt64) -> Session {
    var stream = Stream(seed: seed, path: ["small", name])
    let bins = lengths.max() ?? 0
    var observations = [Float](repeating: .nan, count: channels * lengths.count * bins)
    let loadings = (0..<channels).map { _ in stream.normal() }
    for (trial, length) in lengths.enumerated() {
      var state = stream.normal()
      for bin in 0..<length {
        state = 0.8 * state + 0.5 * stream.normal()
        for channel in 0..<channels {
          let place = (channel * lengths.count + trial) * bins + bin
          let value: Double = loadings[channel] * state + 0.1 * stream.normal()
          observations[place] = Float(value)
        }
      }
    }
    let trials = lengths.indices.map { trial in
      Trial(length: lengths[trial], split: trial % 4 == 3 ? .valid : .train, start: Double(trial), columns: [:])
    }
    return Session(
      name: name, binWidth: .milliseconds(20), channels: channels, bins: bins, trials: trials, isCounts: false,
      observations: observations)
  }

  static let sessions = [
    session("s/a", channels: 4, lengths: [8, 8, 5, 8, 7, 8], seed: 1),
    session("s/b", channels: 7, lengths: [8, 6, 8, 8], seed: 2),
  ]

  static let model = Model(
    readin: .linear(.init(width: 5, shared: 4)),
    embedding: Embedding(size: 1, per: .session, encoder: .gru(.init(width: 4)), weight: 1),
    dynamics: .mlp(
      MLPDynamics(
        latent: 2, hidden: [6, 6], activation: .tanh, residual: false, noise: .shared,
        adapt: .lowRank(.init(rank: 1, layers: [0, 1], hyper: [4], penalty: 0.01)))),
    inference: .dkf(DKF(encoder: .bigru(.init(width: 5)), forecastMask: 0.3, detach: true)),
    observation: .gaussian(.init(initialisation: .random)))

  static func recipe(
    steps: Int, clip: Double? = nil, trials: Int = 3, sessions: Int? = nil, every: Int = 4
  ) -> Recipe {
    Recipe(
      optimizer: .adamw(AdamW(lr: 0.01, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.1)),
      schedule: .cosine(CosineSchedule(warmup: 2, floor: 0.1)), clip: clip,
      batch: BatchRecipe(trials: trials, sessions: sessions), budget: .steps(steps),
      select: Selection(metric: .forecastR2, every: .steps(every), patience: nil))
  }

  static func trainer(
    _ recipe: Recipe, backend: any Backend = NativeBackend(), start: FittedModel? = nil,
    fit: Set<ParameterGroup> = Set(ParameterGroup.allCases), data: [Session] = sessions, model: Model = model
  ) throws -> Trainer {
    let stream = Stream(seed: 3, path: ["fit"])
    return try Trainer(
      model: model, recipe: recipe, trials: TrialSet(data, limit: nil, selects: recipe.select != nil, stream: stream),
      start: start, fit: fit,
      backend: backend, stream: stream, path: "models.m")
  }
}

@Suite struct TrainerTests {
  @Test(arguments: EmbeddingSource.allCases)
  func `embeddings that are not inferred are what they say after training`(source: EmbeddingSource) throws {
    let usual = try Small.trainer(Small.recipe(steps: 3))
    while !usual.isFinished { _ = try usual.step() }
    var model = Small.model
    model.embedding?.source = source
    let stream = Stream(seed: 3, path: ["fit"])
    var recipe = Small.recipe(steps: 6)
    recipe.select = nil
    let trials = TrialSet(Small.sessions, limit: nil, selects: false, stream: stream)
    let trainer = try Trainer(
      model: model, recipe: recipe, trials: trials, start: usual.fitted, fit: [.readin, .observation],
      backend: NativeBackend(), stream: stream, path: "models.m")
    let before = trainer.current
    while !trainer.isFinished { _ = try trainer.step() }
    let after = trainer.current
    let runner = SessionRunner(after, bins: 8, trials: 4, backend: NativeBackend(), stream: stream)
    let (mean, variance) = try runner.embedding(of: 1, trials: [0, 1], in: Small.sessions)
    #expect((variance[0] > 0) == (source == .inferred))
    let own = after.parameters["observation.embedding"]
    switch source {
    case .inferred: #expect(own == nil)
    case .zero: #expect(own == nil && mean == [0])
    case .random, .free:
      let range = try #require(own).range
      #expect(abs(mean[0] - after.values[range][range.lowerBound + 1]) < 1e-6)
      #expect((before.values[range] == after.values[range]) == (source == .random))
      #expect(source == .random || before.values[range].allSatisfy { $0 == 0 })
    }
  }

  @Test func `divergences rise from nothing to their whole weight`() throws {
    func first(_ count: Int, warmup: Extent?) throws -> [StepRecord] {
      var recipe = Small.recipe(steps: 8, every: 8)
      recipe.divergenceWarmup = warmup
      let trainer = try Small.trainer(recipe)
      return try (0..<count).map { _ in try trainer.step() }
    }
    let plain = try first(1, warmup: nil)[0]
    let warm = try first(6, warmup: .steps(4))
    #expect(warm[0].states == 0 && warm[0].embedding == 0)
    #expect(warm[0].reconstruction == plain.reconstruction && warm[0].penalty == plain.penalty)
    #expect(warm.dropFirst().allSatisfy { $0.states > 0 && $0.embedding > 0 })
    #expect(plain.states > 0)
  }

  @Test func `a training that is saved and restored ends with the same bits`() throws {
    let whole = try Small.trainer(Small.recipe(steps: 12, clip: 5, sessions: 1))
    while !whole.isFinished { _ = try whole.step() }

    let first = try Small.trainer(Small.recipe(steps: 12, clip: 5, sessions: 1))
    for _ in 0..<5 { _ = try first.step() }
    let saved = first.snapshot()
    let second = try Small.trainer(Small.recipe(steps: 12, clip: 5, sessions: 1))
    second.load(saved)
    while !second.isFinished { _ = try second.step() }

    #expect(second.state.step == 12)
    #expect(second.fitted.values == whole.fitted.values)
    #expect(second.snapshot().secondMoment == whole.snapshot().secondMoment)
    #expect(second.state.best?.step == whole.state.best?.step)
  }

  @Test func `native and reference take the same steps`() throws {
    let recipe = Small.recipe(steps: 4)
    let (native, reference) = (try Small.trainer(recipe), try Small.trainer(recipe, backend: ReferenceBackend()))
    for _ in 0..<4 {
      let (a, b) = (try native.step(), try reference.step())
      #expect(abs(a.loss - b.loss) < 1e-3 * abs(b.loss), "step \(a.step): native \(a.loss), reference \(b.loss)")
    }
  }

  @Test func `a transfer changes only the groups that it fits, and takes the others over`() throws {
    let source = try Small.trainer(Small.recipe(steps: 3))
    while !source.isFinished { _ = try source.step() }
    let news = [Small.session("s/c", channels: 6, lengths: [8, 8, 7, 8], seed: 9)]
    let transfer = try Small.trainer(
      Small.recipe(steps: 3), start: source.fitted, fit: [.readin, .observation], data: news)
    let before = transfer.snapshot().values
    while !transfer.isFinished { _ = try transfer.step() }
    let after = transfer.snapshot().values
    for parameter in transfer.parameters.parameters {
      let (old, new) = (Array(before[parameter.range]), Array(after[parameter.range]))
      if parameter.group.isPerSession {
        #expect(old != new, "\(parameter.name) is fitted")
      } else {
        #expect(old == new, "\(parameter.name) is kept")
        let origin = try #require(source.parameters[parameter.name])
        #expect(new == Array(source.fitted.values[origin.range]), "\(parameter.name) comes from the source")
      }
    }
  }

  @Test func `bins that no trial has change nothing`() throws {
    let padded = Small.sessions.map { session in
      var wide = session
      wide.bins = session.bins + 3
      wide.observations = []
      for row in 0..<session.channels * session.trials.count {
        wide.observations += session.observations[row * session.bins..<(row + 1) * session.bins]
        wide.observations += [.nan, .nan, .nan]
      }
      return wide
    }
    let fit = try Small.trainer(Small.recipe(steps: 1), backend: ReferenceBackend()).fitted
    let stream = Stream(seed: 1, path: ["evaluate"])
    let narrow = SessionRunner(fit, bins: 8, trials: 2, backend: ReferenceBackend(), stream: stream)
    let wide = SessionRunner(fit, bins: 11, trials: 3, backend: ReferenceBackend(), stream: stream)
    for session in 0..<2 {
      let trials = Array(Small.sessions[session].trials.indices)
      let code = try narrow.embedding(of: session, trials: trials, in: Small.sessions)
      let other = try wide.embedding(of: session, trials: trials, in: padded)
      #expect(abs(code.mean[0] - other.mean[0]) < 1e-12)
      let left = try narrow.reconstruct(session, trials: trials, in: Small.sessions, embedding: code.mean)
      let right = try wide.reconstruct(session, trials: trials, in: padded, embedding: code.mean)
      for row in 0..<Small.sessions[session].channels * trials.count {
        for bin in 0..<8 {
          let (a, b) = (left[row * 8 + bin], right[row * 11 + bin])
          #expect(a.isNaN == b.isNaN && (a.isNaN || abs(a - b) < 1e-5))
        }
        #expect((8..<11).allSatisfy { right[row * 11 + $0].isNaN })
      }
    }
  }

  @Test func `a forecast does not see what comes after its context`() throws {
    let fit = try Small.trainer(Small.recipe(steps: 1)).fitted
    let runner = SessionRunner(
      fit, bins: 8, trials: 6, backend: NativeBackend(), stream: Stream(seed: 1, path: ["evaluate"]))
    var changed = Small.sessions
    for row in 0..<changed[0].channels * changed[0].trials.count {
      for bin in 4..<8 { changed[0].observations[row * 8 + bin] += 100 }
    }
    let trials = [0, 1, 3]
    let honest = try runner.forecast(0, trials: trials, in: Small.sessions, context: 4, embedding: [0.3])
    let blind = try runner.forecast(0, trials: trials, in: changed, context: 4, embedding: [0.3])
    #expect(honest == blind)
    let looks = try runner.reconstruct(0, trials: trials, in: changed, embedding: [0.3])
    #expect(try runner.reconstruct(0, trials: trials, in: Small.sessions, embedding: [0.3]) != looks)
  }

  @Test func `the embedding of a session does not depend on the order of its trials`() throws {
    let fit = try Small.trainer(Small.recipe(steps: 1), backend: ReferenceBackend()).fitted
    let runner = SessionRunner(
      fit, bins: 8, trials: 2, backend: ReferenceBackend(), stream: Stream(seed: 1, path: ["evaluate"]))
    let forward = try runner.embedding(of: 0, trials: [0, 1, 2, 4, 5], in: Small.sessions)
    let backward = try runner.embedding(of: 0, trials: [5, 4, 2, 1, 0], in: Small.sessions)
    #expect(abs(forward.mean[0] - backward.mean[0]) < 1e-12)
    #expect(abs(forward.variance[0] - backward.variance[0]) < 1e-12)
  }

  @Test func `training lowers the loss, and selection keeps the best validated state`() throws {
    let trainer = try Small.trainer(Small.recipe(steps: 120, every: 10))
    var losses: [Double] = []
    var best = -Double.infinity
    while !trainer.isFinished {
      let record = try trainer.step()
      losses.append(record.loss)
      if let score = record.validForecastR2 { best = max(best, score) }
    }
    let (early, late) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
    #expect(late < early - 10)
    #expect(trainer.state.best?.score == best)
  }

  @Test func `a loss that is not finite stops with the step, the tensor and the parameter`() throws {
    var broken = Small.sessions
    broken[0].observations[0] = .infinity
    let trainer = try Small.trainer(Small.recipe(steps: 3, trials: 6), data: broken)
    #expect {
      while !trainer.isFinished { _ = try trainer.step() }
    } throws: { error in
      guard case .notFinite(let step, _, _, let tensor, let parameter)? = error as? TrainingError else { return false }
      return step == 1 && parameter != nil && tensor == "`select` in models.m.readin"
    }
  }

  @Test func `what overflows in the likelihood is told as such`() throws {
    // Finite, and its square is not.
    var broken = Small.sessions
    broken[0].observations[0] = 3e38
    var model = Small.model
    model.readin = .mlp(.init(width: 5, shared: 4))
    let trainer = try Small.trainer(Small.recipe(steps: 3, trials: 6), data: broken, model: model)
    #expect {
      while !trainer.isFinished { _ = try trainer.step() }
    } throws: { error in
      guard case .notFinite(_, _, _, let tensor?, _)? = error as? TrainingError else { return false }
      return tensor.hasPrefix("`") && tensor.contains(" in models.m.")
    }
  }

  @Test func `patience ends a training that no longer improves`() throws {
    var recipe = Small.recipe(steps: 400, every: 2)
    recipe.select = Selection(metric: .loss, every: .steps(2), patience: .steps(6))
    let trainer = try Small.trainer(recipe)
    while !trainer.isFinished { _ = try trainer.step() }
    let best = try #require(trainer.state.best)
    if trainer.state.stoppedEarly { #expect(trainer.state.step - best.step >= 6) }
    #expect(trainer.state.step < 400, "the validation loss of six trials must turn before 400 steps")
  }

  @Test func `a score that is not a number is no improvement, so patience ends`() throws {
    // The validation trial ends before the half that is forecast: its r2 is undefined.
    let data = [Small.session("s/n", channels: 4, lengths: [8, 8, 8, 3], seed: 1)]
    var recipe = Small.recipe(steps: 40, every: 2)
    recipe.select = Selection(metric: .forecastR2, every: .steps(2), patience: .steps(6))
    let trainer = try Small.trainer(recipe, data: data)
    while !trainer.isFinished {
      let record = try trainer.step()
      #expect(record.validForecastR2.map(\.isNaN) != false)
    }
    #expect(trainer.state.best == nil)
    #expect(trainer.state.stoppedEarly)
    #expect(trainer.state.step == 6)
  }

  @Test func `a training that selects needs a trial to select by`() {
    let data = [Small.session("s/o", channels: 4, lengths: [8, 8, 8], seed: 1)]
    #expect {
      _ = try Small.trainer(Small.recipe(steps: 4), data: data)
    } throws: { error in
      if case .noValidationTrials? = error as? TrainingError { true } else { false }
    }
  }
}

@Suite struct RecipeTests {
  @Test func `a step of AdamW follows its formula`() throws {
    let optimizer = AdamW(lr: 0.1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.5)
    let clip = 1.0
    let graph = UpdateGraph(optimizer, count: 3, clip: clip)
    let parameters = [1.0, -2, 3]
    let gradient = [3.0, 4, 100]
    let trainable = [1.0, 1, 0]
    let inputs: [[Double]] = [
      parameters, gradient, [0.1, 0.2, 0.3], [0.01, 0.02, 0.03], trainable, [0.1], [0.19], [0.0199],
    ]
    let views = inputs.map { values in
      let storage = Storage(.float64, count: values.count)
      for (index, value) in values.enumerated() { storage[index] = value }
      return storage.view()
    }
    let outputs = [3, 3, 3, 1].map { Storage(.float64, count: $0) }
    try ReferenceBackend().compile(graph.graph, outputs: graph.outputs).run(
      inputs: views, outputs: outputs.map { $0.view() })
    #expect(abs(outputs[3][0] - 5) < 1e-9, "the norm counts trainable entries alone")
    for index in 0..<2 {
      let g = gradient[index] / 5
      let m: Double = 0.9 * inputs[2][index] + 0.1 * g
      let v: Double = 0.99 * inputs[3][index] + 0.01 * g * g
      let root: Double = (v / 0.0199).squareRoot() + 1e-8
      let direction: Double = m / 0.19 / root
      let change: Double = direction + 0.5 * parameters[index]
      let expected: Double = parameters[index] - 0.1 * change
      #expect(abs(outputs[0][index] - expected) < 1e-9)
      #expect(abs(outputs[1][index] - m) < 1e-9 && abs(outputs[2][index] - v) < 1e-9)
    }
    #expect(outputs[0][2] == 3, "what is not trainable stays, decay included")
  }

  @Test func `a cosine schedule rises over its warm-up and ends at its floor`() {
    let schedule = Schedule.cosine(CosineSchedule(warmup: 4, floor: 0.1))
    let factors = (0..<20).map { schedule.factor(step: $0, of: 20) }
    #expect(factors[0] == 0.2 && factors[3] == 0.8 && factors[4] == 1)
    #expect(zip(factors.dropFirst(4), factors.dropFirst(5)).allSatisfy { $0 > $1 })
    #expect(abs(schedule.factor(step: 20, of: 20) - 0.1) < 1e-12)
  }

  @Test(arguments: [
    // limit, training and validation trials of the session, whether it selects; shares of the limit
    (8, 20, 4, false, 8, 0), (8, 20, 4, true, 7, 1), (16, 20, 10, true, 11, 5), (2, 20, 4, true, 1, 1),
    (1, 20, 4, true, 1, 0), (100, 20, 4, true, 20, 4), (8, 20, 0, true, 8, 0), (64, 77, 13, true, 55, 9),
    (3, 0, 4, true, 0, 0),
  ]) func `a limit on trials counts those that select`(
    _ limit: Int, _ train: Int, _ valid: Int, _ selects: Bool, _ fitted: Int, _ judged: Int
  ) {
    let budget = TrialBudget(limit, train: train, valid: valid, selects: selects)
    #expect(budget.train == fitted && budget.selection == judged)
    #expect(budget.train + budget.selection <= limit)
  }

  @Test func `selection by trials that a limit leaves out is not possible`() {
    let stream = Stream(seed: 3, path: ["fit"])
    let some = TrialSet(Small.sessions, limit: 3, selects: true, stream: stream)
    for (index, session) in Small.sessions.enumerated() {
      #expect(some.train[index].count + some.selection[index].count <= 3)
      #expect(!some.selection[index].isEmpty)
      #expect(some.selection[index].allSatisfy { session.trials[$0].split == .valid })
    }
    let whole = TrialSet(Small.sessions, limit: nil, selects: true, stream: stream)
    #expect(whole.selection == whole.valid)
    #expect(some.valid == whole.valid, "scores on a split use all of it")
  }

  @Test func `a limit on trials draws the same trials for the same seed and never touches other splits`() {
    let stream = Stream(seed: 3, path: ["fit"])
    let all = TrialSet(Small.sessions, limit: nil, selects: true, stream: stream)
    let some = TrialSet(Small.sessions, limit: 2, selects: false, stream: stream)
    let again = TrialSet(Small.sessions, limit: 2, selects: false, stream: stream)
    #expect(some.train == again.train && some.valid == all.valid)
    for (few, many) in zip(some.train, all.train) {
      #expect(few.count == 2 && Set(few).isSubset(of: many))
    }
  }
}
