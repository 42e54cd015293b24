import Foundation
import Synchronization

/// A text file of a bundle that grows by whole lines. Each line is one append, so a reader sees no torn line of a
/// process that was ended, and the file joins the manifest with `close()`.
package final class LineWriter: Sendable {
  package let path: String
  private let disk: Disk
  private let whenClosed: @Sendable (Int, SHA256Digest) throws(BundleError) -> Void
  private let descriptor: Mutex<Int32?>

  init(
    path: String, disk: Disk, whenClosed: @escaping @Sendable (Int, SHA256Digest) throws(BundleError) -> Void
  ) throws(BundleError) {
    self.path = path
    self.disk = disk
    self.whenClosed = whenClosed
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o666)
    guard file >= 0 else {
      throw BundleError(path: path, problem: .cannotWrite(String(cString: strerror(errno))))
    }
    descriptor = Mutex(file)
  }

  deinit {
    descriptor.withLock { if let file = $0 { _ = Foundation.close(file) } }
  }

  /// Adds a line; the line end is added here.
  package func append(_ line: String) throws(BundleError) {
    precondition(!line.utf8.contains(10), "a line holds no line end")
    try descriptor.withLock { file throws(BundleError) in
      guard let file else { throw BundleError(path: path, problem: .cannotWrite("it is closed already")) }
      try disk.append(Array((line + "\n").utf8), to: file, path)
    }
  }

  package func append(_ value: JSONValue) throws(BundleError) { try append(value.line) }

  /// Waits until the disk has everything and enters the file into the manifest. Calling it again does nothing.
  package func close() throws(BundleError) {
    try descriptor.withLock { file throws(BundleError) in
      guard let open = file else { return }
      try disk.sync(open, path)
      file = nil
      _ = Foundation.close(open)
      let bytes = try Disk.read(path)
      try whenClosed(bytes.count, SHA256Digest(of: bytes))
    }
  }
}
