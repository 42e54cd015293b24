import Bundle
import Foundation
import Testing

struct ReplacementTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: scratch.path(name), encoding: .utf8)
  }

  @Test func `the content changes, the mode stays, nothing is left beside`() throws {
    try "old".write(toFile: scratch.path("a.yaml"), atomically: true, encoding: .utf8)
    #expect(chmod(scratch.path("a.yaml"), 0o640) == 0)
    try Disk().replace(scratch.path("a.yaml"), with: Array("new".utf8))
    #expect(try text("a.yaml") == "new")
    let mode = try FileManager.default.attributesOfItem(atPath: scratch.path("a.yaml"))[.posixPermissions]
    #expect(mode as? Int == 0o640)
    #expect(scratch.files() == ["a.yaml"])
  }

  @Test func `a link stays a link`() throws {
    try "old".write(toFile: scratch.path("a.yaml"), atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(atPath: scratch.path("b.yaml"), withDestinationPath: "a.yaml")
    try Disk().replace(scratch.path("b.yaml"), with: Array("new".utf8))
    #expect(try text("a.yaml") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("b.yaml")) == "a.yaml")
  }

  @Test func `whenever the process dies the file is the old one or the new one`() throws {
    let big = String(repeating: "x", count: 3 << 20)
    for steps in 0..<20 {
      try "old".write(toFile: scratch.path("a.yaml"), atomically: true, encoding: .utf8)
      let dying = DyingDisk(stepsToLive: steps)
      try? dying.disk.replace(scratch.path("a.yaml"), with: Array(big.utf8))
      let found = try text("a.yaml")
      #expect(found == "old" || found == big, "after \(steps) steps")
      #expect(dying.isDead == (steps < 7), "\(steps)")
    }
  }

  @Test func `a full disk leaves everything as it was`() throws {
    try "old".write(toFile: scratch.path("a.yaml"), atomically: true, encoding: .utf8)
    let full = Disk { step, _ in step == .write ? ENOSPC : nil }
    #expect(throws: BundleError.self) { try full.replace(scratch.path("a.yaml"), with: [1]) }
    #expect(try text("a.yaml") == "old")
    #expect(scratch.files() == ["a.yaml"])
    #expect(throws: BundleError.self) { try Disk().replace(scratch.path("none"), with: [1]) }
  }

  @Test func `a new file never takes the place of another`() throws {
    try "mine".write(toFile: scratch.path("a.yaml"), atomically: true, encoding: .utf8)
    #expect(throws: BundleError.self) { try Disk().create(scratch.path("a.yaml"), with: [1]) }
    #expect(try text("a.yaml") == "mine")
    try Disk().create(scratch.path("b.yaml"), with: Array("new".utf8))
    #expect(try text("b.yaml") == "new")
    let full = Disk { step, _ in step == .write ? ENOSPC : nil }
    #expect(throws: BundleError.self) { try full.create(scratch.path("c.yaml"), with: [1]) }
    #expect(scratch.files() == ["a.yaml", "b.yaml"])
  }
}
