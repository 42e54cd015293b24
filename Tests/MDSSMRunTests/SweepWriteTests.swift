import Bundle
import Foundation
import Testing

/// `sweep --write`: every point as a spec of its own.
struct SweepWriteTests {
  private let program: Program

  init() throws { program = try Program() }

  private static let sweep = """
    sweep:
      strategy: random
      axes: {models.plain.dynamics.latent: [1, 2], training.short.optimizer.lr: {log_uniform: [1e-4, 1e-2]}}
      draws: 2

    """

  @Test func `each point passes the check and its jobs are those of the sweep`() throws {
    try FileManager.default.createDirectory(atPath: program.path("specs"), withIntermediateDirectories: true)
    try program.prepare()
    let study = Recording.study.replacing("path: data", with: "path: ../data")
    try program.write(study + Self.sweep, to: "specs/study.yaml")
    let run = try program.run(["sweep", "specs/study.yaml", "--write", "out/points"])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output == "wrote 4 specs and index.tsv to out/points\n")
    let index = try #require(
      TSV(parsing: String(contentsOfFile: program.path("out/points/index.tsv"), encoding: .utf8)))
    #expect(
      index.columns == ["id", "file", "models.plain.dynamics.latent", "training.short.optimizer.lr"])
    #expect(index.rows.count == 4)
    // What the sweep has done is done for its points.
    let whole = try program.run(["specs/study.yaml"])
    #expect(whole.code == 0, "\(whole.errors)")
    for row in index.rows {
      let spec = "out/points/" + row[1]
      #expect(row[1] == row[0] + ".yaml")
      let text = try String(contentsOfFile: program.path(spec), encoding: .utf8)
      #expect(text.hasPrefix("# Point \(row[0]) of specs/study.yaml: models.plain.dynamics.latent: \(row[2]), "))
      #expect(text.contains("path: \"../../data/rat.nwb\"\n") && !text.contains("sweep:"))
      let check = try program.run(["check", "--data", spec])
      #expect(check.code == 0 && check.errors == "", "\(check.errors)")
      let one = try program.run([spec])
      #expect(one.code == 0, "\(one.errors)")
      #expect(one.errors.components(separatedBy: ": already there\n").count == 4, "\(one.errors)")
    }
  }

  @Test func `tables of a split are found from the points`() throws {
    try FileManager.default.createDirectory(atPath: program.path("specs"), withIntermediateDirectories: true)
    let study = """
      mdssm: 1
      study: {name: tables}
      datasets:
        cycles:
          kind: generator
          system: {kind: limit_cycle, speed: [1, 2], step: 10 ms}
          sessions: 2
          channels: 4
          observe: {kind: gaussian, noise: 0.1}
          trials: {count: 2, length: 300 ms}
          bin: 30 ms
          split: {train: 1, by: file, file: trials.csv, sessions: {by: file, file: sessions.csv}}
      models:
        plain:
          readin:      {kind: mlp, width: 4, shared: 3}
          dynamics:    {kind: mlp, latent: 2, hidden: [4], adapt: {kind: shared}}
          inference:   {kind: dkf, encoder: {kind: bigru, width: 4}}
          observation: {kind: gaussian}
      training: {short: {optimizer: {kind: adamw, lr: 1e-3}, batch: {trials: 2}, budget: 2 steps}}
      runs: {fit: {train: plain, on: cycles, with: short}}
      sweep: {axes: {study.seed: [1, 2]}}

      """
    try program.write(study, to: "specs/study.yaml")
    let rows = ["01,1,train", "01,2,test", "02,1,train", "02,2,test"].map { "cycles/\($0)\n" }.joined()
    try program.write("session,trial,split\n" + rows, to: "specs/trials.csv")
    try program.write("session,split\ncycles/01,train\ncycles/02,train\n", to: "specs/sessions.csv")
    #expect(try program.run(["sweep", "specs/study.yaml", "--write", "out"]).code == 0)
    let index = try #require(TSV(parsing: String(contentsOfFile: program.path("out/index.tsv"), encoding: .utf8)))
    let spec = "out/" + (try #require(index.rows.first)[1])
    let text = try String(contentsOfFile: program.path(spec), encoding: .utf8)
    #expect(text.contains("../specs/trials.csv") && text.contains("../specs/sessions.csv"), "\(text)")
    let check = try program.run(["check", "--data", spec])
    #expect(check.code == 0 && check.errors == "", "\(check.errors)")
    // What a table says is in the keys: another table, another job.
    #expect(try program.run(["specs/study.yaml"]).code == 0)
    #expect(try program.run(["plan", "specs/study.yaml", "--detailed-exitcode"]).code == 0)
    try program.write(
      "session,trial,split\n" + rows.replacing("2,2,test", with: "2,2,train"), to: "specs/trials.csv")
    #expect(try program.run(["plan", "specs/study.yaml", "--detailed-exitcode"]).code == 2)
  }

  @Test func `a folder that holds something is left alone`() throws {
    try program.prepare()
    try program.write(Recording.study + Self.sweep, to: "study.yaml")
    let run = try program.run(["sweep", "study.yaml", "--write", "data"])
    #expect(run.code == 73)
    #expect(run.errors == "error: data is not an empty folder; name one that is, or that does not exist yet\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: program.path("data")) == ["rat.nwb"])
    #expect(try program.run(["sweep", "study.yaml", "--write", "study.yaml"]).code == 73)
    #expect(try program.run(["sweep", "study.yaml", "--write", "out", "--csv"]).code == 64)
    try FileManager.default.createDirectory(atPath: program.path("new"), withIntermediateDirectories: false)
    #expect(try program.run(["sweep", "study.yaml", "--write", "new"]).code == 0)
  }

  @Test func `points that are wrong are not written`() throws {
    try program.prepare()
    try program.write(Recording.study + "sweep: {axes: {models.plain.dynamics.latent: [1, 0]}}\n", to: "study.yaml")
    let run = try program.run(["sweep", "study.yaml", "--write", "out"])
    #expect(run.code == 65 && run.errors.contains("at the point models.plain.dynamics.latent: 0"))
    #expect(!FileManager.default.fileExists(atPath: program.path("out")))
  }

  @Test func `a spec without a sweep is one point`() throws {
    try program.prepare()
    #expect(try program.run(["sweep", "study.yaml", "--write", "out"]).output == "wrote 1 spec and index.tsv to out\n")
  }
}
