import Bundle
import Foundation
import Testing

/// What was begun is finished with the same bytes, however the first run ended.
@Suite(.serialized) struct InterruptionTests {
  private static let steps = 1500

  private func arguments(_ runs: String, _ more: [String] = []) -> [String] {
    [Quickstart.spec, "--runs", runs, "--json"] + Quickstart.arguments(steps: Self.steps) + more
  }

  /// The objects of one type that a run printed.
  private func events(_ outcome: Program.Outcome, _ type: String) -> [JSONValue] {
    outcome.objects.filter { $0["type"]?.string == type }
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func `a signal writes a checkpoint, and the next run goes on from it`(_ signal: Int32, _ code: Int32) throws {
    let program = try Program()
    let first = try program.start(arguments("runs"))
    #expect(first.waitUntil(printed: #""type":"progress""#))
    first.send(signal)
    let stopped = try first.end()
    #expect(stopped.code == code)
    #expect(stopped.errors.contains("interrupted; the same command goes on from the checkpoint"))
    let saved = try #require(events(stopped, "checkpoint").last?["step"]?.int)
    #expect(saved < Self.steps)
    let interrupted = try program.bundle("quickstart")
    #expect(interrupted.manifest.status == .interrupted)
    #expect(interrupted.manifest.failures == [])
    #expect(interrupted.verify() == [])
    #expect(try interrupted.text("run/events.ndjson").contains(#""type":"interrupted""#))

    let resumed = try program.run(arguments("runs"))
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(events(resumed, "resumed").map { $0["step"]?.int } == [saved])
    #expect(try program.bundle("quickstart").manifest.status == .complete)
    try expectSameAsUninterrupted(program)
  }

  @Test func `a process that is killed goes on from its last checkpoint`() throws {
    let program = try Program()
    let first = try program.start(arguments("runs", ["--checkpoint-every", "0.05"]))
    #expect(first.waitUntil(printed: #""type":"checkpoint""#, times: 2))
    first.send(SIGKILL)
    let killed = try first.end()
    #expect(killed.code == -SIGKILL)
    let bundle = try program.bundle("quickstart")
    #expect(bundle.manifest.status == .interrupted)
    #expect(bundle.verify() == [])

    let resumed = try program.run(arguments("runs"))
    #expect(resumed.code == 0, "\(resumed.errors)")
    let saved = try #require(events(killed, "checkpoint").last?["step"]?.int)
    let step = try #require(events(resumed, "resumed").first?["step"]?.int)
    #expect(step >= saved && step < Self.steps)
    try expectSameAsUninterrupted(program)
  }

  private func expectSameAsUninterrupted(_ program: Program) throws {
    let whole = try program.run(arguments("whole"))
    #expect(whole.code == 0)
    #expect(events(whole, "resumed").isEmpty)
    let (one, other) = (try program.results("quickstart"), try program.results("quickstart", runs: "whole"))
    #expect(one.keys.sorted() == other.keys.sorted())
    for (path, bytes) in one { #expect(other[path] == bytes, "\(path) differs") }
    #expect(one.keys.contains("runs/pretrain/model.safetensors"))
    #expect(one.keys.contains("runs/pretrain/metrics.ndjson"))
  }

  @Test func `a second run does nothing and gives the same results`() throws {
    let program = try Program()
    let arguments = [Quickstart.spec] + Quickstart.arguments(steps: 20)
    let first = try program.run(arguments)
    #expect(first.code == 0, "\(first.errors)")
    let before = try program.results("quickstart")
    let folder = try FileManager.default.destinationOfSymbolicLink(atPath: program.path("runs/quickstart/latest"))
    let second = try program.run(arguments)
    #expect(second.code == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: program.path("runs/quickstart/latest")) != folder)
    let jobs = ["pretrain", "pretrain/rebuild", "pretrain/forecast", "pretrain/atlas"]
    #expect(second.errors == jobs.enumerated().map { "[\($0 + 1)/4] \($1): already there\n" }.joined())
    #expect(try program.results("quickstart") == before)
    for (path, bytes) in before {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains(program.folder), "\(path) names the folder of the run")
      #expect(!text.contains(ProcessInfo.processInfo.hostName), "\(path) names the machine")
    }
    // The tables that people read are the same as well.
    func table(_ outcome: Program.Outcome) -> Substring { outcome.output.prefix { $0 != "/" } }
    #expect(table(first) == table(second))
  }

  @Test func `the same study elsewhere gives the same results`() throws {
    let (one, other) = (try Program(), try Program())
    for program in [one, other] { try program.prepare() }
    try FileManager.default.createDirectory(atPath: other.path("deep/er"), withIntermediateDirectories: true)
    #expect(try one.run(["study.yaml"]).code == 0)
    #expect(try other.run([other.path("study.yaml"), "--runs", "deep/er"]).code == 0)
    #expect(try one.results() == other.results(runs: "deep/er"))
  }

  @Test func `moved data are the same data`() throws {
    let program = try Program()
    try program.prepare()
    #expect(try program.run(["study.yaml"]).code == 0)
    try FileManager.default.moveItem(atPath: program.path("data"), toPath: program.path("moved"))
    let moved = try program.run(["study.yaml", "--set", "datasets.rat.path=moved/rat.nwb"])
    #expect(moved.code == 0, "\(moved.errors)")
    #expect(moved.errors.components(separatedBy: "already there").count == 4)
    try Recording(velocity: { cos($0) }).write(to: program.path("moved/rat.nwb"))
    let changed = try program.run(["study.yaml", "--set", "datasets.rat.path=moved/rat.nwb"])
    #expect(changed.code == 0)
    #expect(!changed.errors.contains("already there"))
  }

  @Test func `two processes at once share the work and agree`() throws {
    let program = try Program()
    let both = try (0..<2).map { _ in
      try program.start([Quickstart.spec, "--json"] + Quickstart.arguments(steps: 300))
    }
    let ends = try both.map { try $0.end() }
    #expect(ends.map(\.code) == [0, 0])
    let bundles = try FileManager.default.contentsOfDirectory(atPath: program.path("runs/quickstart"))
      .filter { !$0.hasPrefix(".") && $0 != "latest" }
    #expect(bundles.count == 2)
    var results: [[String]] = []
    for name in bundles {
      let bundle = try ResultBundle(folder: program.path("runs/quickstart/" + name))
      #expect(bundle.manifest.status == .complete)
      #expect(bundle.verify() == [])
      results.append(bundle.manifest.files.filter { $0.path.hasPrefix("result/") }.map { $0.path + $0.sha256 }.sorted())
    }
    #expect(results[0] == results[1])
    // Each job was begun by one of the two.
    let begun = ends.flatMap { events($0, "finished") }.compactMap { $0["job"]?.string }
    #expect(begun.sorted() == ["pretrain", "pretrain/atlas", "pretrain/forecast", "pretrain/rebuild"])
    for rest in ["partial", "tmp"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: program.path("runs/.artifacts/" + rest)) == [])
    }
  }
}
