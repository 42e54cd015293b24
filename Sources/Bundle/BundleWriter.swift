import Foundation
import Synchronization

/// Writes one result bundle, `runs/<study>/<date-time>-<key6>/`, that is valid at any moment.
///
/// A file appears under its name only when it is whole, and in the manifest only after that; before a file is
/// replaced its old entry leaves the manifest. `result/` should depend on spec, data and program only; whatever may
/// differ between two runs belongs under `run/`.
package final class BundleWriter: Sendable {
  /// The folder of the bundle.
  package let folder: String
  private let disk: Disk
  private let manifest: Mutex<Manifest>

  /// Makes the folder with an `interrupted` manifest and lets `latest` point to it.
  /// - Parameter runs: the folder of all runs. - Parameter study: its name, a single path component.
  package init(
    runs: String, study: String, key: ArtifactKey, started: Date, about: JSONValue, disk: Disk = Disk()
  ) throws(BundleError) {
    precondition(Self.isPlain(study) && !study.contains("/"), "`\(study)` is no name of a study")
    self.disk = disk
    let parent = runs + "/" + study
    let stem = Self.stamp(started) + "-" + key.short()
    var name = stem
    try disk.makeFolder(parent)
    var attempt = 1
    while try !disk.makeFolder(parent + "/" + name) {
      attempt += 1
      name = stem + "-\(attempt)"
    }
    folder = parent + "/" + name
    manifest = Mutex(Manifest(status: .interrupted, study: about))
    for part in ["result", "run"] { try disk.makeFolder(folder + "/" + part) }
    try manifest.withLock { manifest throws(BundleError) in try save(manifest) }
    try disk.syncFolder(parent)
    try pointLatest(in: parent, to: name)
  }

  /// Opens a bundle that exists, to add to it.
  package init(adding folder: String, disk: Disk = Disk()) throws(BundleError) {
    self.folder = folder
    self.disk = disk
    manifest = Mutex(try ResultBundle(folder: folder).manifest)
  }

  /// Writes a file whole or not at all, replacing what was there.
  /// - Parameter path: below the bundle's folder, for example `result/metrics.tsv`.
  package func write(_ bytes: [UInt8], to path: String, role: String) throws(BundleError) {
    precondition(Self.isPlain(path) && path != Self.name, "`\(path)` is no path of a bundle")
    try manifest.withLock { manifest throws(BundleError) in
      let target = folder + "/" + path
      try disk.makeFolder((target as NSString).deletingLastPathComponent)
      let temporary = target + ".part-" + UniqueName.make()
      do throws(BundleError) {
        try disk.writeNew(bytes, to: temporary)
        if manifest.files.contains(where: { $0.path == path }) {
          manifest.files.removeAll { $0.path == path }
          try save(manifest)
        }
        _ = try disk.move(temporary, to: target)
      } catch {
        disk.remove(temporary)
        throw error
      }
      try disk.syncFolder((target as NSString).deletingLastPathComponent)
      let sha = SHA256Digest(of: bytes).hex
      manifest.files.append(Manifest.File(path: path, sha256: sha, bytes: bytes.count, role: role))
      try save(manifest)
    }
  }

  package func write(_ text: String, to path: String, role: String) throws(BundleError) {
    try write(Array(text.utf8), to: path, role: role)
  }

  /// A file that grows line by line. It enters the manifest when it is closed.
  package func lines(_ path: String, role: String) throws(BundleError) -> LineWriter {
    precondition(Self.isPlain(path) && path != Self.name, "`\(path)` is no path of a bundle")
    let target = folder + "/" + path
    try disk.makeFolder((target as NSString).deletingLastPathComponent)
    try manifest.withLock { manifest throws(BundleError) in
      guard manifest.files.contains(where: { $0.path == path }) else { return }
      manifest.files.removeAll { $0.path == path }
      try save(manifest)
    }
    return try LineWriter(path: target, disk: disk) { [self] bytes, sha throws(BundleError) in
      try manifest.withLock { manifest throws(BundleError) in
        manifest.files.append(Manifest.File(path: path, sha256: sha.hex, bytes: bytes, role: role))
        try save(manifest)
      }
    }
  }

  package func add(_ failure: Manifest.Failure) throws(BundleError) {
    try manifest.withLock { manifest throws(BundleError) in
      manifest.failures.append(failure)
      try save(manifest)
    }
  }

  /// Writes the final status.
  package func finish(_ status: Manifest.Status) throws(BundleError) {
    try manifest.withLock { manifest throws(BundleError) in
      manifest.status = status
      try save(manifest)
    }
  }

  // MARK: - Inside

  private static let name = "manifest.json"

  private func save(_ manifest: Manifest) throws(BundleError) {
    let path = folder + "/" + Self.name
    let temporary = path + ".part-" + UniqueName.make()
    do throws(BundleError) {
      try disk.writeNew(Array(manifest.json.text.utf8), to: temporary)
      _ = try disk.move(temporary, to: path)
    } catch {
      disk.remove(temporary)
      throw error
    }
    try disk.syncFolder(folder)
  }

  private func pointLatest(in parent: String, to name: String) throws(BundleError) {
    let temporary = parent + "/.latest-" + UniqueName.make()
    try disk.link(temporary, to: name)
    do throws(BundleError) {
      _ = try disk.move(temporary, to: parent + "/latest")
    } catch {
      disk.remove(temporary)
      throw error
    }
    try disk.syncFolder(parent)
  }

  /// A relative path that stays below its folder.
  private static func isPlain(_ path: String) -> Bool {
    !path.isEmpty
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part != "." && part != ".."
      }
  }

  /// `20240131T235959Z`, so that names sort by time.
  private static func stamp(_ date: Date) -> String {
    var seconds = time_t(date.timeIntervalSince1970.rounded(.down))
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { (value < 10 ? "0" : "") + String(value) }
    let day = String(parts.tm_year + 1900) + two(parts.tm_mon + 1) + two(parts.tm_mday)
    return day + "T" + two(parts.tm_hour) + two(parts.tm_min) + two(parts.tm_sec) + "Z"
  }
}
