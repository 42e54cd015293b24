import Evaluation
import Recordings
import SpecLanguage

// Whether the metrics that a study names exist: in comparisons and in the objective of its sweep.
extension Specification {
  /// Rules over comparisons, evaluations and the sweep.
  /// - Parameter swept: the paths that the sweep gives values to.
  func checkComparisons(_ reading: inout Reading, swept: [SpecPath]) {
    for comparison in comparisons {
      let path = SpecPath([.key("comparisons"), .key(comparison.id)])
      let value = comparison.value
      if let found = evaluation(ofMetric: value.metric, at: path.appending("metric"), &reading) {
        for (index, run) in value.of.enumerated() where !found.value.of.contains(run) {
          let known = found.value.of.map(\.id)
          reading.report(
            .notEvaluated, "evaluation `\(found.id)` does not measure run `\(run.id)`",
            about: path.appending("of").appending(index),
            help: Suggestion.nearest(to: run.id, among: known).map { ["did you mean `\($0.word)`?"] }
              ?? ["add it to `evaluations.\(found.id).of`"],
            notes: ["runs that `\(found.id)` measures: " + known.joined(separator: ", ")])
        }
      }
      let labels = Comparison.Label.allCases.map(\.rawValue)
      for (index, word) in value.pairBy.enumerated() {
        guard !labels.contains(word), !swept.contains(SpecPath(word)) else { continue }
        let known = labels + swept.map(\.description)
        reading.report(
          .unknownLabel, "values cannot be paired by `\(word)`", about: path.appending("pair_by").appending(index),
          label: "not a label of a value",
          help: Suggestion.nearest(to: word, among: known).map { ["did you mean `\($0.word)`?"] } ?? [],
          notes: ["labels: " + known.joined(separator: ", ")])
      }
      if swept.isEmpty { checkPairs(value, path, &reading) }
    }
  }

  /// Without a sweep a run has one number of trials, so runs that differ in it have no pairs by it.
  private func checkPairs(_ comparison: Comparison, _ path: SpecPath, _ reading: inout Reading) {
    guard let place = comparison.pairBy.firstIndex(of: Comparison.Label.trials.rawValue) else { return }
    let trials = comparison.of.map { run in runs.first { $0.id == run.id }?.value.trials }
    guard Set(trials).count == trials.count else { return }
    let words = zip(comparison.of, trials).map { "`\($0.id)` \($1.map(String.init) ?? "all")" }
    reading.report(
      .noPairs, "no two of the runs use the same number of `trials`", about: path.appending("pair_by").appending(place),
      label: "leaves no pair", help: ["remove `trials` from `pair_by`"],
      notes: ["trials: " + words.joined(separator: ", ")])
  }

  /// Checks the metric of a sweep's objective.
  package func check(_ objective: Objective, at span: Span, _ reading: inout Reading) {
    let path = SpecPath("sweep.objective.metric")
    guard let problem = metricProblem(objective.metric) else {
      let name = Comparison.parts(objective.metric)?.evaluation
      if let evaluation = evaluations.first(where: { $0.id == name }), evaluation.value.split == .test {
        let place = SpecPath([.key("evaluations"), .key(evaluation.id)])
        let remark = reading.span(of: place.appending("split")).map { Diagnostic.Remark($0, "scores split `test`") }
        reading.report(
          Diagnostic(
            .testSelects, "the sweep would choose by test trials: `\(evaluation.id)` scores split `test`", at: span,
            label: "chooses by the test split", path: path, secondary: remark.map { [$0] } ?? [],
            help: ["rank by an evaluation with `split: valid`, and keep `\(evaluation.id)` for the chosen point"]))
      }
      return
    }
    reading.report(
      Diagnostic(
        problem.code, problem.message, at: span, label: problem.label, path: path, help: problem.help,
        notes: problem.notes))
  }

  /// The evaluation that gives a metric, complained about when there is none.
  private func evaluation(
    ofMetric metric: String, at path: SpecPath, _ reading: inout Reading
  ) -> Named<EvaluationSpec>? {
    if let problem = metricProblem(metric) {
      reading.report(
        problem.code, problem.message, about: path, label: problem.label, help: problem.help, notes: problem.notes)
    }
    guard let name = Comparison.parts(metric)?.evaluation else { return nil }
    return evaluations.first { $0.id == name }
  }

  private struct MetricProblem {
    var code: Code
    var message: String
    var label: String
    var help: [String]
    var notes: [String]
  }

  /// What is wrong with a written metric.
  private func metricProblem(_ metric: String) -> MetricProblem? {
    let known = evaluations.map(\.id)
    guard let (name, word) = Comparison.parts(metric) else {
      let example = evaluations.first.map { "`\($0.id).\($0.value.metrics.first?.name ?? "r2")`" } ?? "`forecast.r2`"
      return MetricProblem(
        code: .unknownMetric, message: "`\(metric.prefix(60))` is not `<evaluation>.<metric>`", label: "not a metric",
        help: ["write an evaluation and one of its metrics, such as \(example)"], notes: [])
    }
    guard let evaluation = evaluations.first(where: { $0.id == name }) else {
      let match = Suggestion.nearest(to: name, among: known)
      return MetricProblem(
        code: .unknownReference, message: "`\(name.prefix(60))` is not an entry of `evaluations`",
        label: "no such evaluation", help: match.map { ["did you mean `\($0.word).\(word)`?"] } ?? [],
        notes: [
          known.isEmpty ? "`evaluations` has no entries" : "entries of `evaluations`: " + known.joined(separator: ", ")
        ])
    }
    let metrics = evaluation.value.metrics
    guard !metrics.contains(where: { $0.matches(word) }) else { return nil }
    // A misspelt `r3@10` is near to `r2@10`.
    let horizon = word.firstIndex(of: "@").map { String(word[$0...]) } ?? "@10"
    let written = metrics.map { "\(name).\($0.name.replacing("@<k>", with: horizon))" }
    let match = Suggestion.nearest(to: metric, among: written)
    return MetricProblem(
      code: .unknownMetric, message: "evaluation `\(name)` has no metric `\(word.prefix(60))`",
      label: "no such metric", help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
      notes: ["metrics of `\(name)`: " + metrics.map(\.name).joined(separator: ", ")])
  }
}

extension EvaluationSpec {
  /// Complains about a metric that is further ahead than the evaluation predicts.
  /// - Parameter bin: the width of a bin of its sessions.
  package func findings(of metric: String, about path: SpecPath, bin width: Nanoseconds) -> [Finding] {
    guard let (name, word) = Comparison.parts(metric), let k = Metric.horizon(of: word) else { return [] }
    let predicted: Int? =
      if case .filter(let filter) = self { filter.ahead } else { horizon.map { $0.count / width.count } }
    guard let bins = predicted, k > bins else { return [] }
    return [
      Finding(
        .unknownMetric, "`\(word)` is \(k) bins ahead, but `\(name)` forecasts \(bins) bins of \(width)", about: path,
        help: bins > 0 ? ["use at most `\(name).\(word.prefix { $0 != "@" })@\(bins)`"] : [])
    ]
  }
}

extension Named<Comparison> {
  /// Rules over a comparison and data: bins ahead that exist, and sessions that two of its runs share.
  /// - Parameter evaluation: the one that gives the metric.
  /// - Parameter headers: the sessions of each run, in the order of `of`.
  package func findings(_ evaluation: EvaluationSpec?, headers: [[SessionHeader]]) -> [Finding] {
    var findings: [Finding] = []
    let path = SpecPath([.key("comparisons"), .key(id)])
    if let width = headers.first?.first?.binWidth {
      findings += evaluation?.findings(of: value.metric, about: path.appending("metric"), bin: width) ?? []
    }
    guard let place = value.pairBy.firstIndex(of: Comparison.Label.session.rawValue) else { return findings }
    let homes = headers.map { Set($0.map(\.name)) }
    let isPossible = homes.indices.contains { index in homes[..<index].contains { !$0.isDisjoint(with: homes[index]) } }
    if !isPossible, homes.allSatisfy({ !$0.isEmpty }) {
      findings.add(
        .noPairs, "no two of the runs share a session", about: path.appending("pair_by").appending(place),
        help: ["remove `session` from `pair_by`, or compare runs on the same sessions"])
    }
    return findings
  }
}
