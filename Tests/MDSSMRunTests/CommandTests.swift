import Bundle
import Foundation
import Testing

/// The commands, their output and their exit codes.
struct CommandTests {
  @Test func `the plan of the quickstart`() throws {
    let run = try Program().run(["plan", Quickstart.spec])
    #expect(run.code == 0)
    #expect(run.errors == "")
    try expectGolden(run.output, "plan-quickstart.txt")
  }

  @Test func `a plan says what is there already and writes nothing`() throws {
    let program = try Program()
    try program.prepare()
    let before = try program.run(["plan", "study.yaml"])
    #expect(before.code == 0)
    #expect(!FileManager.default.fileExists(atPath: program.path("runs")))
    #expect(before.output.components(separatedBy: "  new: no earlier run").count == 4)
    #expect(try program.run(["study.yaml"]).code == 0)
    let after = try program.run(["plan", "study.yaml"])
    #expect(after.output.components(separatedBy: "  cached\n").count == 4)
  }

  @Test func `several specs are checked, and the first error counts`() throws {
    let program = try Program()
    try program.prepare()
    try program.write("mdssm: 1\n", to: "bad.yaml")
    let good = try program.run(["check", "study.yaml", Quickstart.spec])
    #expect(good.code == 0)
    #expect(good.output == "study.yaml: no errors\n\(Quickstart.spec): no errors\n")
    let mixed = try program.run(["check", "bad.yaml", "gone.yaml", "study.yaml"])
    #expect(mixed.code == 65)
    #expect(mixed.output == "study.yaml: no errors\n")
    #expect(try program.run(["check", "gone.yaml", "bad.yaml"]).code == 66)
    #expect(try program.run(["check", "--data", "study.yaml"]).code == 0)
  }

  @Test func `several specs are checked before the first of them runs`() throws {
    let program = try Program()
    try program.prepare()
    try program.write("mdssm: 1\n", to: "bad.yaml")
    for (other, code) in [("bad.yaml", 65), ("gone.yaml", 66)] as [(String, Int32)] {
      #expect(try program.run(["study.yaml", other]).code == code)
      #expect(!FileManager.default.fileExists(atPath: program.path("runs")))
    }
    let both = try program.run(["study.yaml", "study.yaml", "--set", "study.name=small"])
    #expect(both.code == 0)
    #expect(both.errors.contains("already there"))
  }

  @Test(arguments: [
    (["plna", "study.yaml"], "no such file: plna; did you mean the command `plan`?"),
    (["study.yaml", "chekc"], "no such file: chekc; did you mean the command `check`?"),
    (["study.yaml", "plan"], "no such file: plan; the command `plan` stands first"),
  ]) func `a mistyped command runs nothing`(_ arguments: [String], _ words: String) throws {
    let program = try Program()
    try program.prepare()
    let run = try program.run(arguments)
    #expect(run.code == 64)
    #expect(run.errors == "error: \(words)\n")
    #expect(!FileManager.default.fileExists(atPath: program.path("runs")))
  }

  @Test func `a spec on standard input`() throws {
    let program = try Program()
    try program.prepare()
    let check = try program.run(["check", "-"], input: Recording.study)
    #expect(check.code == 0)
    #expect(check.output == "standard input: no errors\n")
    let bad = try program.run(["check", "-"], input: "mdssm: 1\nstudies: 3\n")
    #expect(bad.code == 65)
    #expect(bad.errors.contains("--> standard input:2:1"))
    #expect(try program.run(["-"], input: Recording.study).code == 0)
    #expect(try program.bundle().manifest.status == .complete)
  }

  @Test func `overrides and profiles`() throws {
    let program = try Program()
    try program.prepare()
    let profiles = "profiles: {smoke: {training: {short: {budget: 2 steps}}}}\n"
    try program.write(Recording.study + profiles, to: "study.yaml")
    func budget(_ arguments: [String]) throws -> String {
      let run = try program.run(["plan", "study.yaml"] + arguments)
      #expect(run.code == 0, "\(run.errors)")
      return run.output
    }
    #expect(try budget([]).contains("4 steps"))
    #expect(try budget(["--profile", "smoke"]).contains("2 steps"))
    #expect(try budget(["--profile", "smoke", "--set", "training.short.budget=3 steps"]).contains("3 steps"))
    let wrong = try program.run(["plan", "study.yaml", "--profile", "smok"])
    #expect(wrong.code == 65)
    #expect(wrong.errors.contains("did you mean `smoke`?"))
    let key = try program.run(["plan", "study.yaml", "--set", "training.short.bugdet=3 steps"])
    #expect(key.code == 65)
    #expect(key.errors.contains("unknown key `bugdet` in training.short"))
    #expect(key.errors.contains("--> --set:1:16"))
  }

  @Test(arguments: [
    ["--nonsense"], [], ["list"], ["list", "things"], ["explain"], ["explain", "E9999"], ["plan"], ["check"],
    ["study.yaml", "--checkpoint-every", "-1"], ["study.yaml", "--checkpoint-every", "soon"],
  ]) func `wrong usage`(_ arguments: [String]) throws {
    let run = try Program().run(arguments)
    #expect(run.code == 64)
    #expect(!run.errors.isEmpty)
  }

  @Test(arguments: [
    (["explain", "E1003"], "E1003: a key that does not exist\n"), (["explain", "e1003"], "E1003: "),
    (["explain", "E3001"], "E3001: data that are missing"), (["explain", "E4001"], "E4001: a job that failed"),
    (["list", "backends"], "kind       precision\nnative     float32\nreference  float64\n"),
    (["list", "kinds"], "models.*.dynamics           mlp                built "),
    (["list", "kinds"], "datasets.*                  lfads              built "),
    (["list", "kinds"], "datasets.*.observe          spikes             built "),
    (["list", "codes"], "E1003  "), (["list", "codes"], "E4001  a job that failed\n"),
    (["list", "units"], "time       ms "), (["list", "units"], "memory     GiB     1073741824 B\n"),
    (["list", "metrics"], "forecast        hold.r2@<k> "), (["--version"], "\n"),
    (["--generate-completion-script", "bash"], "mdssm-run"),
    (["--help"], "USAGE: mdssm-run"), (["run", "--help"], "--checkpoint-every"),
  ]) func `the program describes itself`(_ arguments: [String], _ text: String) throws {
    let run = try Program().run(arguments)
    #expect(run.code == 0)
    #expect(run.errors == "")
    #expect(run.output.contains(text))
  }

  @Test(arguments: ["kinds", "metrics", "backends", "codes", "units"])
  func `a list as JSON has one object per row`(_ what: String) throws {
    let text = try Program().run(["list", what])
    let objects = try Program().run(["list", what, "--json"]).objects
    #expect(objects.first == ["type": "list", "format": 1, "of": .string(what)])
    #expect(objects.count == text.output.split(separator: "\n").count)
    let row = String(what.dropLast())
    #expect(objects.dropFirst().allSatisfy { $0["type"]?.string == row && ($0.object?.count ?? 0) > 2 })
  }

  @Test func `the version is that of the bundles`() throws {
    let program = try Program()
    try program.prepare()
    #expect(try program.run(["study.yaml"]).code == 0)
    let environment = try JSONValue(parsing: try program.bundle().read("run/environment.json"))
    let version = try #require(environment["version"]?.string)
    #expect(try program.run(["--version"]).output == version + "\n")
    #expect(version == ToolVersion.current)
  }

  @Test func `progress on no terminal is plain lines`() throws {
    let program = try Program()
    let run = try program.run([Quickstart.spec] + Quickstart.arguments(steps: 20))
    #expect(run.code == 0)
    let control = (run.errors + run.output).unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F }
    #expect(control.isEmpty)
    let lines = run.errors.split(separator: "\n")
    // Twenty steps teach little, and the program says so.
    let warnings = lines.filter { $0.hasPrefix("warning: pretrain: ") }
    #expect(!warnings.isEmpty && lines.count - warnings.count == 8)
    #expect(run.output.contains("report   runs/quickstart/"))
    let log = try program.bundle("quickstart").text("run/log/progress.txt")
    #expect(log == run.errors)
  }

  @Test func `names from outside cannot command the terminal`() throws {
    let program = try Program()
    try program.prepare(nil, replacing: "data/rat.nwb", with: "data/*.nwb")
    try Recording(hasUnits: false).write(to: program.path("data/\u{1B}[31mred.nwb"))
    let run = try program.run(["study.yaml"])
    #expect(run.code == 66)
    #expect(!run.errors.contains("\u{1B}"))
  }

  @Test func `events as JSON, one object per line, the first with the format`() throws {
    let program = try Program()
    try program.prepare(replacing: "lr: 1e-3", with: "lr: 1e30")
    let run = try program.run(["study.yaml", "--json"])
    #expect(run.code == 1)
    #expect(run.objects.count == run.output.split(separator: "\n").count)
    #expect(run.objects.first == ["type": "begin", "format": 1])
    let types = run.objects.compactMap { $0["type"]?.string }.filter { $0 != "progress" }
    #expect(types == ["begin", "started", "failed", "diagnostic", "left", "left", "end"])
    #expect(run.objects.last?["status"]?.string == "failed")
    let events = try program.bundle().text("run/events.ndjson").split(separator: "\n")
    let logged = try events.map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(
      logged.compactMap { $0["type"]?.string }.filter { $0 != "progress" } == ["started", "failed", "left", "left"])
    #expect(logged.allSatisfy { $0["time"]?.string?.hasSuffix("Z") == true })
  }

  @Test func `the bundle of a complete run lists all its files`() throws {
    let program = try Program()
    try program.prepare()
    #expect(try program.run(["study.yaml"]).code == 0)
    let bundle = try program.bundle()
    #expect(bundle.manifest.status == .complete)
    #expect(bundle.manifest.failures == [])
    #expect(bundle.verify() == [])
    let listed = Set(bundle.manifest.files.map(\.path) + ["manifest.json"])
    let found = try FileManager.default.subpathsOfDirectory(atPath: bundle.folder + "/").filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: bundle.folder + "/" + name, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
    #expect(Set(found) == listed)
    for path in [
      "result/spec/original.yaml", "result/spec/resolved.yaml", "result/spec/origins.json", "result/spec/lock.json",
      "result/plan.json", "result/metrics.tsv", "result/runs/fit/model.safetensors", "report/index.html",
      "run/environment.json", "run/events.ndjson", "run/timing.tsv",
    ] { #expect(listed.contains(path), "\(path) is not there") }
    let lock = try JSONValue(parsing: try bundle.read("result/spec/lock.json"))
    let session = try #require(lock["sessions"]?.array?.first)
    #expect(session["channels"]?.int == Recording.units)
    #expect(session["bins"]?.int == 10)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: program.path("data/rat.nwb")))
    #expect(session["files"]?.array == [["name": "rat.nwb", "sha256": .string(SHA256Digest(of: bytes).hex)]])
    let origins = try JSONValue(parsing: try bundle.read("result/spec/origins.json"))
    let values = try #require(origins["values"]?.array)
    let path = try #require(values.first { $0["path"] == "datasets.rat.path" })
    #expect(path["explicit"] == true)
    #expect(
      path["chain"]?.array == [
        ["layer": "file", "file": "study.yaml", "line": 6, "column": 11, "text": "data/rat.nwb"]
      ])
    let clip = try #require(values.first { $0["path"] == "training.short.clip" })
    #expect(clip["explicit"] == false && clip["chain"] == nil)
    // The resolved spec is a spec, and it plans the same jobs.
    try program.write(try bundle.text("result/spec/resolved.yaml"), to: "resolved.yaml")
    let plans = try ["study.yaml", "resolved.yaml"].map { try program.run(["plan", $0]) }
    #expect(plans.map(\.code) == [0, 0], "\(plans[1].errors)")
    #expect(plans[0].output == plans[1].output)
  }

  @Test func `a report is written again`() throws {
    let program = try Program()
    try program.prepare()
    #expect(try program.run(["study.yaml"]).code == 0)
    let page = try program.bundle().read("report/index.html")
    try FileManager.default.removeItem(atPath: program.path("runs/small/latest/report"))
    let run = try program.run(["report", "runs/small/latest"])
    #expect(run.code == 0)
    #expect(run.output == "runs/small/latest/report/index.html\n")
    #expect(try program.bundle().read("report/index.html") == page)
    #expect(try program.run(["report", "runs/small/gone"]).code == 66)
  }
}
