import Bundle
import Foundation
import Synchronization

/// A folder of one test, removed at the end of its life.
final class Scratch {
  let folder: String

  init() throws {
    let name = "mdssm-bundle-\(ProcessInfo.processInfo.globallyUniqueString)"
    folder = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  /// Every regular file below the folder, relative and sorted.
  func files(_ below: String = "") -> [String] {
    let all = (try? FileManager.default.subpathsOfDirectory(atPath: path(below))) ?? []
    return all.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path(below) + "/" + name, isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }
}

/// A disk on which the process dies at one step: that step and every later one fail, and nothing is cleaned up.
final class DyingDisk: Sendable {
  private let left: Mutex<Int>

  init(stepsToLive: Int) { left = Mutex(stepsToLive) }

  var isDead: Bool { left.withLock { $0 < 0 } }

  var disk: Disk {
    Disk { [self] _, _ in
      left.withLock { left in
        left -= 1
        return left < 0 ? EIO : nil
      }
    }
  }
}
