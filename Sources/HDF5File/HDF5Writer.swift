import CHDF5
import Foundation

/// An HDF5 file under construction. Groups on the way to an object are made as needed; no time stamps are written,
/// so that equal calls give equal bytes. Nothing is promised before `close()` has returned.
package final class HDF5Writer {
  package let path: String
  private var file: hid_t?

  /// Creates the file, or empties it when it exists.
  package init(path: String) throws(HDF5Error) {
    self.path = path
    file = try Library.locked { () throws(HDF5Error) -> hid_t in
      let failure = { HDF5Error(file: path, object: "", problem: Self.cause()) }
      guard let access = Library.fileAccess() else { throw failure() }
      let id = H5Fcreate(path, chdf5_truncate(), chdf5_default(), access.id)
      if id >= 0 { return id }
      Library.keepComplaints()
      throw failure()
    }
  }

  deinit {
    guard let file else { return }
    Library.locked { _ = H5Fclose(file) }
  }

  /// Writes everything that is still in memory and closes the file. Calling it again does nothing.
  package func close() throws(HDF5Error) {
    try Library.locked { () throws(HDF5Error) in
      guard let id = file else { return }
      file = nil
      let isFlushed = Library.succeeded(H5Fflush(id, H5F_SCOPE_GLOBAL))
      let cause = Self.cause()
      let isClosed = Library.succeeded(H5Fclose(id))
      guard isFlushed, isClosed else {
        throw HDF5Error(file: path, object: "", problem: isFlushed ? Self.cause() : cause)
      }
    }
  }

  package func group(_ object: String) throws(HDF5Error) {
    try Library.locked { () throws(HDF5Error) in
      let id = try open(object)
      if H5Lexists(id, object, chdf5_default()) > 0 { return }
      guard let links = Self.intermediateGroups() else { throw failure(object) }
      guard Handle(H5Gcreate2(id, object, links.id, chdf5_default(), chdf5_default())) != nil else {
        throw failure(object)
      }
    }
  }

  package func write(
    _ values: [Double], shape: [Int], to object: String, layout: Layout = .contiguous
  ) throws(HDF5Error) {
    try write(values, shape, object, layout, file: chdf5_file_float64(), memory: chdf5_native_double())
  }

  package func write(
    _ values: [Float], shape: [Int], to object: String, layout: Layout = .contiguous
  ) throws(HDF5Error) {
    try write(values, shape, object, layout, file: chdf5_file_float32(), memory: chdf5_native_float())
  }

  package func write(
    _ values: [Int], shape: [Int], to object: String, layout: Layout = .contiguous
  ) throws(HDF5Error) {
    let wide = values.map(Int64.init)
    try write(wide, shape, object, layout, file: chdf5_file_int64(), memory: chdf5_native_int64())
  }

  /// Truth values as the enumeration that Python reads as `bool`.
  package func write(
    _ values: [Bool], shape: [Int], to object: String, layout: Layout = .contiguous
  ) throws(HDF5Error) {
    let bytes = values.map { Int8($0 ? 1 : 0) }
    try Library.locked { () throws(HDF5Error) in
      guard let type = ElementType.boolean() else { throw failure(object) }
      try write(bytes, shape, object, layout, file: type.id, memory: type.id)
    }
  }

  /// Text of variable length in UTF-8.
  package func write(
    _ values: [String], shape: [Int], to object: String, layout: Layout = .contiguous
  ) throws(HDF5Error) {
    try Library.locked { () throws(HDF5Error) in
      guard let type = Text.variableType(characters: H5T_CSET_UTF8) else { throw failure(object) }
      let copies = values.map { strdup($0) }
      defer { for copy in copies { free(copy) } }
      try write(copies, shape, object, layout, file: type.id, memory: type.id)
    }
  }

  /// An attribute of an object that exists; a list of one is written as a single value.
  package func attribute(_ name: String, of object: String, _ value: AttributeValue) throws(HDF5Error) {
    try Library.locked { () throws(HDF5Error) in
      let id = try open(object)
      guard let target = Handle(H5Oopen(id, object.isEmpty ? "/" : object, chdf5_default())) else {
        throw failure(object)
      }
      let isWritten: Bool
      switch value {
      case .text(let texts): isWritten = Self.attribute(name, of: target.id, texts)
      case .integers(let values):
        let wide = values.map(Int64.init)
        isWritten = Self.attribute(name, of: target.id, wide, file: chdf5_file_int64(), memory: chdf5_native_int64())
      case .numbers(let values):
        isWritten = Self.attribute(
          name, of: target.id, values, file: chdf5_file_float64(), memory: chdf5_native_double())
      case .other(let what): preconditionFailure("attribute \(name) holds \(what), which cannot be written")
      }
      guard isWritten else { throw failure(object) }
    }
  }

  // MARK: - Inside the lock

  private func write<Element>(
    _ values: [Element], _ shape: [Int], _ object: String, _ layout: Layout, file fileType: @autoclosure () -> hid_t,
    memory: @autoclosure () -> hid_t
  ) throws(HDF5Error) {
    precondition(values.count == shape.reduce(1, *), "\(object): \(values.count) values for shape \(shape)")
    try Library.locked { () throws(HDF5Error) in
      let id = try open(object)
      guard let links = Self.intermediateGroups(), let space = Self.space(shape), let creation = layout.list(shape),
        let dataset = Handle(H5Dcreate2(id, object, fileType(), space.id, links.id, creation.id, chdf5_default()))
      else { throw failure(object) }
      guard !values.isEmpty else { return }
      let memoryType = memory()
      let status = values.withUnsafeBytes { bytes in
        H5Dwrite(dataset.id, memoryType, chdf5_all(), chdf5_all(), chdf5_default(), bytes.baseAddress)
      }
      guard Library.succeeded(status) else { throw failure(object) }
    }
  }

  private func open(_ object: String) throws(HDF5Error) -> hid_t {
    guard let file else { throw HDF5Error(file: path, object: object, problem: .cannotWrite("it is closed already")) }
    return file
  }

  private func failure(_ object: String) -> HDF5Error {
    HDF5Error(file: path, object: object, problem: Self.cause())
  }

  /// The system's words for the failure where the library quotes them, otherwise the library's own.
  private static func cause() -> HDF5Error.Problem {
    if let loss = Library.loss { return .lostBefore(loss.place) }
    let complaints = Library.complaints
    for complaint in complaints {
      let parts = complaint.components(separatedBy: "error message = '")
      if parts.count > 1, let text = parts[1].components(separatedBy: "'").first { return .cannotWrite(text) }
    }
    return .cannotWrite(complaints.first ?? "the library does not say why")
  }

  private static func intermediateGroups() -> Handle? {
    guard let list = Handle(H5Pcreate(chdf5_class_link_create())),
      H5Pset_create_intermediate_group(list.id, 1) >= 0, H5Pset_char_encoding(list.id, H5T_CSET_UTF8) >= 0
    else { return nil }
    return list
  }

  private static func space(_ shape: [Int]) -> Handle? {
    if shape.isEmpty { return Handle(H5Screate(H5S_SCALAR)) }
    return Handle(H5Screate_simple(Int32(shape.count), shape.map(hsize_t.init), nil))
  }

  private static func attribute(_ name: String, of target: hid_t, _ texts: [String]) -> Bool {
    guard let type = Text.variableType(characters: H5T_CSET_UTF8) else { return false }
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return attribute(name, of: target, copies, file: type.id, memory: type.id)
  }

  private static func attribute<Element>(
    _ name: String, of target: hid_t, _ values: [Element], file: hid_t, memory: hid_t
  ) -> Bool {
    guard let space = space(values.count == 1 ? [] : [values.count]) else { return false }
    if H5Aexists(target, name) > 0, H5Adelete(target, name) < 0 { return false }
    let id = H5Acreate2(target, name, file, space.id, chdf5_default(), chdf5_default())
    guard let attribute = Handle(id) else { return false }
    if values.isEmpty { return true }
    return Library.succeeded(values.withUnsafeBytes { H5Awrite(attribute.id, memory, $0.baseAddress) })
  }
}

/// How an array lies in the file.
package enum Layout: Hashable, Sendable {
  case contiguous
  /// Cut into chunks of this shape; `gzip` is a level of 1 to 9, with byte shuffle, or nil for no compression.
  case chunked([Int], gzip: Int?)

  func list(_ shape: [Int]) -> Handle? {
    guard let list = Handle(H5Pcreate(chdf5_class_dataset_create())), H5Pset_obj_track_times(list.id, false) >= 0
    else { return nil }
    guard case .chunked(let chunk, let gzip) = self, !shape.isEmpty, !shape.contains(0) else { return list }
    let sizes = zip(chunk, shape).map { hsize_t(max(1, min($0, $1))) }
    guard sizes.count == shape.count, H5Pset_chunk(list.id, Int32(sizes.count), sizes) >= 0 else { return nil }
    if let gzip {
      guard H5Pset_shuffle(list.id) >= 0, H5Pset_deflate(list.id, UInt32(gzip)) >= 0 else { return nil }
    }
    return list
  }
}
