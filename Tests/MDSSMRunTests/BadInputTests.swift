import Bundle
import Foundation
import Testing

/// Bad input: a complaint at its place, the documented exit code, and a bundle that says what failed.
struct BadInputTests {
  /// One way in which data or their use can be wrong, found while planning.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// The piece of the study to replace, and by what.
    var old = ""
    var new = ""
    /// What lies at `data/rat.nwb`.
    var data: @Sendable (_ path: String) throws -> Void = { try Recording().write(to: $0) }
    var message: String
    /// The text of the study that the complaint points at.
    var place: String
    var session: String?
    var file: String?
    var object: String?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "a missing file", data: { _ in }, message: "there is no such file", place: "data/rat.nwb",
      session: "rat/rat", file: "data/rat.nwb"),
    Case(
      name: "a folder instead of a file",
      data: { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: true) },
      message: "this is a folder, not a file", place: "data/rat.nwb", session: "rat/rat", file: "data/rat.nwb"),
    Case(
      name: "an empty glob", old: "data/rat.nwb", new: "data/sub-*.nwb", message: "no file matches the pattern",
      place: "data/sub-*.nwb", session: "rat", file: "data/sub-*.nwb"),
    Case(
      name: "a file that is not HDF5",
      data: { try "time,unit\n1,2\n".write(toFile: $0, atomically: true, encoding: .utf8) },
      message: "this is not an HDF5 file; it looks like", place: "data/rat.nwb", session: "rat/rat",
      file: "data/rat.nwb"),
    Case(
      name: "an empty file", data: { try Data().write(to: URL(fileURLWithPath: $0)) },
      message: "this is not an HDF5 file", place: "data/rat.nwb", session: "rat/rat", file: "data/rat.nwb"),
    Case(
      name: "a file that was cut off",
      data: { path in
        try Recording().write(to: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
      }, message: "the file is truncated", place: "data/rat.nwb", session: "rat/rat", file: "data/rat.nwb"),
    Case(
      name: "an HDF5 file that is not NWB", data: { try Recording(isNWB: false).write(to: $0) },
      message: "this HDF5 file is not an NWB file", place: "data/rat.nwb", session: "rat/rat", file: "data/rat.nwb",
      object: "/"),
    Case(
      name: "an NWB file without units", data: { try Recording(hasUnits: false).write(to: $0) },
      message: "the file has no units with spike times", place: "data/rat.nwb", session: "rat/rat",
      file: "data/rat.nwb", object: "units"),
    Case(
      name: "a trials column that does not exist", old: "align: start_time", new: "align: go_tim",
      message: "the table has no column `go_tim`", place: "go_tim", session: "rat/rat", file: "data/rat.nwb",
      object: "intervals/trials/go_tim"),
    Case(
      name: "a trials table that does not exist", old: "align: start_time", new: "table: reaches, align: start_time",
      message: "there is no such table of intervals", place: "reaches", session: "rat/rat", file: "data/rat.nwb",
      object: "intervals/reaches"),
    Case(
      name: "a condition on a column that does not exist", old: "align: start_time",
      new: "where: result == 1, align: start_time", message: "`where` speaks of `result`", place: "result == 1",
      session: "rat/rat", file: "data/rat.nwb", object: "intervals/trials"),
    Case(
      name: "behaviour that does not exist", old: "cursor_vel", new: "hand_vel",
      message: "no series under `processing` or `acquisition` has this name", place: "hand_vel", session: "rat/rat",
      file: "data/rat.nwb", object: "hand_vel"),
    Case(
      name: "behaviour that is NaN throughout", data: { try Recording(velocity: { _ in .nan }).write(to: $0) },
      message: "`velocity` has no value in any bin of the trials", place: "cursor_vel", session: "rat/rat",
      file: "data/rat.nwb", object: "processing/behavior/cursor_vel/data"),
    Case(
      name: "too few trials for the split", data: { try Recording(trials: 2).write(to: $0) },
      message: "the session has 2 trials, too few for a `split` into 3 parts", place: "{train: 0.5", session: "rat/rat",
      file: "data/rat.nwb"),
  ]

  @Test(arguments: cases) func `data that cannot be planned with`(_ bad: Case) throws {
    let program = try Program()
    try program.prepare(nil, replacing: bad.old, with: bad.new)
    try bad.data(program.path("data/rat.nwb"))
    let run = try program.run(["study.yaml"])
    #expect(run.code == 66)
    #expect(run.errors.contains("error[E3001]: "))
    #expect(run.errors.contains(bad.message))
    let place = try Self.place(bad.place, in: String(contentsOfFile: program.path("study.yaml"), encoding: .utf8))
    #expect(run.errors.contains("--> \(place)\n"), "\(run.errors)")
    for name in [bad.session, bad.file, bad.object].compactMap({ $0 }) { #expect(run.errors.contains(name)) }

    let bundle = try program.bundle()
    #expect(bundle.manifest.status == .failed)
    let failure = try #require(bundle.manifest.failures.first)
    #expect(bundle.manifest.failures.count == 1)
    #expect(failure.job == "datasets.rat")
    #expect(failure.message.contains(bad.message))
    #expect(failure.place == place)
    #expect(failure.session == bad.session)
    #expect(failure.file == bad.file)
    #expect(failure.object == bad.object)
    #expect(bundle.verify() == [])
    #expect(try bundle.text("report/index.html").contains("Failures"))
    #expect(try bundle.text("result/spec/original.yaml").contains("mdssm: 1"))

    // `check --data` and `plan` find the same and write nothing.
    for command in [["check", "--data"], ["plan"]] {
      let other = try program.run(command + ["study.yaml", "--set", "study.name=untouched"])
      #expect(other.code == 66)
      #expect(other.errors.contains(bad.message))
    }
    #expect(!FileManager.default.fileExists(atPath: program.path("runs/untouched")))
  }

  /// `study.yaml:8:11` of the first occurrence of a text.
  static func place(_ text: String, in study: String) throws -> String {
    let before = try #require(study.components(separatedBy: text).first)
    let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
    return "study.yaml:\(lines.count):\((lines.last?.count ?? 0) + 1)"
  }

  @Test func `every problem is told, not the first`() throws {
    let program = try Program()
    try program.prepare(replacing: "data/rat.nwb", with: "data/*.nwb")
    try "no".write(toFile: program.path("data/second.nwb"), atomically: true, encoding: .utf8)
    try Recording(hasUnits: false).write(to: program.path("data/third.nwb"))
    let run = try program.run(["study.yaml"])
    #expect(run.code == 66)
    #expect(run.errors.contains("2 errors"))
    #expect(try program.bundle().manifest.failures.map(\.session) == ["rat/second", "rat/third"])
  }

  @Test func `some NaN in behaviour is said and left out`() throws {
    let program = try Program()
    try program.prepare(Recording(velocity: { $0 < 0.3 ? .nan : sin(5 * $0) }))
    let run = try program.run(["study.yaml"])
    #expect(run.code == 0, "\(run.errors)")
    let note =
      "note: rat/rat: rat.nwb, `processing/behavior/cursor_vel/data`: `velocity` has no value in 6 of 60 bins; decoding "
      + "leaves them out\n"
    #expect(run.errors.contains(note))
    #expect(try program.bundle().text("result/spec/lock.json").contains("has no value in 6 of 60 bins"))
    let metrics = try #require(TSV(parsing: try program.bundle().text("result/metrics.tsv")))
    let decoded = metrics.rows.first { $0[4] == "decode.r2" }
    #expect(decoded.map { Double($0[5])?.isFinite } == true)
  }

  @Test func `NaN in all test trials fails the decoding and nothing else`() throws {
    let program = try Program()
    // Trials in order of time: the last two of six are for testing.
    try program.prepare(
      Recording(velocity: { $0 >= 4 ? .nan : sin(5 * $0) }), replacing: "test: 0.3", with: "test: 0.3, by: block")
    let run = try program.run(["study.yaml"])
    #expect(run.code == 1)
    let message = "`velocity` has no value in any bin of the trials of split `test`"
    #expect(run.errors.contains(message))
    let manifest = try program.bundle().manifest
    #expect(manifest.status == .failed)
    #expect(manifest.failures.map(\.job) == ["fit/decode"])
    #expect(manifest.failures.map(\.session) == ["rat/rat"])
    #expect(manifest.failures.map(\.file) == ["data/rat.nwb"])
    #expect(manifest.failures.map(\.object) == ["velocity"])
    #expect(try program.bundle().text("result/metrics.tsv").contains("rebuild.r2"))
  }

  @Test func `damage that only reading finds fails the job and leaves its dependants`() throws {
    let program = try Program()
    try program.prepare(Recording(spikeTimes: { $0 > 2 && $0 < 2.2 ? .nan : $0 }))
    let run = try program.run(["study.yaml"])
    #expect(run.code == 1)
    #expect(run.errors.contains("error[E3001]: unit 0 has spike times that are not numbers"))
    #expect(run.errors.contains("--> study.yaml:6:11"))
    #expect(run.errors.contains("note: job: fit"))
    let bundle = try program.bundle()
    #expect(bundle.manifest.status == .failed)
    #expect(bundle.manifest.failures.map(\.job) == ["fit", "fit/rebuild", "fit/decode"])
    let failure = try #require(bundle.manifest.failures.first)
    #expect(failure.session == "rat/rat")
    #expect(failure.file == "data/rat.nwb")
    #expect(failure.object == "units/spike_times")
    #expect(bundle.manifest.failures[1].message == "left: it reads `fit`, which is missing")
    #expect(bundle.verify() == [])
  }

  @Test func `a loss that becomes NaN names step, parameter and a way out`() throws {
    let program = try Program()
    try program.prepare(replacing: "lr: 1e-3", with: "lr: 1e30")
    let run = try program.run(["study.yaml"])
    #expect(run.code == 1)
    let place = try Self.place("fit: {train", in: Recording.study)
    #expect(run.errors.contains("error[E4001]: `fit` failed: the loss became "))
    #expect(run.errors.contains("--> \(place)\n"))
    #expect(run.errors.contains(" at step 2; first in `"))
    #expect(run.errors.contains("help: lower `optimizer.lr` of `training.short`, now 1e+30"))
    #expect(run.errors.contains("help: shorten the gradient with `clip: 1`"))
    let manifest = try program.bundle().manifest
    #expect(manifest.status == .failed)
    #expect(manifest.failures.first?.job == "fit")
    #expect(manifest.failures.first?.place == place)
    #expect(manifest.failures.first?.message.contains("at step 2") == true)
  }

  @Test func `a mistake in the spec is an error at its place and leaves no bundle`() throws {
    let program = try Program()
    try program.prepare(replacing: "lr: 1e-3", with: "learning_rate: 1e-3")
    for command in [[], ["check"], ["plan"]] {
      let run = try program.run(command + ["study.yaml"])
      #expect(run.code == 65)
      #expect(run.errors.contains("error[E1003]"))
      #expect(run.errors.contains("--> study.yaml:19:30"))
    }
    #expect(!FileManager.default.fileExists(atPath: program.path("runs")))
  }

  @Test func `a study that its data do not fit is an error of the spec`() throws {
    let program = try Program()
    try program.prepare(replacing: "target: velocity", with: "target: speed")
    let run = try program.run(["study.yaml"])
    #expect(run.code == 65)
    #expect(run.errors.contains("error[E2003]: no session of run `fit` has the behaviour `speed`"))
    #expect(run.errors.contains("behaviour that is there: `velocity`"))
    #expect(!FileManager.default.fileExists(atPath: program.path("runs")))
  }

  @Test func `specs that cannot be read`() throws {
    let program = try Program()
    let missing = try program.run(["gone.yaml"])
    #expect(missing.code == 66)
    #expect(missing.errors == "error: no such file: gone.yaml\n")
    try FileManager.default.createDirectory(atPath: program.path("folder"), withIntermediateDirectories: false)
    let folder = try program.run(["folder"])
    #expect(folder.code == 66)
    #expect(folder.errors == "error: folder is a folder, not a spec\n")
    for text in ["", "a: [", "\u{0}", "- 1\n", "mdssm: 2\n"] {
      try program.write(text, to: "bad.yaml")
      let run = try program.run(["bad.yaml"])
      #expect(run.code == 65)
      #expect(run.errors.contains("--> bad.yaml:"), "\(text) gave \(run.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: program.path("runs")))
  }

  @Test func `results that cannot be written`() throws {
    let program = try Program()
    try program.prepare()
    try program.write("a file", to: "runs")
    let run = try program.run(["study.yaml"])
    #expect(run.code == 73)
    #expect(run.errors.contains("cannot be written"))
    try FileManager.default.removeItem(atPath: program.path("data/rat.nwb"))
    #expect(try program.run(["study.yaml"]).code == 73)
  }
}
