import Bundle
import Foundation

/// The states of a training that `outputs.checkpoints` keeps, as models: beside the checkpoint while the training goes on,
/// an artifact of their own when it is over. A training that was interrupted keeps the same states as one that was not.
struct KeptStates {
  private let folder: String
  /// Steps between two states.
  private let every: Int

  init(store root: String, key: ArtifactKey, every: Int) {
    folder = root + "/partial/" + key.hex + ".states"
    self.every = every
  }

  /// Whether the state after a step is kept.
  func keeps(_ step: Int) -> Bool { step % every == 0 }

  /// `step-000500.safetensors`
  private static func name(_ step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".safetensors"
  }

  func save(_ bytes: [UInt8], step: Int) throws(BundleError) {
    let path = folder + "/" + Self.name(step)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw BundleError(path: path, problem: .cannotWrite(error.localizedDescription))
    }
  }

  /// The files of all states up to a step; nil when one of them is not there or is not whole.
  func files(upTo step: Int) -> [(name: String, bytes: [UInt8])]? {
    var files: [(name: String, bytes: [UInt8])] = []
    for step in stride(from: every, through: step, by: every) {
      let name = Self.name(step)
      guard let data = FileManager.default.contents(atPath: folder + "/" + name) else { return nil }
      let bytes = Array(data)
      guard (try? Safetensors(decoding: bytes)) != nil else { return nil }
      files.append((name, bytes))
    }
    return files
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
