import SpecLanguage

/// Where the sessions of a dataset come from.
package enum Dataset: Hashable, Sendable {
  case arrays(ArraysDataset)
  case generator(GeneratorDataset)
  case lfads(LFADSDataset)
  case nwb(NWBDataset)

  package static let union = Union<Self>(
    "dataset",
    .arm("arrays", ArraysDataset.schema, Dataset.arrays) { if case .arrays(let v) = $0 { v } else { nil } },
    .arm("generator", GeneratorDataset.schema, Dataset.generator) { if case .generator(let v) = $0 { v } else { nil } },
    .arm("lfads", LFADSDataset.schema, Dataset.lfads) { if case .lfads(let v) = $0 { v } else { nil } },
    .arm("nwb", NWBDataset.schema, Dataset.nwb) { if case .nwb(let v) = $0 { v } else { nil } })

  /// What can be known of every session without its observations, in the order of their names.
  /// - Parameter id: the dataset's name in the spec. - Parameter base: the folder that relative paths start at.
  /// - Throws: the problems of all sessions.
  package func headers(id: String, base: String = ".") throws(DataProblems) -> [SessionHeader] {
    let all = try allHeaders(id: id, base: base)
    let left = all.filter { !$0.excluded.isEmpty }
    if left.isEmpty { return all }
    var used = all.filter(\.excluded.isEmpty)
    let reasons = left.map { "\($0.name) is left out: " + $0.excluded.joined(separator: "; ") }
    guard !used.isEmpty else {
      throw DataProblems([
        DataProblem(session: id, "`quality` leaves out every session", help: Array(reasons.prefix(10)))
      ])
    }
    used[0].notes += reasons
    return used
  }

  /// As `headers`, with the sessions that are left out.
  package func allHeaders(id: String, base: String = ".") throws(DataProblems) -> [SessionHeader] {
    switch self {
    case .arrays(let dataset): try dataset.headers(id: id, base: base)
    case .generator(let dataset): try dataset.headers(id: id)
    case .lfads(let dataset): try dataset.headers(id: id, base: base)
    case .nwb(let dataset): try dataset.headers(id: id, base: base)
    }
  }

  /// One session whole.
  /// - Parameter name: the session's name as its header gives it.
  package func load(id: String, session name: String, base: String = ".") throws(DataProblems) -> Session {
    switch self {
    case .arrays(let dataset): try dataset.load(id: id, session: name, base: base)
    case .generator(let dataset): try dataset.load(id: id, session: name)
    case .lfads(let dataset): try dataset.load(id: id, session: name, base: base)
    case .nwb(let dataset): try dataset.load(id: id, session: name, base: base)
    }
  }

  static func noSession(_ name: String, known: [String]) -> DataProblems {
    let match = Suggestion.nearest(to: name, among: known)
    let help = match.map { "did you mean `\($0.word)`?" } ?? "sessions: " + DataProblem.list(known)
    return DataProblems([DataProblem(session: name, "there is no such session", help: [help])])
  }
}
