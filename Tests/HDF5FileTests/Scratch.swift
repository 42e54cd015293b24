import Foundation

/// A folder of one test, removed at the end of its life.
final class Scratch {
  let folder: URL

  init() throws {
    let name = "mdssm-hdf5-\(ProcessInfo.processInfo.globallyUniqueString)"
    folder = FileManager.default.temporaryDirectory.appending(path: name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: folder.appending(path: name))
    return path(name)
  }
}

/// The folder of recordings beside the checkout, or nil.
let sharedData: String? = {
  var folder = URL(filePath: #filePath)
  for _ in 0..<4 { folder.deleteLastPathComponent() }
  let data = folder.appending(path: "shared/data").path
  return FileManager.default.fileExists(atPath: data + "/facts.json") ? data : nil
}()
