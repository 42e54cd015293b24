import Foundation
import Testing

/// Compares a text with `Golden/<name>.txt`. With RECORD=1 in the environment it writes the file instead and fails, so that
/// the change is reviewed.
func expectGolden(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  let file = folder.appending(path: "\(name).txt")
  if ProcessInfo.processInfo.environment["RECORD"] == "1" {
    try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
    Issue.record("\(name).txt was written; look at the difference", sourceLocation: sourceLocation)
    return
  }
  let expected = try String(contentsOf: file, encoding: .utf8)
  let (found, right) = ((text + "\n").split(separator: "\n"), expected.split(separator: "\n"))
  let first = zip(found, right).enumerated().first { $1.0 != $1.1 }
  let line = first.map { "line \($0.offset + 1) is `\($0.element.0)`, was `\($0.element.1)`" }
  let difference = line ?? "\(found.count) lines, were \(right.count)"
  #expect(text + "\n" == expected, "\(name).txt: \(difference)", sourceLocation: sourceLocation)
}
