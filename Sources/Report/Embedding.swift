import Bundle

/// `embedding.tsv`: where the embedding puts each session, for every run and seed, with the sessions' metadata.
struct Embedding {
  struct Point {
    var run: String
    var session: String
    var seed: String
    /// Posterior means, one for each dimension.
    var mean: [Double]
    /// Posterior standard deviations; NaN where they are not given.
    var deviation: [Double]
    /// Metadata in the order of `columns`.
    var metadata: [String]
  }

  /// The names of the metadata columns.
  let columns: [String]
  let dimensions: Int
  let points: [Point]

  /// - Parameter trial: the point of a sweep whose rows are taken.
  init?(_ table: TSV, trial: String? = nil) {
    let places = Dictionary(table.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    guard let run = places["run"], let session = places["session"], let seed = places["seed"] else { return nil }
    let means = Self.numbered("e", places)
    let deviations = Self.numbered("sd", places)
    guard !means.isEmpty else { return nil }
    let place = places["trial"]
    let used = Set([run, session, seed] + means + deviations + (place.map { [$0] } ?? []))
    let metadata = table.columns.indices.filter { !used.contains($0) }
    columns = metadata.map { table.columns[$0] }
    let rows = place.flatMap { place in trial.map { trial in table.rows.filter { $0[place] == trial } } } ?? table.rows
    let points = rows.map { row in
      Point(
        run: row[run], session: row[session], seed: row[seed], mean: means.map { Double(row[$0]) ?? .nan },
        deviation: means.indices.map { $0 < deviations.count ? Double(row[deviations[$0]]) ?? .nan : .nan },
        metadata: metadata.map { row[$0] })
    }
    // Columns that other runs or points fill are empty here.
    let filled = means.indices.last { dimension in points.contains { $0.mean[dimension].isFinite } }
    dimensions = filled.map { $0 + 1 } ?? means.count
    self.points = points
  }

  /// The places of `e1`, `e2`, ... as far as they go.
  private static func numbered(_ stem: String, _ places: [String: Int]) -> [Int] {
    var found: [Int] = []
    while let place = places["\(stem)\(found.count + 1)"] { found.append(place) }
    return found
  }

  /// A metadata column as numbers, when every point has one.
  func numbers(_ column: Int, of points: [Point]) -> [Double]? {
    let values = points.compactMap { Double($0.metadata[column]) }
    return values.count == points.count && values.allSatisfy(\.isFinite) ? values : nil
  }

  /// Metadata worth a colour: more than one value, and not another name of the session.
  func telling(_ points: [Point]) -> [Int] {
    columns.indices.filter { column in
      let count = Set(points.map { $0.metadata[column] }).count
      guard count > 1 else { return false }
      return numbers(column, of: points) != nil || count < points.count || points.count <= Palette.colors.count
    }
  }
}
