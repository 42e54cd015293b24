import Bundle
import Recordings
import SpecLanguage

/// A plan as `plan.json`: jobs with what their keys are made of, points with their jobs, sessions.
///
/// Values that many jobs have stand once under `values`, and groups of sessions under `groups`, by the first digits of
/// their digest; so does under `guards` what a job has never seen. One line per job and point, so that two plans can be
/// compared line by line.
extension Plan {
  package static let format = 2

  /// Writes the plan piece by piece, so that a large one need not be in memory twice.
  package func writeJSON(_ write: (String) throws -> Void) rethrows {
    var values: [String: JSONValue] = [:]
    var groups: [String: JSONValue] = [:]
    var guards: [String: JSONValue] = [:]
    var names: [LeakGuard.Identity: String] = [:]
    let leakGuard = LeakGuard(self)
    var estimator = Estimator()
    try write("{\n  \"format\": \(Self.format),\n  \"jobs\": [")
    for (index, job) in jobs.enumerated() {
      var object = json(job, &estimator, &values, &groups).object ?? [:]
      let identity = leakGuard.identity(job)
      let name = names[identity] ?? String(SHA256Digest(of: Array(leakGuard.json(job).line.utf8)).hex.prefix(16))
      if names.updateValue(name, forKey: identity) == nil { guards[name] = leakGuard.json(job) }
      object["guard"] = .string(name)
      let line = JSONValue.object(object).line
      try write((index == 0 ? "\n    " : ",\n    ") + line)
    }
    try write("\n  ],\n  \"points\": [")
    for (index, point) in points.enumerated() {
      try write((index == 0 ? "\n    " : ",\n    ") + json(point).line)
    }
    try write("\n  ],\n  \"sessions\": [")
    for (index, session) in sessions.enumerated() {
      try write((index == 0 ? "\n    " : ",\n    ") + json(session, &values).line)
    }
    try write("\n  ],\n")
    try Self.write("groups", groups, write)
    try write(",\n")
    try Self.write("guards", guards, write)
    try write(",\n")
    try Self.write("values", values, write)
    try write("\n}\n")
  }

  /// The whole text of `plan.json`.
  package var json: String {
    var text = ""
    writeJSON { text += $0 }
    return text
  }

  private static func write(
    _ name: String, _ entries: [String: JSONValue], _ write: (String) throws -> Void
  ) rethrows {
    try write("  \"\(name)\": {")
    for (index, entry) in entries.sorted(by: { $0.key < $1.key }).enumerated() {
      try write((index == 0 ? "\n    " : ",\n    ") + "\"\(entry.key)\": " + entry.value.line)
    }
    try write("\n  }")
  }

  private func json(
    _ job: Job, _ estimator: inout Estimator, _ values: inout [String: JSONValue], _ groups: inout [String: JSONValue]
  ) -> JSONValue {
    var content: [String: JSONValue] = [:]
    for part in job.content {
      switch part.value {
      case .plain(let value): content[part.path] = JSONValue(value)
      case .value(let digest, let plain):
        let name = String(digest.hex.prefix(16))
        if values[name] == nil { values[name] = ["path": .string(part.path), "value": JSONValue(plain())] }
        content[part.path] = .string(name)
      case .sessions(let group):
        let name = String(group.digest.hex.prefix(16))
        if groups[name] == nil { groups[name] = .array(group.sessions.map { .string($0.key.hex) }) }
        content[part.path] = .string(name)
      }
    }
    let work = estimator.work(job)
    var object: [String: JSONValue] = [
      "name": .string(job.name), "kind": .string(job.kind.rawValue), "run": .string(job.fit.run),
      "key": .string(job.key.hex), "inputs": .array(job.inputs.map { .string($0.hex) }), "content": .object(content),
      "work": .string(work.name), "units": .int(work.units),
    ]
    if case .evaluate(let evaluate) = job { object["evaluation"] = .string(evaluate.evaluation) }
    return .object(object)
  }

  /// A point with its assignments and the keys of its jobs.
  package func json(_ point: PlannedPoint) -> JSONValue {
    var assignments: [String: JSONValue] = [:]
    for (path, value) in point.assignments { assignments[path.description] = JSONValue(value) }
    return [
      "id": .string(point.id), "assignments": .object(assignments),
      "fits": keys(point.fits.map { ($0.run, $0.job) }),
      "evaluations": keys(point.evaluations.map { ("\($0.evaluation)/\($0.run)", $0.job) }),
    ]
  }

  /// The keys of jobs by name; a list of keys where several jobs have one name, as those of a run per session.
  private func keys(_ jobs: [(name: String, job: Int)]) -> JSONValue {
    var object: [String: JSONValue] = [:]
    for (name, job) in jobs {
      let key = JSONValue.string(self.jobs[job].key.hex)
      object[name] = object[name].map { .array(($0.array ?? [$0]) + [key]) } ?? key
    }
    return .object(object)
  }

  private func json(_ session: SessionInput, _ values: inout [String: JSONValue]) -> JSONValue {
    let dataset = session.source
    let name = String(dataset.digest.hex.prefix(16))
    if values[name] == nil {
      values[name] = ["path": .string(dataset.path.description), "value": JSONValue(dataset.plain)]
    }
    return [
      "name": .string(session.name), "key": .string(session.key.hex), "channels": .int(session.header.channels),
      "bins": .int(session.header.bins), "bin_ns": .int(session.header.binWidth.count), "dataset": .string(name),
      "files": .array(session.digests.map { .string($0.hex) }),
    ]
  }
}

/// One thing that a key is made of, by the path of the spec that gives it.
struct KeyPart {
  enum Value {
    case plain(Plain)
    case value(SHA256Digest, () -> Plain)
    case sessions(SessionGroup)
  }

  var path: String
  var value: Value
}

extension Job {
  /// What the key is made of, beside the keys of what the job reads.
  var content: [KeyPart] {
    switch self {
    case .fit(let job):
      let run = "runs.\(job.run)"
      return [
        KeyPart(path: job.path, value: .value(job.modelValue.digest) { job.modelValue.plain }),
        KeyPart(path: job.recipePath, value: .value(job.recipeValue.digest) { job.recipeValue.plain }),
        KeyPart(path: "\(run).on", value: .sessions(job.group)),
        KeyPart(path: "\(run).fit", value: .plain(.list(job.fit.map { .string($0.rawValue) }))),
        KeyPart(path: "\(run).trials", value: .plain(job.trials.map { .int($0) } ?? .null)),
        KeyPart(path: "\(run).repeats", value: .plain(.int(job.repetition ?? 1))),
        KeyPart(path: "study.seed", value: .plain(.int(Int(truncatingIfNeeded: job.seed)))),
        KeyPart(path: "backend", value: .plain(.string(job.numerics))),
        KeyPart(path: "version", value: .plain(.int(FitJob.version))),
      ]
    case .evaluate(let job):
      var parts = [
        KeyPart(path: "evaluations.\(job.evaluation)", value: .value(job.specValue.digest) { job.specValue.plain }),
        KeyPart(path: "version", value: .plain(.int(EvaluateJob.version))),
      ]
      if job.spec.predictsTrials {
        parts.append(KeyPart(path: "outputs.predictions", value: .plain(.bool(job.predictions))))
      }
      return parts
    }
  }
}
