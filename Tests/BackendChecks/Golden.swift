import Foundation

/// Compares a text with `Golden/<name>.txt` beside a test file. With RECORD=1 in the environment it writes the file instead,
/// so that the change is reviewed.
///
/// - Returns: the first difference, or that the file was written; nil when the text is the file's.
package func goldenDifference(_ name: String, _ text: String, beside test: String) throws -> String? {
  let folder = URL(filePath: test).deletingLastPathComponent().appending(path: "Golden")
  let file = folder.appending(path: "\(name).txt")
  if ProcessInfo.processInfo.environment["RECORD"] == "1" {
    try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
    return "\(name).txt was written; look at the difference"
  }
  let expected = try String(contentsOf: file, encoding: .utf8)
  if text + "\n" == expected { return nil }
  let (found, right) = ((text + "\n").split(separator: "\n"), expected.split(separator: "\n"))
  let first = zip(found, right).enumerated().first { $1.0 != $1.1 }
  let line = first.map { "line \($0.offset + 1) is `\($0.element.0)`, was `\($0.element.1)`" }
  return "\(name).txt: \(line ?? "\(found.count) lines, were \(right.count)")"
}
