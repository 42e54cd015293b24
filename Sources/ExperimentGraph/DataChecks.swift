import Evaluation
import Models
import Recordings
import SpecLanguage
import Training

/// A run with everything that it refers to.
package struct ResolvedRun: Sendable {
  package let id: String
  package let run: Run
  package let modelID: String
  package let model: Model
  package let recipeID: String
  package let recipe: Recipe
  package let headers: [SessionHeader]

  package init(
    id: String, run: Run, modelID: String, model: Model, recipeID: String, recipe: Recipe, headers: [SessionHeader]
  ) {
    self.id = id
    self.run = run
    self.modelID = modelID
    self.model = model
    self.recipeID = recipeID
    self.recipe = recipe
    self.headers = headers
  }

  /// Rules over a run and the data that it is on.
  /// - Parameter sessions: the names of all sessions that a run could have.
  /// - Parameter leftOut: what the condition of its cohort gave for the sessions that it leaves out.
  /// - Parameter untrained: the sessions that it leaves out because they have no training trials.
  package func findings(among sessions: [String], leftOut: [String] = [], untrained: [String] = []) -> [Finding] {
    var findings: [Finding] = []
    let on = SpecPath("runs.\(id).on")
    guard let first = headers.first else {
      let known = sessions.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
      let all = "sessions that exist: \(known)" + (sessions.count > 8 ? " and \(sessions.count - 8) more" : "")
      let rest = leftOut.count > 5 ? ["and \(leftOut.count - 5) more sessions that `where` leaves out"] : []
      findings.add(
        .noSessions, "run `\(id)` has no sessions", about: on,
        help: leftOut.isEmpty ? [all] : ["`where` of the cohort leaves out every session that its globs match"],
        notes: leftOut.prefix(5) + rest)
      return findings
    }
    if let other = headers.first(where: { $0.binWidth != first.binWidth }) {
      findings.add(
        .unfit, "`\(first.name)` has bins of \(first.binWidth), `\(other.name)` of \(other.binWidth)", about: on,
        help: ["give both datasets the same `bin`"])
    }
    if model.observation.needsCounts, let real = headers.first(where: { !$0.isCounts }) {
      findings.add(
        .notCounts, "model `\(modelID)` needs counts, but `\(real.name)` is real-valued", about: on,
        help: [
          "use `observation: {kind: gaussian}` in the model, or give it counts: spikes or counts without `smooth`"
        ])
    }
    if !untrained.isEmpty {
      findings.add(
        .leftOutSessions, "run `\(id)` leaves out sessions without training trials: \(untrained.listed)", about: on,
        notes: ["a session's own read-in and read-out are fitted to its training trials"])
    }
    if run.train != nil, run.per == nil {
      let held = headers.filter { $0.dealt ?? .train != .train }
      if let first = held.first, let split = first.dealt {
        findings.add(
          .heldOutSession,
          "run `\(id)` would learn what sessions share from sessions that are held out: \(held.map(\.name).listed)",
          about: on,
          help: [
            "train on a cohort of the others, `{include: [...], where: split == \"train\"}`",
            "take the held-out ones by `transfer`, or give each a model of its own, `per: session`",
          ], notes: ["`\(first.name)` is dealt to `\(split.rawValue)` by `sessions` of its split"])
      }
    }
    if headers.allSatisfy({ ($0.trials[.train] ?? 0) == 0 }) {
      findings.add(.noTrials, "no session of run `\(id)` has a training trial", about: on)
    }
    if recipe.select != nil, headers.allSatisfy({ ($0.trials[.valid] ?? 0) == 0 }) {
      findings.add(
        .noValidationTrials, "`select` of `\(recipeID)` needs validation trials, and run `\(id)` has none",
        about: SpecPath("training.\(recipeID).select"),
        help: ["give the datasets `split: {train: .., valid: .., test: ..}`"])
    } else if recipe.select != nil, let trials = run.trials, trials < 2 {
      findings.add(
        .noValidationTrials, "`trials: \(trials)` leaves no validation trial for `select` of `\(recipeID)` to judge by",
        about: SpecPath("runs.\(id).trials"), help: ["use 2 trials or more, or a recipe without `select`"])
    }
    return findings
  }

  /// Rules over an evaluation and the data of the run that it measures.
  package func findings(of evaluation: Named<EvaluationSpec>) -> [Finding] {
    var findings: [Finding] = []
    let path = SpecPath("evaluations.\(evaluation.id)")
    if let split = evaluation.value.split, !headers.isEmpty, headers.allSatisfy({ ($0.trials[split] ?? 0) == 0 }) {
      findings.add(
        .noTrials, "no session of run `\(id)` has a trial in split `\(split.rawValue)`",
        about: path.appending("split"),
        help: ["give the datasets a share for it, `split: {train: .., valid: .., test: ..}`, or choose another split"])
    }
    switch evaluation.value {
    case .truth:
      findings += lack(
        .noTruth, "knows its true states", headers.filter { !$0.knowsStates }, path,
        help: ["take the run out of `of`; `reconstruction` and `forecast` need no truth"])
    case .coSmoothing:
      findings += lack(
        .nothingHeldOut, "holds neurons or bins out", headers.filter { $0.heldOut == nil }, path,
        help: ["give the datasets `split: {..., neurons: {held_out: 0.25}}`"])
    case .reconstruction, .forecast, .filter, .decode, .embedding, .diagnosis: break
    }
    if let target = evaluation.value.target {
      let lacking = headers.filter { header in !header.behavior.contains { $0.name == target } }
      let have = Set(headers.flatMap { $0.behavior.map(\.name) }).sorted().map { "`\($0)`" }.joined(separator: ", ")
      if let first = lacking.first, lacking.count == headers.count {
        findings.add(
          .noBehavior, "no session of run `\(id)` has the behaviour `\(target)`, `\(first.name)` for example",
          about: path.appending("target"),
          help: [have.isEmpty ? "these sessions have no behaviour to decode" : "behaviour that is there: \(have)"])
      } else if !lacking.isEmpty {
        findings.add(
          .partBehavior,
          "`\(target)` is not in all sessions of run `\(id)`: \(lacking.map(\.name).listed) are left out",
          about: path.appending("target"))
      }
    }
    let labels = Set(headers.flatMap(\.metadata.keys)).sorted()
    for (place, label) in evaluation.value.color.enumerated() where !headers.isEmpty && !labels.contains(label) {
      let match = Suggestion.nearest(to: label, among: labels)
      findings.add(
        .unknownColor, "no session of run `\(id)` has `\(label)`", about: path.appending("color").appending(place),
        help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
        notes: [labels.isEmpty ? "nothing is known of these sessions" : "known: " + labels.joined(separator: ", ")])
    }
    guard let first = headers.first else { return findings }
    let bins = headers.map(\.bins).max() ?? 0
    for (key, time) in [("context", evaluation.value.context), ("horizon", evaluation.value.horizon)] {
      guard let time, time.count % first.binWidth.count != 0 else { continue }
      let below = time.count / first.binWidth.count * first.binWidth.count
      let above = Nanoseconds(below + first.binWidth.count)
      findings.add(
        .badHorizon, "`\(key)` is \(time), which is not a whole number of bins of \(first.binWidth)",
        about: path.appending(key), help: ["use \(below > 0 ? "\(Nanoseconds(below)) or " : "")\(above)"])
    }
    guard let context = evaluation.value.context else { return findings }
    let whole = Nanoseconds(bins * first.binWidth.count)
    if let horizon = evaluation.value.horizon, context.count + horizon.count > whole.count {
      findings.add(
        .badHorizon,
        "context \(context) and horizon \(horizon) are longer than the longest trial, \(bins) bins of \(first.binWidth)",
        about: path.appending("horizon"),
        help: context.count < whole.count
          ? ["after this context a horizon of at most \(Nanoseconds(whole.count - context.count)) fits"] : [])
    } else if context.count >= whole.count {
      findings.add(
        .badHorizon,
        "context \(context) leaves nothing to forecast: the longest trial has \(bins) bins of \(first.binWidth)",
        about: path.appending("context"), help: ["use less than \(whole)"])
    }
    return findings
  }

  /// An error where no session of the run has what an evaluation needs, a warning where some have not.
  private func lack(
    _ code: Code, _ what: String, _ lacking: [SessionHeader], _ path: SpecPath, help: [String]
  ) -> [Finding] {
    guard !lacking.isEmpty else { return [] }
    let place = path.appending("of")
    if lacking.count == headers.count {
      return [Finding(code, "no session of run `\(id)` \(what)", about: place, help: help)]
    }
    let message = "not every session of run `\(id)` \(what): \(lacking.map(\.name).listed) are left out"
    return [Finding(.leftOutSessions, message, about: place)]
  }
}

extension [String] {
  /// Names for a message: the first eight.
  fileprivate var listed: String {
    prefix(8).map { "`\($0)`" }.joined(separator: ", ") + (count > 8 ? " and \(count - 8) more" : "")
  }
}
