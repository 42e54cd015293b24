import Bundle
import Evaluation
import Foundation
import HDF5File
import Models
import Planner
import Randomness
import Recordings
import TensorGraph
import Training

/// Carries out one evaluation of one run: `scores.tsv`, and where they apply `embedding.tsv`, `examples.tsv`, `field.tsv`,
/// `grid.tsv`, `predictions.h5`.
final class EvaluateExecution {
  static let scoresFile = "scores.tsv"
  static let embeddingFile = "embedding.tsv"
  static let examplesFile = "examples.tsv"
  static let fieldFile = "field.tsv"
  static let gridFile = "grid.tsv"
  static let predictionsFile = "predictions.h5"

  private let job: EvaluateJob
  private let sessions: [Session]
  private let trials: TrialSet
  private let runner: SessionRunner
  private var scores = TSV(columns: ["session", "split", "metric", "value", "n"])
  private var extra: [(name: String, bytes: [UInt8])] = []
  private var predictions = PredictionFile()
  /// The embeddings of all sessions, once one evaluation needs them together.
  private var codes: [[Double]] = []

  private let fit: FittedModel
  private let backend: any Backend
  private let watch: Watch
  private let emit: (Event) -> Void

  init(
    _ job: EvaluateJob, fit: FittedModel, sessions: [Session], backend: any Backend, watch: Watch,
    emit: @escaping (Event) -> Void
  ) {
    self.job = job
    (self.fit, self.backend) = (fit, backend)
    self.watch = watch
    self.emit = emit
    self.sessions = sessions
    let stream = Stream(seed: job.fit.seed, path: job.fit.streamPath)
    trials = TrialSet(
      sessions, limit: job.fit.trials, selects: job.fit.recipe.select != nil, stream: stream)
    runner = SessionRunner(fit, trials, backend: backend, stream: stream)
  }

  /// The files of the artifact.
  func run() throws -> [(name: String, bytes: [UInt8])] {
    switch job.spec {
    case .reconstruction(let spec): try reconstruction(spec)
    case .forecast(let spec): try forecast(spec)
    case .filter(let spec): try filter(spec)
    case .decode(let spec): try decode(spec)
    case .embedding(let spec): try embedding(spec)
    case .truth(let spec): try truth(spec)
    case .grid(let spec): try grid(spec)
    case .diagnosis(let spec): try diagnosis(spec)
    case .coSmoothing(let spec): try coSmoothing(spec)
    }
    if job.predictions, let bytes = try predictions.encoded() { extra.append((Self.predictionsFile, bytes)) }
    return [(Self.scoresFile, Array(scores.text.utf8))] + extra
  }

  private func add(_ session: Session, _ split: Split, _ values: [Score]) {
    for score in values where score.n > 0 || score.value.isFinite { add(score, session.name, split) }
  }

  /// - Parameter session: its name; `*` for a score over all of them.
  private func add(_ score: Score, _ session: String, _ split: Split) {
    scores.append([.text(session), .text(split.rawValue), .text(score.name), .double(score.value), .int(score.n)])
  }

  // MARK: kinds

  private func reconstruction(_ spec: ReconstructionSpec) throws {
    for (index, session) in sessions.enumerated() {
      try watch.check()
      let numbers = trials.trials(spec.split)[index]
      guard !numbers.isEmpty else { continue }
      let code = try code(index)
      let observed = session.values(of: numbers)
      let rebuilt = observed.like(
        try runner.reconstruct(index, trials: numbers, in: sessions, embedding: code))
      var values = Reconstruction.scores(
        observed: observed, reconstructed: rebuilt, trainingMeans: trainingMeans(index))
      if let truth = session.truth(of: numbers) {
        let score = R2(observed: truth, predicted: rebuilt)
        values.append(Score("truth.r2", score.pooled, n: score.observed))
      }
      add(session, spec.split, values)
      predictions.add(session.name, "reconstruction", rebuilt)
      predictions.add(session.name, "observed", observed)
    }
  }

  private func forecast(_ spec: ForecastSpec) throws {
    var examples = ExampleTable()
    for (index, session) in sessions.enumerated() {
      try watch.check()
      let numbers = trials.trials(spec.split)[index]
      guard !numbers.isEmpty else { continue }
      let context = spec.context.count / session.binWidth.count
      let horizon = spec.horizon.count / session.binWidth.count
      let long = numbers.filter { session.trials[$0].length > context }
      guard !long.isEmpty else { continue }
      let code: [Double]
      switch spec.embedding {
      case .train: code = try self.code(index)
      case .swapped: code = try farthestCode(index)
      case .context: code = try runner.embedding(of: index, trials: long, in: sessions, visible: context).mean
      }
      let observed = session.values(of: long)
      let paths = try runner.sampledForecast(
        index, trials: long, in: sessions, context: context, embedding: code, samples: spec.samples)
      let whole = observed.like(paths.mean)
      let end = min(context + horizon, observed.bins)
      func afterContext(_ values: TrialValues) -> TrialValues {
        TrialValues(channels: observed.channels, trials: observed.trials, bins: end - context) {
          values[$0, $1, context + $2]
        }
      }
      let later = afterContext(whole)
      let likelihood = ForecastLikelihood(
        noise: fit.noise(of: index), training: (trainingMeans(index), trainingVariances(index)))
      let spread = paths.variance.map { afterContext(observed.like($0)) }
      add(
        session, spec.split,
        Forecast.scores(
          observed: observed, forecast: later, context: context, trainingMeans: trainingMeans(index),
          oracle: session.oracle(trials: long, context: context, steps: later.bins))
          + likelihood.scores(observed: observed, forecast: later, spread: spread, context: context))
      predictions.add(session.name, "forecast", whole)
      predictions.add(session.name, "observed", observed)
      if examples.sessions < 4 {
        let rebuilt = observed.like(try runner.reconstruct(index, trials: long, in: sessions, embedding: code))
        examples.add(
          session, trial: long[0], observed: observed, reconstruction: rebuilt, forecast: whole, context: context)
      }
    }
    extra.append((Self.examplesFile, Array(examples.table.text.utf8)))
  }

  private func coSmoothing(_ spec: CoSmoothingSpec) throws {
    for (index, session) in sessions.enumerated() {
      try watch.check()
      let numbers = trials.trials(spec.split)[index]
      guard let heldOut = session.heldOut, !numbers.isEmpty else { continue }
      let observed = session.values(of: numbers)
      let predicted = observed.like(
        try runner.reconstruct(index, trials: numbers, in: sessions, embedding: try code(index)))
      add(
        session, spec.split,
        CoSmoothingSpec.scores(
          observed: observed, predicted: predicted, heldOut: heldOut,
          lengths: numbers.map { session.trials[$0].length },
          trainingMeans: trainingMeans(index), areCounts: session.isCounts && job.fit.model.observation.needsCounts))
      predictions.add(session.name, "co_smoothing", predicted)
      predictions.add(session.name, "observed", observed)
    }
  }

  private func truth(_ spec: TruthSpec) throws {
    var field = TSV(columns: ["session", "x", "y", "true_dx", "true_dy", "learnt_dx", "learnt_dy"])
    for (index, session) in sessions.enumerated() {
      try watch.check()
      let numbers = trials.trials(spec.split)[index]
      guard let known = session.states, !numbers.isEmpty else { continue }
      let code = try code(index)
      func states(_ chosen: [Int]) throws -> Truth.Pair {
        let found = try runner.latents(index, trials: chosen, in: sessions, embedding: code)
        func taken(_ values: [Float]) -> [Double] {
          let width = session.bins * known.dimensions
          return chosen.flatMap { trial in
            values[trial * width..<trial * width + session.trials[trial].length * known.dimensions].map { Double($0) }
          }
        }
        return (
          Truth.States(dimensions: job.fit.model.dynamics.latent, values: found.states, next: found.next),
          Truth.States(dimensions: known.dimensions, values: taken(known.values), next: taken(known.next))
        )
      }
      let (train, test) = (try states(embeddingTrials(index)), try states(numbers))
      add(session, spec.split, Truth.scores(train: train, test: test))
      for arrow in Truth.field(train: train, test: test, cells: 14) {
        field.append([.text(session.name)] + (arrow.place + arrow.truth + arrow.learnt).map(TSV.Cell.double))
      }
    }
    if !field.rows.isEmpty { extra.append((Self.fieldFile, Array(field.text.utf8))) }
  }

  private func grid(_ spec: GridSpec) throws {
    let codes = try sessions.indices.map { try code($0) }
    let latent = job.fit.model.dynamics.latent
    // The first state of one trial of each session in turn, then of their second trials, and so on.
    var states: [[Double]] = []
    let numbers = trials.trials(spec.split)
    for round in 0..<(numbers.map(\.count).max() ?? 0) {
      for index in sessions.indices
      where round < numbers[index].count && states.count < min(spec.starts, runner.capacity) {
        try watch.check()
        let found = try runner.latents(index, trials: [numbers[index][round]], in: sessions, embedding: codes[index])
        if found.states.count >= latent { states.append(Array(found.states.prefix(latent))) }
      }
    }
    guard !states.isEmpty, let bin = sessions.first?.binWidth else { return }
    let bins = max(1, spec.length.count / bin.count)
    var table = TSV(columns: ["e1", "e2", "start", "time"] + (1...latent).map { "z\($0)" })
    let embeddings = spec.embeddings(codes)
    let paths = try embeddings.map { embedding in
      try watch.check()
      return try runner.rollOut(states, bins: bins, session: 0, in: sessions, embedding: embedding)
    }
    for (embedding, starts) in zip(embeddings, paths) {
      for (start, path) in starts.enumerated() {
        for (place, state) in path.enumerated() {
          let second = embedding.count > 1 ? TSV.Cell.double(embedding[1]) : .empty
          table.append(
            [.double(embedding[0]), second, .int(start), .double(Double(place) * bin.seconds)]
              + state.map(TSV.Cell.double))
        }
      }
    }
    extra.append((Self.gridFile, Array(table.text.utf8)))
    for score in GridSpec.scores(paths) { add(score, "*", spec.split) }
  }

  private func diagnosis(_ spec: DiagnosisSpec) throws {
    let diagnosis = FitDiagnosis(
      runner: runner, sessions: sessions, told: sessions.indices.map(embeddingTrials),
      measured: trials.trials(spec.split))
    let result = try diagnosis.run { try watch.check() }
    for (session, scores) in zip(sessions, result.sessions) { add(session, spec.split, scores) }
    for score in result.all { add(score, "*", .train) }
  }

  private func filter(_ spec: FilterSpec) throws {
    var times: [UInt64] = []
    for (index, session) in sessions.enumerated() {
      try watch.check()
      let numbers = trials.trials(spec.split)[index]
      guard !numbers.isEmpty else { continue }
      let filter = try CausalFilter(
        fit, session: index, embedding: try code(index), ahead: spec.ahead, backend: backend)
      let run = try FilterRun(filter, session, trials: numbers)
      times += run.times
      let observed = session.values(of: numbers)
      add(
        session, spec.split,
        FilterSpec.scores(observed: observed, predicted: run.predicted, trainingMeans: trainingMeans(index)))
      for (k, values) in run.predicted.enumerated() {
        predictions.add(session.name, k == 0 ? "filter" : "filter@\(k)", values)
      }
      predictions.add(session.name, "observed", observed)
    }
    // How long it took depends on the machine: it is told, and no result.
    if !times.isEmpty { emit(.latency(job: job.name, Latency(times))) }
  }

  private func decode(_ spec: DecodeSpec) throws {
    let ridge: Ridge
    switch spec.decoder {
    case .ridge(let value): ridge = value
    }
    var problems: [DataProblem] = []
    for (index, session) in sessions.enumerated() {
      try watch.check()
      guard let behavior = session.behavior.first(where: { $0.name == spec.target }) else { continue }
      let numbers = trials.trials(spec.split)[index]
      let learning = trials.train[index]
      guard !numbers.isEmpty, !learning.isEmpty else { continue }
      let code = try code(index)
      func activity(_ chosen: [Int], fitted: Bool) throws -> TrialValues {
        let observed = session.values(of: chosen)
        switch spec.from {
        case .observed: return observed
        case .reconstruction:
          return observed.like(try runner.reconstruct(index, trials: chosen, in: sessions, embedding: code))
        case .forecast:
          if fitted {
            return observed.like(try runner.reconstruct(index, trials: chosen, in: sessions, embedding: code))
          }
          let context = (spec.context?.count ?? 0) / session.binWidth.count
          let whole = observed.like(
            try runner.forecast(index, trials: chosen, in: sessions, context: context, embedding: code))
          return TrialValues(channels: whole.channels, trials: whole.trials, bins: whole.bins) {
            $2 < context ? .nan : whole[$0, $1, $2]
          }
        }
      }
      let trained = behavior.values(of: learning, session)
      let tested = behavior.values(of: numbers, session)
      for (values, split) in [(trained, Split.train), (tested, spec.split)] where !values.hasCompleteBin {
        problems.append(
          DataProblem(
            session: session.name, file: job.fit.sessions[index].header.files.first, object: spec.target,
            "`\(spec.target)` has no value in any bin of the trials of split `\(split.rawValue)`"))
      }
      guard problems.isEmpty else { continue }
      add(
        session, spec.split,
        Decode.scores(
          trainRates: try activity(learning, fitted: true), trainBehavior: trained,
          testRates: try activity(numbers, fitted: false), testBehavior: tested, alphas: ridge.alpha.values))
    }
    if !problems.isEmpty { throw DataProblems(problems) }
  }

  private func embedding(_ spec: EmbeddingSpec) throws {
    var codes: [[Double]] = []
    var spreads: [[Double]] = []
    for index in sessions.indices {
      try watch.check()
      let (mean, variance) = try runner.embedding(of: index, trials: embeddingTrials(index), in: sessions)
      codes.append(mean)
      spreads.append(variance.map { $0.squareRoot() })
    }
    let size = codes.first?.count ?? 0
    let columns = spec.color.isEmpty ? Set(sessions.flatMap(\.metadata.keys)).sorted() : spec.color
    let names = (1...max(size, 1)).map { "e\($0)" } + (1...max(size, 1)).map { "sd\($0)" }
    var table = TSV(columns: ["session", "seed"] + names + columns)
    for (index, session) in sessions.enumerated() {
      let numbers = (codes[index] + spreads[index]).map(TSV.Cell.double)
      let metadata = columns.map { session.metadata[$0].map(TSV.Cell.text) ?? .empty }
      table.append([.text(session.name), .text(String(job.fit.seed))] + numbers + metadata)
    }
    extra.append((Self.embeddingFile, Array(table.text.utf8)))
    let component = Correlation.firstComponent(codes).map { abs($0) }
    for column in columns {
      let values = sessions.map { $0.metadata[column].flatMap { Double($0) } }
      let known = values.compactMap { $0 }
      guard known.count == sessions.count, Set(known).count > 2 else { continue }
      let along = Correlation.spearman(component, known.map { abs($0) })
      add(Score("spearman.abs_pc1.abs_\(column)", along, n: known.count), "*", .train)
      for place in 0..<size {
        let own = codes.map { $0[place] }
        let signed = Correlation.spearman(own, known)
        let magnitude = Correlation.spearman(own.map { abs($0) }, known.map { abs($0) })
        add(Score("spearman.e\(place + 1).\(column)", signed, n: known.count), "*", .train)
        add(Score("spearman.abs_e\(place + 1).abs_\(column)", magnitude, n: known.count), "*", .train)
      }
    }
  }

  // MARK: what sessions give

  /// The embedding of a session from its training trials.
  private func code(_ index: Int) throws -> [Double] {
    try runner.embedding(of: index, trials: embeddingTrials(index), in: sessions).mean
  }

  /// The embedding of the session that is farthest from a session's own; its own where there is no other.
  private func farthestCode(_ index: Int) throws -> [Double] {
    if codes.isEmpty { codes = try sessions.indices.map { try code($0) } }
    func distance(_ other: [Double]) -> Double {
      zip(codes[index], other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    return codes.max { distance($0) < distance($1) } ?? codes[index]
  }

  private func embeddingTrials(_ index: Int) -> [Int] {
    trials.train[index].isEmpty ? trials.valid[index] : trials.train[index]
  }

  private func trainingVariances(_ index: Int) -> [Double] {
    sessions[index].values(of: embeddingTrials(index)).channelVariances
  }

  private func trainingMeans(_ index: Int) -> [Double] {
    sessions[index].values(of: embeddingTrials(index)).channelMeans.map { $0.isNaN ? 0 : $0 }
  }
}
