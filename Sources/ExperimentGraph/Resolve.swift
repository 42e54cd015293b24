import Evaluation
import Models
import Recordings
import SpecLanguage
import Training

extension Experiment {
  /// Joins a checked spec with what is in its recordings. Complaints go to `reading`; nil when there is an error.
  ///
  /// - Parameter headers: the sessions of every dataset, by dataset.
  package init?(_ spec: Specification, headers: [String: [SessionHeader]], _ reading: inout Reading) {
    let sessions = spec.datasets.flatMap { dataset in
      (headers[dataset.id] ?? []).map { SessionNode(dataset: dataset, header: $0) }
    }
    var nodes: [RunNode] = []
    let before = reading.diagnostics.count
    var cohorts: [String: CohortMembers] = [:]
    for cohort in spec.cohorts { cohorts[cohort.id] = cohort.value.members(cohort.id, among: sessions, &reading) }
    for run in Self.ordered(spec.runs) {
      guard let node = Self.resolve(run, spec, sessions, cohorts, nodes) else { continue }
      Self.check(node, sessions, run.value.on.section == "cohorts" ? cohorts[run.value.on.id] : nil, &reading)
      nodes.append(node)
    }
    var evaluations: [EvaluationNode] = []
    for evaluation in spec.evaluations {
      for reference in evaluation.value.of {
        guard let run = nodes.firstIndex(where: { $0.id == reference.id }) else { continue }
        evaluations.append(EvaluationNode(id: evaluation.id, spec: evaluation.value, run: run))
        Self.check(evaluation, nodes[run], sessions, &reading)
      }
    }
    for comparison in spec.comparisons { Self.check(comparison, spec, nodes, sessions, &reading) }
    if reading.diagnostics.dropFirst(before).contains(where: \.isError) { return nil }
    specification = spec
    self.sessions = sessions
    runs = nodes
    self.evaluations = evaluations
  }

  /// Runs with every transfer after its source, otherwise in file order.
  private static func ordered(_ runs: [Named<Run>]) -> [Named<Run>] {
    var done: [Named<Run>] = []
    var open = runs
    while !open.isEmpty {
      let ready = open.firstIndex { run in
        guard let source = run.value.transfer else { return true }
        return done.contains { $0.id == source.id }
      }
      guard let ready else { return done }
      done.append(open.remove(at: ready))
    }
    return done
  }

  private static func resolve(
    _ run: Named<Run>, _ spec: Specification, _ sessions: [SessionNode], _ cohorts: [String: CohortMembers],
    _ nodes: [RunNode]
  ) -> RunNode? {
    guard let recipe = spec.training.first(where: { $0.id == run.value.with.id }) else { return nil }
    let chosen: [Int]
    if run.value.on.section == "cohorts" {
      guard let members = cohorts[run.value.on.id] else { return nil }
      chosen = members.sessions
    } else {
      chosen = sessions.indices.filter { sessions[$0].dataset.id == run.value.on.id }
    }
    let source = run.value.transfer.flatMap { reference in nodes.firstIndex { $0.id == reference.id } }
    let modelID = run.value.train?.id ?? source.map { nodes[$0].modelID }
    guard let modelID, let model = spec.models.first(where: { $0.id == modelID })?.value else { return nil }
    return RunNode(
      id: run.id, modelID: modelID, model: model, recipeID: recipe.id, recipe: recipe.value, sessions: chosen,
      source: source, fit: source == nil ? ParameterGroup.allCases : run.value.fit, trials: run.value.trials)
  }

  private static func check(
    _ run: RunNode, _ sessions: [SessionNode], _ cohort: CohortMembers?, _ reading: inout Reading
  ) {
    let on = SpecPath("runs.\(run.id).on")
    let headers = run.sessions.map { sessions[$0].header }
    guard let first = headers.first else {
      let leftOut = cohort?.leftOut ?? []
      let known = sessions.prefix(8).map { "`\($0.name)`" }.joined(separator: ", ")
      let all = "sessions that exist: \(known)" + (sessions.count > 8 ? " and \(sessions.count - 8) more" : "")
      let rest = leftOut.count > 5 ? ["and \(leftOut.count - 5) more sessions that `where` leaves out"] : []
      reading.report(
        .noSessions, "run `\(run.id)` has no sessions", about: on,
        help: leftOut.isEmpty ? [all] : ["`where` of the cohort leaves out every session that its globs match"],
        notes: leftOut.prefix(5) + rest)
      return
    }
    if let other = headers.first(where: { $0.binWidth != first.binWidth }) {
      reading.report(
        .unfit, "`\(first.name)` has bins of \(first.binWidth), `\(other.name)` of \(other.binWidth)", about: on,
        help: ["give both datasets the same `bin`"])
    }
    if run.model.observation.needsCounts, let real = headers.first(where: { !$0.isCounts }) {
      reading.report(
        .notCounts, "model `\(run.modelID)` needs counts, but `\(real.name)` is real-valued", about: on,
        help: ["use `observation: {kind: gaussian}`, or remove `smooth` from the dataset"])
    }
    if headers.allSatisfy({ ($0.trials[.train] ?? 0) == 0 }) {
      reading.report(.noTrials, "no session of run `\(run.id)` has a training trial", about: on)
    }
    if run.recipe.select != nil, headers.allSatisfy({ ($0.trials[.valid] ?? 0) == 0 }) {
      reading.report(
        .noTestSelection, "`select` of `\(run.recipeID)` needs validation trials, and run `\(run.id)` has none",
        about: SpecPath("training.\(run.recipeID).select"),
        help: ["give the datasets `split: {train: .., valid: .., test: ..}`"])
    }
  }

  private static func check(
    _ evaluation: Named<EvaluationSpec>, _ run: RunNode, _ sessions: [SessionNode], _ reading: inout Reading
  ) {
    let headers = run.sessions.map { sessions[$0].header }
    let path = SpecPath("evaluations.\(evaluation.id)")
    if let split = evaluation.value.split, !headers.isEmpty, headers.allSatisfy({ ($0.trials[split] ?? 0) == 0 }) {
      reading.report(
        .noTrials, "no session of run `\(run.id)` has a trial in split `\(split.rawValue)`",
        about: path.appending("split"))
    }
    if let target = evaluation.value.target {
      let lacking = headers.first { header in !header.behavior.contains { $0.name == target } }
      let have = Set(headers.flatMap { $0.behavior.map(\.name) }).sorted().map { "`\($0)`" }.joined(separator: ", ")
      if let lacking, headers.allSatisfy({ header in !header.behavior.contains { $0.name == target } }) {
        reading.report(
          .noBehavior, "no session of run `\(run.id)` has the behaviour `\(target)`, `\(lacking.name)` for example",
          about: path.appending("target"), help: have.isEmpty ? [] : ["behaviour that is there: \(have)"])
      }
    }
    guard let first = headers.first else { return }
    let bins = headers.map(\.bins).max() ?? 0
    for (key, time) in [("context", evaluation.value.context), ("horizon", evaluation.value.horizon)] {
      guard let time, time.count % first.binWidth.count != 0 else { continue }
      let below = time.count / first.binWidth.count * first.binWidth.count
      let above = Nanoseconds(below + first.binWidth.count)
      reading.report(
        .badHorizon, "`\(key)` is \(time), which is not a whole number of bins of \(first.binWidth)",
        about: path.appending(key), help: ["use \(below > 0 ? "\(Nanoseconds(below)) or " : "")\(above)"])
    }
    guard let context = evaluation.value.context else { return }
    let whole = Nanoseconds(bins * first.binWidth.count)
    if let horizon = evaluation.value.horizon, context.count + horizon.count > whole.count {
      reading.report(
        .badHorizon,
        "context \(context) and horizon \(horizon) are longer than the longest trial, \(bins) bins of \(first.binWidth)",
        about: path.appending("horizon"))
    } else if context.count >= whole.count {
      reading.report(
        .badHorizon,
        "context \(context) leaves nothing to forecast: the longest trial has \(bins) bins of \(first.binWidth)",
        about: path.appending("context"))
    }
  }
}
