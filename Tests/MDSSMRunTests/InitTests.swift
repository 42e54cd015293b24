import Foundation
import Testing

/// `init`: starter specs of generated data and of recordings.
struct InitTests {
  private let program: Program

  init() throws { program = try Program() }

  private func text(_ name: String) throws -> String { try String(contentsOfFile: program.path(name), encoding: .utf8) }

  private func prepare(_ recording: Recording = Recording(trials: 12), at name: String = "data/rat.nwb") throws {
    let folder = (program.path(name) as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try recording.write(to: program.path(name))
  }

  @Test func `the starter passes the check and runs`() throws {
    let run = try program.run(["init"])
    #expect(run.code == 0)
    #expect(run.output == "wrote study.yaml; look at it, then: mdssm-run plan study.yaml\n")
    let spec = try text("study.yaml")
    #expect(spec.hasPrefix("# yaml-language-server: $schema=mdssm.schema.json\nmdssm: 1\n"))
    #expect(try text("mdssm.schema.json") == program.run(["schema"]).output)
    let check = try program.run(["check", "--data", "study.yaml"])
    #expect(check.code == 0 && check.errors == "")
    let done = try program.run(["study.yaml", "--profile", "smoke", "--set", "training.recipe.budget=2 steps"])
    #expect(done.code == 0, "\(done.errors)")
    // What stands in comments works as well.
    let sweep = spec.replacing("# sweep:", with: "sweep:")
    try program.write(sweep, to: "sweep.yaml")
    #expect(try program.run(["sweep", "sweep.yaml", "--json"]).objects.count == 7)
    #expect(try program.run(["check", "sweep.yaml"]).code == 0)
    let printed = try program.run(["init", "-"])
    #expect(spec.hasSuffix(printed.output) && printed.output.hasPrefix("mdssm: 1\n"))
  }

  @Test func `nothing is overwritten`() throws {
    try program.write("mine", to: "study.yaml")
    try program.write("mine too", to: "mdssm.schema.json")
    let run = try program.run(["init"])
    #expect(run.code == 73)
    #expect(run.errors == "error: study.yaml is there already, and `init` changes no file; name another one\n")
    #expect(try text("study.yaml") == "mine")
    #expect(try program.run(["init", "other.yaml"]).code == 0)
    #expect(try text("mdssm.schema.json") == "mine too")
    #expect(try program.run(["init", "no/such/folder.yaml"]).code == 73)
    try FileManager.default.createSymbolicLink(atPath: program.path("link.yaml"), withDestinationPath: "gone.yaml")
    #expect(try program.run(["init", "link.yaml"]).code == 73)
  }

  @Test func `a study of recordings names them relative to itself`() throws {
    try prepare()
    try FileManager.default.createDirectory(atPath: program.path("specs/deep"), withIntermediateDirectories: true)
    let run = try program.run(["init", "specs/deep/rat.yaml", "--from", "data/rat.nwb"])
    #expect(run.code == 0, "\(run.errors)")
    let spec = try text("specs/deep/rat.yaml")
    #expect(spec.contains("path: \"../../data/rat.nwb\"   # one session, `data/<file stem>`\n"))
    #expect(spec.contains("trials: {window: [0 s, 900 ms]}"), "\(spec)")
    #expect(spec.contains("Trials around an event: trials: {align: go_time, window: [-200 ms, 700 ms]}"))
    #expect(spec.contains("cursor_vel: processing/behavior/cursor_vel   # 1 x m/s, 100 Hz"))
    #expect(try program.run(["check", "--data", "specs/deep/rat.yaml"]).code == 0)
    let arguments = ["--set", "training.recipe.budget=4 steps", "--set", "training.recipe.select.every=2 steps"]
    #expect(try program.run(["specs/deep/rat.yaml"] + arguments).code == 0)
  }

  @Test func `many recordings become patterns, one dataset for each folder`() throws {
    for name in ["a/one.nwb", "a/two.nwb", "b/one.nwb", "b/notes.txt", "c d [e]/x.nwb"] { try prepare(at: name) }
    let run = try program.run(["init", "--from", "a", "b/one.nwb", "c d [e]"])
    #expect(run.code == 0, "\(run.errors)")
    let spec = try text("study.yaml")
    for line in ["  a:", "path: a/*.nwb ", "path: b/one.nwb ", "  c_d__e:", "path: \"c d ?e]/x.nwb\" "] {
      #expect(spec.contains(line), "\(line)")
    }
    #expect(spec.contains("all: {include: [a/*, b/*, c_d__e/*]}"))
    #expect(spec.contains("adapt: {kind: low_rank"))
    let part = try program.run(["init", "-", "--from", "a/*.nwb", "a/one.nwb"])
    #expect(part.output.contains("path: a/*.nwb   # 2 sessions"))
    // The only one of several: the pattern may not name its neighbour.
    #expect(try program.run(["init", "-", "--from", "a/two.nwb"]).output.contains("path: a/two.nwb"))
  }

  @Test func `behaviour without a value is left out`() throws {
    try prepare(Recording(trials: 12, velocity: { _ in .nan }))
    let run = try program.run(["init", "-", "--from", "data/rat.nwb"])
    #expect(run.code == 0 && !run.output.contains("behavior"))
  }

  @Test func `what cannot be modelled is refused with what it is`() throws {
    try prepare(Recording(isNWB: false), at: "data/plain.nwb")
    try prepare(Recording(hasUnits: false), at: "data/empty.nwb")
    try program.write("1,2\n", to: "data/table.nwb")
    let run = try program.run(["init", "--from", "data"])
    #expect(run.code == 66)
    #expect(run.errors.contains("data/plain.nwb: this HDF5 file is not an NWB file"))
    #expect(run.errors.contains("data/empty.nwb: there is nothing to model"))
    #expect(run.errors.contains("processing/behavior/cursor_vel (600 x 1, 100 Hz), trials (6 rows)"))
    #expect(run.errors.contains("data/table.nwb: this is not an HDF5 file; it looks like"))
    #expect(!FileManager.default.fileExists(atPath: program.path("study.yaml")))
    #expect(try program.run(["init", "--from", "gone.nwb"]).errors == "error: no such file: gone.nwb\n")
    #expect(try program.run(["init", "--from", "gone/*.nwb"]).errors == "error: no NWB files: gone/*.nwb\n")
  }
}

/// `init --from` on every recording that is there for the tests.
@Suite(.timeLimit(.minutes(20))) struct InitOnRecordingsTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data").path

  private static let files: [String] = {
    let all = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    return all.filter { $0.hasSuffix(".nwb") }.sorted()
  }()

  /// Files that hold nothing to model: no units, no series of several channels.
  private static func isBare(_ file: String) -> Bool {
    file.contains("nwb_compat/pynwb_back_compat") || file.hasSuffix("matnwb_S1.nwb")
  }

  private static var isThere: Bool {
    if files.isEmpty { print("skipped: there are no recordings at ../shared/data") }
    return !files.isEmpty
  }

  @Test func `a study of any file passes the check and can be planned`() throws {
    guard Self.isThere else { return }
    let program = try Program()
    for (number, file) in Self.files.enumerated() {
      let spec = "s\(number).yaml"
      let run = try program.run(["init", spec, "--from", "\(Self.folder)/\(file)"])
      guard !Self.isBare(file) else {
        #expect(run.code == 66 && run.errors.contains("there is nothing to model"), "\(file)\n\(run.errors)")
        continue
      }
      #expect(run.code == 0, "\(file)\n\(run.errors)")
      let check = try program.run(["check", "--data", spec])
      #expect(check.code == 0 && check.errors == "", "\(file)\n\(check.errors)")
      let plan = try program.run(["plan", spec])
      #expect(plan.code == 0 && plan.output.contains("fit/forecast"), "\(file)\n\(plan.errors)")
    }
  }

  @Test func `a study of any folder passes the check`() throws {
    guard Self.isThere else { return }
    let program = try Program()
    let folders = Set(Self.files.filter { !Self.isBare($0) }.map { ($0 as NSString).deletingLastPathComponent })
    for folder in folders.sorted() where folder != "nwb_compat" {
      // Two of its sessions have bins of 10 ms, two of 100 ms.
      if folder == "reaching_dad" { continue }
      let run = try program.run(["init", "\(folder).yaml", "--from", "\(Self.folder)/\(folder)"])
      #expect(run.code == 0, "\(folder)\n\(run.errors)")
      #expect(try program.run(["check", "--data", "\(folder).yaml"]).code == 0)
    }
    for mixed in [["aplysia/sub-Jun0214_ses-da01.nwb", "fmri"], ["reaching_dad"]] {
      let refused = try program.run(["init", "mixed.yaml", "--from"] + mixed.map { "\(Self.folder)/\($0)" })
      #expect(refused.code == 66 && refused.errors.contains("the recordings do not fit into one study"))
    }
  }

  @Test(arguments: ["reaching_dad/chewie_demo_tr.nwb", "calcium_hvc/hvc_song.nwb"])
  func `a study of a small file runs`(_ file: String) throws {
    guard Self.isThere else { return }
    let program = try Program()
    #expect(try program.run(["init", "--from", "\(Self.folder)/\(file)"]).code == 0)
    let arguments = ["--set", "training.recipe.budget=4 steps", "--set", "training.recipe.select.every=2 steps"]
    let run = try program.run(["study.yaml"] + arguments)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("decode_raw"))
  }

  @Test func `bins follow rates`() throws {
    guard Self.isThere else { return }
    let program = try Program()
    let expected = [
      ("aplysia/sub-Jun0214_ses-da01.nwb", "bin: 200 ms, smooth: 500 ms, min_rate: 0.2 Hz"),
      ("reach_grasp/reach_grasp.nwb", "bin: 20 ms, smooth: 50 ms, min_rate: 0.5 Hz"),
      ("centre_out_bci/block2_baselineEvaluation.nwb", "bin: 45 ms, channels: good, smooth: 90 ms"),
      ("fmri/sub-NAP_001.nwb", "bin: 2 s}"), ("calcium_hvc/hvc_song.nwb", "bin: 33333333 ns}"),
    ]
    for (file, words) in expected {
      let run = try program.run(["init", "-", "--from", "\(Self.folder)/\(file)"])
      #expect(run.output.contains(words), "\(file)\n\(run.output)")
    }
  }
}
