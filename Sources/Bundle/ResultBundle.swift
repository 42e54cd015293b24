import Foundation

/// A bundle that is read back.
package struct ResultBundle: Hashable, Sendable {
  package let folder: String
  package let manifest: Manifest

  /// - Parameter folder: the bundle's folder, or a link to it such as `runs/<study>/latest`.
  package init(folder: String) throws(BundleError) {
    self.folder = folder
    let path = folder + "/manifest.json"
    let bytes = try Disk.read(path)
    guard let json = try? JSONValue(parsing: bytes), let manifest = Manifest(json) else {
      throw BundleError(path: path, problem: .damaged("it is not a manifest of format \(Manifest.format)"))
    }
    self.manifest = manifest
  }

  /// A file of the bundle, listed or not.
  package func read(_ path: String) throws(BundleError) -> [UInt8] { try Disk.read(folder + "/" + path) }

  package func text(_ path: String) throws(BundleError) -> String {
    String(decoding: try read(path), as: UTF8.self)
  }

  /// Compares every listed file with its size and SHA-256; empty when all is well.
  package func verify() -> [BundleError] {
    manifest.files.compactMap { file in
      let path = folder + "/" + file.path
      do throws(BundleError) {
        let bytes = try Disk.read(path)
        guard bytes.count == file.bytes else {
          return BundleError(path: path, problem: .damaged("it has \(bytes.count) bytes instead of \(file.bytes)"))
        }
        if SHA256Digest(of: bytes).hex == file.sha256 { return nil }
        return BundleError(path: path, problem: .damaged("its SHA-256 is not the recorded one"))
      } catch {
        return error
      }
    }
  }
}
