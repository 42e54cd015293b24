import TensorGraph

/// The sessions that one set of parameters knows: their channels lie one after the other in every per-channel parameter.
package struct SessionTable: Hashable, Sendable {
  package let names: [String]
  package let channels: [Int]

  package init(names: [String], channels: [Int]) {
    precondition(names.count == channels.count)
    self.names = names
    self.channels = channels
  }

  package var count: Int { names.count }
  package var totalChannels: Int { channels.reduce(0, +) }
  /// First channel row of a session.
  package func row(of session: Int) -> Int { channels.prefix(session).reduce(0, +) }
  /// Channels of the `count` largest sessions: what a step with that many sessions needs at most.
  package func capacity(of count: Int) -> Int { channels.sorted(by: >).prefix(count).reduce(0, +) }
  /// 1 / sqrt(channels of the session) for every channel row: the usual bound of a read-in weight.
  var fanInBounds: [Double] {
    channels.flatMap { count in [Double](repeating: 1 / Double(max(count, 1)).squareRoot(), count: count) }
  }
}

/// The extents of one step: how many sessions, trials of each, bins of a trial, and channel rows of all sessions together.
package struct BatchShape: Hashable, Sendable {
  package var sessions: Int
  package var trials: Int
  package var bins: Int
  package var rows: Int
  /// Sessions of the whole step, where this is a part of one.
  package var whole: Int

  /// - Parameter whole: sessions of the whole step; the same number when nil.
  package init(sessions: Int, trials: Int, bins: Int, rows: Int, of whole: Int? = nil) {
    self.sessions = sessions
    self.trials = trials
    self.bins = bins
    self.rows = rows
    self.whole = whole ?? sessions
  }
}

/// The tensors that a step reads besides parameters. Sessions of different channel counts lie in one ragged buffer.
package struct Batch {
  package let shape: BatchShape
  package let table: SessionTable
  /// `[rows, trials * bins]`; NaN where nothing was observed and after the end of a trial.
  package let observations: Tensor
  /// `[rows]` index: the channel row of the parameters, negative for rows that are not used.
  package let channels: Tensor
  /// `[sessions + 1]` index: the rows of session s are `offsets[s] ..< offsets[s + 1]`.
  package let offsets: Tensor
  /// `[sessions]` index: place in the session table.
  package let sessions: Tensor
  /// `[bins, sessions, trials]`, 1 where the trial has that bin. A trial slot without bins is empty.
  package let present: Tensor
  /// `[sessions]` index: places in the whole step; nil where the batch is the whole step.
  private let slots: Tensor?
  /// How much divergences count at this step, a scalar; nil where they count whole.
  let warmth: Tensor?
  /// What encoders see of the observations: NaN where it is held out as well. The observations themselves where nothing is.
  private let shown: Tensor
  /// `[2]` index: key of all random numbers of the step.
  package let key: Tensor

  /// - Parameter warmsUp: divergences count by the input `batch.warmth`.
  /// - Parameter hides: encoders see the input `batch.shown` in place of the observations.
  package init(
    _ builder: Builder, _ shape: BatchShape, _ table: SessionTable, warmsUp: Bool = false, hides: Bool = false
  ) {
    self.shape = shape
    self.table = table
    observations = builder.input("batch.observations", [shape.rows, shape.trials * shape.bins])
    channels = builder.input("batch.channels", [shape.rows], .index)
    offsets = builder.input("batch.offsets", [shape.sessions + 1], .index)
    sessions = builder.input("batch.sessions", [shape.sessions], .index)
    present = builder.input("batch.present", [shape.bins, shape.sessions, shape.trials])
    key = builder.input("batch.key", [2], .index)
    slots = shape.whole == shape.sessions ? nil : builder.input("batch.slots", [shape.sessions], .index)
    warmth = warmsUp ? builder.input("batch.warmth", []) : nil
    shown = hides ? builder.input("batch.shown", observations.shape) : observations
  }

  /// Random numbers whose axis number `axis` is the sessions. A part of a step takes its share of those of the whole step.
  func random(_ distribution: Distribution, _ shape: Shape, sessions axis: Int) -> Tensor {
    guard let slots else { return key.builder.random(distribution, shape, key: key) }
    let whole = shape.replacing(axis: axis, with: self.shape.whole)
    var order = Array(0..<shape.rank)
    order.swapAt(0, axis)
    return key.builder.random(distribution, whole, key: key).transpose(order).gatherRows(slots).transpose(order)
  }

  /// 1 where an observation counts, `[rows, trials * bins]`.
  var observed: Tensor { observations.isNumber }
  /// Observations with 0 in place of NaN.
  var filled: Tensor { Self.filled(observations) }
  /// What encoders see, with 0 in place of NaN.
  var seen: Tensor { Self.filled(shown) }

  private static func filled(_ values: Tensor) -> Tensor {
    values.isNumber.select(values, values.builder.constant(0, values.shape))
  }
  /// `[rows, trials * bins]` with every trial so many times in a row: `[rows, trials * particles * bins]`.
  func repeated(_ values: Tensor, _ particles: Int) -> Tensor {
    if particles == 1 { return values }
    let whole: Shape = [shape.rows, shape.trials, particles, shape.bins]
    return values.reshape([shape.rows, shape.trials, 1, shape.bins]).broadcast(to: whole)
      .reshape([shape.rows, shape.trials * particles * shape.bins])
  }
  /// 1 for trial slots that hold a trial, `[sessions, trials]`.
  var hasTrial: Tensor { present.slice(axis: 0, 0..<1).reshape([shape.sessions, shape.trials]) }
  /// Trials per session, at least 1: `[sessions]`.
  var trialCounts: Tensor {
    let counts = hasTrial.sum(1).reshape([shape.sessions])
    return counts.maximum(counts.builder.constant(1, counts.shape))
  }
  /// `[bins, sessions * trials, 1]`
  var presentRows: Tensor { present.reshape([shape.bins, shape.sessions * shape.trials, 1]) }
}
