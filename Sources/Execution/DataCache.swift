import Bundle
import Planner
import Recordings
import Synchronization

/// Sessions in memory: read when first needed, by one job while others wait, and forgotten when no job is left that needs
/// them.
final class DataCache: Sendable {
  private struct Entry {
    /// Jobs that are not over and need the session.
    var users: Int
    let place = Place()
  }

  /// Where one session lies once it has been read.
  private final class Place: Sendable {
    let content = Mutex<Result<Session, DataProblems>?>(nil)
  }

  private let base: String
  private let entries: Mutex<[ArtifactKey: Entry]>

  /// - Parameter base: the folder that relative data paths start at.
  init(_ jobs: [Job], base: String) {
    self.base = base
    var entries: [ArtifactKey: Entry] = [:]
    for job in jobs {
      for session in job.fit.sessions { entries[session.key, default: Entry(users: 0)].users += 1 }
    }
    self.entries = Mutex(entries)
  }

  /// A job is over.
  func release(_ job: Job) {
    entries.withLock { entries in
      for session in job.fit.sessions {
        entries[session.key]?.users -= 1
        if entries[session.key]?.users == 0 { entries[session.key] = nil }
      }
    }
  }

  /// Sessions in memory.
  var count: Int {
    let places = entries.withLock { entries in entries.values.map(\.place) }
    return places.filter { place in place.content.withLock { $0 != nil } }.count
  }

  /// All sessions; the problems of all are reported together.
  /// - Throws: `DataProblems`, or `Watch.Interrupted` between two sessions.
  func sessions(_ inputs: [SessionInput], _ watch: Watch) throws -> [Session] {
    var loaded: [Session] = []
    var problems: [DataProblem] = []
    for input in inputs {
      if watch.isInterrupted() { throw Watch.Interrupted() }
      switch session(input) {
      case .success(let session): loaded.append(session)
      case .failure(let error): problems += error.problems
      }
    }
    if !problems.isEmpty { throw DataProblems(problems) }
    return loaded
  }

  private func session(_ input: SessionInput) -> Result<Session, DataProblems> {
    let place = entries.withLock { entries in entries[input.key]?.place } ?? Place()
    return place.content.withLock { content in
      if let content { return content }
      let read = load(input)
      content = read
      return read
    }
  }

  private func load(_ input: SessionInput) -> Result<Session, DataProblems> {
    do throws(DataProblems) {
      var session = try input.dataset.value.load(id: input.dataset.id, session: input.name, base: base)
      try check(input)
      session.metadata["split"] = input.header.dealt?.rawValue ?? session.metadata["split"]
      return .success(session)
    } catch {
      return .failure(error)
    }
  }

  /// What was read must be what the key was made of: a file may have changed since the plan was made.
  private func check(_ input: SessionInput) throws(DataProblems) {
    for (file, planned) in zip(input.header.files, input.digests) {
      if (try? SHA256Digest(ofFileAt: file)) == planned { continue }
      let problem = DataProblem(
        session: input.name, file: file, "the file has changed since the plan was made",
        help: ["run the same command again: it plans with the file as it is now"])
      throw DataProblems([problem])
    }
  }
}
