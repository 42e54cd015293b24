import Models
import Randomness
import Recordings
import TensorGraph

/// The memory that the batch inputs of a step are bound to, and how trials get into it.
final class BatchBuffers {
  let shape: BatchShape
  private let table: SessionTable
  private let observations: Storage
  /// What encoders see of the observations; empty where nothing is held out.
  private let shown: Storage
  private let hides: Bool
  private let channels: Storage
  private let offsets: Storage
  private let sessions: Storage
  private let present: Storage
  private let slots: Storage
  private let key: Storage
  /// How much divergences count, where the graph asks.
  let warmth: Storage

  /// - Parameter hides: whether some session holds channels or bins out.
  init(_ shape: BatchShape, _ table: SessionTable, precision: Precision, hides: Bool) {
    self.shape = shape
    self.table = table
    self.hides = hides
    observations = Storage(precision, count: shape.rows * shape.trials * shape.bins)
    shown = Storage(precision, count: hides ? observations.count : 0)
    channels = Storage(nil, count: shape.rows)
    offsets = Storage(nil, count: shape.sessions + 1)
    sessions = Storage(nil, count: shape.sessions)
    present = Storage(precision, count: shape.bins * shape.sessions * shape.trials)
    key = Storage(nil, count: 2)
    slots = Storage(nil, count: shape.sessions)
    warmth = Storage(precision, count: 1)
    warmth[0] = 1
  }

  /// The view for an input of the graph by name; nil for inputs that are not part of the batch.
  func view(_ input: String) -> View? {
    switch input {
    case "batch.observations": observations.view()
    case "batch.shown": shown.view()
    case "batch.channels": channels.view()
    case "batch.offsets": offsets.view()
    case "batch.sessions": sessions.view()
    case "batch.present": present.view()
    case "batch.slots": slots.view()
    case "batch.key": key.view()
    case "batch.warmth": warmth.view()
    default: nil
    }
  }

  /// Lays the chosen trials of the chosen sessions into the buffers.
  ///
  /// - Parameter chosen: session number and its trials, one entry per session of the step.
  /// - Parameter slots: the entries that this batch holds; all when nil.
  /// - Parameter visible: bins from this one on are hidden from the model.
  func fill(
    _ chosen: [(session: Int, trials: [Int])], slots part: Range<Int>? = nil, from data: [Session],
    visible: Int? = nil, key stream: Stream
  ) {
    let part = part ?? chosen.indices
    precondition(part.count == shape.sessions, "a batch has \(shape.sessions) sessions")
    key.indices[0] = Int32(bitPattern: stream.key.low)
    key.indices[1] = Int32(bitPattern: stream.key.high)
    var next = 0
    for place in 0..<present.count { present[place] = 0 }
    for (slot, place) in part.enumerated() {
      let number = chosen[place].session
      precondition(hides || data[number].heldOut == nil, "encoders would see what \(data[number].name) holds out")
      sessions.indices[slot] = Int32(number)
      slots.indices[slot] = Int32(place)
      offsets.indices[slot] = Int32(next)
      markPresent(slot, data[number], chosen[place].trials, visible)
      let firstRow = table.row(of: number)
      for channel in 0..<data[number].channels {
        channels.indices[next] = Int32(firstRow + channel)
        write(data[number], channel, chosen[place].trials, into: observations, to: next) {
          length(data[number], $0, visible)
        }
        if hides {
          write(data[number], channel, chosen[place].trials, into: shown, to: next) {
            min(length(data[number], $0, visible), data[number].shownBins(of: channel, trial: $0))
          }
        }
        next += 1
      }
    }
    offsets.indices[shape.sessions] = Int32(next)
    for unused in next..<shape.rows { channels.indices[unused] = -1 }
  }

  private func length(_ session: Session, _ trial: Int, _ visible: Int?) -> Int {
    min(session.trials[trial].length, visible ?? .max, shape.bins)
  }

  private func markPresent(_ slot: Int, _ session: Session, _ trials: [Int], _ visible: Int?) {
    for position in 0..<min(trials.count, shape.trials) {
      for bin in 0..<length(session, trials[position], visible) {
        present[(bin * shape.sessions + slot) * shape.trials + position] = 1
      }
    }
  }

  /// One row of trials x bins: what was observed in the first bins of every trial, NaN elsewhere.
  private func write(
    _ session: Session, _ channel: Int, _ trials: [Int], into storage: Storage, to target: Int,
    bins seenBins: (_ trial: Int) -> Int
  ) {
    let (bins, first) = (shape.bins, target * shape.trials * shape.bins)
    session.observations.withUnsafeBufferPointer { values in
      for position in 0..<shape.trials {
        let start = first + position * bins
        let isUsed = position < trials.count
        let seen = isUsed ? seenBins(trials[position]) : 0
        if isUsed {
          let source = (channel * session.trials.count + trials[position]) * session.bins
          storage.write(UnsafeBufferPointer(rebasing: values[source..<source + seen]), at: start)
        }
        storage.fill(start + seen..<start + bins, with: .nan)
      }
    }
  }
}

extension Storage {
  fileprivate func fill(_ range: Range<Int>, with value: Float) {
    if range.isEmpty { return }
    if precision == .float64 {
      doubles[range].update(repeating: Double(value))
    } else {
      floats[range].update(repeating: value)
    }
  }
}
