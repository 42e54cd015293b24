import Foundation
import Testing

/// Compares with a golden file, which `RECORD=1` writes. Estimates are masked: they are those of the machine.
func expectGolden(_ output: String, _ name: String) throws {
  let masked = output.replacing(/[ ]+~.*?[kMG]B +[0-9.]+ [kMG]B/, with: "  (estimates)")
    .replacing(/[ ]+time +memory +disk/, with: "  (estimates)").replacing(/about .*/, with: "(estimates)")
  let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
  if ProcessInfo.processInfo.environment["RECORD"] == "1" {
    try masked.write(to: golden, atomically: true, encoding: .utf8)
    Issue.record("\(name) was written; look at the difference")
    return
  }
  #expect(masked == (try String(contentsOf: golden, encoding: .utf8)))
}
