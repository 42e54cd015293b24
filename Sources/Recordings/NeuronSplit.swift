import Randomness
import SpecLanguage

/// Channels that no encoder sees and that the read-out predicts, as in co-smoothing.
///
/// Their training trials count in the loss, so that the read-out learns them; what they show never enters a read-in.
/// Source: Pei, Ye et al. 2021, Neural Latents Benchmark.
package struct NeuronSplit: Hashable, Sendable {
  package var heldOut: Double
  package var seed: UInt64

  package static let schema = Schema<Self>(
    "neurons", "Channels that no encoder sees and that the read-out predicts.",
    Field(
      "held_out", \.heldOut, .probability, "Share of the channels of every session, drawn at random; at least one."),
    Field("seed", \.seed, .seed, default: 0, "Seed of the draw."),
    rules: [
      Rule("held_out") { split in
        split.heldOut > 0 && split.heldOut < 1
          ? nil : "`held_out` is \(shortText(split.heldOut)); use a share between 0 and 1"
      }
    ],
    make: Self.init(heldOut:seed:))

  /// What a session of so many channels holds out.
  /// - Parameter session: names the draw, so that sessions differ.
  func heldOut(of channels: Int, session: String, file: String? = nil) throws(DataProblem) -> HeldOut {
    guard channels >= 2 else {
      throw DataProblem(
        session: session, file: file, "the session has \(channels) channel, and `held_out` needs 2 or more",
        help: ["take the session out, or leave `neurons` out of the split"])
    }
    let count = min(channels - 1, max(1, Int((heldOut * Double(channels)).rounded())))
    var stream = Stream(seed: seed, path: ["split", session, "neurons"])
    return HeldOut(channels: stream.permutation(channels).prefix(count).sorted())
  }
}
