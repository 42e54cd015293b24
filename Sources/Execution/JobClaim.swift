import Bundle
import Foundation
import Planner

/// A lock on one job, so that two processes do not do the same work or overwrite each other's checkpoint. The system takes
/// it back when its holder dies.
struct JobClaim {
  private let descriptor: Int32
  private let path: String

  /// Takes the lock; nil when another process has it.
  init?(_ key: ArtifactKey, in store: Store) throws(BundleError) {
    let folder = store.root + "/partial"
    let path = folder + "/" + key.hex + ".lock"
    while true {
      if mkdir(folder, 0o777) != 0, errno != EEXIST { throw Self.cannotWrite(folder) }
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw Self.cannotWrite(path) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        return nil
      }
      // The last holder may have removed the file between our opening and locking it: then the lock guards nothing.
      if Self.isStill(descriptor, at: path) {
        self.descriptor = descriptor
        self.path = path
        return
      }
      close(descriptor)
    }
  }

  func release() {
    unlink(path)
    close(descriptor)
  }

  private static func isStill(_ descriptor: Int32, at path: String) -> Bool {
    var held = stat()
    var named = stat()
    return fstat(descriptor, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino
  }

  private static func cannotWrite(_ path: String) -> BundleError {
    BundleError(path: path, problem: .cannotWrite(String(cString: strerror(errno))))
  }
}
