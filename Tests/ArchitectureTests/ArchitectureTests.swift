import Foundation
import Testing

/// The real house: what stands in this repository.
struct ArchitectureTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  /// Paths of all files in a folder, relative to the root, in order.
  private func files(_ folder: String, endingIn suffixes: [String]) -> [String] {
    let names = FileManager.default.enumerator(atPath: Self.root.appending(path: folder).path)
    let paths = (names?.allObjects as? [String] ?? []).map { folder.isEmpty ? $0 : folder + "/" + $0 }
    return paths.filter { path in suffixes.contains { path.hasSuffix($0) } }.sorted()
  }

  @Test func `arrows run down`() throws {
    let house = House(package: try text("Package.swift"))
    #expect(house.rooms.count > 20)
    #expect(house.upwardArrows() == [])
  }

  @Test func `every import has its arrow and the pure rooms stay pure`() throws {
    let house = House(package: try text("Package.swift"))
    var read = 0
    for room in house.rooms {
      for path in files(room.folder, endingIn: [".swift"]) {
        let problems = house.problems(of: try text(path), in: room, path: path)
        #expect(problems == [], "\(problems)")
        read += 1
      }
    }
    #expect(read > 0)
  }

  @Test func `every folder of Sources is a room with a telling name`() throws {
    let house = House(package: try text("Package.swift"))
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
    let rooms = house.rooms.filter { $0.folder.hasPrefix("Sources/") }.map(\.name)
    #expect(folders.filter { !$0.hasPrefix(".") }.sorted() == rooms.sorted())
    #expect(House.emptyNames.isDisjoint(with: rooms))
  }

  @Test func `no source is above 400 lines`() throws {
    for path in files("Sources", endingIn: [".swift", ".c", ".h"]) {
      let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false).count - 1
      #expect(lines <= 400, "\(path) has \(lines) lines")
    }
  }

  @Test func `links in the documentation resolve`() throws {
    let top = try FileManager.default.contentsOfDirectory(atPath: Self.root.path).filter { $0.hasSuffix(".md") }
    let pages = top.sorted() + files("docs", endingIn: [".md"])
    #expect(pages.contains("docs/README.md"))
    for page in pages {
      let folder = Self.root.appending(path: page).deletingLastPathComponent()
      for link in links(try text(page)) {
        let target = folder.appending(path: link).standardizedFileURL
        #expect(FileManager.default.fileExists(atPath: target.path), "\(page) links to \(link)")
      }
    }
  }

  @Test func `links are found outside code and without their anchors`() {
    let page = "[a](x.md) ![b](y/z.png) [c](#here) [d](x.md#part) [e](https://example.org)\n```\n[f](g)\n```\n`[h](i)`"
    #expect(links(page) == ["x.md", "y/z.png", "x.md"])
  }

  /// Targets of relative links, without anchors; code is skipped.
  private func links(_ page: String) -> [String] {
    var found: [String] = []
    var isCode = false
    for line in page.split(separator: "\n") {
      if line.hasPrefix("```") { isCode.toggle() }
      guard !isCode else { continue }
      let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 0 }.map { String($0.element) }.joined()
      for piece in prose.components(separatedBy: "](").dropFirst() {
        let target = piece.prefix { $0 != ")" && $0 != "#" }
        if !target.isEmpty, !target.contains("://"), !target.hasPrefix("mailto:") { found.append(String(target)) }
      }
    }
    return found
  }
}
