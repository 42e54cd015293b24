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
  package var source: EmbeddingSource

  /// What one embedding belongs to.
  package enum Unit: String, CaseIterable, Hashable, Sendable { case session }

  package init(
    size: Int, per: Unit, encoder: EmbeddingEncoder, weight: Double, source: EmbeddingSource = .inferred
  ) {
    self.size = size
    self.per = per
    self.encoder = encoder
    self.weight = weight
    self.source = source
  }

  package static let schema = Schema<Self>(
    "embedding", "The small vector per session that picks a member of the family of dynamics.",
    Field("size", \.size, .int(1...64), "Numbers in the embedding."),
    Field("per", \.per, .choice(Unit.self), default: .session, "What one embedding belongs to."),
    Field("encoder", \.encoder, .union(EmbeddingEncoder.union), "The network that reads a trial."),
    Field("weight", \.weight, .nonNegative, default: 1, "Weight of the divergence of the embedding from its prior."),
    Field(
      "from", \.source, .choice(EmbeddingSource.self), default: .inferred,
      "Where it comes from: the encoder, or for ablations `zero`, `random` or `free`, learnt for each session."),
    make: Self.init(size:per:encoder:weight:source:))

  /// The embeddings of the sessions of a batch, mean and variance `[sessions, size]`; those that are not inferred have no
  /// variance.
  func infer(_ features: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Gaussian {
    let none = features.builder.constant(0, [batch.shape.sessions, size])
    func own(_ initial: Initial, isFixed: Bool) -> Gaussian {
      let all = parameter(
        "observation.embedding", .observation, [batch.table.count, size], initial, isFixed: isFixed)
      return Gaussian(mean: all.gatherRows(batch.sessions), variance: none)
    }
    switch source {
    case .inferred: return posterior(features, batch, parameter)
    case .zero: return Gaussian(mean: none, variance: none)
    case .random: return own(.normal, isFixed: true)
    case .free: return own(.constant(0), isFixed: false)
    }
  }

  /// What embeddings cost in the loss, a scalar: their divergence from the prior N(0, I), or -log of it where they are learnt
  /// as they are; nil where nothing is learnt.
  func cost(_ code: Gaussian) -> Tensor? {
    let builder = code.mean.builder
    switch source {
    case .inferred:
      return code.divergence(from: Gaussian(mean: builder.constant(0, []), variance: builder.constant(1, []))).total
    case .free: return (0.5 * code.mean.square).total
    case .zero, .random: return nil
    }
  }

  /// Embeddings as the dynamics get them in training.
  func drawn(_ code: Gaussian, _ batch: Batch) -> Tensor {
    switch source {
    case .inferred: code.sample(batch, sessions: 0)
    case .zero, .random, .free: code.mean
    }
  }

  private func posterior(_ features: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Gaussian {
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

/// Where the embedding of a session comes from.
package enum EmbeddingSource: String, CaseIterable, Hashable, Sendable {
  /// From the encoder, which reads its trials.
  case inferred
  /// It is zero for every session.
  case zero
  /// Drawn from N(0, I) for every session, once.
  case random
  /// Learnt for every session as it is, with the read-out; it starts at zero.
  case free
}

/// The network that reads one trial for the embedding.
package enum EmbeddingEncoder: Hashable, Sendable {
  case gru(RecurrentSizes)
  case bigru(RecurrentSizes)

  package static let union = Union<Self>(
    "encoder",
    .arm("gru", RecurrentSizes.schema("gru", "A gated recurrent unit; its last state stands for the trial."), Self.gru)
    {
      if case .gru(let sizes) = $0 { sizes } else { nil }
    },
    .arm(
      "bigru",
      RecurrentSizes.schema(
        "bigru", "A gated recurrent unit in each direction; their last states stand for the trial."),
      Self.bigru
    ) {
      if case .bigru(let sizes) = $0 { sizes } else { nil }
    })

  func lastState(_ features: Tensor, _ batch: Batch, _ parameter: ParameterScope) -> Tensor {
    func last(_ name: String, _ sizes: RecurrentSizes, reversed: Bool) -> Tensor {
      let cell = parameter.gru(name, .embedding, inputs: features.shape[2], width: sizes.width)
      return cell.run(features.linear(cell.input, cell.bias), present: batch.presentRows, reversed: reversed).last
    }
    switch self {
    case .gru(let sizes): return last("embedding.gru", sizes, reversed: false)
    case .bigru(let sizes):
      let both = [
        last("embedding.gru", sizes, reversed: false), last("embedding.backward", sizes, reversed: true),
      ]
      return features.builder.concatenate(both, axis: 1)
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
