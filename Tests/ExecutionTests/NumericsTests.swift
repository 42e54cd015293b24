import Bundle
import Execution
import Foundation
import Planner
import StudyChecks
import Testing

/// What a small fit computes, bit for bit, for every version of the numerics of a backend.
///
/// The version enters the keys of artifacts. When results change (another order of a sum, another kernel, another graph,
/// another optimiser) and the version does not, a run takes results of the old program for its own. So a failure here means:
/// raise `numericsVersion` of the backend, record with `RECORD=1`, and say in the changelog that fits are made anew.
/// A recorded line is never rewritten. The bits are the same in debug and release and on every instruction set.
@Test(arguments: ["native", "reference"])
func `results change only with the version of the numerics`(_ backend: String) throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "mdssm-numerics-\(ProcessInfo.processInfo.globallyUniqueString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  let plan = try CheckedStudy().plan(["backend={kind: \(backend)}"])
  let store = try Store(root: folder.path)
  let executor = Executor(plan, store: store, options: ExecutionOptions())
  _ = executor.run { _ in }
  var bytes: [UInt8] = []
  for fit in plan.fits {
    // The tensors alone: the metadata tells the model in words, and may say more of it in a later version.
    let weights = try Safetensors(decoding: try store.read(fit.key, "model.safetensors"))
    bytes += Safetensors(weights.tensors).encoded
  }
  let numerics = try #require(plan.fits.first).numerics
  let digest = String(SHA256Digest(of: bytes).hex.prefix(32))

  let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/numerics.txt")
  let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  let known = text.split(separator: "\n").map { $0.split(separator: " ") }.first { $0.first == Substring(numerics) }
  if known == nil, ProcessInfo.processInfo.environment["RECORD"] == "1" {
    try (text + "\(numerics) \(digest)\n").write(to: file, atomically: true, encoding: .utf8)
    Issue.record("the results of \(numerics) were written")
    return
  }
  #expect(known?.last.map(String.init) == digest, "raise `numericsVersion` of the \(backend) backend")
}
