import Planner
import Recordings

/// Sessions in memory, read when first needed.
final class DataCache {
  private let base: String
  private var sessions: [String: Session] = [:]

  init(base: String) { self.base = base }

  func session(_ input: SessionInput) throws(DataProblems) -> Session {
    if let known = sessions[input.key.hex] { return known }
    let session = try input.dataset.value.load(id: input.dataset.id, session: input.name, base: base)
    sessions[input.key.hex] = session
    return session
  }

  /// All sessions; the problems of all are reported together.
  func sessions(_ inputs: [SessionInput]) throws(DataProblems) -> [Session] {
    var loaded: [Session] = []
    var problems: [DataProblem] = []
    for input in inputs {
      do {
        loaded.append(try session(input))
      } catch {
        problems += error.problems
      }
    }
    if !problems.isEmpty { throw DataProblems(problems) }
    return loaded
  }
}
