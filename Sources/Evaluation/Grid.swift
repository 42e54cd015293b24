import Recordings
import SpecLanguage

/// What the dynamics do with embeddings that no session has: roll-outs from the same states over a grid of embeddings.
///
/// The grid lies evenly over the range of the sessions' embeddings in their first two dimensions, times `reach` about its
/// middle; other dimensions keep their mean over the sessions.  After Vermani et al. 2025, figure 7.
package struct GridSpec: Hashable, Sendable {
  package var of: [Reference]
  package var split: Split
  package var size: Int
  package var reach: Double
  package var starts: Int
  package var length: Nanoseconds

  package init(of: [Reference], split: Split, size: Int, reach: Double, starts: Int, length: Nanoseconds) {
    self.of = of
    self.split = split
    self.size = size
    self.reach = reach
    self.starts = starts
    self.length = length
  }

  package static let schema = Schema<Self>(
    "grid", "Roll-outs of the dynamics from the same states over a grid of embeddings.",
    EvaluationFields.of(\.of, "The runs; their models have an embedding."),
    EvaluationFields.split(\.split, "The trials whose first states are rolled out."),
    Field("size", \.size, .int(2...9), default: 3, "Embeddings along each of the first two dimensions."),
    Field(
      "reach", \.reach, .positive, default: 1,
      "How far the grid goes: 1 is the range of the sessions' embeddings, more goes beyond."),
    Field("starts", \.starts, .int(1...32), default: 8, "States that are rolled out."),
    Field("length", \.length, .duration, "How long each roll-out is."),
    make: Self.init(of:split:size:reach:starts:length:))

  /// The embeddings of the grid, the second dimension from high to low and in it the first from low to high, as on a page.
  ///
  /// - Parameter codes: embeddings of the sessions, `[sessions][dimensions]`, at least one, none empty.
  package func embeddings(_ codes: [[Double]]) -> [[Double]] {
    let dimensions = codes[0].count
    let middle = (0..<dimensions).map { axis in codes.reduce(0) { $0 + $1[axis] } / Double(codes.count) }
    func line(_ axis: Int) -> [Double] {
      let values = codes.map { $0[axis] }
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      let (centre, half) = ((low + high) / 2, (high - low) / 2 * reach)
      return (0..<size).map { centre - half + 2 * half * Double($0) / Double(size - 1) }
    }
    let across = line(0)
    let down = dimensions > 1 ? line(1).reversed() : [.nan]
    return down.flatMap { second in
      across.map { first in
        var code = middle
        code[0] = first
        if dimensions > 1 { code[1] = second }
        return code
      }
    }
  }

  /// How much the embedding changes: the mean length of a bin's movement at the grid's slowest and fastest embedding.
  ///
  /// - Parameter paths: `[embeddings][starts][bins][latent]`.
  package static func scores(_ paths: [[[[Double]]]]) -> [Score] {
    let speeds = paths.map { starts -> (sum: Double, count: Int) in
      var (sum, count) = (0.0, 0)
      for path in starts {
        for (before, after) in zip(path, path.dropFirst()) {
          sum += zip(before, after).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
          count += 1
        }
      }
      return (sum, count)
    }
    let means = speeds.map { $0.count > 0 ? $0.sum / Double($0.count) : .nan }
    let moves = speeds.reduce(0) { $0 + $1.count }
    let isBroken = means.contains { !$0.isFinite }
    return [
      Score("speed.least", isBroken ? .nan : means.min() ?? .nan, n: moves),
      Score("speed.most", isBroken ? .nan : means.max() ?? .nan, n: moves),
    ]
  }
}
