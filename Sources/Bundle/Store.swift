import Foundation

/// One file of an artifact or of a bundle, as its record describes it.
package struct StoredFile: Hashable, Sendable {
  package var name: String
  package var bytes: Int
  package var sha256: SHA256Digest
}

/// Artifacts by their keys, whole or not at all, in a folder that several processes may share.
///
/// An artifact is a folder `<root>/<two digits>/<key>` of files beside a record, `artifact.json`, with the size and
/// SHA-256 of each. It is filled under `<root>/tmp`, followed to the disk, and given its name by one rename, so nobody
/// sees half of it. When two processes write one key, the first keeps the name and the second's copy is dropped.
package struct Store: Sendable {
  package let root: String
  private let disk: Disk
  private static let record = "artifact.json"

  package init(root: String, disk: Disk = Disk()) throws(BundleError) {
    self.root = root
    self.disk = disk
    try disk.makeFolder(root + "/tmp")
    removeAbandoned()
  }

  /// Whether the artifact is there with every file at its recorded size. Content is checked on reading.
  package func contains(_ key: ArtifactKey) -> Bool {
    guard let artifact = try? artifact(key) else { return false }
    return artifact.files.allSatisfy { Disk.size(artifact.folder + "/" + $0.name) == $0.bytes }
  }

  /// Whether the artifact is there and the content of every file is the recorded one.
  package func isWhole(_ key: ArtifactKey) -> Bool {
    guard let artifact = try? artifact(key) else { return false }
    return artifact.files.allSatisfy { (try? artifact.read($0.name)) != nil }
  }

  /// Takes an artifact away, so that it can be made again.
  package func discard(_ key: ArtifactKey) {
    let place = root + "/tmp/discarded-" + UniqueName.make()
    if (try? disk.move(folder(key), to: place)) == true { disk.remove(place) }
  }

  /// The record of an artifact. Throws `missing` when there is none.
  package func artifact(_ key: ArtifactKey) throws(BundleError) -> Artifact {
    let folder = folder(key)
    return Artifact(key: key, folder: folder, files: try Self.files(in: folder))
  }

  /// One file of an artifact, compared with its recorded SHA-256.
  package func read(_ key: ArtifactKey, _ name: String) throws(BundleError) -> [UInt8] {
    try artifact(key).read(name)
  }

  /// Stores files under a key. An artifact that is there and whole is left as it is.
  package func write(_ key: ArtifactKey, _ files: [(name: String, bytes: [UInt8])]) throws(BundleError) {
    if contains(key) { return }
    let (temporary, claim) = try claimedFolder()
    defer { claim.release() }
    do throws(BundleError) {
      try fill(temporary, files)
      try publish(temporary, as: folder(key), key)
    } catch {
      disk.remove(temporary)
      throw error
    }
  }

  /// Stores files under a key in place of what is there.
  ///
  /// - Returns: the names of files that were there, whole, with other content; empty where both agree.
  package func replace(
    _ key: ArtifactKey, _ files: [(name: String, bytes: [UInt8])]
  ) throws(BundleError) -> [String] {
    guard isWhole(key), let old = try? artifact(key) else {
      discard(key)
      try write(key, files)
      return []
    }
    var known: [String: SHA256Digest] = [:]
    for file in old.files { known[file.name] = file.sha256 }
    var different: [String] = []
    for file in files where known.removeValue(forKey: file.name) != SHA256Digest(of: file.bytes) {
      different.append(file.name)
    }
    different += known.keys
    guard !different.isEmpty else { return [] }
    discard(key)
    try write(key, files)
    return different.sorted()
  }

  /// A new folder under `tmp` that nobody takes for abandoned. Another process may do so in the moment before it is
  /// claimed; then the next one is tried.
  private func claimedFolder() throws(BundleError) -> (path: String, claim: FolderClaim) {
    for _ in 0..<100 {
      let path = root + "/tmp/" + UniqueName.make()
      try disk.makeFolder(path)
      guard let claim = FolderClaim(path) else { continue }
      if claim.isStill(at: path) { return (path, claim) }
      claim.release()
    }
    throw BundleError(path: root + "/tmp", problem: .cannotWrite("other processes remove new folders at once"))
  }

  private func fill(_ folder: String, _ files: [(name: String, bytes: [UInt8])]) throws(BundleError) {
    var entries: [JSONValue] = []
    for file in files.sorted(by: { $0.name < $1.name }) {
      precondition(!file.name.contains("/") && file.name != Self.record, "`\(file.name)` names no file of an artifact")
      try disk.writeNew(file.bytes, to: folder + "/" + file.name)
      let sha = SHA256Digest(of: file.bytes).hex
      entries.append(["name": .string(file.name), "bytes": .int(file.bytes.count), "sha256": .string(sha)])
    }
    let record: JSONValue = ["format": 1, "files": .array(entries)]
    try disk.writeNew(Array(record.text.utf8), to: folder + "/" + Self.record)
    try disk.syncFolder(folder)
  }

  private func publish(_ temporary: String, as folder: String, _ key: ArtifactKey) throws(BundleError) {
    let parent = (folder as NSString).deletingLastPathComponent
    try disk.makeFolder(parent)
    var isPublished = try disk.move(temporary, to: folder)
    if !isPublished, !contains(key) {
      // A damaged artifact holds the name: it makes room, and the whole one takes its place.
      let damaged = root + "/tmp/damaged-" + UniqueName.make()
      _ = try disk.move(folder, to: damaged)
      disk.remove(damaged)
      isPublished = try disk.move(temporary, to: folder)
    }
    if !isPublished { disk.remove(temporary) }
    try disk.syncFolder(parent)
  }

  private func folder(_ key: ArtifactKey) -> String { root + "/" + key.short(2) + "/" + key.hex }

  private static func files(in folder: String) throws(BundleError) -> [StoredFile] {
    let path = folder + "/" + record
    let bytes = try Disk.read(path)
    guard let entries = try? JSONValue(parsing: bytes)["files"]?.array else {
      throw BundleError(path: path, problem: .damaged("it is not the record of an artifact"))
    }
    return try entries.map { entry throws(BundleError) in
      guard let name = entry["name"]?.string, let size = entry["bytes"]?.int,
        let sha = entry["sha256"]?.string.flatMap(SHA256Digest.init(hex:)), !name.contains("/")
      else { throw BundleError(path: path, problem: .damaged("an entry is incomplete")) }
      return StoredFile(name: name, bytes: size, sha256: sha)
    }
  }

  /// Removes what writers left behind that are no longer alive.
  private func removeAbandoned() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: root + "/tmp")) ?? [] {
      let path = root + "/tmp/" + name
      guard let claim = FolderClaim(path) else { continue }
      disk.remove(path)
      claim.release()
    }
  }
}

/// An artifact that is in the store.
package struct Artifact: Hashable, Sendable {
  package let key: ArtifactKey
  package let folder: String
  package let files: [StoredFile]

  /// - Throws: `missing` when the artifact has no such file, `damaged` when its size or SHA-256 is not the recorded one.
  package func read(_ name: String) throws(BundleError) -> [UInt8] {
    let path = folder + "/" + name
    guard let file = files.first(where: { $0.name == name }) else { throw BundleError(path: path, problem: .missing) }
    let bytes = try Disk.read(path)
    guard bytes.count == file.bytes else {
      throw BundleError(path: path, problem: .damaged("it has \(bytes.count) bytes instead of \(file.bytes)"))
    }
    guard SHA256Digest(of: bytes) == file.sha256 else {
      throw BundleError(path: path, problem: .damaged("its SHA-256 is not the recorded one"))
    }
    return bytes
  }
}

/// A lock on a folder that the system takes back when its holder dies.
private struct FolderClaim {
  private let descriptor: Int32

  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
  }

  func isStill(at path: String) -> Bool {
    var held = stat()
    var named = stat()
    return fstat(descriptor, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino
  }

  func release() { close(descriptor) }
}
