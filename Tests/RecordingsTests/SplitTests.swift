import Foundation
import Recordings
import Testing

/// Which trials, sessions and neurons are for what.
struct SplitTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func reaching(_ split: String, sessions: Int = 8, trials: Int = 12) throws -> Dataset {
    try dataset(
      """
      kind: generator
      system: {kind: reaching, subjects: 4}
      sessions: \(sessions)
      channels: 8
      observe: {kind: poisson, rate: 20}
      trials: {count: \(trials), length: 1 s}
      bin: 20 ms
      split: \(split)
      """)
  }

  private func write(_ text: String, _ name: String = "splits.tsv") throws {
    try text.replacing(" ", with: "\t").write(toFile: scratch.path(name), atomically: true, encoding: .utf8)
  }

  private func dealt(_ dataset: Dataset) throws -> [Split?] {
    try dataset.headers(id: "d", base: scratch.folder).map(\.dealt)
  }

  // MARK: Sessions

  @Test(arguments: [
    ("sessions: {train: 0.75, test: 0.25}", [6, 0, 2]),
    ("sessions: {train: 0.5, valid: 0.25, test: 0.25}", [4, 2, 2]),
    // A share that rounds to nothing takes one.
    ("sessions: {train: 0.98, valid: 0.01, test: 0.01}", [6, 1, 1]),
    ("sessions: {train: 0.5, test: 0.5, by: subject}", [4, 0, 4]),
    ("sessions: {train: 0.75, test: 0.25, by: subject}", [6, 0, 2]),
  ])
  func `sessions and subjects are dealt in shares`(_ split: String, _ counts: [Int]) throws {
    let dealt = try dealt(try reaching("{train: 0.5, test: 0.5, \(split)}"))
    #expect(Split.allCases.map { split in dealt.count { $0 == split } } == counts)
  }

  @Test func `all sessions of a subject are dealt together, and a seed deals in another way`() throws {
    func bySubject(_ seed: Int) throws -> [String: Set<Split?>] {
      let split = "{train: 0.5, test: 0.5, sessions: {train: 0.5, test: 0.5, by: subject, seed: \(seed)}}"
      let headers = try reaching(split).headers(id: "d")
      return Dictionary(grouping: headers) { $0.subject ?? "" }.mapValues { Set($0.map(\.dealt)) }
    }
    let first = try bySubject(0)
    #expect(first.count == 4 && first.values.allSatisfy { $0.count == 1 })
    #expect(try bySubject(0) == first)
    #expect(try (1...5).contains { try bySubject($0) != first })
  }

  @Test func `what a session is dealt to is known of it, and its trials are dealt as without`() throws {
    let plain = try reaching("{train: 0.5, test: 0.5}").headers(id: "d")
    let split = try reaching("{train: 0.5, test: 0.5, sessions: {train: 0.5, test: 0.5}}").headers(id: "d")
    #expect(split.map(\.trials) == plain.map(\.trials))
    #expect(split.allSatisfy { $0.metadata["split"] == $0.dealt?.rawValue && $0.dealt != nil })
    #expect(plain.allSatisfy { $0.metadata["split"] == nil && $0.dealt == nil })
  }

  @Test func `a file deals sessions or subjects`() throws {
    try write("subject split\nsubject_1 train\nsubject_2 test\nsubject_3 valid\nsubject_4 train\n")
    let bySubject = "{train: 0.5, test: 0.5, sessions: {by: file, file: splits.tsv}}"
    #expect(
      try dealt(try reaching(bySubject, sessions: 5)) == [.train, .test, .valid, .train, .train])
    try write("session split\nd/02 test\nd/01 train\n")
    #expect(try dealt(try reaching(bySubject, sessions: 2)) == [.train, .test])
  }

  @Test(arguments: [
    ("session split\nd/01 train\n", "the session is in no split: `file` does not name it"),
    (
      "session split\nd/01 train\nd/02 test\nd/03 test\n",
      "row 3 of `file` names session `d/03`, which `d` does not have"
    ),
    ("session split\nd/01 train\nd/01 test\nd/02 test\n", "`file` has session `d/01` twice"),
    ("session split\nd/01 train\nd/02 tset\n", "row 2 of `file` has split `tset`, not train, valid or test"),
    ("session part\nd/01 train\n", "the table of `file` has no column `split`"),
    ("name split\nd/01 train\n", "the table of `file` has no column `session`"),
    ("subject split\nsubject_9 train\n", "row 1 of `file` names subject `subject_9`, which `d` does not have"),
    (
      "subject split\nsubject_1 train\n",
      "the session is in no split: `file` does not name its subject, `subject_2`"
    ),
  ])
  func `a table of sessions that does not fit is a problem at its row`(_ table: String, _ message: String) throws {
    try write(table)
    let data = try reaching("{train: 0.5, test: 0.5, sessions: {by: file, file: splits.tsv}}", sessions: 2)
    let found = problems { _ = try data.headers(id: "d", base: scratch.folder) }
    #expect(found.map(\.message) == [message])
    #expect(found.first?.file == scratch.path("splits.tsv"))
  }

  @Test func `sessions without a subject, and too few of anything, are problems`() throws {
    let cycles = try dataset(
      """
      kind: generator
      system: {kind: limit_cycle, speed: 1}
      sessions: 2
      channels: 3
      observe: {kind: gaussian, noise: 0.1}
      trials: {count: 10, length: 300 ms}
      bin: 30 ms
      split: {train: 1, sessions: {train: 0.5, test: 0.5, by: subject}}
      """)
    let unknown = problems { _ = try cycles.headers(id: "d") }
    #expect(unknown.map(\.session) == ["d/01", "d/02"])
    #expect(unknown.first?.message == "nothing says which `subject` the session is of")
    let few = problems {
      _ = try reaching("{train: 1, sessions: {train: 0.5, valid: 0.2, test: 0.3}}", sessions: 2).headers(id: "d")
    }
    #expect(few.map(\.message) == ["the dataset has 2 sessions, too few for a split of `sessions` into 3 parts"])
  }

  // MARK: Trials

  @Test func `a file deals trials`() throws {
    let rows = (1...12).map { "d/01 \($0) \($0 < 8 ? "train" : $0 < 10 ? "valid" : "test")\n" }.joined()
    try write("session trial split\n" + rows)
    let data = try reaching("{train: 1, by: file, file: splits.tsv}", sessions: 1)
    let session = try data.load(id: "d", session: "d/01", base: scratch.folder)
    #expect(
      session.trials.map(\.split).prefix(10) == [
        .train, .train, .train, .train, .train, .train, .train, .valid, .valid, .test,
      ])
    let header = try #require(data.headers(id: "d", base: scratch.folder).first)
    #expect(header.trials == [.train: 7, .valid: 2, .test: 3])
    // Its bytes are part of what the session is made of.
    #expect(header.files == [scratch.path("splits.tsv")])
  }

  @Test(arguments: [
    ("d/01 1 train\nd/01 2 train\n", "trial 3 is in no split: `file` has no row for it"),
    ("d/01 1 train\nd/01 1 train\n", "`file` has trial 1 twice"),
    ("d/01 4 train\n", "row 1 of `file` has trial `4`, but the session has 3"),
    ("d/01 0 train\n", "row 1 of `file` has trial `0`, but the session has 3"),
    ("d/01 1.5 train\n", "row 1 of `file` has trial `1.5`, but the session has 3"),
    ("d/02 1 train\n", "the session is in no split: `file` does not name it"),
  ])
  func `a table of trials that does not fit is a problem`(_ rows: String, _ message: String) throws {
    try write("session trial split\n" + rows)
    let data = try reaching("{train: 1, by: file, file: splits.tsv}", sessions: 1, trials: 3)
    let found = problems { _ = try data.headers(id: "d", base: scratch.folder) }
    #expect(found.map(\.message) == [message])
  }

  @Test func `a table that names no session of the dataset says which, and a missing one where it was looked for`()
    throws
  {
    let rows = (1...3).map { "d/01 \($0) train\n" }.joined()
    try write("session trial split\n" + rows + "d/1 1 train\n")
    let data = try reaching("{train: 1, by: file, file: splits.tsv}", sessions: 1, trials: 3)
    let found = problems { _ = try data.headers(id: "d", base: scratch.folder) }
    #expect(found.map(\.message) == ["row 4 of `file` names session `d/1`, which `d` does not have"])
    #expect(found.first?.help == ["did you mean `d/01`?"])
    try FileManager.default.removeItem(atPath: scratch.path("splits.tsv"))
    let absent = problems { _ = try data.headers(id: "d", base: scratch.folder) }
    #expect(absent.first?.message.hasPrefix("the table of `file` cannot be read") == true)
  }

  @Test func `trials of one stretch of time stay together`() throws {
    let data = try reaching("{train: 0.5, valid: 0.25, test: 0.25, by: block, block: 3 s}", sessions: 3)
    for session in try data.headers(id: "d").map(\.name) {
      let trials = try data.load(id: "d", session: session).trials
      // Trials of 1 s from 0: three to a stretch.
      for block in 0..<4 { #expect(Set(trials[3 * block..<3 * block + 3].map(\.split)).count == 1) }
      #expect(trials.countsBySplit == [.train: 6, .valid: 3, .test: 3])
    }
    let orders = try data.headers(id: "d").map { try data.load(id: "d", session: $0.name).trials.map(\.split) }
    #expect(Set(orders).count > 1)
    let few = problems {
      _ = try reaching("{train: 0.5, valid: 0.25, test: 0.25, by: block, block: 6 s}", sessions: 1).headers(id: "d")
    }
    #expect(few.map(\.message) == ["the trials lie in 2 blocks of 6 s, too few for a `split` into 3 parts"])
  }

  // MARK: Neurons

  @Test(arguments: [(0.25, 2), (0.01, 1), (0.99, 7)])
  func `held-out neurons are a share of every session, at least one and never all`(_ share: Double, _ count: Int) throws
  {
    let data = try reaching("{train: 1, neurons: {held_out: \(share), seed: 3}}", sessions: 3)
    let headers = try data.headers(id: "d")
    for header in headers {
      let heldOut = try #require(header.heldOut)
      #expect(heldOut.channels.count == count && heldOut.channels == heldOut.channels.sorted() && heldOut.bins == 0)
      #expect(Set(heldOut.channels).count == count && heldOut.channels.allSatisfy((0..<8).contains))
      #expect(try data.load(id: "d", session: header.name).heldOut == heldOut)
    }
    if share == 0.25 { #expect(Set(headers.map(\.heldOut)).count > 1) }
  }

  @Test func `one channel cannot be held out from itself`() throws {
    let text =
      "kind: generator\nsystem: {kind: limit_cycle, speed: 1}\nsessions: 1\nchannels: 1\n"
      + "observe: {kind: gaussian, noise: 0.1}\ntrials: {count: 10, length: 300 ms}\nbin: 30 ms\n"
    let data = try dataset(text + "split: {train: 1, neurons: {held_out: 0.5}}\n")
    let found = problems { _ = try data.headers(id: "d") }
    #expect(found.map(\.message) == ["the session has 1 channel, and holding neurons out needs 2 or more"])
  }

  @Test func `arrays hold neurons out of the channels that are left`() throws {
    try "a,b,c,d\n".appending((0..<40).map { "\($0 % 3),0,\($0 % 2),1\n" }.joined()).write(
      toFile: scratch.path("x.csv"), atomically: true, encoding: .utf8)
    let rest = "observe: {array: \"[a-d]\", bin: 10 ms, min_rate: 1 Hz}\nwindows: {length: 100 ms}\n"
    let data = try dataset(
      "kind: arrays\npath: x.csv\n" + rest + "split: {train: 0.5, test: 0.5, neurons: {held_out: 0.4}}\n")
    let header = try #require(data.headers(id: "d", base: scratch.folder).first)
    #expect(header.channels == 3 && header.heldOut?.channels.count == 1)
  }

  // MARK: Rules

  @Test(arguments: [
    ("{train: 1, by: file}", "`by: file` needs `file`"),
    ("{train: 1, file: x.tsv}", "`file` has no effect without `by: file`"),
    ("{train: 1, block: 1 s}", "`block` has no effect without `by: block`"),
    (
      "{train: 0.5, test: 0.5, by: block, block: 1 s, stratify: a}",
      "`stratify` has no effect beside `block`, which keeps trials together"
    ),
    ("{train: 1, by: file, file: x.tsv, stratify: a}", "`stratify` has no effect beside `by: file`"),
    ("{train: 1, sessions: {by: subject}}", "`by: subject` needs shares: `train`, `valid`, `test`"),
    ("{train: 1, sessions: {train: 0.5, test: 0.2}}", "`train`, `valid` and `test` add up to 0.7, not 1"),
    ("{train: 1, sessions: {train: 1}}", "`train` is 1; use a share between 0 and 1"),
    ("{train: 1, sessions: {by: file}}", "`by: file` needs `file`"),
    ("{train: 1, sessions: {train: 0.5, test: 0.5, file: x.tsv}}", "`file` has no effect without `by: file`"),
    ("{train: 1, sessions: {train: 0.5, test: 0.5, by: file, file: x}}", "`train` has no effect beside `by: file`"),
    ("{train: 1, neurons: {held_out: 0}}", "`held_out` is 0; use a share between 0 and 1"),
    ("{train: 1, neurons: {}}", "give one of `held_out` and `where`"),
    ("{train: 1, neurons: {held_out: 0.5, where: a == 1}}", "give one of `held_out` and `where`"),
    (
      "{train: 1, neurons: {where: a == 1}}",
      "`neurons.where` asks for columns of units, which only NWB files with spike times have; use `held_out`"
    ),
  ])
  func `keys without effect and shares that do not fit are refused`(_ split: String, _ complaint: String) {
    let text = "kind: arrays\npath: x\nobserve: {array: y, bin: 10 ms}\nsplit: "
    #expect(complaints(text + split + "\n") == complaint)
  }
}
