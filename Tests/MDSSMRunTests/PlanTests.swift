import Bundle
import Foundation
import Testing

/// The screens of `plan`: sweeps, what changed, graphs, files and exit codes.
struct PlanTests {
  /// A sweep in which all transfers share what they transfer.
  private static let transfers = """
    mdssm: 1
    study: {name: transfers, seed: 7}
    params: {shots: {type: count, default: 4}}
    datasets:
      cycles:
        kind: generator
        system: {kind: limit_cycle, speed: [1, 2], step: 10 ms}
        sessions: 2
        channels: [3, 4]
        observe: {kind: gaussian, noise: 0.1}
        trials: {count: 10, length: 300 ms}
        bin: 30 ms
        split: {train: 0.6, valid: 0.2, test: 0.2}
      later:
        kind: generator
        system: {kind: limit_cycle, speed: 3, step: 10 ms}
        channels: 5
        observe: {kind: gaussian, noise: 0.1}
        trials: {count: 10, length: 300 ms}
        bin: 30 ms
        split: {train: 0.6, valid: 0.2, test: 0.2}
    models:
      meta:
        readin:      {kind: mlp, width: 4, shared: 3}
        embedding:   {size: 1, encoder: {kind: gru, width: 4}}
        dynamics:    {kind: mlp, latent: 2, hidden: [4, 4], adapt: {kind: low_rank, rank: 1, hyper: [4, 4]}}
        inference:   {kind: dkf, encoder: {kind: bigru, width: 4}}
        observation: {kind: gaussian, init: data}
    training:
      pretraining:
        optimizer: {kind: adamw, lr: 3e-3}
        batch:     {trials: 4}
        budget:    4 steps
      adapting: {like: pretraining, optimizer: {lr: 1e-2}}
    runs:
      pretrain: {train: meta, on: cycles, with: pretraining}
      few_shot: {transfer: pretrain, on: later, with: adapting, trials: "${params.shots}", fit: [readin, observation]}
    evaluations:
      rebuild: {kind: reconstruction, of: [few_shot]}
    outputs: {predictions: false}
    backend: {kind: native, threads: 1}
    sweep:
      axes:
        params.shots: [2, 4, 6]
        study.seed: [7, 8]

    """

  private func study() throws -> Program {
    let program = try Program()
    try program.write(Self.transfers, to: "study.yaml")
    return program
  }

  @Test func `a sweep over transfers plans one pre-training for each seed`() throws {
    let run = try study().run(["plan", "study.yaml"])
    #expect(run.code == 0, "\(run.errors)")
    try expectGolden(run.output, "plan-sweep.txt")
  }

  @Test func `a plan says which value changed, and where it stands`() throws {
    let program = try study()
    try program.write(Self.transfers.components(separatedBy: "sweep:")[0], to: "one.yaml")
    #expect(try program.run(["one.yaml"]).code == 0)
    #expect(try program.run(["plan", "one.yaml", "--detailed-exitcode"]).code == 0)
    let text = try String(contentsOfFile: program.path("one.yaml"), encoding: .utf8)
    try program.write(text.replacing("lr: 1e-2", with: "lr: 2e-2"), to: "one.yaml")
    let changed = try program.run(["plan", "one.yaml", "--detailed-exitcode"])
    #expect(changed.code == 2)
    try expectGolden(changed.output, "plan-changed.txt")
  }

  /// Each change and the reason that the named job is then new for.
  @Test(arguments: [
    ("lr: 3e-3", "lr: 4e-3", "pretrain", "training.pretraining.optimizer.lr is 0.004, was 0.003 (one.yaml:"),
    ("lr: 3e-3", "lr: 4e-3", "few_shot", "it reads `pretrain`, which is new"),
    (
      "lr: 3e-3}", "lr: 3e-3, weight_decay: 0}", "few_shot",
      "training.adapting.optimizer.weight_decay is 0.0, was 0.01 (one.yaml:"
    ),
    ("seed: 7", "seed: 9", "pretrain", "study.seed is 9, was 7 (one.yaml:2:"),
    ("latent: 2", "latent: 3", "pretrain", "models.meta.dynamics.latent is 3, was 2 (one.yaml:"),
    (
      "noise: 0.1}\n    trials: {count: 10, length: 300 ms}\n    bin: 30 ms\n    split: {train: 0.6, valid: 0.2, test: 0.2}\n  later",
      "noise: 0.2}\n    trials: {count: 10, length: 300 ms}\n    bin: 30 ms\n    split: {train: 0.6, valid: 0.2, test: 0.2}\n  later",
      "pretrain", "datasets.cycles.observe.noise is 0.2, was 0.1 (one.yaml:"
    ),
    (
      "few_shot]}", "few_shot], split: valid}", "few_shot/rebuild",
      "evaluations.rebuild.split is valid, was test (one.yaml:"
    ),
    ("default: 4", "default: 3", "few_shot", "runs.few_shot.trials is 3, was 4 (one.yaml:"),
    ("default: 4", "default: 3", "few_shot/rebuild", "it reads `few_shot`, which is new"),
    (
      "predictions: false", "predictions: true", "few_shot/rebuild", "outputs.predictions is true, was false (one.yaml:"
    ),
    (
      "predictions: false", "predictions: false, checkpoints: {every: 2 steps}", "pretrain",
      "it was done, but the states of `outputs.checkpoints` were not kept"
    ),
    ("  rebuild:", "  again: {kind: reconstruction, of: [pretrain]}\n  rebuild:", "pretrain/again", "no earlier run"),
  ]) func `the reason that a job is new for`(_ old: String, _ new: String, _ job: String, _ reason: String) throws {
    let program = try study()
    let text = Self.transfers.components(separatedBy: "sweep:")[0]
    try program.write(text, to: "one.yaml")
    #expect(try program.run(["one.yaml"]).code == 0)
    #expect(text.contains(old))
    try program.write(text.replacing(old, with: new), to: "one.yaml")
    let run = try program.run(["plan", "one.yaml", "--json"])
    #expect(run.code == 0)
    let found = try #require(run.objects.first { $0["job"]?.string == job })
    #expect(found["reason"]?.string?.hasPrefix(reason) == true, "\(found.line)")
  }

  @Test func `the file of a plan is the one of the bundle, and a run can be held to it`() throws {
    let program = try study()
    #expect(try program.run(["plan", "study.yaml", "-o", "plan.json"]).code == 0)
    #expect(!FileManager.default.fileExists(atPath: program.path("runs")))
    #expect(try program.run(["study.yaml", "--plan", "plan.json"]).code == 0)
    let written = try String(contentsOfFile: program.path("plan.json"), encoding: .utf8)
    #expect(written == (try program.bundle("transfers").text("result/plan.json")))
    let json = try JSONValue(parsing: Array(written.utf8))
    #expect(json["format"]?.int == 2)
    #expect(json["points"]?.array?.count == 6)
    #expect(json["jobs"]?.array?.count == 14)
    let text = try String(contentsOfFile: program.path("study.yaml"), encoding: .utf8)
    try program.write(text.replacing("lr: 1e-2", with: "lr: 2e-2"), to: "study.yaml")
    let refused = try program.run(["study.yaml", "--plan", "plan.json"])
    #expect(refused.code == 65)
    #expect(refused.errors.contains("training.adapting.optimizer.lr is 0.02, was 0.01 (study.yaml:"))
    #expect(try program.run(["plan", "study.yaml", "-o", "no/such/folder/plan.json"]).code == 73)
  }

  @Test func `the graph of a plan`() throws {
    let program = try study()
    let dot = try program.run(["plan", "study.yaml", "--graph", "dot"])
    let mermaid = try program.run(["plan", "study.yaml", "--graph", "mermaid"])
    #expect(dot.code == 0 && mermaid.code == 0)
    try expectGolden(dot.output + "\n" + mermaid.output, "plan-graph.txt")
    #expect(try program.run(["plan", "study.yaml", "--graph", "svg"]).code == 64)
  }

  @Test func `all of a plan as JSON, one object per line`() throws {
    let program = try study()
    let run = try program.run(["plan", "study.yaml", "--json"])
    #expect(run.code == 0)
    #expect(run.objects.count == run.output.split(separator: "\n").count)
    var counts: [String: Int] = [:]
    for object in run.objects { counts[object["type"]?.string ?? "", default: 0] += 1 }
    #expect(counts == ["begin": 1, "session": 3, "job": 14, "point": 6, "end": 1])
    #expect(run.objects.first?["new"]?.int == 14)
    let keys = Set(run.objects.filter { $0["type"]?.string == "job" }.compactMap { $0["key"]?.string })
    for point in run.objects where point["type"]?.string == "point" {
      #expect(point["fits"]?.object?.values.allSatisfy { keys.contains($0.string ?? "") } == true)
    }
  }

  @Test func `an estimate counts the simulation of sessions once`() throws {
    let program = try study()
    let run = try program.run(["plan", "study.yaml", "--json", "--set", "datasets.cycles.system.step=100 ns"])
    #expect(run.code == 0)
    let jobs = run.objects.filter { $0["type"]?.string == "job" }
    let long = jobs.filter { $0["seconds"]?.double ?? 0 > 10 }.compactMap { $0["job"]?.string }
    #expect(long == ["pretrain [study.seed: 7]"])
  }

  @Test func `a table of many points is short`() throws {
    let program = try study()
    let more = ["--set", "sweep.axes={study.seed: {seeds: 30}, params.shots: [2, 4]}"]
    let run = try program.run(["plan", "study.yaml"] + more)
    #expect(run.code == 0)
    #expect(run.output.contains("\nand 40 more points; --json lists all\n"))
    #expect(run.output.contains("150 jobs for 60 points, 150 new"))
    #expect(run.output.split(separator: "\n").count < 60)
  }
}
