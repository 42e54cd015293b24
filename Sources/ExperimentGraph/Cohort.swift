import Glibc
import Recordings
import SpecLanguage

/// A named group of sessions: by glob over session names, and by a condition on what is known of each session.
package struct Cohort: Hashable, Sendable {
  package var include: [String]
  package var exclude: [String]
  package var `where`: Expression?

  package init(include: [String], exclude: [String], where: Expression? = nil) {
    self.include = include
    self.exclude = exclude
    self.where = `where`
  }

  package static let schema = Schema<Self>(
    "cohort", "A named group of sessions.",
    Field("include", \.include, .list(.string, count: 1...10_000), "Globs over session names, such as `reaching/*`."),
    Field("exclude", \.exclude, .list(.string), default: [], "Globs of sessions to leave out."),
    Field(
      "where", \.where, .optional(.expression),
      "Only sessions for which this is true, such as `subject == \"C\"`: over their metadata, `session` and `dataset`."),
    make: Self.init(include:exclude:where:))

  /// Whether the globs match the name of a session.
  package func names(_ session: String) -> Bool {
    include.contains { Self.matches($0, session) } && !exclude.contains { Self.matches($0, session) }
  }

  /// `*` stands for any text, `?` for any character, `[ab]` for one of several.
  private static func matches(_ pattern: String, _ name: String) -> Bool { fnmatch(pattern, name, 0) == 0 }
}

/// The sessions of a cohort, and what its condition said of those that its globs match but it does not have.
package struct CohortMembers: Sendable {
  /// Places in the list of sessions, ascending.
  package var sessions: [Int] = []
  /// One line for each session that the condition left out.
  package var leftOut: [String] = []
  /// Why the condition has no value for some of them.
  package var problems: [Diagnostic] = []

  package init(sessions: [Int] = []) { self.sessions = sessions }
}

extension Cohort {
  /// A session that the cohort may have.
  package struct Candidate: Sendable {
    let dataset: String
    let header: SessionHeader

    package init(dataset: String, header: SessionHeader) {
      self.dataset = dataset
      self.header = header
    }
  }

  /// The sessions of the cohort.
  ///
  /// Metadata are text. In the condition, text that reads as a number is a number beside numbers and its spelling beside
  /// a text; a name that only other sessions have must be guarded, `task ?? ""` or `task != null and ...`.
  /// Where the condition has no value for some session, `problems` say why, every kind of mistake once.
  package func members(_ id: String, among sessions: [Candidate]) -> CohortMembers {
    let named = sessions.indices.filter { names(sessions[$0].header.name) }
    guard let condition = `where` else { return CohortMembers(sessions: named) }
    let path = SpecPath("cohorts.\(id).where")
    let known = Self.names(of: named.map { sessions[$0] })
    var members = CohortMembers()
    members.problems = named.isEmpty ? [] : unknownNames(in: condition, known, path)
    guard members.problems.isEmpty else { return members }
    var problems: [(session: String, problem: Diagnostic)] = []
    for index in named {
      let session = sessions[index]
      let meaning = { (name: String) in known.contains(name) ? session.meaning(of: name) : Expression.Meaning.unknown }
      do throws(Diagnostic) {
        let value = try condition.evaluate(meaning: meaning)
        guard case .bool(let isMember) = value else {
          throw Diagnostic(
            .noExpressionValue, "a condition must be true or false, found \(value.typeWords)", at: condition.span,
            label: "in this condition")
        }
        if isMember {
          members.sessions.append(index)
        } else {
          members.leftOut.append(
            "`\(session.header.name)`: " + condition.trace(meaning: meaning).prefix(4).joined(separator: ", "))
        }
      } catch {
        var problem = error
        problem.notes.append("session `\(session.header.name)`: " + Self.values(of: condition, session, meaning))
        problems.append((session.header.name, problem))
      }
    }
    for (offset, found) in problems.enumerated() {
      let isNew = !problems[..<offset].contains { $0.problem.isSameMistake(as: found.problem) }
      guard isNew else { continue }
      let others = problems[(offset + 1)...].filter { $0.problem.isSameMistake(as: found.problem) }.map(\.session)
      var problem = found.problem
      problem.path = path
      if !others.isEmpty { problem.notes.append("the same at " + others.named) }
      members.problems.append(problem)
    }
    return members
  }

  /// Complains about names that no session of the cohort has.
  private func unknownNames(in condition: Expression, _ known: [String], _ path: SpecPath) -> [Diagnostic] {
    condition.names.filter { !known.contains($0) }.map { name in
      let match = Suggestion.nearest(to: name, among: known)
      let place = condition.place(of: name) ?? condition.span
      return Diagnostic(
        .unknownName, "no session of the cohort has `\(name)`", at: place, label: "not known of any session",
        path: path, help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
        notes: ["known of these sessions: " + known.joined(separator: ", ")])
    }
  }

  /// The names that a condition may use: `session`, `dataset` and all metadata, sorted.
  private static func names(of sessions: [Candidate]) -> [String] {
    ["dataset", "session"] + Set(sessions.flatMap(\.header.metadata.keys)).subtracting(["dataset", "session"]).sorted()
  }

  /// The value of every part that has one, or the names as the session spells them.
  private static func values(
    of condition: Expression, _ session: Candidate, _ meaning: @escaping (String) -> Expression.Meaning
  ) -> String {
    let parts = condition.trace(meaning: meaning)
    let absent = condition.names.filter { session.header.metadata[$0] == nil && $0 != "session" && $0 != "dataset" }
    let lines = parts.prefix(6) + absent.prefix(4).map { "`\($0)` is absent" }
    return lines.joined(separator: ", ")
  }
}

extension Cohort.Candidate {
  /// What a name of a condition stands for in this session.
  fileprivate func meaning(of name: String) -> Expression.Meaning {
    switch name {
    case "session": .value(.string(header.name))
    case "dataset": .value(.string(dataset))
    default: header.metadata[name].map(Expression.Meaning.spelled) ?? .absent
    }
  }
}

extension Diagnostic {
  fileprivate func isSameMistake(as other: Diagnostic) -> Bool { span == other.span && message == other.message }
}

extension [String] {
  /// Names for a note: the first five.
  fileprivate var named: String {
    prefix(5).map { "`\($0)`" }.joined(separator: ", ") + (count > 5 ? " and \(count - 5) more" : "")
  }
}
