import ArrayFiles
import SpecLanguage

/// A table that says which sessions, or which of their trials, are for training, for choosing and for scoring.
struct SplitFile {
  private let path: String
  /// The dataset or session that it was opened for.
  private let owner: String
  private let names: [String]
  private let cells: [String: [String]]
  private let splits: [Split]

  /// - Parameter owner: a session or dataset, for messages.
  init(_ path: String, session owner: String) throws(DataProblem) {
    self.path = path
    self.owner = owner
    let table: TextTable
    do throws(ArrayFileError) {
      table = try TextTable(path: path)
    } catch {
      throw DataProblem(
        session: owner, file: path, "the table of `file` cannot be read: \(error.message)",
        help: ["check `file`; a relative path starts at the folder of the spec"])
    }
    names = table.names
    var cells: [String: [String]] = [:]
    for name in table.names { cells[name] = table.words[name] ?? table.column(name)?.map(shortText) }
    self.cells = cells
    guard let words = cells["split"] else { throw Self.lacks("split", table.names, path, owner) }
    var splits: [Split] = []
    for (row, word) in words.enumerated() {
      guard let split = Split(rawValue: word) else {
        throw DataProblem(
          session: owner, file: path, "row \(row + 1) of `file` has split `\(word)`, not train, valid or test")
      }
      splits.append(split)
    }
    self.splits = splits
  }

  private static func lacks(_ name: String, _ names: [String], _ path: String, _ owner: String) -> DataProblem {
    DataProblem(
      session: owner, file: path, "the table of `file` has no column `\(name)`",
      help: ["columns: " + DataProblem.list(names)])
  }

  /// The names of all sessions that the table speaks of, in its order.
  func sessions() throws(DataProblem) -> [String] {
    guard let names = cells["session"] else { throw Self.lacks("session", names, path, owner) }
    return names
  }

  /// The splits of the trials of one session.
  func splits(trials: Int, of session: String) throws(DataProblem) -> [Split] {
    let sessions = try sessions()
    guard let numbers = cells["trial"] else { throw Self.lacks("trial", names, path, owner) }
    var found = [Split?](repeating: nil, count: trials)
    for row in sessions.indices where sessions[row] == session {
      guard let number = Int(numbers[row]), (1...max(1, trials)).contains(number), trials > 0 else {
        throw problem("row \(row + 1) of `file` has trial `\(numbers[row])`, but the session has \(trials)")
      }
      guard found[number - 1] == nil else { throw problem("`file` has trial \(number) twice") }
      found[number - 1] = splits[row]
    }
    if found.allSatisfy({ $0 == nil }) {
      throw problem("the session is in no split: `file` does not name it", help: ["add a row for each of its trials"])
    }
    var all: [Split] = []
    for (place, split) in found.enumerated() {
      guard let split else { throw problem("trial \(place + 1) is in no split: `file` has no row for it") }
      all.append(split)
    }
    return all
  }

  /// The splits of the sessions of a dataset, by their names or by those of their subjects.
  func splits(of sessions: [SessionHeader], id: String) throws(DataProblem) -> [Split] {
    let isBySubject = cells["session"] == nil && cells["subject"] != nil
    let keys = isBySubject ? cells["subject"] ?? [] : try self.sessions()
    var known: [String: Split] = [:]
    let word = isBySubject ? "subject" : "session"
    for (row, key) in keys.enumerated() {
      guard known.updateValue(splits[row], forKey: key) == nil else {
        throw problem("`file` has \(word) `\(key)` twice")
      }
    }
    try check(keys, among: sessions.compactMap { isBySubject ? $0.subject : $0.name }, word, id)
    var all: [Split] = []
    for session in sessions {
      guard let split = (isBySubject ? session.subject : session.name).flatMap({ known[$0] }) else {
        let whose = isBySubject ? "its subject, \(session.subject.map { "`\($0)`" } ?? "which nothing tells")" : "it"
        throw DataProblem(
          session: session.name, file: path, "the session is in no split: `file` does not name \(whose)",
          help: ["add a row, `\(session.name)` and train, valid or test"])
      }
      all.append(split)
    }
    return all
  }

  /// Complains about a name that is none of the dataset's.
  func check(_ names: [String], among known: [String], _ word: String, _ id: String) throws(DataProblem) {
    let known = Set(known)
    guard let row = names.firstIndex(where: { !known.contains($0) }) else { return }
    let match = Suggestion.nearest(to: names[row], among: known.sorted())
    throw DataProblem(
      session: id, file: path, "row \(row + 1) of `file` names \(word) `\(names[row])`, which `\(id)` does not have",
      help: [match.map { "did you mean `\($0.word)`?" } ?? "\(word)s: " + DataProblem.list(known.sorted())])
  }

  private func problem(_ message: String, help: [String] = []) -> DataProblem {
    DataProblem(session: owner, file: path, message, help: help)
  }
}
