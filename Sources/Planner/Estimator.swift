import Bundle
import Evaluation
import ExperimentGraph
import Models
import NativeBackend
import Recordings
import ReferenceBackend
import SpecLanguage
import TensorGraph
import Training

/// Estimates what jobs take: the operations of their graphs divided by rates measured on this machine.
///
/// Graphs are built once per shape and only for the first few shapes; others are scaled from the last one built.
package struct Estimator {
  /// What is known of all fits of one shape.
  package struct Sized: Sendable {
    package let parameters: ParameterTable
    /// Of one training step, and of one trial of one session without a gradient.
    let step: GraphCost
    let trial: GraphCost
    /// Bytes that the graph of a step works in.
    let working: Double
    let volume: Double
  }

  /// The values that a shape comes from, as the objects that jobs share.
  private struct Identity: Hashable {
    var model: ObjectIdentifier
    var recipe: ObjectIdentifier
    var sessions: ObjectIdentifier
    var trials: Int
    var groups: UInt8
    var backend: BackendChoice
  }

  /// The same, where recipes that differ in rates alone are one.
  private struct Sizes: Hashable {
    var model: ObjectIdentifier
    var sessions: ObjectIdentifier
    var batch: BatchRecipe
    var budget: Extent
    var every: Extent?
    var trials: Int?
    var groups: UInt8
    var backend: BackendChoice
  }

  /// Jobs that take the same.
  private struct Kind: Hashable {
    var shape: Int
    var spec: ObjectIdentifier?
    var predictions: Bool
  }

  /// Shapes whose graphs are built.
  private static let limit = 6
  /// Bytes of a process that has loaded nothing.
  private static let idle = 20e6
  /// Of an integration, whatever the system: 0.1 to 0.3 us on a core of 2 to 3 GHz.
  private static let secondsPerStep = 2e-7

  private var shapes: [FitShape] = []
  private var identities: [Identity: Int] = [:]
  private var sizes: [Sizes: Int] = [:]
  private var estimates: [Kind: Estimate] = [:]
  private var sized: [SHA256Digest: Sized] = [:]
  private var rates: [BackendChoice: MachineRates] = [:]
  private var builtCount = 0
  private var lastBuilt: Sized?
  /// Bytes of working memory for an operation on an element, of the first graph that was compiled.
  private var memoryPerElement: Double?
  private let history: [String: Double]

  /// - Parameter history: seconds for a unit of work of a shape, from an earlier run.
  package init(history: [String: Double] = [:]) { self.history = history }

  /// The shape of a fit.
  package mutating func shape(_ fit: FitJob) -> FitShape { shapes[number(fit)] }

  private mutating func number(_ fit: FitJob) -> Int {
    let identity = Identity(
      model: ObjectIdentifier(fit.modelValue), recipe: ObjectIdentifier(fit.recipeValue),
      sessions: ObjectIdentifier(fit.group), trials: fit.trials ?? -1, groups: fit.groups, backend: fit.backend)
    if let known = identities[identity] { return known }
    let recipe = fit.recipe
    let key = Sizes(
      model: fit.modelValue.sizing, sessions: identity.sessions, batch: recipe.batch, budget: recipe.budget,
      every: recipe.select?.every, trials: fit.trials, groups: fit.groups, backend: fit.backend)
    let number = sizes[key] ?? shapes.count
    if number == shapes.count {
      shapes.append(FitShape(fit))
      sizes[key] = number
    }
    identities[identity] = number
    return number
  }

  /// The parameters and costs of a fit.
  package mutating func size(_ fit: FitJob) -> Sized {
    let shape = shape(fit)
    if let found = sized[shape.digest] { return found }
    let found = build(shape, fit)
    sized[shape.digest] = found
    return found
  }

  /// What names the kind of work of a job, and how much of it there is: jobs that do the same kind of work take times in
  /// proportion to it.
  package mutating func work(_ job: Job) -> (name: String, units: Int) {
    let shape = shape(job.fit)
    let name = String(shape.digest.hex.prefix(16))
    switch job {
    case .fit: return (name, shape.plan.steps)
    case .evaluate(let evaluate):
      let trials = shape.trials.reduce(0) { $0 + ($1[evaluate.spec.split ?? .train] ?? 0) }
      return (name + "-" + evaluate.specValue.digest.hex.prefix(8), max(1, trials))
    }
  }

  /// What a job is expected to take.
  package mutating func estimate(_ job: Job) -> Estimate {
    var kind = Kind(shape: number(job.fit), spec: nil, predictions: false)
    if case .evaluate(let evaluate) = job {
      kind.spec = ObjectIdentifier(evaluate.specValue)
      kind.predictions = evaluate.predictions
    }
    if let known = estimates[kind] { return known }
    var estimate =
      switch job {
      case .fit(let fit): self.fit(fit)
      case .evaluate(let evaluate): self.evaluate(evaluate)
      }
    if !history.isEmpty {
      let work = work(job)
      if let known = history[work.name] { estimate.seconds = known * Double(work.units) }
    }
    estimates[kind] = estimate
    return estimate
  }

  /// Seconds that a generated session takes to simulate; recordings are read in a moment.
  package static func simulation(_ session: SessionInput) -> Double {
    switch session.dataset.value {
    case .generator(let dataset): dataset.integrationSteps * secondsPerStep
    case .arrays, .lfads, .nwb: 0
    }
  }

  private mutating func fit(_ fit: FitJob) -> Estimate {
    let (shape, sized, rates) = (shape(fit), size(fit), rates(fit.backend))
    let count = Double(sized.parameters.count)
    var update = GraphCost()
    update.elementwise = 16 * count
    var step = sized.step
    step += update
    let (valid, train) = (slots(shape, .valid), slots(shape, .train))
    let perTrial = rates?.seconds(sized.trial) ?? 0
    var estimate = Estimate()
    estimate.seconds = Double(shape.plan.steps) * (rates?.seconds(step) ?? 0)
    estimate.seconds += Double(shape.validations) * (2 * valid + train) * perTrial
    // Parameters and two moments twice, and the gradient, in single precision; a copy to save and the best one in double.
    estimate.memory = Self.idle + data(fit) + sized.working + count * 60
    let lines = Double(min(shape.plan.steps, 400) + shape.validations)
    estimate.disk = 2 * (count * bytes(fit) + lines * 230 + 1000)
    return estimate
  }

  private mutating func evaluate(_ job: EvaluateJob) -> Estimate {
    let (shape, sized, rates) = (shape(job.fit), size(job.fit), rates(job.fit.backend))
    let perTrial = rates?.seconds(sized.trial) ?? 0
    let train = slots(shape, .train)
    var passes = sized.parameters.count(of: .embedding) > 0 ? train : 0
    var estimate = Estimate()
    var written = 0.0
    let observed = zip(job.fit.sessions, shape.trials).reduce(0.0) { sum, session in
      let trials = session.1[job.spec.split ?? .train] ?? 0
      return sum + Double(session.0.header.channels * session.0.header.bins * trials)
    }
    switch job.spec {
    case .reconstruction(let spec):
      passes += slots(shape, spec.split)
      written = 2 * observed
    case .coSmoothing(let spec):
      passes += slots(shape, spec.split)
      written = 2 * observed
    case .forecast(let spec):
      passes += slots(shape, spec.split) * Double(max(1, spec.samples))
      written = 2 * observed
    case .filter(let spec):
      passes += slots(shape, spec.split)
      written = Double(2 + spec.ahead) * observed
    case .decode(let spec):
      passes += train + slots(shape, spec.split)
      estimate.seconds += regression(job, shape)
    case .truth(let spec): passes += train + slots(shape, spec.split)
    case .diagnosis(let spec): passes += 2 * slots(shape, spec.split)
    case .embedding, .grid: break
    }
    estimate.seconds += passes * perTrial + (job.predictions ? written * 1e-7 : 0)
    let share = Double(shape.plan.shape.bins * 32) * Double(shape.plan.shape.rows) / max(1, sized.volume)
    estimate.memory = Self.idle + data(job.fit) + sized.working * min(1, share) + written * 8
    // Noise does not compress: what is predicted is written almost at its size.
    estimate.disk = 2 * ((job.predictions ? written * 3.6 : 0) + 4000 * Double(job.fit.sessions.count))
    return estimate
  }

  /// Seconds of a ridge regression: its normal equations in five folds, in double precision on one core.
  private func regression(_ job: EvaluateJob, _ shape: FitShape) -> Double {
    zip(job.fit.sessions, shape.trials).reduce(0) { sum, session in
      let channels = Double(session.0.header.channels)
      let rows = Double((session.1[.train] ?? 0) * session.0.header.bins)
      return sum + 1e-9 * (2 * rows * channels * channels + 40 * channels * channels * channels)
    }
  }

  /// Trials that are computed where so many are asked for: they go in blocks.
  private func slots(_ shape: FitShape, _ split: Split) -> Double {
    let most = shape.trials.map { $0.values.reduce(0, +) }.max() ?? 1
    let block = max(1, min(32, most))
    return shape.trials.reduce(0) { $0 + Double((($1[split] ?? 0) + block - 1) / block * block) }
  }

  /// Bytes of the sessions of a fit.
  private func data(_ fit: FitJob) -> Double {
    fit.sessions.reduce(0) { sum, session in
      let header = session.header
      let rows = header.channels + header.behavior.reduce(0) { $0 + $1.dimensions }
      return sum + 4 * Double(rows * header.bins * header.trials.values.reduce(0, +))
    }
  }

  private func bytes(_ fit: FitJob) -> Double {
    switch fit.backend {
    case .native: 4
    case .reference: 8
    }
  }

  // MARK: Graphs

  private mutating func build(_ shape: FitShape, _ fit: FitJob) -> Sized {
    let batch = shape.plan.shape
    let volume = Double(max(1, batch.rows * batch.trials * batch.bins))
    if builtCount >= Self.limit, let last = lastBuilt {
      let ratio = volume / last.volume
      return Sized(
        parameters: last.parameters, step: last.step * ratio, trial: last.trial, working: last.working * ratio,
        volume: volume)
    }
    builtCount += 1
    // A step part by part computes one graph several times.
    let parts = Double(batch.sessions) / Double(max(1, shape.plan.perPart))
    let part = BatchShape(
      sessions: shape.plan.perPart, trials: batch.trials, bins: batch.bins,
      rows: shape.sessions.capacity(of: shape.plan.perPart), of: batch.sessions)
    let step = StepGraph(
      fit.model, shape: part, sessions: shape.sessions, fit: Set(fit.fit), memory: fit.recipe.memory,
      hides: shape.hides,
      path: fit.path)
    let few = BatchShape(sessions: 1, trials: 32, bins: batch.bins, rows: shape.sessions.capacity(of: 1))
    let seen = StepGraph(fit.model, shape: few, sessions: shape.sessions, fit: [], hides: shape.hides, path: fit.path)
    let cost = GraphCost(step.graph, outputs: step.outputs)
    // Compiling takes most of the time; graphs work in memory in proportion to the elements that they compute.
    let density: Double
    if let known = memoryPerElement {
      density = known
    } else {
      let program = try? Self.backend(fit.backend).compile(step.graph, outputs: step.outputs)
      density = Double(program?.workingMemory ?? 0) / max(1, cost.elementwise)
      memoryPerElement = density
    }
    let sized = Sized(
      parameters: step.parameters, step: cost * parts,
      trial: GraphCost(seen.graph, outputs: [seen.outputs[0]]) * (1.0 / 32),
      working: density * cost.elementwise, volume: volume)
    lastBuilt = sized
    return sized
  }

  /// How fast the backend of a job is; nil where it cannot be measured.
  private mutating func rates(_ choice: BackendChoice) -> MachineRates? {
    if let known = rates[choice] { return known }
    rates[choice] = try? MachineRates(Self.backend(choice))
    return rates[choice]
  }

  private static func backend(_ choice: BackendChoice) -> any Backend {
    switch choice {
    case .native(let native): native.threads.map { NativeBackend(threads: $0) } ?? NativeBackend()
    case .reference: ReferenceBackend()
    }
  }
}
