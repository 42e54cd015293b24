import Bundle
import Planner

extension Plan {
  /// Jobs, keys and edges.
  package var json: JSONValue {
    let jobs: [JSONValue] = jobs.map { job in
      [
        "name": .string(job.name), "kind": .string(job.kind.rawValue), "key": .string(job.key.hex),
        "inputs": .array(job.inputs.map { .string($0.hex) }),
      ]
    }
    let sessions: [JSONValue] = sessions.map { session in
      [
        "name": .string(session.name), "key": .string(session.key.hex), "channels": .int(session.header.channels),
        "bins": .int(session.header.bins), "bin_ns": .int(session.header.binWidth.count),
      ]
    }
    return ["format": 1, "jobs": .array(jobs), "sessions": .array(sessions)]
  }
}
