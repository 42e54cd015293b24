import SpecLanguage
import TensorGraph

/// The dynamical embedding e of a session, inferred from its trials.
///
///     q(e | y) = N(mean_b mu(H_b), mean_b s2(H_b)),   prior N(0, I)
///
/// The encoder reads each trial; its last state gives mean and variance; both are averaged over the trials of the batch.
/// Source: Vermani et al. 2025, Eqs 8 and 16.
package struct Embedding: Hashable, Sendable {
  package var size: Int
  package var per: Unit
  package var encoder: EmbeddingEncoder
  package var weight: Double

  /// What one embedding belongs to.
  package enum Unit: String, CaseIterable, Hashable, Sendable { case session }

  package init(size: Int, per: Unit, encoder: EmbeddingEncoder, weight: Double) {
    self.size = size
    self.per = per
    self.encoder = encoder
    self.weight = weight
  }

  package static let schema = Schema<Self>(
    "embedding", "The small vector per session that picks a member of the family of dynamics.",
    Field("size", \.size, .int(1...64), "Numbers in the embedding."),
    Field("per", \.per, .choice(Unit.self), default: .session, "What one embedding belongs to."),
    Field("encoder", \.encoder, .union(EmbeddingEncoder.union), "The network that reads a trial."),
    Field("weight", \.weight, .nonNegative, default: 1, "Weight of the divergence of the embedding from its prior."),
    make: Self.init(size:per:encoder:weight:))

  /// Posterior of the embeddings, mean and variance `[sessions, size]`.
  func infer(_ features: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Gaussian {
    let last = encoder.lastState(features, batch, parameter)
    let perTrial = parameter.gaussian(last, "embedding.head", .embedding, size: size)
    return Gaussian(mean: average(perTrial.mean, batch), variance: average(perTrial.variance, batch))
  }

  /// Mean over the trials of each session: `[sessions * trials, size] -> [sessions, size]`.
  private func average(_ perTrial: Tensor, _ batch: Batch) -> Tensor {
    let (sessions, trials) = (batch.shape.sessions, batch.shape.trials)
    let weights = batch.hasTrial / batch.trialCounts.reshape([sessions, 1])
    let weighted = perTrial.reshape([sessions, trials, size]) * weights.reshape([sessions, trials, 1])
    return weighted.sum(1).reshape([sessions, size])
  }
}

/// The network that reads one trial for the embedding.
package enum EmbeddingEncoder: Hashable, Sendable {
  case gru(RecurrentSizes)

  package static let union = Union<Self>(
    "encoder",
    .arm("gru", RecurrentSizes.schema("gru", "A gated recurrent unit; its last state stands for the trial."), Self.gru)
    {
      switch $0 {
      case .gru(let sizes): sizes
      }
    },
    notBuilt: [.init("bigru", "A bidirectional gated recurrent unit.")])

  func lastState(_ features: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Tensor {
    switch self {
    case .gru(let sizes):
      let inputs = features.shape[2]
      let cell = parameter.gru("embedding.gru", .embedding, inputs: inputs, width: sizes.width)
      return cell.run(features.linear(cell.input, cell.bias), present: batch.presentRows).last
    }
  }
}

/// The width of a recurrent encoder.
package struct RecurrentSizes: Hashable, Sendable {
  package var width: Int

  package init(width: Int) { self.width = width }

  static func schema(_ name: String, _ doc: String) -> Schema<Self> {
    Schema<Self>(
      name, doc, Field("width", \.width, .int(1...4096), "Width of the recurrent state."), make: Self.init(width:))
  }
}
