import Bundle
import SpecLanguage

/// The points of a sweep with the one number by which they are judged.
///
/// It is the sweep's objective; without one, the first plain r2 of `metrics.tsv`, by which points are shown but not ranked.
struct ScoredSweep {
  struct Point {
    var point: SweepResults.Point
    /// NaN where a score of the point is none; nil where the point has no score or is not complete.
    var score: Double?
  }

  let results: SweepResults
  /// The metric; nil when no point has a score.
  let metric: String?
  let aggregate: Objective.Aggregate
  /// nil without an objective.
  let goal: Objective.Goal?
  let points: [Point]
  private let ranking: Ranking

  init(_ results: SweepResults, _ metrics: MetricTable?) {
    self.results = results
    let usual = metrics?.rows.first { row in
      row.metric.split(separator: ".", omittingEmptySubsequences: false).dropFirst().elementsEqual(["r2"])
    }
    let metric = results.objective?.metric ?? usual?.metric
    aggregate = results.objective?.aggregate ?? .mean
    goal = results.objective?.goal
    let ranking = Ranking(
      results.points.map { ($0.id, $0.isComplete) }, metrics, by: metric ?? "", aggregate, goal)
    self.ranking = ranking
    self.metric = ranking.scores.contains { $0 != nil } ? metric : nil
    points = zip(results.points, ranking.scores).map { Point(point: $0, score: $1) }
  }

  /// The points with a finite score.
  var scored: [(point: SweepResults.Point, score: Double)] { entries(ranking.scored) }

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

  /// The same, the best first. Empty without an objective.
  var ranked: [(point: SweepResults.Point, score: Double)] { entries(ranking.ranked) }

  private func entries(_ places: [Int]) -> [(point: SweepResults.Point, score: Double)] {
    places.map { (points[$0].point, points[$0].score ?? .nan) }
  }

  /// The point whose runs are shown: the best one, else the first with a score, else the first complete one.
  var shown: SweepResults.Point? {
    ranked.first?.point ?? scored.first?.point ?? results.points.first(where: \.isComplete)
  }

  /// `Mean of forecast.r2`
  var headWords: String { words.prefix(1).uppercased() + words.dropFirst() }

  /// `mean of forecast.r2`
  var words: String { metric.map { "\(aggregate.rawValue) of \($0)" } ?? "no score" }
}
