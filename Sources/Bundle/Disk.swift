import Foundation

/// Every change that this room makes to the file system, one system call a step, each followed to the disk.
///
/// `fault` is asked before every step and may answer with an error number, so that tests can fill the disk or end the
/// process at any step.
package struct Disk: Sendable {
  package enum Step: String, Hashable, Sendable, CaseIterable {
    case makeFolder, create, write, sync, rename, link, remove
  }

  private let fault: @Sendable (Step, String) -> Int32?

  package init(fault: @escaping @Sendable (Step, String) -> Int32? = { _, _ in nil }) { self.fault = fault }

  private static let piece = 1 << 20

  private func check(_ step: Step, _ path: String) throws(BundleError) {
    if let code = fault(step, path) { throw Self.cannotWrite(path, code) }
  }

  private static func cannotWrite(_ path: String, _ code: Int32 = errno) -> BundleError {
    BundleError(path: path, problem: .cannotWrite(String(cString: strerror(code))))
  }

  /// Makes a folder and those above it. Returns false when it exists already.
  @discardableResult
  func makeFolder(_ path: String) throws(BundleError) -> Bool {
    try check(.makeFolder, path)
    if mkdir(path, 0o777) == 0 { return true }
    if errno == EEXIST, Self.isFolder(path) { return false }
    guard errno == ENOENT else { throw Self.cannotWrite(path) }
    let parent = (path as NSString).deletingLastPathComponent
    guard !parent.isEmpty, parent != path else { throw Self.cannotWrite(path, ENOENT) }
    try makeFolder(parent)
    if mkdir(path, 0o777) == 0 { return true }
    guard errno == EEXIST else { throw Self.cannotWrite(path) }
    return false
  }

  /// Writes a new file and, unless told otherwise, waits until the disk has it. The file may be partly there when this
  /// throws.
  func writeNew(_ bytes: [UInt8], to path: String, isAwaited: Bool = true) throws(BundleError) {
    try check(.create, path)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw Self.cannotWrite(path) }
    defer { _ = Foundation.close(file) }
    try append(bytes, to: file, path)
    if isAwaited { try sync(file, path) }
  }

  func append(_ bytes: [UInt8], to file: Int32, _ path: String) throws(BundleError) {
    var done = 0
    while done < bytes.count {
      try check(.write, path)
      let written = bytes.withUnsafeBytes { buffer in
        Foundation.write(file, buffer.baseAddress.map { $0 + done }, min(Self.piece, buffer.count - done))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw Self.cannotWrite(path, written == 0 ? ENOSPC : errno) }
      done += written
    }
  }

  func sync(_ file: Int32, _ path: String) throws(BundleError) {
    try check(.sync, path)
    guard fsync(file) == 0 else { throw Self.cannotWrite(path) }
  }

  /// Waits until the names in a folder are on the disk.
  func syncFolder(_ path: String) throws(BundleError) {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw Self.cannotWrite(path) }
    defer { _ = Foundation.close(folder) }
    try sync(folder, path)
  }

  /// Waits until the disk has some files that were written before, and their names. Beyond a few, one wait for all that
  /// this machine has written is much cheaper than one for each: 4 ms a file against a tenth of a second for 7000.
  func syncFiles(_ paths: [String]) throws(BundleError) {
    guard paths.count <= Self.fewFiles else {
      try check(.sync, paths[0])
      Foundation.sync()
      return
    }
    for path in paths {
      let file = open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { throw Self.cannotWrite(path) }
      defer { _ = Foundation.close(file) }
      try sync(file, path)
    }
    let folders = Set(paths.map { ($0 as NSString).deletingLastPathComponent })
    for folder in folders.sorted() { try syncFolder(folder) }
  }

  private static let fewFiles = 32

  /// Moves a file or folder within one file system. False when a folder that is not empty stands at the target.
  func move(_ source: String, to target: String) throws(BundleError) -> Bool {
    try check(.rename, target)
    if rename(source, target) == 0 { return true }
    if errno == ENOTEMPTY || errno == EEXIST { return false }
    throw Self.cannotWrite(target)
  }

  func link(_ path: String, to target: String) throws(BundleError) {
    try check(.link, path)
    guard symlink(target, path) == 0 else { throw Self.cannotWrite(path) }
  }

  /// Removes a file or a folder with all it holds; what cannot be removed stays.
  func remove(_ path: String) {
    guard fault(.remove, path) == nil else { return }
    try? FileManager.default.removeItem(atPath: path)
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  static func size(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// The whole of a file.
  static func read(_ path: String) throws(BundleError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw BundleError(path: path, problem: errno == ENOENT ? .missing : .cannotRead(String(cString: strerror(errno))))
    }
    defer { _ = Foundation.close(file) }
    var bytes = [UInt8](repeating: 0, count: size(path) ?? 0)
    var done = 0
    while true {
      if done == bytes.count { bytes += [UInt8](repeating: 0, count: 4096) }
      let count = bytes.withUnsafeMutableBytes { buffer in
        Foundation.read(file, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw BundleError(path: path, problem: .cannotRead(String(cString: strerror(errno))))
      }
      if count == 0 { return Array(bytes.prefix(done)) }
      done += count
    }
  }
}

/// Names that no other writer has: process, time and a count.
enum UniqueName {
  static func make() -> String {
    "\(ProcessInfo.processInfo.processIdentifier)-\(ProcessInfo.processInfo.globallyUniqueString)"
  }
}
