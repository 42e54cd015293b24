import CHDF5
import Foundation

/// The one door to the HDF5 library: one lock around every call, because the library that Linux distributions ship
/// is not thread-safe, and its own error printing switched off, because our errors say more.
enum Library {
  private static let lock = NSRecursiveLock()
  private static let isReady: Bool = chdf5_load() == 0 && H5open() >= 0
  private static let errorStack: hid_t = 0  // H5E_DEFAULT

  static func locked<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    lock.lock()
    defer { lock.unlock() }
    precondition(isReady, "no HDF5 library of the version of the build; the package libhdf5-dev has it")
    H5Eset_auto2(errorStack, nil, nil)  // every time: some builds keep this setting per thread
    return try body()
  }

  /// What the library said about the last call that failed, innermost cause first. Kept here because the library
  /// forgets it with the next call, and giving back a handle is such a call.
  nonisolated(unsafe) private(set) static var complaints: [String] = []

  /// Whether a call went well; if not, its complaints are kept.
  static func succeeded(_ status: herr_t) -> Bool {
    if status < 0 { keepComplaints() }
    return status >= 0
  }

  static func keepComplaints() { complaints = readComplaints() }

  private static func readComplaints() -> [String] {
    var texts: [String] = []
    withUnsafeMutablePointer(to: &texts) { pointer in
      _ = H5Ewalk2(
        errorStack, H5E_WALK_UPWARD,
        { _, entry, client in
          guard let text = entry?.pointee.desc, let client else { return 0 }
          client.assumingMemoryBound(to: [String].self).pointee.append(String(cString: text))
          return 0
        }, pointer)
    }
    return texts.reversed()
  }

  /// The property list with which files are opened and created: no advisory file locks, because network file systems
  /// of clusters often refuse them, and a file of ours is written under a name that nobody else knows.
  static func fileAccess() -> Handle? {
    guard let list = Handle(H5Pcreate(chdf5_class_file_access())) else { return nil }
    guard succeeded(H5Pset_file_locking(list.id, false, true)) else { return nil }
    return list
  }
}

extension Library {
  /// How links are followed: within the file alone. A file can name any other file of the machine, which is not what a user
  /// asked to read.
  static func linkAccess() -> Handle? {
    guard let list = Handle(H5Pcreate(chdf5_class_link_access())), succeeded(chdf5_refuse_other_files(list.id)) else {
      return nil
    }
    return list
  }
}

/// Owns one identifier of the library and gives it back at the end of its life. Lives only inside `Library.locked`.
struct Handle: ~Copyable {
  let id: hid_t

  init?(_ id: hid_t) {
    guard id >= 0 else {
      Library.keepComplaints()
      return nil
    }
    self.id = id
  }

  /// The identifier, which the caller gives back.
  consuming func takenID() -> hid_t {
    let id = id
    discard self
    return id
  }

  deinit { _ = H5Idec_ref(id) }
}
