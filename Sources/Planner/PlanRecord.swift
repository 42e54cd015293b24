import Bundle
import SpecLanguage

/// A plan as an earlier one was written down.
package struct PlanRecord: Sendable {
  /// One job of that plan.
  package struct RecordedJob: Sendable {
    package let name: String
    package let kind: Job.Kind
    package let run: String
    package let evaluation: String?
    package let key: ArtifactKey
    let content: [String: JSONValue]
    let work: String
    let units: Int

    var role: Job.Role { Job.Role(run: run, evaluation: evaluation) }
  }

  struct RecordedSession: Sendable {
    let name: String
    let dataset: String
    let files: [String]
  }

  package let jobs: [RecordedJob]
  let values: [String: JSONValue]
  let groups: [String: [String]]
  /// By key.
  let sessions: [String: RecordedSession]
  private let places: [ArtifactKey: Int]

  /// Reads `plan.json`; nil where it is of another format or none at all.
  package init?(_ bytes: [UInt8]) {
    guard let json = try? JSONValue(parsing: bytes), json["format"]?.int == Plan.format else { return nil }
    let jobs = (json["jobs"]?.array ?? []).compactMap(Self.job)
    let values = (json["values"]?.object ?? [:]).compactMapValues { $0["value"] }
    let groups = (json["groups"]?.object ?? [:]).mapValues { ($0.array ?? []).compactMap(\.string) }
    var sessions: [String: RecordedSession] = [:]
    for entry in json["sessions"]?.array ?? [] {
      guard let key = entry["key"]?.string, let name = entry["name"]?.string else { continue }
      sessions[key] = RecordedSession(
        name: name, dataset: entry["dataset"]?.string ?? "",
        files: (entry["files"]?.array ?? []).compactMap(\.string))
    }
    self.init(jobs, values, groups, sessions)
  }

  private static func job(_ entry: JSONValue) -> RecordedJob? {
    guard let name = entry["name"]?.string, let kind = entry["kind"]?.string.flatMap(Job.Kind.init),
      let run = entry["run"]?.string, let key = entry["key"]?.string.flatMap(ArtifactKey.init(hex:))
    else { return nil }
    return RecordedJob(
      name: name, kind: kind, run: run, evaluation: entry["evaluation"]?.string, key: key,
      content: entry["content"]?.object ?? [:], work: entry["work"]?.string ?? "", units: entry["units"]?.int ?? 1)
  }

  private init(
    _ jobs: [RecordedJob], _ values: [String: JSONValue], _ groups: [String: [String]],
    _ sessions: [String: RecordedSession]
  ) {
    self.jobs = jobs
    self.values = values
    self.groups = groups
    self.sessions = sessions
    places = Dictionary(jobs.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The record with those jobs of an older one whose run or evaluation it does not have. Names of values, groups and
  /// sessions are digests, so those of both go together.
  package func completed(by older: PlanRecord) -> PlanRecord {
    let known = Set(jobs.map(\.role))
    return PlanRecord(
      jobs + older.jobs.filter { !known.contains($0.role) }, values.merging(older.values) { own, _ in own },
      groups.merging(older.groups) { own, _ in own }, sessions.merging(older.sessions) { own, _ in own })
  }

  /// Whether it has a job for everything that the jobs of a plan are for.
  package func covers(_ plan: Plan) -> Bool {
    let known = Set(jobs.map(\.role))
    return plan.jobs.allSatisfy { known.contains($0.role) }
  }

  package func contains(_ key: ArtifactKey) -> Bool { places[key] != nil }

  /// Seconds for a unit of each kind of work.
  ///
  /// - Parameter seconds: what the jobs took that were carried out, by name.
  package func rates(_ seconds: [String: Double]) -> [String: Double] {
    var sums: [String: (seconds: Double, units: Int)] = [:]
    for job in jobs {
      guard let own = seconds[job.name] else { continue }
      sums[job.work, default: (0, 0)].seconds += own
      sums[job.work, default: (0, 0)].units += job.units
    }
    return sums.mapValues { $0.seconds / Double(max(1, $0.units)) }
  }
}
