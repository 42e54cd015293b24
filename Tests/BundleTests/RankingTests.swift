import Bundle
import SpecLanguage
import Testing

/// Which points of a sweep are ranked, and how.
struct RankingTests {
  /// Points `a`, `b`, ... with the values of their runs, and whether they are complete.
  private func ranking(
    _ points: [(values: [Double], isComplete: Bool)], _ goal: Objective.Goal?
  ) -> Ranking {
    var table = TSV(columns: MetricTable.columns)
    let ids = points.indices.map { String(UnicodeScalar(UInt8(97 + $0))) }
    for (id, point) in zip(ids, points) {
      for (run, value) in point.values.enumerated() {
        table.append([.text(id), .text("run\(run)"), "s", "test", "rebuild.r2", .double(value), 10])
      }
    }
    let named = zip(ids, points).map { (id: $0, isComplete: $1.isComplete) }
    return Ranking(named, MetricTable(table), by: "rebuild.r2", .mean, goal)
  }

  @Test func `a point that failed in part has no score, however good what is left of it`() throws {
    let points: [(values: [Double], isComplete: Bool)] = [([0.9], false), ([0.8, 0.2], true), ([0.8, 0.4], true)]
    let ranking = ranking(points, .maximize)
    #expect(ranking.scores[0] == nil)
    #expect(ranking.ranked == [2, 1])
    #expect(ranking.scored == [1, 2])
  }

  @Test(
    arguments: [
      (Objective.Goal.maximize, [3, 0, 1]), (.minimize, [0, 1, 3]), (nil, []),
    ] as [(Objective.Goal?, [Int])])
  func `the best stands first, equal ones in the order of the sweep`(_ goal: Objective.Goal?, _ ranked: [Int]) throws {
    let ranking = ranking([([1], true), ([1], true), ([.nan], true), ([2], true), ([], true)], goal)
    #expect(ranking.ranked == ranked)
    #expect(ranking.scored == [0, 1, 3])
    #expect(ranking.scores[2]?.isNaN == true)
    #expect(ranking.scores[4] == nil)
  }
}
