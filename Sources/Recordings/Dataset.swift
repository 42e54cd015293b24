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
    let dataset = located(base)
    var headers = try dataset.readHeaders(id: id, base: base)
    guard let split = dataset.split else { return headers }
    if let file = split.file {
      var found = ProblemList()
      _ = found.attempt { () throws(DataProblem) in
        let table = try SplitFile(file, session: id)
        try table.check(try table.sessions(), among: headers.map(\.name), "session", id)
      }
      try found.check()
      for place in headers.indices { headers[place].files.append(file) }
    }
    if let sessions = split.sessions {
      let used = headers.indices.filter { headers[$0].excluded.isEmpty }
      for (place, split) in zip(used, try sessions.deal(used.map { headers[$0] }, id: id)) {
        headers[place].dealt = split
      }
    }
    return headers
  }

  /// Tells the sessions from those that an earlier version of the program made of the same spec; empty where it made the same.
  package var revision: String {
    switch self {
    case .generator(let dataset): dataset.system.revision
    case .arrays, .lfads, .nwb: ""
    }
  }

  /// How trials, sessions and neurons are split; nil where the files say it.
  package var split: SplitPlan? {
    switch self {
    case .arrays(let dataset): dataset.split
    case .generator(let dataset): dataset.split
    case .lfads: nil
    case .nwb(let dataset): dataset.split
    }
  }

  /// Whether its sessions can have true states.
  package var mayKnowStates: Bool {
    switch self {
    case .arrays, .lfads, .nwb: false
    case .generator(let dataset): dataset.system.knowsFlow
    }
  }

  /// The dataset with another split; itself where the files say it.
  package func with(_ split: SplitPlan) -> Dataset {
    switch self {
    case .arrays(var dataset):
      dataset.split = split
      return .arrays(dataset)
    case .generator(var dataset):
      dataset.split = split
      return .generator(dataset)
    case .lfads: return self
    case .nwb(var dataset):
      dataset.split = split
      return .nwb(dataset)
    }
  }

  /// The dataset with the tables of its split where they lie.
  private func located(_ base: String) -> Dataset {
    guard var split, split.file != nil || split.sessions?.file != nil else { return self }
    split.file = split.file.map { Glob.resolve($0, base: base) }
    let table = split.sessions?.file.map { Glob.resolve($0, base: base) }
    split.sessions?.file = table
    return with(split)
  }

  private func readHeaders(id: String, base: String) throws(DataProblems) -> [SessionHeader] {
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
    switch located(base) {
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
