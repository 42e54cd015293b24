/// One number of an evaluation: a row of `metrics.tsv` without the columns that name run and session.
///
/// `name` is what follows the evaluation's id, for example `r2@10` or `hold.r2@10`.
package struct Score: Hashable, Sendable {
  package var name: String
  package var value: Double
  /// How many observations the number rests on.
  package var n: Int

  package init(_ name: String, _ value: Double, n: Int) {
    self.name = name
    self.value = value
    self.n = n
  }
}
