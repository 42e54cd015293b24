import Foundation

extension Disk {
  /// Gives an existing file new content, whole or not at all: written beside it, followed to the disk, then renamed.
  ///
  /// The file keeps its mode and, where that is allowed, its owner. Of a link the file that it leads to is replaced.
  package func replace(_ path: String, with bytes: [UInt8]) throws(BundleError) {
    guard let real = realpath(path, nil) else { throw Self.failure(path) }
    defer { free(real) }
    let target = String(cString: real)
    var facts = stat()
    guard stat(target, &facts) == 0 else { throw Self.failure(target) }
    guard access(target, W_OK) == 0 else { throw Self.failure(target) }
    let folder = (target as NSString).deletingLastPathComponent
    let beside = "\(folder)/.\((target as NSString).lastPathComponent).\(UniqueName.make())"
    do throws(BundleError) {
      try writeNew(bytes, to: beside)
      guard chmod(beside, facts.st_mode & 0o7777) == 0 else { throw Self.failure(beside) }
      // Only a privileged user may give a file away; anybody else keeps what is theirs.
      _ = chown(beside, facts.st_uid, facts.st_gid)
      guard try move(beside, to: target) else { throw Self.failure(target, EEXIST) }
    } catch {
      remove(beside)
      throw error
    }
    try syncFolder(folder.isEmpty ? "/" : folder)
  }

  /// Writes a new file and waits until the disk has it; a file that is there already is an error.
  package func create(_ path: String, with bytes: [UInt8]) throws(BundleError) {
    do throws(BundleError) {
      try writeNew(bytes, to: path)
    } catch {
      // What was there before is somebody else's.
      if error != Self.failure(path, EEXIST) { remove(path) }
      throw error
    }
  }

  private static func failure(_ path: String, _ code: Int32 = errno) -> BundleError {
    BundleError(path: path, problem: .cannotWrite(String(cString: strerror(code))))
  }
}
