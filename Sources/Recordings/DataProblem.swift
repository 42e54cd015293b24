import HDF5File

/// A fault of the data, or of what a spec asks of them: where it is, what it is, and what can be done.
package struct DataProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package var session: String?
  package var file: String?
  /// The path inside the file.
  package var object: String?
  package var message: String
  package var help: [String]

  package init(
    session: String? = nil, file: String? = nil, object: String? = nil, _ message: String, help: [String] = []
  ) {
    self.session = session
    self.file = file
    self.object = object
    self.message = message
    self.help = help
  }

  package var description: String {
    let place = [session, file, object.map { "`\($0)`" }].compactMap { $0 }.joined(separator: ", ")
    let advice = help.map { " (\($0))" }.joined()
    return place.isEmpty ? message + advice : "\(place): \(message)\(advice)"
  }
}

/// Every problem that was found, in the order of sessions and objects.
package struct DataProblems: Error, Hashable, Sendable, CustomStringConvertible {
  package var problems: [DataProblem]

  package init(_ problems: [DataProblem]) { self.problems = problems }

  package var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension DataProblem {
  init(_ error: HDF5Error, session: String? = nil) {
    self.init(
      session: session, file: error.file, object: error.object.isEmpty ? nil : error.object, error.message,
      help: Self.help(error))
  }

  private static func help(_ error: HDF5Error) -> [String] {
    switch error.problem {
    case .noSuchFile: ["check `path`; a relative path starts at the folder of the spec"]
    case .isFolder: ["name a file, or end the path in `/*.nwb` to take every file of the folder"]
    case .endless:
      [
        "copy or download the file again",
        "MDSSM_READ_SECONDS in the environment allows more time for a file that is whole",
      ]
    case .truncated, .crashed: ["copy or download the file again"]
    case .noSuchObject(let parent, let names): names.isEmpty ? [] : ["`\(parent)` holds: " + list(names)]
    case .leadsElsewhere: ["copy everything into one file, with `h5repack` or Python"]
    case .missingFilter: ["write the file again with gzip compression"]
    case .unreadable, .notHDF5, .damaged, .noSuchAttribute, .wrongKind, .wrongType, .wrongShape, .cannotWrite,
      .lostBefore:
      []
    }
  }

  /// Names for a message: the first twenty.
  static func list(_ names: [String]) -> String {
    names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", and \(names.count - 20) more" : "")
  }
}

/// Collects problems, so that one run of the program reports all of them.
struct ProblemList {
  private(set) var problems: [DataProblem] = []

  mutating func add(_ problem: DataProblem) { problems.append(problem) }

  mutating func add(_ others: DataProblems) { problems += others.problems }

  /// The value, or nil with the problem noted.
  mutating func attempt<Value>(_ body: () throws(DataProblem) -> Value) -> Value? {
    do throws(DataProblem) {
      return try body()
    } catch {
      problems.append(error)
      return nil
    }
  }

  func check() throws(DataProblems) {
    if !problems.isEmpty { throw DataProblems(problems) }
  }
}
