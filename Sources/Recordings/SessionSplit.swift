import Randomness
import SpecLanguage

/// Which sessions are for learning what sessions share, and which are held out from it.
///
/// It is beside the split of the trials: a session that is held out still has trials to fit its own read-in and read-out to,
/// and trials to be scored on. What it was dealt to is metadata that cohorts see, `where: split == "test"`; a training of
/// several sessions at once refuses those that are held out.
package struct SessionSplit: Hashable, Sendable {
  package enum Unit: String, CaseIterable, Hashable, Sendable {
    /// Each session for itself.
    case session
    /// All sessions of a subject together.
    case subject
    /// As a table in a file says.
    case file
  }

  package var train: Double?
  package var valid: Double
  package var test: Double
  package var by: Unit
  package var file: String?
  package var seed: UInt64

  package static let schema = Schema<Self>(
    "sessions", "Which sessions are for learning what sessions share, and which are held out from it.",
    Field("train", \.train, .optional(.ratio), "Share of the sessions, or subjects, that shared parts are fitted on."),
    Field("valid", \.valid, .ratio, default: 0, "Share of those that settings are chosen on."),
    Field("test", \.test, .ratio, default: 0, "Share of those that are for the final score."),
    Field(
      "by", \.by, .choice(Unit.self), default: .session,
      "`session` shuffles the sessions, `subject` the subjects, whose sessions stay together; `file` does what a table says."
    ),
    Field(
      "file", \.file, .optional(.path),
      "The table that says so, for `by: file`: CSV or TSV with the columns `session` or `subject`, and `split`."),
    Field("seed", \.seed, .seed, default: 0, "Seed of the shuffle."),
    rules: [
      Rule("file") { plan in
        switch plan.by {
        case .session, .subject: plan.file == nil ? nil : "`file` has no effect without `by: file`"
        case .file: plan.file == nil ? "`by: file` needs `file`" : nil
        }
      },
      Rule("train") { plan in
        guard plan.by != .file else {
          return plan.train == nil ? nil : "`train` has no effect beside `by: file`"
        }
        guard let train = plan.train else { return "`by: \(plan.by.rawValue)` needs shares: `train`, `valid`, `test`" }
        let sum = train + plan.valid + plan.test
        if abs(sum - 1) > 1e-3 { return "`train`, `valid` and `test` add up to \(shortText(sum)), not 1" }
        return train > 0 && train < 1 ? nil : "`train` is \(shortText(train)); use a share between 0 and 1"
      },
    ],
    make: Self.init(train:valid:test:by:file:seed:))

  /// What each session is dealt to.
  /// - Parameter id: the dataset's name, which names the shuffle.
  func deal(_ sessions: [SessionHeader], id: String) throws(DataProblems) -> [Split] {
    switch by {
    case .session: return try deal(sessions.indices.map { $0 }, sessions.count, "sessions", id)
    case .subject:
      let subjects = try subjects(sessions)
      let all = Set(subjects).sorted()
      return try deal(subjects.map { all.firstIndex(of: $0) ?? 0 }, all.count, "subjects", id)
    case .file:
      do throws(DataProblem) {
        return try SplitFile(file ?? "", session: id).splits(of: sessions, id: id)
      } catch {
        throw DataProblems([error])
      }
    }
  }

  /// - Parameter units: of each session the number of what it is dealt with.
  private func deal(_ units: [Int], _ count: Int, _ word: String, _ id: String) throws(DataProblems) -> [Split] {
    let shares = Shares(train ?? 0, valid, test)
    var stream = Stream(seed: seed, path: ["split", id, word])
    guard let dealt = shares.deal(stream.permutation(count)) else {
      throw DataProblems([
        DataProblem(
          session: id, "the dataset has \(count) \(word), too few for a split of `sessions` into \(shares.parts) parts",
          help: ["use more \(word), or fewer parts"])
      ])
    }
    return units.map { dealt[$0] }
  }

  private func subjects(_ sessions: [SessionHeader]) throws(DataProblems) -> [String] {
    var found = ProblemList()
    let subjects = sessions.compactMap { session in
      if session.subject == nil {
        let known = session.metadata.keys.sorted()
        found.add(
          DataProblem(
            session: session.name, file: session.files.first, "nothing says which `subject` the session is of",
            help: ["use `by: session`", known.isEmpty ? "nothing is known of it" : "known: " + DataProblem.list(known)])
        )
      }
      return session.subject
    }
    try found.check()
    return subjects
  }
}

extension SessionHeader {
  /// Whom it is a recording of, where the file says so.
  package var subject: String? { metadata["subject"] ?? metadata["subject_id"] }
}
