import Bundle
import SpecLanguage

/// The points of a sweep with the one number by which they are judged.
///
/// It is the sweep's objective; without one, the first plain r2 of `metrics.tsv`, by which points are shown but not ranked.
struct ScoredSweep {
  struct Point {
    var point: SweepResults.Point
    /// NaN where a score of the point is none; nil where the point has no score.
    var score: Double?
  }

  let results: SweepResults
  /// The metric; nil when no point has a score.
  let metric: String?
  let aggregate: Objective.Aggregate
  /// nil without an objective.
  let goal: Objective.Goal?
  let points: [Point]

  init(_ results: SweepResults, _ metrics: MetricTable?) {
    self.results = results
    let usual = metrics?.rows.first { row in
      row.metric.split(separator: ".", omittingEmptySubsequences: false).dropFirst().elementsEqual(["r2"])
    }
    let metric = results.objective?.metric ?? usual?.metric
    aggregate = results.objective?.aggregate ?? .mean
    goal = results.objective?.goal
    let scores = metric.flatMap { metrics?.scores(of: $0, results.objective?.aggregate ?? .mean) } ?? []
    let known = Dictionary(scores.map { ($0.trial, $0.value) }, uniquingKeysWith: { first, _ in first })
    self.metric = known.isEmpty ? nil : metric
    points = results.points.map { Point(point: $0, score: known[$0.id]) }
  }

  /// The points with a finite score.
  var scored: [(point: SweepResults.Point, score: Double)] {
    points.compactMap { point in point.score.flatMap { $0.isFinite ? (point.point, $0) : nil } }
  }

  /// The scores between which figures show points, so that a fit that went wrong does not hide all others: three times the
  /// distance of the quartiles beyond them.
  var bounds: ClosedRange<Double>? {
    let sorted = scored.map(\.score).sorted()
    guard let least = sorted.first, let most = sorted.last else { return nil }
    let (lower, upper) = (sorted[sorted.count / 4], sorted[sorted.count * 3 / 4])
    let reach = 3 * (upper - lower)
    return reach > 0 ? max(least, lower - reach)...min(most, upper + reach) : least...most
  }

  /// What a caption says of points that lie outside of `bounds`; empty when there are none.
  var outside: String {
    let count = bounds.map { bounds in scored.count { !bounds.contains($0.score) } } ?? 0
    guard count > 0 else { return "" }
    return count == 1 ? "1 point lies far from the others" : "\(count) points lie far from the others"
  }

  /// The same, the best first; equal scores in the order of the sweep. Empty without an objective.
  var ranked: [(point: SweepResults.Point, score: Double)] {
    guard let goal else { return [] }
    let scored = scored
    let order = scored.indices.sorted { left, right in
      let (a, b) = (scored[left].score, scored[right].score)
      return a == b ? left < right : goal == .maximize ? a > b : a < b
    }
    return order.map { scored[$0] }
  }

  /// The point whose runs are shown: the best one, else the first with a score, else the first complete one.
  var shown: SweepResults.Point? {
    ranked.first?.point ?? scored.first?.point ?? results.points.first { $0.status == "complete" }
  }

  /// `Mean of forecast.r2`
  var headWords: String { words.prefix(1).uppercased() + words.dropFirst() }

  /// `mean of forecast.r2`
  var words: String { metric.map { "\(aggregate.rawValue) of \($0)" } ?? "no score" }
}
