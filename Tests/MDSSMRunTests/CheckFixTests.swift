import Foundation
import Testing

/// `check --fix` on files and on standard input.
struct CheckFixTests {
  private let program: Program

  init() throws { program = try Program() }

  private func text(_ name: String) throws -> String { try String(contentsOfFile: program.path(name), encoding: .utf8) }

  private static let broken = Recording.study.replacing("lr: 1e-3", with: "learning_rate: 1e-3}  # slow: {")
    .replacing("}  # slow: {}", with: "}  # slow").replacing("latent: 2", with: "latnet: 2")

  @Test func `safe fixes are made in place and said`() throws {
    try program.write(Self.broken, to: "study.yaml")
    let run = try program.run(["check", "--fix", "study.yaml"])
    #expect(run.code == 0, "\(run.errors)")
    #expect(try text("study.yaml") == Recording.study.replacing("lr: 1e-3}", with: "lr: 1e-3}  # slow"))
    #expect(
      run.output == """
        study.yaml:14:30: fixed E1003: `latnet` is now `latent`
        study.yaml:19:30: fixed E1003: `learning_rate` is now `lr`
        study.yaml: no errors

        """)
    let again = try program.run(["check", "--fix", "study.yaml"])
    #expect(again.output == "study.yaml: no errors\n")
  }

  @Test func `what has no safe fix is left, and without one nothing is written`() throws {
    try program.write(Self.broken.replacing("kind: dkf", with: "kind: dfk"), to: "study.yaml")
    let run = try program.run(["check", "--fix", "study.yaml"])
    #expect(run.code == 65)
    #expect(run.output.contains("fixed E1003") && run.errors.contains("error[E1007]"))
    #expect(run.errors.hasSuffix("1 error\n"))
    let before = try FileManager.default.attributesOfItem(atPath: program.path("study.yaml"))
    #expect(try program.run(["check", "--fix", "study.yaml"]).code == 65)
    let after = try FileManager.default.attributesOfItem(atPath: program.path("study.yaml"))
    #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
    let names = try FileManager.default.contentsOfDirectory(atPath: program.folder)
    #expect(names.filter { !$0.hasPrefix("printed-") } == ["study.yaml"])
  }

  @Test func `standard input comes out mended`() throws {
    let run = try program.run(["check", "--fix", "-"], input: Self.broken)
    #expect(run.code == 0)
    #expect(run.output == Recording.study.replacing("lr: 1e-3}", with: "lr: 1e-3}  # slow"))
    #expect(run.errors.contains("fixed E1003"))
    #expect(try program.run(["check", "--fix", "--json", "-"], input: Self.broken).code == 64)
  }

  @Test func `a program gets one object per fix and complaint`() throws {
    try program.write(Self.broken.replacing("kind: dkf", with: "kind: dfk"), to: "study.yaml")
    let run = try program.run(["check", "--fix", "--json", "study.yaml"])
    #expect(run.code == 65 && run.errors == "")
    #expect(run.objects.compactMap { $0["type"]?.string } == ["fixed", "fixed", "diagnostic"])
    #expect(run.objects.first?["fix"]?["replacement"]?.string == "latent")
  }

  @Test func `a fragment is changed only where it is named`() throws {
    let fragment =
      "training: {short: {optimizer: {kind: adamw, learning_rate: 1e-3}, batch: {trials: 2}, budget: 4 steps}}\n"
    try program.write(fragment, to: "base.yaml")
    let lines = Recording.study.split(separator: "\n").filter { !$0.hasPrefix("    optim") && !$0.hasPrefix("    b") }
    let study = lines.joined(separator: "\n").replacing("training:\n  short:", with: "extends: [base.yaml]")
    try program.write(study, to: "study.yaml")
    let run = try program.run(["check", "--fix", "study.yaml"])
    #expect(run.code == 65)
    #expect(run.errors.contains("--> base.yaml:1:45"))
    #expect(run.errors.contains("study.yaml:") && run.errors.contains("is extended here"))
    #expect(run.errors.contains("mdssm-run check --fix base.yaml"))
    #expect(try text("base.yaml") == fragment && text("study.yaml") == study)
    _ = try program.run(["check", "--fix", "base.yaml"])
    #expect(try text("base.yaml") == fragment.replacing("learning_rate", with: "lr"))
    #expect(try program.run(["check", "study.yaml"]).code == 0)
  }

  @Test func `errors of single points of a sweep and of the data count`() throws {
    try program.prepare()
    let study = Recording.study + "sweep: {axes: {models.plain.dynamics.latent: [2, 0]}}\n"
    try program.write(study, to: "sweep.yaml")
    let run = try program.run(["check", "--fix", "sweep.yaml"])
    #expect(run.code == 65)
    #expect(run.errors.contains("note: at the point models.plain.dynamics.latent: 0"))
    // What is wrong at every point is told once and without a point.
    let right = study.replacing("[2, 0]", with: "[2, 3]")
    try program.write(right.replacing("lr: ", with: "learning_rate: "), to: "sweep.yaml")
    #expect(try program.run(["check", "--fix", "sweep.yaml"]).code == 0)
    try program.write(right.replacing("rat.nwb", with: "cat.nwb"), to: "sweep.yaml")
    #expect(try program.run(["check", "sweep.yaml"]).code == 0)
    let data = try program.run(["check", "--data", "sweep.yaml"])
    #expect(data.code == 66 && data.errors.hasSuffix("1 error\n") && !data.errors.contains("at the point"))
  }
}
