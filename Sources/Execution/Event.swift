import Bundle

/// What happens while a plan is carried out.
package enum Event: Sendable {
  case started(job: String, number: Int, of: Int)
  /// The artifact exists already.
  case skipped(job: String, number: Int, of: Int)
  /// Another process is at this job; its result will be used.
  case waiting(job: String)
  /// The artifact is there, but its bytes are not the recorded ones: it is made again.
  case damaged(job: String)
  /// The job was done again, and these files of it have other bytes than before.
  case differs(job: String, files: [String])
  case resumed(job: String, step: Int)
  case progress(job: String, Progress)
  case checkpoint(job: String, step: Int)
  /// What a fit that is done did not learn.
  case unlearnt(job: String, [String])
  /// How long a filter took for a bin.
  case latency(job: String, Latency)
  case finished(job: String, seconds: Double)
  case failed(JobFailure)
  /// The job cannot be done, because a job that it reads from was not.
  case left(job: String, because: String)
  case interrupted(job: String)

  package struct Progress: Sendable {
    package var step: Int
    package var steps: Int
    package var loss: Double
    package var secondsPerStep: Double
    package var validLoss: Double?
    package var validForecastR2: Double?
  }
}

extension Event {
  /// The event as one JSON object with a `type`.
  package var json: JSONValue {
    switch self {
    case .started(let job, let number, let count):
      ["type": "started", "job": .string(job), "number": .int(number), "of": .int(count)]
    case .skipped(let job, let number, let count):
      ["type": "skipped", "job": .string(job), "number": .int(number), "of": .int(count)]
    case .waiting(let job): ["type": "waiting", "job": .string(job)]
    case .damaged(let job): ["type": "damaged", "job": .string(job)]
    case .differs(let job, let files):
      ["type": "differs", "job": .string(job), "files": .array(files.map(JSONValue.string))]
    case .resumed(let job, let step): ["type": "resumed", "job": .string(job), "step": .int(step)]
    case .progress(let job, let progress): progress.json(job)
    case .checkpoint(let job, let step): ["type": "checkpoint", "job": .string(job), "step": .int(step)]
    case .unlearnt(let job, let findings):
      ["type": "unlearnt", "job": .string(job), "findings": .array(findings.map(JSONValue.string))]
    case .latency(let job, let latency):
      [
        "type": "latency", "job": .string(job), "bins": .int(latency.bins), "p50_us": .double(latency.median),
        "p99_us": .double(latency.high), "max_us": .double(latency.most),
      ]
    case .finished(let job, let seconds): ["type": "finished", "job": .string(job), "seconds": .double(seconds)]
    case .failed(let failure):
      [
        "type": "failed", "job": .string(failure.job), "message": .string(failure.message),
        "help": .array(failure.help.map(JSONValue.string)),
      ]
    case .left(let job, let blocker): ["type": "left", "job": .string(job), "because": .string(blocker)]
    case .interrupted(let job): ["type": "interrupted", "job": .string(job)]
    }
  }
}

extension Event.Progress {
  fileprivate func json(_ job: String) -> JSONValue {
    var object: [String: JSONValue] = [
      "type": "progress", "job": .string(job), "step": .int(step), "steps": .int(steps), "loss": .double(loss),
      "seconds_per_step": .double(secondsPerStep),
    ]
    object["valid.loss"] = validLoss.map(JSONValue.double)
    object["valid.forecast_r2"] = validForecastR2.map(JSONValue.double)
    return .object(object)
  }
}
