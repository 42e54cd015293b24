import CGuard
import CHDF5
import Foundation

/// The one door to the HDF5 library: one lock around every call, because the library that Linux distributions ship
/// is not thread-safe, and its own error printing switched off, because our errors say more.
enum Library {
  private static let lock = NSRecursiveLock()
  private static let isReady: Bool = chdf5_load() == 0 && H5open() >= 0
  private static let errorStack: hid_t = 0  // H5E_DEFAULT

  /// - Parameter file: what is read, for the last words of a program whose memory the library has broken.
  static func locked<Value, Failure: Error>(
    file: UnsafePointer<CChar>? = nil, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    lock.lock()
    cguard_begin(file)
    defer {
      cguard_end()
      lock.unlock()
    }
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
      chdf5_complaints(
        { text, client in
          guard let text, let client else { return }
          client.assumingMemoryBound(to: [String].self).pointee.append(String(cString: text))
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
  /// What the library was lost over; nothing can be read or written since.
  nonisolated(unsafe) private(set) static var loss: HDF5Error?

  /// A reading of one object, which finds out whether the library survived it.
  static func reading<Value>(
    _ object: String, of path: String, label: UnsafePointer<CChar>?, _ body: () throws(HDF5Error) -> Value
  ) throws(HDF5Error) -> Value {
    try locked(file: label) { () throws(HDF5Error) -> Value in
      if let loss {
        throw loss.file == path ? loss : HDF5Error(file: path, object: object, problem: .lostBefore(loss.place))
      }
      do throws(HDF5Error) {
        let value = try body()
        try checkLoss(object, of: path)
        return value
      } catch {
        try checkLoss(object, of: path)
        throw error
      }
    }
  }

  private static func checkLoss(_ object: String, of path: String) throws(HDF5Error) {
    let how = chdf5_lost()
    guard how != 0 else { return }
    let problem: HDF5Error.Problem =
      how == CGUARD_ENDLESS ? .endless(seconds: cguard_seconds()) : .crashed
    let error = HDF5Error(file: path, object: object, problem: problem)
    loss = loss ?? error
    throw error
  }

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
