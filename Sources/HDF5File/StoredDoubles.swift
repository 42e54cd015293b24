import CHDF5
import Foundation

/// Numbers of one axis that lie in a file as they lie in memory, so that several threads read them at once, without the library
/// and its lock.
package struct StoredDoubles: Sendable {
  package let count: Int
  private let file: OpenFile
  /// Where in the file the first one is.
  private let offset: Int
  private let path: String
  private let object: String

  init?(offset: Int, count: Int, path: String, object: String) {
    guard let file = OpenFile(path) else { return nil }
    self.file = file
    self.offset = offset
    self.count = count
    self.path = path
    self.object = object
  }

  /// Fills the array with the numbers from one of them on.
  package func read(from first: Int, into values: inout [Double]) throws(HDF5Error) {
    precondition(first >= 0 && first + values.count <= count, "numbers that are not there")
    guard values.withUnsafeMutableBytes({ file.read(from: offset + 8 * first, into: $0) }) else {
      throw HDF5Error(file: path, object: object, problem: .truncated)
    }
  }
}

/// A file without the library.
private final class OpenFile: Sendable {
  private let descriptor: Int32

  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  func read(from start: Int, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let got = pread(descriptor, base + done, bytes.count - done, off_t(start + done))
      if got < 0, errno == EINTR { continue }
      if got <= 0 { return false }
      done += got
    }
    return true
  }
}

extension HDF5Reader {
  /// The numbers of a dataset, if they lie in the file as they lie in memory: of one axis and 64 bits, not in chunks.
  package func storedDoubles(_ dataset: String) throws(HDF5Error) -> StoredDoubles? {
    try locked(dataset) { () throws(HDF5Error) -> StoredDoubles? in
      let handle = try openObject(dataset, as: .dataset)
      guard let type = Handle(H5Dget_type(handle.id)), H5Tequal(type.id, chdf5_native_double()) > 0,
        let space = Handle(H5Dget_space(handle.id)), let shape = Space.shape(space.id), shape.count == 1,
        let offset = place(of: handle.id, elements: shape[0], size: 8)
      else { return nil }
      return StoredDoubles(offset: offset, count: shape[0], path: path, object: dataset)
    }
  }

  /// Whether no text of a dataset says that it is longer than the file: the library believes it, and makes room before it looks.
  /// Asked of datasets in one piece.
  func textsFit(_ dataset: hid_t, count: Int) -> Bool {
    let stored = Int(clamping: H5Dget_storage_size(dataset))
    guard let list = Handle(H5Dget_create_plist(dataset)), H5Pget_layout(list.id) == H5D_CONTIGUOUS, count > 0,
      stored > 0
    else { return true }
    // In the file an entry is longer than in memory: a length, an address, a number.
    let size = stored / count
    guard size >= 4, let offset = place(of: dataset, elements: count, size: size), let file = OpenFile(path) else {
      return false
    }
    var entries = [UInt8](repeating: 0, count: count * size)
    guard entries.withUnsafeMutableBytes({ file.read(from: offset, into: $0) }) else { return false }
    return (0..<count).allSatisfy { index in
      let length = entries[index * size..<index * size + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
      return length <= fileBytes
    }
  }

  /// Where in the file the elements of a dataset lie, if in one piece.
  private func place(of dataset: hid_t, elements: Int, size: Int) -> Int? {
    guard let list = Handle(H5Dget_create_plist(dataset)), H5Pget_layout(list.id) == H5D_CONTIGUOUS,
      H5Pget_external_count(list.id) == 0
    else { return nil }
    let offset = H5Dget_offset(dataset)
    // What was never written has no place.
    guard elements > 0, H5Dget_storage_size(dataset) > 0, offset < UInt64(fileBytes),
      elements <= (fileBytes - Int(offset)) / size
    else { return nil }
    return Int(offset)
  }
}
