import Foundation
import Testing

/// The guide cannot rot: its files are written, its changes made and its commands run, in order, and what it shows must
/// be what is printed.
///
/// In `docs/guide.md` a block ```` ```yaml FILE ```` is a file, ```` ```diff FILE ```` a change to one, and
/// ```` ```console ```` commands behind `$` with all they print. A line `...` stands for any lines, `...` within a line
/// for any text. With RECORD=1 in the environment what the commands print is written into blocks without `...`.
struct GuideTests {
  /// A stretch of the guide: prose, or a block with its kind and file.
  private struct Block {
    var kind: String
    var file: String?
    var lines: [String]
  }

  private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/guide.md")

  @Test func `the guide shows what happens`() throws {
    let program = try Program()
    let specs = Self.page.deletingLastPathComponent().deletingLastPathComponent().appending(path: "specs").path
    try FileManager.default.copyItem(atPath: specs, toPath: program.path("specs"))
    let page = try String(contentsOf: Self.page, encoding: .utf8)
    var blocks = Self.blocks(page)
    #expect(Self.text(blocks) == page)
    var commands = 0
    for index in blocks.indices {
      let block = blocks[index]
      switch (block.kind, block.file) {
      case ("yaml", let file?):
        let folder = (program.path(file) as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try program.write(block.lines.joined(separator: "\n") + "\n", to: file)
      case ("diff", let file?): try change(file, block.lines, program)
      case ("console", nil):
        let found = try run(block.lines, program, &commands)
        let isWhole = !block.lines.contains { $0.contains("...") }
        if ProcessInfo.processInfo.environment["RECORD"] == "1", isWhole {
          blocks[index].lines = found
        } else {
          let told = block.lines.joined(separator: "\n")
          #expect(
            Self.agree(block.lines[...], found[...]), "\(told)\n--- but it is ---\n\(found.joined(separator: "\n"))")
        }
      default: continue
      }
    }
    #expect(commands >= 15)
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try Self.text(blocks).write(to: Self.page, atomically: true, encoding: .utf8)
      Issue.record("guide.md was written; look at the difference")
    }
  }

  /// Runs the commands of a block; returns it with what they print.
  private func run(_ lines: [String], _ program: Program, _ count: inout Int) throws -> [String] {
    var found: [String] = []
    for line in lines where line.hasPrefix("$ ") {
      count += 1
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", String(line.dropFirst(2)) + " >.printed 2>&1"]
      process.currentDirectoryURL = URL(filePath: program.folder)
      let binaries = try Program.binary().deletingLastPathComponent().path
      process.environment = ["PATH": "\(binaries):/usr/bin:/bin", "NO_COLOR": "1"]
      try process.run()
      process.waitUntilExit()
      let printed = try String(contentsOfFile: program.path(".printed"), encoding: .utf8)
      found.append(line)
      found += printed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      while found.last == "" { found.removeLast() }
    }
    return found
  }

  /// Replaces the lines marked ` ` and `-`, which must be there once, by those marked ` ` and `+`.
  private func change(_ file: String, _ lines: [String], _ program: Program) throws {
    let old = lines.filter { !$0.hasPrefix("+") }.map { $0.dropFirst() + "\n" }.joined()
    let new = lines.filter { !$0.hasPrefix("-") }.map { $0.dropFirst() + "\n" }.joined()
    let text = try String(contentsOfFile: program.path(file), encoding: .utf8)
    if old.isEmpty { return try program.write(text + new, to: file) }
    #expect(text.components(separatedBy: old).count == 2, "once in \(file):\n\(old)")
    try program.write(text.replacing(old, with: new), to: file)
  }

  private static func agree(_ told: ArraySlice<String>, _ found: ArraySlice<String>) -> Bool {
    guard let first = told.first else { return found.isEmpty }
    if first == "..." {
      return (found.startIndex...found.endIndex).contains { agree(told.dropFirst(), found[$0...]) }
    }
    guard let line = found.first else { return false }
    return agree(first, line) && agree(told.dropFirst(), found.dropFirst())
  }

  /// Whether a line has the pieces between `...` in their order.
  private static func agree(_ told: String, _ line: String) -> Bool {
    let pieces = told.components(separatedBy: "...")
    guard pieces.count > 1, let head = pieces.first, let tail = pieces.last else { return told == line }
    guard line.hasPrefix(head), line.hasSuffix(tail), line.count >= head.count + tail.count else { return false }
    var rest = line.dropFirst(head.count).dropLast(tail.count)
    for piece in pieces.dropFirst().dropLast() {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }

  private static func blocks(_ page: String) -> [Block] {
    var blocks = [Block(kind: "", file: nil, lines: [])]
    for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") {
        if blocks.last?.kind == "" {
          let words = line.dropFirst(3).split(separator: " ").map(String.init)
          blocks.append(Block(kind: words.first ?? "text", file: words.count > 1 ? words[1] : nil, lines: []))
        } else {
          blocks.append(Block(kind: "", file: nil, lines: []))
        }
      } else {
        blocks[blocks.count - 1].lines.append(line)
      }
    }
    return blocks
  }

  private static func text(_ blocks: [Block]) -> String {
    blocks.flatMap { block -> [String] in
      guard block.kind != "" else { return block.lines }
      let file = block.file.map { " \($0)" } ?? ""
      return ["```\(block.kind)\(file)"] + block.lines + ["```"]
    }.joined(separator: "\n")
  }
}
