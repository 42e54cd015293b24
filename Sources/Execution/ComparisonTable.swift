import Bundle
import Evaluation
import ExperimentGraph
import Planner
import Randomness
import SpecLanguage

/// The comparisons of a study over all points of its sweep: `result/comparisons.json`, and the pairs behind it,
/// `result/comparisons.tsv`.
///
/// A comparison has a row for every two of its runs, the earlier less the later; its p values are corrected together.
/// The random numbers of a row are named by the seed of the first point, the comparison and the two runs.
package struct ComparisonTable {
  private let plan: Plan
  private let metrics: MetricTable
  private let seed: UInt64
  private let points: [String: PlannedPoint]
  package private(set) var pairs = TSV(columns: ["comparison", "a", "b", "pair", "value_a", "value_b"])
  private var comparisons: [JSONValue] = []

  package var json: JSONValue { ["format": 1, "comparisons": .array(comparisons)] }

  package init(_ comparisons: [Named<Comparison>], _ plan: Plan, _ metrics: MetricTable) {
    self.plan = plan
    self.metrics = metrics
    seed = plan.points.first?.fits.first.map { plan.jobs[$0.job].fit.seed } ?? 0
    points = Dictionary(plan.points.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for comparison in comparisons { add(comparison) }
  }

  private mutating func add(_ comparison: Named<Comparison>) {
    let value = comparison.value
    let runs = value.of.map(\.id)
    let observations = observations(value)
    var rows: [(a: String, b: String, result: PairedResult, undefined: Int)] = []
    for (place, a) in runs.enumerated() {
      for b in runs[(place + 1)...] {
        let pairing = Pairing(observations[a] ?? [], observations[b] ?? [])
        let stream = Stream(seed: seed, path: ["comparison", comparison.id, a, b])
        let result = value.test.result(pairing.pairs.map(\.difference), stream: stream)
        rows.append((a, b, result, pairing.undefined))
        for pair in pairing.pairs {
          pairs.append([
            .text(comparison.id), .text(a), .text(b), .text(Self.words(pair.key, value.pairBy)), .double(pair.a),
            .double(pair.b),
          ])
        }
      }
    }
    let corrected = value.correction.corrected(rows.map(\.result.p))
    let table: [JSONValue] = zip(rows, corrected).map { row, p in
      [
        "a": .string(row.a), "b": .string(row.b), "pairs": .int(row.result.pairs), "undefined": .int(row.undefined),
        "difference": .double(row.result.difference), "low": .double(row.result.low), "high": .double(row.result.high),
        "statistic": .double(row.result.statistic), "p": .double(row.result.p), "p_corrected": .double(p),
      ]
    }
    comparisons.append([
      "name": .string(comparison.id), "metric": .string(value.metric), "test": .string(value.test.rawValue),
      "correction": .string(value.correction.rawValue), "pair_by": .array(value.pairBy.map { .string($0) }),
      "rows": .array(table),
    ])
  }

  /// The values of every run, with their labels.
  private func observations(_ comparison: Comparison) -> [String: [Pairing.Observation]] {
    let evaluation = Comparison.parts(comparison.metric)?.evaluation ?? ""
    let runs = Set(comparison.of.map(\.id))
    var ofPoints: [[String]: (labels: [String], source: String)] = [:]
    var observations: [String: [Pairing.Observation]] = [:]
    for row in metrics.rows(of: comparison.metric) where runs.contains(Plan.run(row.run)) {
      guard let point = points[row.trial] else { continue }
      let place = [row.trial, row.run]
      let known = ofPoints[place] ?? facts(point, row.run, evaluation, comparison.pairBy)
      ofPoints[place] = known
      let key = zip(comparison.pairBy, known.labels).map { label, value in
        switch Comparison.Label(rawValue: label) {
        case .session: row.session
        case .split: row.split
        case .seed, .trials, nil: value
        }
      }
      // Repetitions are values of one unit: they are averaged.
      observations[Plan.run(row.run), default: []].append(
        .init(
          key: key, rest: [row.trial, row.session, row.split], source: "\(known.source) \(row.session) \(row.split)",
          value: row.value))
    }
    return observations
  }

  /// What all values of a run at a point share: the labels that the point gives, and the key of the evaluation's job.
  private func facts(
    _ point: PlannedPoint, _ run: String, _ evaluation: String, _ labels: [String]
  ) -> (labels: [String], source: String) {
    let fit = point.fits.first { $0.run == run }.map { plan.jobs[$0.job].fit }
    let job = point.evaluations.first { $0.run == run && $0.evaluation == evaluation }
    let assignments = point.assignments
    let values = labels.map { label in
      switch Comparison.Label(rawValue: label) {
      case .session, .split: ""
      case .seed: fit.map { String($0.seed) } ?? ""
      case .trials: fit?.trials.map(String.init) ?? "all"
      case nil: assignments.first { $0.path == SpecPath(label) }?.value.flow ?? ""
      }
    }
    return (values, job.map { plan.jobs[$0.job].key.hex } ?? point.id)
  }

  /// `centre_out/01, seed 3`.
  private static func words(_ key: [String], _ labels: [String]) -> String {
    zip(labels, key).map { label, value in
      switch Comparison.Label(rawValue: label) {
      case .session, .split: value
      case .seed, .trials, nil: "\(label) \(value)"
      }
    }.joined(separator: ", ")
  }
}
