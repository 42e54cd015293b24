import SpecLanguage

/// How a point of a sweep ended: its worst job decides.
package enum PointStatus: String, CaseIterable, Sendable { case complete, failed, left, interrupted }

/// The points of a sweep by one number each: the rule by which results are ranked, on the screen and in the report.
///
/// Only complete points have a score: that of a point which failed in part would be over other runs than those of the others.
package struct Ranking: Sendable {
  /// One for each point, in the order of the sweep: NaN where one of its values is; nil where the point is not complete
  /// or does not have the metric.
  package let scores: [Double?]
  /// Places of the points with a finite score, in the order of the sweep.
  package let scored: [Int]
  /// The same, the best first; equal scores in the order of the sweep. Empty without a goal.
  package let ranked: [Int]

  package init(
    _ points: [(id: String, isComplete: Bool)], _ metrics: MetricTable?, by metric: String,
    _ aggregate: Objective.Aggregate, _ goal: Objective.Goal?
  ) {
    let known = Dictionary(
      (metrics?.scores(of: metric, aggregate) ?? []).map { ($0.trial, $0.value) },
      uniquingKeysWith: { first, _ in first })
    let scores = points.map { $0.isComplete ? known[$0.id] : nil }
    let scored = scores.indices.filter { scores[$0]?.isFinite ?? false }
    self.scores = scores
    self.scored = scored
    let sign: Double? =
      switch goal {
      case .maximize: -1
      case .minimize: 1
      case nil: nil
      }
    guard let sign else {
      ranked = []
      return
    }
    let keys = scored.map { (key: sign * (scores[$0] ?? .infinity), place: $0) }
    ranked = keys.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.place)
  }
}
