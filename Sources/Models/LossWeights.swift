import TensorGraph

/// What counts as much as what in the likelihood of a batch.
package enum Weighing: String, CaseIterable, Hashable, Sendable {
  /// Every observation as much as every other: what has more channels or longer trials counts more.
  case observations
  /// Every session as much as every other, however many channels it has.
  case sessions
  /// Every trial as much as the other trials of its session, however long it is.
  case trials
  /// Every channel as much as the other channels of its session, however many of its values are missing.
  case channels
}

/// The weights of the terms of a loss.
struct LossWeights {
  /// 1 / (sessions * trials of the session): `[sessions, trials]`, 0 where there is no trial.
  let trials: Tensor
  /// The same for every channel row, `[rows, 1]`.
  let rows: Tensor
  /// Weights of observations against each other, `[rows, 1]` or `[rows, trials * bins]`; nil where all are 1.
  let values: Tensor?

  init(_ batch: Batch, _ weighing: Weighing) {
    let (shape, perSession) = (batch.shape, 1 / Double(batch.shape.whole))
    let ones = batch.observations.builder.constant(1, [shape.rows, 1])
    trials = (batch.hasTrial / batch.trialCounts.reshape([shape.sessions, 1])) * perSession
    let weights = (perSession / batch.trialCounts).reshape([shape.sessions, 1, 1])
    rows = ones.raggedExpand(weights, offsets: batch.offsets)
    switch weighing {
    case .observations: values = nil
    case .sessions: values = Self.perSession(batch, ones)
    case .trials: values = Self.perTrial(batch, ones)
    case .channels: values = Self.perChannel(batch, ones)
    }
  }

  /// Mean channels of the sessions of the table / channels of the session.
  private static func perSession(_ batch: Batch, _ ones: Tensor) -> Tensor {
    let channels = ones.raggedContract(ones, offsets: batch.offsets)
    let mean = Double(batch.table.totalChannels) / Double(max(batch.table.count, 1))
    return ones.raggedExpand(mean / atLeastOne(channels), offsets: batch.offsets)
  }

  /// Mean bins of the trials of the session / bins of the trial.
  private static func perTrial(_ batch: Batch, _ ones: Tensor) -> Tensor {
    let shape = batch.shape
    let bins = batch.present.sum(0).reshape([shape.sessions, shape.trials, 1])
    let mean = bins.sum(1) / batch.trialCounts.reshape([shape.sessions, 1, 1])
    let weights = (mean / atLeastOne(bins)).broadcast(to: [shape.sessions, shape.trials, shape.bins])
    return ones.raggedExpand(
      weights.reshape([shape.sessions, shape.trials * shape.bins, 1]), offsets: batch.offsets)
  }

  /// Mean values of the channels of the session / values of the channel.
  private static func perChannel(_ batch: Batch, _ ones: Tensor) -> Tensor {
    let values = batch.observed.sum(1)
    let sums = ones.raggedContract(values, offsets: batch.offsets)
    let channels = ones.raggedContract(ones, offsets: batch.offsets)
    return ones.raggedExpand(sums / atLeastOne(channels), offsets: batch.offsets) / atLeastOne(values)
  }

  private static func atLeastOne(_ counts: Tensor) -> Tensor {
    counts.maximum(counts.builder.constant(1, counts.shape))
  }
}
