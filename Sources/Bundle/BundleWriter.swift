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
  private let state: Mutex<State>

  /// What the manifest says, or will say.
  private struct State {
    var status: Manifest.Status
    var study: JSONValue
    var files: [String: Manifest.File] = [:]
    var failures: [Manifest.Failure] = []
    /// How many calls of `together` are open.
    var groups = 0
    /// Changes that the manifest on the disk does not have yet.
    var unsaved = 0
    /// Files that were written and that the disk may not have yet.
    var unawaited: [String] = []

    init(_ manifest: Manifest) {
      (status, study, failures) = (manifest.status, manifest.study, manifest.failures)
      for file in manifest.files { files[file.path] = file }
    }

    var manifest: Manifest {
      Manifest(status: status, study: study, files: Array(files.values), failures: failures)
    }
  }

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
    state = Mutex(State(Manifest(status: .interrupted, study: about)))
    for part in ["result", "run"] { try disk.makeFolder(folder + "/" + part) }
    try state.withLock { state throws(BundleError) in try save(&state) }
    try disk.syncFolder(parent)
    try pointLatest(in: parent, to: name)
  }

  /// Opens a bundle that exists, to add to it.
  package init(adding folder: String, disk: Disk = Disk()) throws(BundleError) {
    self.folder = folder
    self.disk = disk
    state = Mutex(State(try ResultBundle(folder: folder).manifest))
  }

  /// How many files of a group are written before the manifest lists them.
  private static let groupSize = 1000

  /// Writes many files with one wait for the disk and one manifest, instead of two waits and a manifest for each. The
  /// manifest on the disk lists what was written when the group ends, and every thousand files.
  package func together<Value>(_ body: () throws -> Value) throws -> Value {
    state.withLock { $0.groups += 1 }
    do {
      let value = try body()
      try endGroup()
      return value
    } catch {
      try? endGroup()
      throw error
    }
  }

  private func endGroup() throws(BundleError) {
    try state.withLock { state throws(BundleError) in
      state.groups -= 1
      if state.groups == 0, state.unsaved > 0 { try save(&state) }
    }
  }

  /// Writes a file whole or not at all, replacing what was there.
  /// - Parameter path: below the bundle's folder, for example `result/metrics.tsv`.
  package func write(_ bytes: [UInt8], to path: String, role: String) throws(BundleError) {
    precondition(Self.isPlain(path) && path != Self.name, "`\(path)` is no path of a bundle")
    try state.withLock { state throws(BundleError) in
      let isAlone = state.groups == 0
      let target = folder + "/" + path
      let parent = (target as NSString).deletingLastPathComponent
      try disk.makeFolder(parent)
      let temporary = target + ".part-" + UniqueName.make()
      do throws(BundleError) {
        try disk.writeNew(bytes, to: temporary, isAwaited: isAlone)
        // An entry that is about to be wrong leaves the manifest first.
        if state.files.removeValue(forKey: path) != nil { try save(&state) }
        _ = try disk.move(temporary, to: target)
      } catch {
        disk.remove(temporary)
        throw error
      }
      if isAlone { try disk.syncFolder(parent) } else { state.unawaited.append(target) }
      let sha = SHA256Digest(of: bytes).hex
      state.files[path] = Manifest.File(path: path, sha256: sha, bytes: bytes.count, role: role)
      try changed(&state)
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
    try state.withLock { state throws(BundleError) in
      if state.files.removeValue(forKey: path) != nil { try save(&state) }
    }
    return try LineWriter(path: target, disk: disk) { [self] bytes, sha throws(BundleError) in
      try state.withLock { state throws(BundleError) in
        state.files[path] = Manifest.File(path: path, sha256: sha.hex, bytes: bytes, role: role)
        try changed(&state)
      }
    }
  }

  package func add(_ failure: Manifest.Failure) throws(BundleError) {
    try state.withLock { state throws(BundleError) in
      state.failures.append(failure)
      try changed(&state)
    }
  }

  /// Writes the final status.
  package func finish(_ status: Manifest.Status) throws(BundleError) {
    try state.withLock { state throws(BundleError) in
      state.status = status
      try save(&state)
    }
  }

  // MARK: - Inside

  private static let name = "manifest.json"

  /// Saves the manifest, or leaves that to the group.
  private func changed(_ state: inout State) throws(BundleError) {
    state.unsaved += 1
    if state.groups == 0 || state.unsaved >= Self.groupSize { try save(&state) }
  }

  private func save(_ state: inout State) throws(BundleError) {
    if !state.unawaited.isEmpty { try disk.syncFiles(state.unawaited) }
    let manifest = state.manifest
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
    state.unsaved = 0
    state.unawaited = []
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
