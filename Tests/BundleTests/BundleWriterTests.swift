import Bundle
import Foundation
import Testing

struct BundleWriterTests {
  let scratch: Scratch
  let runs: String
  let key = ArtifactKey(kind: "study", version: 1, content: [1])
  let started = Date(timeIntervalSince1970: 1_706_745_599.5)

  init() throws {
    scratch = try Scratch()
    runs = scratch.path("runs")
  }

  func writer(_ disk: Disk = Disk()) throws(BundleError) -> BundleWriter {
    try BundleWriter(runs: runs, study: "reaching", key: key, started: started, about: ["name": "reaching"], disk: disk)
  }

  @Test func `a bundle lies where the language says`() throws {
    let writer = try writer()
    #expect(writer.folder == runs + "/reaching/20240131T235959Z-" + key.short())
    try writer.write("a\tb\n", to: "result/metrics.tsv", role: "metrics")
    try writer.write("{}", to: "result/runs/one/x.json", role: "examples")
    try writer.finish(.complete)
    let bundle = try ResultBundle(folder: runs + "/reaching/latest")
    #expect(bundle.manifest.status == .complete)
    #expect(bundle.manifest.study == ["name": "reaching"])
    #expect(bundle.manifest.files.map(\.path) == ["result/metrics.tsv", "result/runs/one/x.json"])
    #expect(bundle.manifest.files[0].bytes == 4)
    #expect(bundle.manifest.files[0].sha256 == SHA256Digest(of: Array("a\tb\n".utf8)).hex)
    #expect(bundle.verify() == [])
    #expect(try bundle.text("result/metrics.tsv") == "a\tb\n")
    let names = try FileManager.default.subpathsOfDirectory(atPath: writer.folder).sorted()
    #expect(!names.contains { $0.contains(".part-") })
    #expect(names.contains("run"))
  }

  @Test func `a second run in the same second has its own folder and becomes the latest`() throws {
    let first = try writer()
    let second = try writer()
    #expect(second.folder == first.folder + "-2")
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: runs + "/reaching/latest")
    #expect(runs + "/reaching/" + target == second.folder)
  }

  @Test func `a bundle is interrupted until it says otherwise`() throws {
    let writer = try writer()
    #expect(try ResultBundle(folder: writer.folder).manifest.status == .interrupted)
    try writer.add(.init(job: "fit/a", message: "no units", session: "d/x", file: "x.nwb", object: "units"))
    try writer.finish(.failed)
    let manifest = try ResultBundle(folder: writer.folder).manifest
    #expect(manifest.status == .failed)
    #expect(
      manifest.failures == [
        .init(job: "fit/a", message: "no units", session: "d/x", file: "x.nwb", object: "units")
      ])
  }

  @Test func `lines can be read while they grow and are listed at the end`() throws {
    let writer = try writer()
    let lines = try writer.lines("result/runs/a/metrics.ndjson", role: "training")
    try lines.append(["step": 1, "train.loss": 0.5])
    let open = try ResultBundle(folder: writer.folder)
    #expect(try open.text("result/runs/a/metrics.ndjson") == "{\"step\":1,\"train.loss\":0.5}\n")
    #expect(open.manifest.files == [])
    try lines.append(["step": 2])
    try lines.close()
    try lines.close()
    let closed = try ResultBundle(folder: writer.folder)
    #expect(closed.manifest.files.map(\.path) == ["result/runs/a/metrics.ndjson"])
    #expect(closed.verify() == [])
    #expect(throws: BundleError.self) { try lines.append("late") }
  }

  @Test func `a process that dies at any step leaves a bundle that is valid`() throws {
    var bundles = 0
    for steps in 0..<90 {
      let dying = DyingDisk(stepsToLive: steps)
      let runs = scratch.path("dying-\(steps)")
      do throws(BundleError) {
        let writer = try BundleWriter(
          runs: runs, study: "s", key: key, started: started, about: "s", disk: dying.disk)
        try writer.write("one", to: "result/a", role: "x")
        try writer.write("two, replaced", to: "result/a", role: "x")
        let lines = try writer.lines("run/log", role: "log")
        try lines.append("line")
        try lines.close()
        try writer.write("three", to: "result/b", role: "x")
        try writer.finish(.complete)
      } catch {
        #expect(dying.isDead)
      }
      let latest = runs + "/s/latest"
      guard FileManager.default.fileExists(atPath: latest) else { continue }
      bundles += 1
      let bundle = try ResultBundle(folder: latest)
      #expect(bundle.verify() == [])
      #expect((bundle.manifest.status == .complete) == !dying.isDead || bundle.manifest.files.count == 3)
    }
    #expect(bundles > 40)
  }

  @Test func `files of a group are listed together when it ends`() throws {
    let writer = try writer()
    try writer.write("old", to: "result/a", role: "x")
    func listed() throws -> [String] { try ResultBundle(folder: writer.folder).manifest.files.map(\.path) }
    try writer.together {
      try writer.write("new", to: "result/a", role: "x")
      #expect(try listed() == [], "an entry that is no longer true is gone at once")
      try writer.together {
        try writer.write("b", to: "result/b", role: "x")
        try writer.add(.init(job: "fit", message: "no", trials: ["p", "q"]))
      }
      #expect(try listed() == [])
    }
    #expect(try listed() == ["result/a", "result/b"])
    let bundle = try ResultBundle(folder: writer.folder)
    #expect(bundle.verify() == [])
    #expect(bundle.manifest.failures.map(\.trials) == [["p", "q"]])
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try writer.together {
        try writer.write("c", to: "result/c", role: "x")
        throw Stop()
      }
    }
    #expect(try listed() == ["result/a", "result/b", "result/c"], "what was written is listed all the same")
    try writer.write("d", to: "result/d", role: "x")
    #expect(try listed().count == 4)
  }

  @Test func `a large group is listed as it grows`() throws {
    let writer = try writer()
    try writer.together {
      for number in 0..<1100 { try writer.write("\(number)", to: "result/\(number % 7)/\(number)", role: "x") }
      #expect(try ResultBundle(folder: writer.folder).manifest.files.count == 1000)
    }
    let bundle = try ResultBundle(folder: writer.folder)
    #expect(bundle.manifest.files.count == 1100)
    #expect(bundle.verify() == [])
  }

  @Test func `a process that dies in a group leaves a bundle that is valid`() throws {
    var bundles = 0
    for steps in 0..<60 {
      let dying = DyingDisk(stepsToLive: steps)
      let runs = scratch.path("group-\(steps)")
      do {
        let writer = try BundleWriter(
          runs: runs, study: "s", key: key, started: started, about: "s", disk: dying.disk)
        try writer.write("zero", to: "result/0", role: "x")
        try writer.together {
          for name in ["0", "1", "2", "3"] { try writer.write("file " + name, to: "result/" + name, role: "x") }
        }
        try writer.finish(.complete)
      } catch {
        #expect(dying.isDead)
      }
      guard FileManager.default.fileExists(atPath: runs + "/s/latest") else { continue }
      bundles += 1
      let bundle = try ResultBundle(folder: runs + "/s/latest")
      #expect(bundle.verify() == [])
      if bundle.manifest.status == .complete { #expect(bundle.manifest.files.count == 4) }
    }
    #expect(bundles > 20)
  }

  @Test func `verify names what was changed`() throws {
    let writer = try writer()
    try writer.write("abc", to: "result/a", role: "x")
    try writer.write("abc", to: "result/b", role: "x")
    try writer.write("abc", to: "result/c", role: "x")
    try Data("abd".utf8).write(to: URL(filePath: writer.folder + "/result/a"))
    try Data("ab".utf8).write(to: URL(filePath: writer.folder + "/result/b"))
    try FileManager.default.removeItem(atPath: writer.folder + "/result/c")
    let found = try ResultBundle(folder: writer.folder).verify().map(\.problem)
    #expect(
      found == [
        .damaged("its SHA-256 is not the recorded one"), .damaged("it has 2 bytes instead of 3"), .missing,
      ])
  }

  @Test func `a manifest of another format is refused`() throws {
    let folder = scratch.path("odd")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(#"{"format": 2}"#.utf8).write(to: URL(filePath: folder + "/manifest.json"))
    #expect(throws: BundleError.self) { try ResultBundle(folder: folder) }
    #expect(throws: BundleError.self) { try ResultBundle(folder: scratch.path("nowhere")) }
  }
}
