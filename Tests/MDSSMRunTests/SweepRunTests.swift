import Bundle
import Foundation
import Testing

/// Sweeps are run: one bundle of all points, with the same bytes whatever happened on the way.
@Suite(.serialized) struct SweepRunTests {
  private static let axes =
    "sweep={axes: {study.seed: [1, 2, 3], training.recipe.optimizer.lr: [1e-3, 3e-3]}, "
    + "objective: {metric: rebuild.r2, goal: maximize}}"

  private func arguments(_ runs: String = "runs", steps: Int = 20, _ more: [String] = []) -> [String] {
    [Quickstart.spec, "--runs", runs] + Quickstart.arguments(steps: steps) + ["--set", Self.axes]
      + ["--set", "evaluations.rebuild.split=valid"] + more
  }

  private func finished(_ outcome: Program.Outcome) -> [String] {
    outcome.objects.filter { $0["type"]?.string == "finished" }.compactMap { $0["job"]?.string }
  }

  private func expectSame(_ one: [String: Data], _ other: [String: Data]) {
    #expect(one.keys.sorted() == other.keys.sorted())
    for (path, bytes) in one { #expect(other[path] == bytes, "\(path) differs") }
  }

  @Test func `a sweep ends in one bundle, the same for any number of jobs at once`() throws {
    let program = try Program()
    let one = try program.run(arguments("one", ["--jobs", "1"]))
    #expect(one.code == 0, "\(one.errors)")
    let two = try program.run(arguments("two", ["--jobs", "2"]))
    #expect(two.code == 0, "\(two.errors)")
    let (result, other) = (
      try program.results("quickstart", runs: "one"), try program.results("quickstart", runs: "two")
    )
    expectSame(result, other)
    let bundle = try program.bundle("quickstart", runs: "one")
    #expect(bundle.manifest.status == .complete)
    #expect(bundle.verify() == [])

    let trials = try #require(TSV(parsing: try bundle.text("result/trials.tsv")))
    #expect(trials.columns == ["trial", "status", "study.seed", "training.recipe.optimizer.lr"])
    #expect(trials.rows.map { Array($0.dropFirst()) }.first == ["complete", "1", "0.001"])
    #expect(trials.rows.count == 6)
    let ids = trials.rows.map { $0[0] }
    let metrics = try #require(TSV(parsing: try bundle.text("result/metrics.tsv")))
    #expect(metrics.columns == ["trial", "run", "session", "split", "metric", "value", "n"])
    var seen: [String] = []
    for row in metrics.rows where seen.last != row[0] { seen.append(row[0]) }
    #expect(seen == ids, "rows of one point stand together, in the order of the sweep")
    let embedding = try #require(TSV(parsing: try bundle.text("result/embedding.tsv")))
    #expect(embedding.columns == ["trial", "run", "session", "seed", "e1", "sd1", "speed"])
    #expect(embedding.rows.count == 12)

    let sweep = try JSONValue(parsing: try bundle.read("result/sweep.json"))
    #expect(sweep["strategy"] == "grid")
    #expect(sweep["objective"] == ["metric": "rebuild.r2", "goal": "maximize", "aggregate": "mean"])
    #expect(
      sweep["axes"]?.array == [
        ["path": "study.seed", "values": [1, 2, 3], "scale": "category"],
        ["path": "training.recipe.optimizer.lr", "values": [0.001, 0.003], "scale": "linear"],
      ])
    let fits = result.keys.filter { $0.hasSuffix("model.safetensors") }
    #expect(fits.count == 6)
    for fit in fits {
      let parts = fit.split(separator: "/")
      #expect(parts.count == 4 && parts[0] == "runs" && parts[1] == "pretrain" && parts[2].count == 8)
      let folder = parts.dropLast().joined(separator: "/")
      #expect(result.keys.contains(folder + "/forecast.examples.tsv"))
    }
    // What a run of a sweep prints.
    #expect(one.output.contains("6 points: 6 complete\n\nbest by largest mean of rebuild.r2\npoint "))
    #expect(one.output.contains("report   one/quickstart/"))
    #expect(one.errors.contains("[24/24] "))

    let again = try program.run(arguments("one", ["--jobs", "2"]))
    #expect(again.errors == "[24/24] 24 jobs already there\n")
    expectSame(result, try program.results("quickstart", runs: "one"))
  }

  @Test func `a sweep that is killed again and again ends with the same bytes`() throws {
    let program = try Program()
    let more = ["--jobs", "2", "--checkpoint-every", "0.02"]
    var wait: UInt64 = 12345
    var kills = 0
    for _ in 0..<8 {
      let running = try program.start(arguments("runs", steps: 60, more))
      wait = wait &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      usleep(UInt32(100_000 + (wait >> 33) % 900_000))
      running.send(SIGKILL)
      if try running.end().code == -SIGKILL { kills += 1 }
      if let bundle = try? program.bundle("quickstart") { #expect(bundle.verify() == []) }
    }
    #expect(kills > 0)
    let last = try program.run(arguments("runs", steps: 60, more))
    #expect(last.code == 0, "\(last.errors)")
    for rest in ["partial", "tmp"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: program.path("runs/.artifacts/" + rest)) == [])
    }
    #expect(try program.run(arguments("whole", steps: 60, ["--jobs", "1"])).code == 0)
    expectSame(
      try program.results("quickstart"), try program.results("quickstart", runs: "whole"))
  }

  @Test func `an interrupted sweep says which points are not done, and goes on`() throws {
    let program = try Program()
    let first = try program.start(arguments("runs", steps: 400, ["--json", "--jobs", "2"]))
    #expect(first.waitUntil(printed: #""type":"finished""#))
    first.send(SIGINT)
    let stopped = try first.end()
    #expect(stopped.code == 130)
    let bundle = try program.bundle("quickstart")
    #expect(bundle.manifest.status == .interrupted)
    #expect(bundle.verify() == [])
    let trials = try #require(TSV(parsing: try bundle.text("result/trials.tsv")))
    #expect(trials.column("status")?.contains("interrupted") == true)
    #expect(
      stopped.objects.last?["points"]?["interrupted"]?.int == trials.column("status")?.count { $0 == "interrupted" })
    let again = try program.run(arguments("runs", steps: 400, ["--json"]))
    #expect(again.code == 0)
    #expect(again.objects.last?["points"] == ["complete": 6])
    #expect(Set(finished(again)).isDisjoint(with: finished(stopped)), "what was done is not done again")
  }

  @Test func `two processes on one sweep share the work and agree`() throws {
    let program = try Program()
    let both = try (0..<2).map { _ in
      try program.start(arguments("runs", steps: 100, ["--json", "--jobs", "2"]))
    }
    let ends = try both.map { try $0.end() }
    #expect(ends.map(\.code) == [0, 0], "\(ends.map(\.errors))")
    let done = ends.map(finished)
    #expect(done.flatMap { $0 }.count == 24, "each job is done by one of the two")
    #expect(Set(done.flatMap { $0 }).count == 24)
    #expect(done.allSatisfy { !$0.isEmpty }, "neither waits for the other while there is work")
    let names = try FileManager.default.contentsOfDirectory(atPath: program.path("runs/quickstart"))
      .filter { !$0.hasPrefix(".") && $0 != "latest" }
    let results = try names.map { name in
      let bundle = try ResultBundle(folder: program.path("runs/quickstart/" + name))
      #expect(bundle.verify() == [])
      return bundle.manifest.files.filter { $0.path.hasPrefix("result/") }.map { $0.path + $0.sha256 }.sorted()
    }
    #expect(results.count == 2 && results[0] == results[1])
  }

  @Test func `a point that fails is named, and the others are complete`() throws {
    let program = try Program()
    let axes = "sweep={axes: {training.recipe.optimizer.lr: [1e30, 1e-3]}}"
    let all = [Quickstart.spec, "--jobs", "2"] + Quickstart.arguments(steps: 20) + ["--set", axes]
    let run = try program.run(all)
    #expect(run.code == 1)
    let bundle = try program.bundle("quickstart")
    #expect(bundle.manifest.status == .failed)
    let trials = try #require(TSV(parsing: try bundle.text("result/trials.tsv")))
    #expect(trials.column("status") == ["failed", "complete"])
    let bad = trials.rows[0][0]
    #expect(run.errors.contains("`pretrain [training.recipe.optimizer.lr: 1e+30]` failed: the loss became"))
    #expect(run.errors.contains("note: at the point \(bad): training.recipe.optimizer.lr: 1e+30"))
    #expect(bundle.manifest.failures.count == 4)
    #expect(
      bundle.manifest.failures.allSatisfy { $0.trials == [bad] && $0.place?.contains("quickstart.yaml:") == true })
    #expect(run.output.contains("2 points: 1 complete, 1 failed"))
    let fast = try program.run(all + ["--fail-fast", "--runs", "fast", "--jobs", "1"])
    #expect(fast.code == 1)
    let left = try #require(TSV(parsing: try program.bundle("quickstart", runs: "fast").text("result/trials.tsv")))
    #expect(left.column("status") == ["failed", "left"])
  }

  @Test func `a point that fails in part is not ranked`() throws {
    let program = try Program()
    let sets = [
      "training.adapt={like: recipe, budget: 4 steps}", "evaluations.rebuild.of=[pretrain, few]",
      "evaluations.rebuild.split=valid",
      "runs.few={transfer: pretrain, on: cycles, with: adapt, trials: 4, fit: [readin, observation, embedding]}",
      "sweep={axes: {training.adapt.optimizer.lr: [1e30, 1e-3]}, objective: {metric: rebuild.r2, goal: maximize}}",
    ]
    let run = try program.run([Quickstart.spec] + Quickstart.arguments(steps: 20) + sets.flatMap { ["--set", $0] })
    #expect(run.code == 1, "\(run.errors)")
    let trials = try #require(TSV(parsing: try program.bundle("quickstart").text("result/trials.tsv")))
    #expect(trials.column("status") == ["failed", "complete"])
    let (bad, good) = (trials.rows[0][0], trials.rows[1][0])
    let metrics = try program.bundle("quickstart").text("result/metrics.tsv")
    #expect(metrics.contains("\n\(bad)\tpretrain\t"), "what was done of it is there")
    let parts = run.output.components(separatedBy: "\n\n")
    #expect(parts[0] == "2 points: 1 complete, 1 failed")
    #expect(parts[1].hasPrefix("best by largest mean of rebuild.r2\npoint "))
    #expect(parts[1].contains(good) && !parts[1].contains(bad))
    #expect(parts[2].hasPrefix("not complete\npoint ") && parts[2].contains("\(bad)  failed"))
  }

  @Test func `only some runs`() throws {
    let program = try Program()
    try program.prepare(
      replacing: "  fit: {", with: "  other: {train: plain, on: rat, with: short, trials: 2}\n  fit: {")
    let wrong = try program.run(["study.yaml", "--only", "fitt"])
    #expect(wrong.code == 64)
    #expect(wrong.errors.contains("the study has no run `fitt`; did you mean `fit`?"))
    let run = try program.run(["study.yaml", "--only", "other"])
    #expect(run.code == 0, "\(run.errors)")
    #expect(try program.results().keys.filter { $0.hasPrefix("runs/") }.allSatisfy { $0.hasPrefix("runs/other/") })
    #expect(run.errors.hasPrefix("[1/1] other\n"))
    // What a run of some runs left out is still known from the bundle before.
    #expect(try program.run(["study.yaml"]).code == 0)
    #expect(try program.run(["study.yaml", "--only", "other"]).code == 0)
    let plan = try program.run(["plan", "study.yaml", "--set", "training.short.optimizer.lr=2e-3"])
    #expect(plan.output.contains("fit ") && !plan.output.contains("no earlier run"), "\(plan.output)")
  }

  @Test func `a run can be held to a plan`() throws {
    let program = try Program()
    try program.prepare()
    #expect(try program.run(["study.yaml"]).code == 0)
    let plan = try program.bundle().folder + "/result/plan.json"
    #expect(try program.run(["study.yaml", "--plan", plan]).code == 0)
    let changed = try program.run(["study.yaml", "--plan", plan, "--set", "training.short.optimizer.lr=2e-3"])
    #expect(changed.code == 65)
    for name in ["fit", "fit/rebuild", "fit/decode"] {
      #expect(changed.errors.contains("`\(name)` has changed since it was planned"), "\(changed.errors)")
    }
    #expect(changed.errors.contains("the plan has changed"))
    #expect(try program.run(["study.yaml", "--plan", "gone.json"]).code == 66)
    #expect(try program.run(["study.yaml", "--plan", "study.yaml"]).code == 66)
  }

  @Test(arguments: [
    ("resources.fit.memory=900000 GB", "this machine has"), ("launcher={kind: slurm}", "not build it yet"),
    ("resources.fit.gpu=1", "not build it yet"), ("resources.fit.memory=-1 GB", "must be above 0"),
    ("resources={fit: {cpu: 1}, evaluate: {cpu: 1}}", "`threads: 1` has no effect"),
  ]) func `resources that cannot be had are errors at their place`(_ override: String, _ words: String) throws {
    let program = try Program()
    try program.prepare()
    let run = try program.run(["study.yaml", "--set", override])
    #expect(run.code == 65)
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.errors.contains("-->"))
    #expect(!FileManager.default.fileExists(atPath: program.path("runs")))
  }

  @Test func `data that change between plan and use are noticed`() throws {
    let program = try Program()
    try program.prepare(
      replacing: "  fit: {train: plain, on: rat, with: short}",
      with: """
          slow: {train: other, on: made, with: long}
          fit: {train: plain, on: rat, with: short}
        """)
    let text = try String(contentsOfFile: program.path("study.yaml"), encoding: .utf8)
      .replacing("models:\n", with: Self.otherModel).replacing("training:\n", with: Self.longTraining)
      .replacing("datasets:\n", with: Self.madeData)
    try program.write(text, to: "study.yaml")
    let running = try program.start(["study.yaml", "--json", "--jobs", "1"])
    #expect(running.waitUntil(printed: #""type":"progress""#))
    try Recording(velocity: { cos(3 * $0) }).write(to: program.path("data/rat.nwb"))
    let end = try running.end()
    #expect(end.code == 1, "\(end.errors)\(end.output)")
    let failures = try program.bundle().manifest.failures
    let failure = try #require(failures.first { $0.job == "fit" })
    #expect(failure.message.contains("the file has changed since the plan was made"))
    #expect(failure.session == "rat/rat" && failure.file == "data/rat.nwb")
    #expect(try program.run(["study.yaml"]).code == 0)
  }

  private static let madeData = """
    datasets:
      made:
        kind: generator
        system: {kind: limit_cycle, speed: 3, step: 10 ms}
        channels: 5
        observe: {kind: gaussian, noise: 0.1}
        trials: {count: 10, length: 300 ms}
        bin: 30 ms
        split: {train: 0.6, valid: 0.2, test: 0.2}

    """
  private static let otherModel = """
    models:
      other: {like: plain, observation: {kind: gaussian}}

    """
  private static let longTraining = """
    training:
      long: {like: short, budget: 600 steps}

    """
}
