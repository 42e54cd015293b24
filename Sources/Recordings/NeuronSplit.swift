import Randomness
import SpecLanguage

/// Channels that no encoder sees and that the read-out predicts, as in co-smoothing.
///
/// Their training trials count in the loss, so that the read-out learns them; what they show never enters a read-in.
/// Source: Pei, Ye et al. 2021, Neural Latents Benchmark.
package struct NeuronSplit: Hashable, Sendable {
  package var heldOut: Double?
  package var `where`: Expression?
  package var seed: UInt64

  package static let schema = Schema<Self>(
    "neurons", "Channels that no encoder sees and that the read-out predicts.",
    Field(
      "held_out", \.heldOut, .optional(.probability),
      "Share of the channels of every session, drawn at random; at least one."),
    Field(
      "where", \.where, .optional(.expression),
      "Instead of a share: units for which this expression over the columns of the units and their electrodes is true, "
        + "such as `heldout == true`."),
    Field("seed", \.seed, .seed, default: 0, "Seed of the draw of `held_out`."),
    rules: [
      Rule("held_out") { split in
        guard let share = split.heldOut else {
          return split.where == nil ? "give one of `held_out` and `where`" : nil
        }
        if split.where != nil { return "give one of `held_out` and `where`" }
        return share > 0 && share < 1 ? nil : "`held_out` is \(shortText(share)); use a share between 0 and 1"
      }
    ],
    make: Self.init(heldOut:where:seed:))

  /// What is wrong with a condition where there are no units to ask.
  static func complaint(_ split: SplitPlan) -> String? {
    guard split.neurons?.where != nil else { return nil }
    return "`neurons.where` asks for columns of units, which only NWB files with spike times have; use `held_out`"
  }

  /// What a session of so many channels holds out.
  /// - Parameter session: names the draw, so that sessions differ.
  func heldOut(of channels: Int, session: String, file: String? = nil) throws(DataProblem) -> HeldOut {
    guard channels >= 2 else {
      throw DataProblem(
        session: session, file: file, "the session has \(channels) channel, and holding neurons out needs 2 or more",
        help: ["take the session out, or leave `neurons` out of the split"])
    }
    guard let heldOut else { preconditionFailure("a condition holds out units, not a share of the channels") }
    let count = min(channels - 1, max(1, Int((heldOut * Double(channels)).rounded())))
    var stream = Stream(seed: seed, path: ["split", session, "neurons"])
    return HeldOut(channels: stream.permutation(channels).prefix(count).sorted())
  }
}
