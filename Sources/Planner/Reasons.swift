import Bundle
import SpecLanguage

/// Why a job has something to do, or nothing.
package enum JobState: Sendable {
  case cached
  case new(Reason)

  /// Why a job is new.
  package enum Reason: Sendable {
    /// No earlier run had a job of this name.
    case first
    /// A value is another one; how many more values are.
    case changed(ValueChange, more: Int)
    /// The files of a session are others than before.
    case data(session: String)
    /// The run has sessions that it did not have, or lacks some that it had.
    case sessions(added: [String], removed: [String])
    /// What the job reads is new: its place in the plan.
    case reads(Int)
    /// The program computes it in another way than the one before.
    case program
    /// It was done, but its result is gone.
    case gone
    /// It was done, but the states that it is to keep were not kept.
    case unkept
  }

  package var isNew: Bool { if case .new = self { true } else { false } }
}

/// A value of a spec that is another one than in an earlier run.
package struct ValueChange: Sendable {
  package let path: SpecPath
  /// nil where there is none.
  package let now: String?
  package let was: String?
}

/// Compares the jobs of a plan with those of an earlier one.
package final class Reasons {
  private let plan: Plan
  private let stored: Set<ArtifactKey>
  private let before: PlanRecord?
  /// Places of the jobs that are new.
  private lazy var places = Dictionary(
    plan.jobs.indices.filter(isNew).map { (plan.jobs[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
  /// Earlier jobs that a job is compared with at most, so that two large sweeps are compared in a moment.
  private let limit: Int
  /// Earlier jobs by what they are for.
  private let namesakes: [Job.Role: [PlanRecord.RecordedJob]]

  /// - Parameter stored: keys of the artifacts that are there.
  package init(_ plan: Plan, stored: Set<ArtifactKey>, before: PlanRecord?) {
    self.plan = plan
    self.stored = stored
    self.before = before
    limit = max(20, 2_000_000 / max(1, plan.jobs.count))
    namesakes = Dictionary(grouping: before?.jobs ?? [], by: \.role)
  }

  /// Whether a job has something to do. Much quicker than the reason.
  package func isNew(_ index: Int) -> Bool {
    stored.isEmpty || !plan.jobs[index].artifacts.allSatisfy(stored.contains)
  }

  package func state(_ index: Int) -> JobState {
    let job = plan.jobs[index]
    guard isNew(index) else { return .cached }
    if stored.contains(job.key) { return .new(.unkept) }
    guard let before, let candidates = namesakes[job.role] else { return .new(.first) }
    if before.contains(job.key) { return .new(.gone) }
    let content = job.content
    let nearest = candidates.prefix(limit).min { Self.distance(content, $0) < Self.distance(content, $1) }
    guard let nearest else { return .new(.first) }
    if let reason = reason(content, nearest, before) { return .new(reason) }
    if let source = job.inputs.compactMap({ places[$0] }).first { return .new(.reads(source)) }
    return .new(.program)
  }

  /// How many parts of two keys differ.
  private static func distance(_ content: [KeyPart], _ job: PlanRecord.RecordedJob) -> Int {
    let old = byRole(job.content)
    return content.reduce(0) { sum, part in
      guard let other = old[role(part.path)] else { return sum + 1 }
      return sum + (short(part.value) == other.value ? 0 : 1)
    }
  }

  /// The first thing that differs beside what the job reads; nil when nothing does.
  private func reason(
    _ content: [KeyPart], _ job: PlanRecord.RecordedJob, _ before: PlanRecord
  ) -> JobState.Reason? {
    let old = Self.byRole(job.content)
    var changes: [ValueChange] = []
    var other: JobState.Reason?
    for part in content {
      guard let known = old[Self.role(part.path)], Self.short(part.value) != known.value else { continue }
      switch part.value {
      case .plain(let value):
        if part.path == "version" || part.path == "backend" && Self.isNewer(value, known.value) {
          other = other ?? .program
        } else {
          changes.append(
            ValueChange(path: SpecPath(part.path), now: value.words, was: Plain(known.value).words))
        }
      case .value(_, let plain):
        let was = known.value.string.flatMap { before.values[$0] } ?? .null
        Self.compare(JSONValue(plain()), was, SpecPath(part.path), &changes)
      case .sessions(let group):
        let was = known.value.string.flatMap { before.groups[$0] } ?? []
        compare(group, was, before, &changes, &other)
      }
    }
    if let first = changes.first { return .changed(first, more: changes.count - 1) }
    return other
  }

  private func compare(
    _ group: SessionGroup, _ keys: [String], _ before: PlanRecord, _ changes: inout [ValueChange],
    _ other: inout JobState.Reason?
  ) {
    let old = keys.compactMap { before.sessions[$0] }
    let names = group.sessions.map(\.name)
    let added = names.filter { name in !old.contains { $0.name == name } }
    let removed = old.map(\.name).filter { !names.contains($0) }
    if !added.isEmpty || !removed.isEmpty { other = other ?? .sessions(added: added, removed: removed) }
    var compared: Set<String> = []
    for session in group.sessions {
      guard let was = old.first(where: { $0.name == session.name }) else { continue }
      let digest = String(session.source.digest.hex.prefix(16))
      if was.dataset != digest, compared.insert(digest).inserted {
        Self.compare(
          JSONValue(session.source.plain), before.values[was.dataset] ?? .null, session.source.path, &changes)
      }
      if was.files != session.digests.map(\.hex) { other = other ?? .data(session: session.name) }
    }
  }

  /// Adds every leaf in which two values differ.
  private static func compare(
    _ now: JSONValue, _ was: JSONValue, _ path: SpecPath, _ changes: inout [ValueChange]
  ) {
    guard now.line != was.line else { return }
    if let left = now.object, let right = was.object {
      for key in Set(left.keys).union(right.keys).sorted() {
        switch (left[key], right[key]) {
        case (let left?, let right?): compare(left, right, path.appending(key), &changes)
        case (let value?, nil):
          changes.append(ValueChange(path: path.appending(key), now: Plain(value).words, was: nil))
        case (nil, let value?):
          changes.append(ValueChange(path: path.appending(key), now: nil, was: Plain(value).words))
        case (nil, nil): break
        }
      }
    } else {
      changes.append(ValueChange(path: path, now: Plain(now).words, was: Plain(was).words))
    }
  }

  /// What a part of a key is for, whatever the entry is called that gives it.
  private static func role(_ path: String) -> String {
    let steps = path.split(separator: ".")
    guard steps.count > 1, steps[0] != "study", steps[0] != "outputs" else { return path }
    return ([steps[0]] + steps.dropFirst(2)).joined(separator: ".")
  }

  private static func byRole(_ content: [String: JSONValue]) -> [String: (path: String, value: JSONValue)] {
    Dictionary(content.map { (role($0.key), ($0.key, $0.value)) }, uniquingKeysWith: { first, _ in first })
  }

  private static func short(_ value: KeyPart.Value) -> JSONValue {
    switch value {
    case .plain(let plain): JSONValue(plain)
    case .value(let digest, _): .string(String(digest.hex.prefix(16)))
    case .sessions(let group): .string(String(group.digest.hex.prefix(16)))
    }
  }

  /// Whether two numerics are versions of one backend.
  private static func isNewer(_ now: Plain, _ was: JSONValue) -> Bool {
    guard case .string(let now) = now, let was = was.string else { return false }
    return now.split(separator: "/").first == was.split(separator: "/").first
  }
}

extension Plain {
  init(_ json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .float(value)
    case .string(let value): self = .string(value)
    case .array(let values): self = .list(values.map(Plain.init))
    case .object(let map): self = .map(map.sorted { $0.key < $1.key }.map { ($0.key, Plain($0.value)) })
    }
  }

  fileprivate var words: String { flow.shortened(to: 40) }
}
