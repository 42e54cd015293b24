import Models
import Randomness
import Recordings
import TensorGraph

/// The memory that the batch inputs of a step are bound to, and how trials get into it.
final class BatchBuffers {
  let shape: BatchShape
  private let table: SessionTable
  private let observations: Storage
  private let channels: Storage
  private let offsets: Storage
  private let sessions: Storage
  private let present: Storage
  private let key: Storage
  /// One row of trials x bins, reused.
  private var row: [Float]

  init(_ shape: BatchShape, _ table: SessionTable, precision: Precision) {
    self.shape = shape
    self.table = table
    observations = Storage(precision, count: shape.rows * shape.trials * shape.bins)
    channels = Storage(nil, count: shape.rows)
    offsets = Storage(nil, count: shape.sessions + 1)
    sessions = Storage(nil, count: shape.sessions)
    present = Storage(precision, count: shape.bins * shape.sessions * shape.trials)
    key = Storage(nil, count: 2)
    row = [Float](repeating: .nan, count: shape.trials * shape.bins)
  }

  /// The view for an input of the graph by name; nil for inputs that are not part of the batch.
  func view(_ input: String) -> View? {
    switch input {
    case "batch.observations": observations.view()
    case "batch.channels": channels.view()
    case "batch.offsets": offsets.view()
    case "batch.sessions": sessions.view()
    case "batch.present": present.view()
    case "batch.key": key.view()
    default: nil
    }
  }

  /// Lays the chosen trials of the chosen sessions into the buffers.
  ///
  /// - Parameter chosen: session number and its trials, one entry per session slot.
  /// - Parameter visible: bins from this one on are hidden from the model.
  func fill(_ chosen: [(session: Int, trials: [Int])], from data: [Session], visible: Int? = nil, key stream: Stream) {
    precondition(chosen.count == shape.sessions, "a batch has \(shape.sessions) sessions")
    key.indices[0] = Int32(bitPattern: stream.key.low)
    key.indices[1] = Int32(bitPattern: stream.key.high)
    var next = 0
    for slot in 0..<present.count { present[slot] = 0 }
    for (slot, choice) in chosen.enumerated() {
      let session = data[choice.session]
      sessions.indices[slot] = Int32(choice.session)
      offsets.indices[slot] = Int32(next)
      let firstRow = table.row(of: choice.session)
      for (position, trial) in choice.trials.prefix(shape.trials).enumerated() {
        let length = min(session.trials[trial].length, visible ?? .max, shape.bins)
        for bin in 0..<length { present[(bin * shape.sessions + slot) * shape.trials + position] = 1 }
      }
      for channel in 0..<session.channels {
        channels.indices[next] = Int32(firstRow + channel)
        write(session, channel, choice.trials, to: next, visible: visible)
        next += 1
      }
    }
    offsets.indices[shape.sessions] = Int32(next)
    for unused in next..<shape.rows {
      channels.indices[unused] = -1
    }
  }

  private func write(_ session: Session, _ channel: Int, _ trials: [Int], to target: Int, visible: Int?) {
    let bins = shape.bins
    for index in row.indices { row[index] = .nan }
    for (position, trial) in trials.prefix(shape.trials).enumerated() {
      let length = min(session.trials[trial].length, visible ?? .max, bins)
      let source = (channel * session.trials.count + trial) * session.bins
      for bin in 0..<length { row[position * bins + bin] = session.observations[source + bin] }
    }
    row.withUnsafeBufferPointer { observations.write($0, at: target * row.count) }
  }
}
