import CHDF5

/// A rectangular part of an array: where it starts and how far it goes along each axis.
package struct Slab: Hashable, Sendable, CustomStringConvertible {
  package var start: [Int]
  package var count: [Int]

  package init(start: [Int], count: [Int]) {
    self.start = start
    self.count = count
  }

  package var description: String { "starting at \(start) of size \(count)" }

  func fits(_ shape: [Int]) -> Bool {
    guard start.count == shape.count, count.count == shape.count else { return false }
    return zip(zip(start, count), shape).allSatisfy { part, length in
      part.0 >= 0 && part.1 >= 0 && part.0 <= length && part.1 <= length - part.0
    }
  }
}

/// The elements of a file to read and the memory they go to.
struct Selection: ~Copyable {
  let file: Handle
  let memory: Handle
  let count: Int

  init?(file: consuming Handle, lengths: [Int], slab: Slab?, count: Int) {
    let sizes = lengths.map(hsize_t.init)
    if let slab, !lengths.isEmpty, count > 0 {
      let start = slab.start.map(hsize_t.init)
      guard H5Sselect_hyperslab(file.id, H5S_SELECT_SET, start, nil, sizes, nil) >= 0 else { return nil }
    }
    let id = lengths.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(sizes.count), sizes, nil)
    guard let memory = Handle(id) else { return nil }
    self.file = file
    self.memory = memory
    self.count = count
  }
}

/// Small questions to the library about spaces, links and filters.
enum Space {
  static func shape(_ space: hid_t) -> [Int]? {
    let rank = H5Sget_simple_extent_ndims(space)
    guard rank >= 0 else { return nil }
    var sizes = [hsize_t](repeating: 0, count: Int(rank))
    guard rank == 0 || H5Sget_simple_extent_dims(space, &sizes, nil) >= 0 else { return nil }
    return sizes.map { Int(clamping: $0) }
  }

  /// The number of elements, or nil when it does not fit into an `Int`.
  static func count(_ lengths: [Int]) -> Int? {
    if lengths.contains(0) { return 0 }
    var total = 1
    for length in lengths {
      let (product, overflow) = total.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      total = product
    }
    return total
  }

  /// Whether an array of this size can be what it says it is: what the file stores for it, times the largest factor
  /// of compression, with some room for values that were never written. A damaged header could ask for any memory.
  static func isCredible(_ dataset: hid_t, elements: Int, fileBytes: Int) -> Bool {
    guard let type = Handle(H5Dget_type(dataset)), let list = Handle(H5Dget_create_plist(dataset)) else { return false }
    let (bytes, overflow) = elements.multipliedReportingOverflow(by: H5Tget_size(type.id))
    if overflow { return false }
    let stored = min(Int(clamping: H5Dget_storage_size(dataset)), fileBytes)
    let factor = H5Pget_nfilters(list.id) > 0 ? 2048 : 1
    return bytes / factor <= stored + roomForUnwritten / factor
  }

  private static let roomForUnwritten = 64 << 20

  /// Whether the numbers of a dataset lie in its own file.
  static func isInside(_ dataset: hid_t) -> Bool {
    guard let list = Handle(H5Dget_create_plist(dataset)) else { return false }
    if H5Pget_external_count(list.id) > 0 { return false }
    guard H5Pget_layout(list.id) == H5D_VIRTUAL else { return true }
    var count = 0
    guard H5Pget_virtual_count(list.id, &count) >= 0 else { return false }
    return (0..<count).allSatisfy { index in
      var name = [CChar](repeating: 0, count: 8)
      let length = H5Pget_virtual_filename(list.id, index, &name, name.count)
      return length == 1 && name[0] == CChar(UInt8(ascii: "."))
    }
  }

  static func name(of object: hid_t) -> String {
    let length = H5Iget_name(object, nil, 0)
    guard length > 0 else { return "" }
    var bytes = [CChar](repeating: 0, count: length + 1)
    _ = H5Iget_name(object, &bytes, bytes.count)
    return Text.decode(bytes.prefix(length))
  }

  static func linkName(in group: hid_t, at index: UInt64) -> String? {
    let length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, chdf5_default())
    guard length >= 0 else { return nil }
    var bytes = [CChar](repeating: 0, count: length + 1)
    _ = H5Lget_name_by_idx(
      group, ".", H5_INDEX_NAME, H5_ITER_INC, index, &bytes, bytes.count, chdf5_default())
    return Text.decode(bytes.prefix(length))
  }

  /// The first filter of a dataset that the library does not have, by its name or number.
  static func missingFilter(of dataset: hid_t) -> String? {
    guard let list = Handle(H5Dget_create_plist(dataset)) else { return nil }
    let filters = H5Pget_nfilters(list.id)
    guard filters > 0 else { return nil }
    for index in 0..<UInt32(filters) {
      var flags: UInt32 = 0
      var values = 0
      var name = [CChar](repeating: 0, count: 256)
      let filter = H5Pget_filter2(list.id, index, &flags, &values, nil, name.count, &name, nil)
      if filter >= 0, H5Zfilter_avail(filter) <= 0 {
        let text = Text.decode(name.prefix { $0 != 0 })
        return text.isEmpty ? "filter \(filter)" : "`\(text)` (filter \(filter))"
      }
    }
    return nil
  }
}
