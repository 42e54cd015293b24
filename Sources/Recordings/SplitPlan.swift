import Randomness
import SpecLanguage

/// Which share of a session's trials is for training, for choosing, and for the final score.
package struct SplitPlan: Hashable, Sendable {
  package enum Order: String, CaseIterable, Hashable, Sendable {
    /// Trials in random order.
    case trial
    /// Trials in the order of time: train, then valid, then test.
    case block
    /// As a column of the trials says.
    case column
    /// As a table in a file says.
    case file
  }

  package var train: Double
  package var valid: Double
  package var test: Double
  package var by: Order
  package var column: String?
  package var file: String?
  package var block: Nanoseconds?
  package var stratify: String?
  package var seed: UInt64
  package var sessions: SessionSplit?
  package var neurons: NeuronSplit?

  package static let schema = Schema<Self>(
    "split", "Which share of a session's trials is for training, for choosing, and for the final score.",
    Field("train", \.train, .ratio, "Share of the trials that parameters are fitted on."),
    Field("valid", \.valid, .ratio, default: 0, "Share of the trials that steps and settings are chosen on."),
    Field("test", \.test, .ratio, default: 0, "Share of the trials that only the evaluations see."),
    Field(
      "by", \.by, .choice(Order.self), default: .trial,
      "`trial` shuffles the trials; `block` keeps them in time: train, then valid, then test; `column` does what a column "
        + "of the trials says, `file` what a table says."),
    Field(
      "column", \.column, .optional(.id),
      "The column of the trials that says train, valid or test, for `by: column`; the shares have no effect then."),
    Field(
      "file", \.file, .optional(.path),
      "The table that says so, for `by: file`: CSV or TSV with the columns `session`, `trial` (counted from 1 in the order "
        + "of the session) and `split`; the shares have no effect then."),
    Field(
      "block", \.block, .optional(.duration),
      "With `by: block`: trials that start within one such stretch of the recording stay together, and the stretches are "
        + "shuffled."),
    Field(
      "stratify", \.stratify, .optional(.id),
      "A column of the trials, such as the target: the shares hold within every group of trials that have one value."),
    Field("seed", \.seed, .seed, default: 0, "Seed of the shuffle."),
    Field(
      "sessions", \.sessions, .optional(.section(SessionSplit.schema)),
      "Which sessions are for learning what sessions share, and which are held out from it."),
    Field(
      "neurons", \.neurons, .optional(.section(NeuronSplit.schema)),
      "Channels that no encoder sees and that the read-out predicts."),
    rules: [
      Rule("train") { plan in
        let sum = plan.train + plan.valid + plan.test
        return abs(sum - 1) <= 1e-3 ? nil : "`train`, `valid` and `test` add up to \(shortText(sum)), not 1"
      },
      Rule("train") { plan in plan.train > 0 ? nil : "`train` is 0; nothing could be fitted" },
      Rule("column") { plan in
        switch plan.by {
        case .trial, .block, .file: plan.column == nil ? nil : "`column` has no effect without `by: column`"
        case .column: plan.column == nil ? "`by: column` needs `column`" : nil
        }
      },
      Rule("file") { plan in
        switch plan.by {
        case .trial, .block, .column: plan.file == nil ? nil : "`file` has no effect without `by: file`"
        case .file: plan.file == nil ? "`by: file` needs `file`" : nil
        }
      },
      Rule("block") { plan in
        plan.block != nil && plan.by != .block ? "`block` has no effect without `by: block`" : nil
      },
      Rule("stratify") { plan in
        guard plan.stratify != nil else { return nil }
        switch plan.by {
        case .trial: return nil
        case .block:
          return plan.block == nil ? nil : "`stratify` has no effect beside `block`, which keeps trials together"
        case .column: return "`stratify` has no effect beside `by: column`"
        case .file: return "`stratify` has no effect beside `by: file`"
        }
      },
    ],
    make: Self.init(train:valid:test:by:column:file:block:stratify:seed:sessions:neurons:))

  /// The split of each trial.
  ///
  /// Shares become numbers of trials by rounding the sums of shares; a share above 0 that rounds to nothing takes one
  /// trial from the largest.
  /// - Parameter starts: when each trial starts. - Parameter session: names the shuffle, so that sessions differ.
  /// - Parameter columns: what is known of each trial.
  func assign(
    starts: [Double], columns: [[String: String]] = [], session: String, file: String? = nil
  ) throws(DataProblem) -> [Split] {
    if let column { return try told(by: column, columns, session, file) }
    if let table = self.file { return try SplitFile(table, session: session).splits(trials: starts.count, of: session) }
    if let block { return try blocks(of: block, starts, session) }
    guard let stratify else { return try shares(starts, session) }
    var groups: [String: [Int]] = [:]
    for trial in starts.indices {
      groups[try value(stratify, trial, columns, session, file), default: []].append(trial)
    }
    var result = [Split](repeating: .train, count: starts.count)
    // What the groups round away falls to the next group, so that the shares hold over all trials as well.
    var debts = [0.0, 0, 0]
    let total = train + valid + test
    for (_, trials) in groups.sorted(by: { $0.key < $1.key }) {
      let order = order(trials.map { starts[$0] }, session).map { trials[$0] }
      let wanted = [train, valid, test].enumerated().map { Double(trials.count) * $1 / total + debts[$0] }
      let second = min(order.count, max(0, Int((wanted[2] + 1e-6).rounded())))
      let first = min(order.count - second, max(0, Int((wanted[1] + 1e-6).rounded())))
      let sizes = [order.count - first - second, first, second]
      debts = zip(wanted, sizes).map { $0 - Double($1) }
      for (place, trial) in order.enumerated() {
        result[trial] = place < sizes[0] ? .train : place < sizes[0] + sizes[1] ? .valid : .test
      }
    }
    for (split, share) in zip(Split.allCases, [train, valid, test]) where share > 0 && !result.contains(split) {
      throw DataProblem(
        session: session, file: file,
        "`stratify` leaves no trial for `\(split.rawValue)`: \(starts.count) trials in \(groups.count) groups",
        help: ["use a larger share, or leave `stratify` out"])
    }
    return result
  }

  private func told(
    by column: String, _ columns: [[String: String]], _ session: String, _ file: String?
  ) throws(DataProblem) -> [Split] {
    var splits: [Split] = []
    for trial in columns.indices {
      let word = try value(column, trial, columns, session, file)
      guard let split = Split(rawValue: word) else {
        throw DataProblem(
          session: session, file: file, "`\(column)` of trial \(trial + 1) is `\(word)`, not train, valid or test")
      }
      splits.append(split)
    }
    return splits
  }

  private func value(
    _ column: String, _ trial: Int, _ columns: [[String: String]], _ session: String, _ file: String?
  ) throws(DataProblem) -> String {
    if columns.indices.contains(trial), let word = columns[trial][column] { return word }
    let names = columns.first?.keys.sorted() ?? []
    throw DataProblem(
      session: session, file: file, "the trials have no column `\(column)`",
      help: [names.isEmpty ? "the trials have no columns" : "columns: " + DataProblem.list(names)])
  }

  private func shares(_ starts: [Double], _ session: String) throws(DataProblem) -> [Split] {
    guard let splits = Shares(train, valid, test).deal(order(starts, session)) else {
      let parts = Shares(train, valid, test).parts
      throw DataProblem(
        session: session, "the session has \(starts.count) trials, too few for a `split` into \(parts) parts",
        help: ["use more trials, shorter windows, or fewer parts"])
    }
    return splits
  }

  /// Trials that start in one stretch of the recording are dealt together; the stretches begin at the clock's 0.
  private func blocks(
    of length: Nanoseconds, _ starts: [Double], _ session: String
  ) throws(DataProblem) -> [Split] {
    // A start on an edge, but for rounding, belongs to the later block, as a spike does to the later bin.
    let own = starts.map { ($0 / length.seconds + 1e-9).rounded(.down) }
    let blocks = Set(own).sorted()
    var stream = Stream(seed: seed, path: ["split", session])
    guard let dealt = Shares(train, valid, test).deal(stream.permutation(blocks.count)) else {
      let parts = Shares(train, valid, test).parts
      throw DataProblem(
        session: session,
        "the trials lie in \(blocks.count) blocks of \(length), too few for a `split` into \(parts) parts",
        help: ["use a shorter `block`, or fewer parts"])
    }
    let splits = Dictionary(uniqueKeysWithValues: zip(blocks, dealt))
    return own.map { splits[$0] ?? .train }
  }

  private func order(_ starts: [Double], _ session: String) -> [Int] {
    switch by {
    case .trial:
      var stream = Stream(seed: seed, path: ["split", session])
      return stream.permutation(starts.count)
    case .block, .column, .file:
      return starts.indices.sorted { (starts[$0], $0) < (starts[$1], $1) }
    }
  }
}

/// A number for a message, without digits that only rounding put there.
func shortText(_ value: Double) -> String {
  let rounded = (value * 1e9).rounded() / 1e9
  let text = abs(value) < 1e6 ? rounded.description : value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
