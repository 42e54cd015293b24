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
