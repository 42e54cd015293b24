import Bundle
import Foundation
import Testing

struct StoreTests {
  let scratch: Scratch
  let root: String
  let key = ArtifactKey(kind: "fit", version: 1, content: [7])
  let files: [(name: String, bytes: [UInt8])] = [
    ("weights", Array(repeating: 3, count: 3_000_000)), ("log", Array("a\n".utf8)), ("empty", []),
  ]

  init() throws {
    scratch = try Scratch()
    root = scratch.path("store")
  }

  func problem(_ body: () throws(BundleError) -> Void) -> BundleError.Problem? {
    do {
      try body()
      return nil
    } catch {
      return error.problem
    }
  }

  @Test func `what is written is there, whole, and alone`() throws {
    let store = try Store(root: root)
    #expect(!store.contains(key))
    #expect(problem { () throws(BundleError) in _ = try store.read(key, "log") } == .missing)
    try store.write(key, files)
    #expect(store.contains(key))
    for file in files { #expect(try store.read(key, file.name) == file.bytes) }
    #expect(problem { () throws(BundleError) in _ = try store.read(key, "other") } == .missing)
    #expect(scratch.files("store/tmp") == [])
    #expect(try store.artifact(key).files.map(\.name) == ["empty", "log", "weights"])
  }

  @Test func `a process that dies at any step leaves nothing or everything`() throws {
    var wholes = 0
    for steps in 0..<60 {
      let root = scratch.path("dying-\(steps)")
      let dying = DyingDisk(stepsToLive: steps)
      let failure = problem { () throws(BundleError) in
        let store = try Store(root: root, disk: dying.disk)
        try store.write(key, files)
      }
      #expect((failure == nil) == !dying.isDead)
      // The next process sees no half of it, cleans up, and can write it.
      let next = try Store(root: root)
      if next.contains(key) {
        wholes += 1
        for file in files { #expect(try next.read(key, file.name) == file.bytes) }
      }
      #expect(scratch.files("dying-\(steps)/tmp") == [])
      try next.write(key, files)
      for file in files { #expect(try next.read(key, file.name) == file.bytes) }
    }
    #expect(wholes > 0 && wholes < 60)
  }

  @Test func `a full disk is an error and leaves no trace`() throws {
    let full = try Store(
      root: root, disk: Disk { step, path in step == .write && path.hasSuffix("weights") ? ENOSPC : nil })
    let found = problem { () throws(BundleError) in try full.write(key, files) }
    #expect(found == .cannotWrite("No space left on device"))
    #expect(!full.contains(key))
    #expect(scratch.files("store") == [])
  }

  @Test func `a truncated artifact counts as absent and is replaced`() throws {
    let store = try Store(root: root)
    try store.write(key, files)
    let path = try store.artifact(key).folder + "/weights"
    #expect(truncate(path, 1_000_000) == 0)
    #expect(!store.contains(key))
    #expect(
      problem { () throws(BundleError) in _ = try store.read(key, "weights") }
        == .damaged("it has 1000000 bytes instead of 3000000"))
    try store.write(key, files)
    #expect(store.contains(key))
    #expect(try store.read(key, "weights").count == 3_000_000)
    #expect(scratch.files("store/tmp") == [])
  }

  @Test func `changed bytes are noticed when they are read`() throws {
    let store = try Store(root: root)
    try store.write(key, files)
    let path = try store.artifact(key).folder + "/log"
    try Data("b\n".utf8).write(to: URL(filePath: path))
    #expect(
      problem { () throws(BundleError) in _ = try store.read(key, "log") }
        == .damaged("its SHA-256 is not the recorded one"))
  }

  @Test func `many writers of one key agree`() async throws {
    let root = root
    let key = key
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          guard let store = try? Store(root: root) else { return false }
          let bytes = [UInt8](repeating: 9, count: 200_000)
          return (try? store.write(key, [("x", bytes)])) != nil && (try? store.read(key, "x")) == bytes
        }
      }
      for await isRight in group { #expect(isRight) }
    }
    #expect(scratch.files("store/tmp") == [])
  }

  @Test func `the loser of a race drops its copy`() throws {
    let winner = try Store(root: root)
    let race = Disk { [key, files] step, _ in
      if step == .rename { try? winner.write(key, files) }
      return nil
    }
    let loser = try Store(root: root, disk: race)
    try loser.write(key, files)
    #expect(winner.contains(key))
    #expect(scratch.files("store/tmp") == [])
  }

  @Test func `replacing says which files were different`() throws {
    let store = try Store(root: root)
    #expect(try store.replace(key, files) == [])
    #expect(try store.replace(key, files) == [])
    let names = files.map(\.name)
    var changed = files
    changed[0].bytes = [1, 2, 3]
    changed.append((name: "more", bytes: [4]))
    #expect(try store.replace(key, changed) == [names[0], "more"].sorted())
    #expect(try store.read(key, "more") == [4])
    #expect(try store.read(key, names[0]) == [1, 2, 3])
    #expect(try store.replace(key, files).contains("more"), "a file that is gone is a difference")
    #expect(throws: BundleError.self) { try store.read(key, "more") }
    // What is damaged is no witness.
    try Data("?".utf8).write(to: URL(filePath: try store.artifact(key).folder + "/" + names[0]))
    #expect(try store.replace(key, files) == [])
    #expect(store.isWhole(key))
    #expect(scratch.files("store/tmp") == [])
  }
}
