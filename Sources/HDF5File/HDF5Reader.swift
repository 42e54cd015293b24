import CGuard
import CHDF5
import Foundation

/// An HDF5 file opened for reading. Paths are relative to the root; "" and "/" are the root itself.
///
/// Every method may be called from any thread; the calls take turns, because the library is not thread-safe.
package final class HDF5Reader: Sendable {
  package let path: String
  let file: hid_t
  /// How links are followed.
  private let links: hid_t
  let fileBytes: Int
  /// The path as C has it.
  nonisolated(unsafe) private let label: UnsafeMutablePointer<CChar>?

  /// - Throws: `noSuchFile`, `isFolder`, `unreadable`, `notHDF5`, `truncated` or `damaged`, each for its own cause.
  package init(path: String) throws(HDF5Error) {
    self.path = path
    fileBytes = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    label = strdup(path)
    (file, links) = try Library.reading("", of: path, label: label) { () throws(HDF5Error) in
      (try Self.open(path), Library.linkAccess()?.takenID() ?? -1)
    }
  }

  deinit {
    let (file, links) = (file, links)
    Library.locked(file: label) {
      _ = H5Idec_ref(file)
      if links >= 0 { _ = H5Idec_ref(links) }
    }
    free(label)
  }

  func locked<Value>(_ object: String, _ body: () throws(HDF5Error) -> Value) throws(HDF5Error) -> Value {
    try Library.reading(object, of: path, label: label, body)
  }

  /// Why nothing can be read any more, if the library was lost; `exists` and `try?` do not tell.
  package var loss: HDF5Error? {
    do throws(HDF5Error) {
      try locked("") {}
      return nil
    } catch {
      return error
    }
  }

  package func checkLoss() throws(HDF5Error) { if let loss { throw loss } }

  private static func open(_ path: String) throws(HDF5Error) -> hid_t {
    func failure(_ problem: HDF5Error.Problem) -> HDF5Error { HDF5Error(file: path, object: "", problem: problem) }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw failure(.noSuchFile) }
    if isFolder.boolValue { throw failure(.isFolder) }
    guard let stream = fopen(path, "rb") else { throw failure(.unreadable(String(cString: strerror(errno)))) }
    var head = [UInt8](repeating: 0, count: 512)
    let count = fread(&head, 1, head.count, stream)
    fclose(stream)
    guard H5Fis_hdf5(path) > 0 else {
      throw failure(.notHDF5(looksLike: Signature.guess(Array(head.prefix(count)))))
    }
    guard let access = Library.fileAccess() else { throw failure(.damaged("the library gives no access list")) }
    let id = H5Fopen(path, chdf5_read_only(), access.id)
    if id >= 0 { return id }
    Library.keepComplaints()
    let complaints = Library.complaints
    if complaints.contains(where: { $0.contains("truncated") }) { throw failure(.truncated) }
    throw failure(.damaged(complaints.first ?? "the library does not say why"))
  }

  // MARK: - Structure

  package func exists(_ object: String) -> Bool {
    (try? locked(object) { has(object) }) ?? false
  }

  /// Whether the path leads to a group, a dataset or something else.
  package func kind(_ object: String) throws(HDF5Error) -> ObjectKind {
    try locked(object) { () throws(HDF5Error) -> ObjectKind in
      let handle = try openObject(object)
      return Self.kind(of: handle.id)
    }
  }

  /// The names of everything directly inside a group, in byte order of the names.
  package func children(_ group: String) throws(HDF5Error) -> [String] {
    try locked(group) { () throws(HDF5Error) -> [String] in
      let handle = try openObject(group, as: .group)
      return try names(in: handle.id, path: group)
    }
  }

  /// The lengths of a dataset along its axes; `[]` for a single value.
  package func shape(_ dataset: String) throws(HDF5Error) -> [Int] {
    try locked(dataset) { () throws(HDF5Error) -> [Int] in
      let handle = try openObject(dataset, as: .dataset)
      return try currentShape(handle.id, dataset)
    }
  }

  package func elementKind(_ dataset: String) throws(HDF5Error) -> ElementKind {
    try locked(dataset) { () throws(HDF5Error) -> ElementKind in
      let handle = try openObject(dataset, as: .dataset)
      guard let type = Handle(H5Dget_type(handle.id)) else { throw damaged(dataset) }
      return ElementType.kind(type.id)
    }
  }

  // MARK: - Numbers

  /// Integers and floating-point numbers as `Double`, row-major; truth values as 0 and 1.
  package func doubles(_ dataset: String, in slab: Slab? = nil) throws(HDF5Error) -> [Double] {
    try numbers(dataset, in: slab, expected: "numbers", memory: chdf5_native_double(), zero: 0) {
      $0.isNumber || $0 == .boolean
    }
  }

  /// As `doubles`, rounded to single precision by the library.
  package func floats(_ dataset: String, in slab: Slab? = nil) throws(HDF5Error) -> [Float] {
    try numbers(dataset, in: slab, expected: "numbers", memory: chdf5_native_float(), zero: 0) {
      $0.isNumber || $0 == .boolean
    }
  }

  /// Integers, enumerations and truth values. Floating-point data are refused, not rounded.
  package func ints(_ dataset: String, in slab: Slab? = nil) throws(HDF5Error) -> [Int] {
    let values: [Int64] = try numbers(
      dataset, in: slab, expected: "integers", memory: chdf5_native_int64(), zero: 0
    ) { kind in
      switch kind {
      case .integer, .boolean, .enumeration: true
      case .float, .string, .reference, .compound, .other: false
      }
    }
    return values.map(Int.init)
  }

  /// Truth values, or integers of which every non-zero one is true.
  package func bools(_ dataset: String) throws(HDF5Error) -> [Bool] {
    try ints(dataset).map { $0 != 0 }
  }

  private func numbers<Number>(
    _ dataset: String, in slab: Slab?, expected: String, memory: @autoclosure () -> hid_t, zero: Number,
    accepts: (ElementKind) -> Bool
  ) throws(HDF5Error) -> [Number] {
    try locked(dataset) { () throws(HDF5Error) -> [Number] in
      let handle = try openObject(dataset, as: .dataset)
      guard let type = Handle(H5Dget_type(handle.id)) else { throw damaged(dataset) }
      let kind = ElementType.kind(type.id)
      guard accepts(kind) else { throw failure(dataset, .wrongType(expected: expected, found: "\(kind)")) }
      let spaces = try selection(of: handle.id, slab, dataset)
      var values = [Number](repeating: zero, count: spaces.count)
      guard spaces.count > 0 else { return values }
      let memoryType = memory()
      let status = values.withUnsafeMutableBytes { bytes in
        H5Dread(handle.id, memoryType, spaces.memory.id, spaces.file.id, chdf5_default(), bytes.baseAddress)
      }
      guard Library.succeeded(status) else { throw cannotRead(handle.id, dataset) }
      return values
    }
  }

  // MARK: - Text and references

  /// Text of fixed or variable length, row-major; padding is removed.
  package func strings(_ dataset: String, in slab: Slab? = nil) throws(HDF5Error) -> [String] {
    try locked(dataset) { () throws(HDF5Error) -> [String] in
      let handle = try openObject(dataset, as: .dataset)
      guard let type = Handle(H5Dget_type(handle.id)) else { throw damaged(dataset) }
      let kind = ElementType.kind(type.id)
      guard kind == .string else { throw failure(dataset, .wrongType(expected: "text", found: "\(kind)")) }
      let spaces = try selection(of: handle.id, slab, dataset)
      if let all = Space.count(try currentShape(handle.id, dataset)), H5Tis_variable_str(type.id) > 0,
        !textsFit(handle.id, count: all)
      {
        throw failure(dataset, .damaged("a text is longer than the file"))
      }
      // Every text lies in the file once, unless someone lets many point at one to fill the memory.
      guard let transfer = Handle(chdf5_transfer(Int(clamping: 16 * UInt64(fileBytes) + 1 << 26))) else {
        throw damaged(dataset)
      }
      let texts = Text.read(type: type.id, count: spaces.count, memorySpace: spaces.memory.id) { memoryType, buffer in
        H5Dread(handle.id, memoryType, spaces.memory.id, spaces.file.id, transfer.id, buffer)
      }
      guard let texts else { throw cannotRead(handle.id, dataset) }
      return texts
    }
  }

  /// The paths that a dataset of object references points to; "" for a reference to nothing.
  package func references(_ dataset: String) throws(HDF5Error) -> [String] {
    try locked(dataset) { () throws(HDF5Error) -> [String] in
      let handle = try openObject(dataset, as: .dataset)
      guard let type = Handle(H5Dget_type(handle.id)) else { throw damaged(dataset) }
      guard H5Tequal(type.id, chdf5_object_reference()) > 0 else {
        let found = "\(ElementType.kind(type.id))"
        throw failure(dataset, .wrongType(expected: "object references", found: found))
      }
      let spaces = try selection(of: handle.id, nil, dataset)
      var addresses = [hobj_ref_t](repeating: 0, count: spaces.count)
      guard spaces.count > 0 else { return [] }
      let status = H5Dread(
        handle.id, chdf5_object_reference(), spaces.memory.id, spaces.file.id, chdf5_default(), &addresses)
      guard Library.succeeded(status) else { throw cannotRead(handle.id, dataset) }
      return addresses.map { address in
        var address = address
        guard let target = Handle(H5Rdereference2(handle.id, chdf5_default(), H5R_OBJECT, &address)) else { return "" }
        return Space.name(of: target.id)
      }
    }
  }

  // MARK: - Attributes

  /// An attribute of one or more values, or nil when the object does not have it.
  package func attribute(_ name: String, of object: String) throws(HDF5Error) -> AttributeValue? {
    try locked(object) { () throws(HDF5Error) -> AttributeValue? in
      let handle = try openObject(object)
      guard H5Aexists(handle.id, name) > 0 else { return nil }
      guard let value = AttributeValue.read(name, of: handle.id) else { throw damaged(object) }
      return value
    }
  }

  /// A text attribute that is one value or an array of length 1, or nil when it is absent or not text.
  package func text(attribute name: String, of object: String) throws(HDF5Error) -> String? {
    guard case .text(let values) = try attribute(name, of: object), values.count == 1 else { return nil }
    return values[0]
  }

  /// Whether an attribute is an array rather than a single value.
  package func isList(attribute name: String, of object: String) throws(HDF5Error) -> Bool {
    try locked(object) { () throws(HDF5Error) -> Bool in
      let handle = try openObject(object)
      guard let attribute = Handle(H5Aopen(handle.id, name, chdf5_default())),
        let space = Handle(H5Aget_space(attribute.id)), let shape = Space.shape(space.id)
      else { return false }
      return !shape.isEmpty
    }
  }

  /// A numeric attribute that is one value or an array of length 1, or nil when it is absent or not a number.
  package func number(attribute name: String, of object: String) throws(HDF5Error) -> Double? {
    guard let value = try attribute(name, of: object) else { return nil }
    switch value {
    case .integers(let values): return values.count == 1 ? Double(values[0]) : nil
    case .numbers(let values): return values.count == 1 ? values[0] : nil
    case .text, .other: return nil
    }
  }

  // MARK: - Inside the lock

  private func failure(_ object: String, _ problem: HDF5Error.Problem) -> HDF5Error {
    HDF5Error(file: path, object: object, problem: problem)
  }

  func damaged(_ object: String) -> HDF5Error {
    failure(object, .damaged(Library.complaints.first ?? "the library does not say why"))
  }

  private func cannotRead(_ dataset: hid_t, _ object: String) -> HDF5Error {
    if let filter = Space.missingFilter(of: dataset) { return failure(object, .missingFilter(filter)) }
    return failure(object, .damaged(Library.complaints.first ?? "the library does not say why"))
  }

  private static func kind(of id: hid_t) -> ObjectKind {
    switch H5Iget_type(id) {
    case H5I_GROUP, H5I_FILE: .group
    case H5I_DATASET: .dataset
    default: .other
    }
  }

  private static func steps(_ object: String) -> [Substring] { object.split(separator: "/") }

  private func has(_ object: String) -> Bool {
    existingPrefix(object) == Self.steps(object).count
  }

  /// How many steps of the path exist.
  private func existingPrefix(_ object: String) -> Int {
    var prefix = ""
    for (index, step) in Self.steps(object).enumerated() {
      prefix += "/" + step
      guard H5Lexists(file, prefix, links) > 0 else { return index }
      guard H5Oexists_by_name(file, prefix, links) > 0 else { return index }
    }
    return Self.steps(object).count
  }

  func openObject(_ object: String, as expected: ObjectKind? = nil) throws(HDF5Error) -> Handle {
    let steps = Self.steps(object)
    let existing = existingPrefix(object)
    guard existing == steps.count else {
      let parent = "/" + steps.prefix(existing).joined(separator: "/")
      var inside: [String] = []
      if let handle = Handle(H5Oopen(file, parent, links)), Self.kind(of: handle.id) == .group {
        inside = (try? names(in: handle.id, path: parent)) ?? []
      }
      if inside.contains(String(steps[existing])) { throw failure(object, .leadsElsewhere) }
      throw failure(object, .noSuchObject(parent: parent, names: inside))
    }
    let whole = "/" + steps.joined(separator: "/")
    guard let handle = Handle(H5Oopen(file, whole, links)) else { throw damaged(object) }
    let found = Self.kind(of: handle.id)
    if let expected, expected != found { throw failure(object, .wrongKind(expected: expected, found: found)) }
    return handle
  }

  private func names(in group: hid_t, path: String) throws(HDF5Error) -> [String] {
    var info = H5G_info_t()
    guard Library.succeeded(H5Gget_info(group, &info)) else { throw damaged(path) }
    guard info.nlinks <= Self.mostObjects else {
      throw failure(path, .damaged("it lists more than \(Self.mostObjects) objects"))
    }
    var names: [String] = []
    names.reserveCapacity(Int(info.nlinks))
    for index in 0..<info.nlinks {
      guard let name = Space.linkName(in: group, at: index) else { throw damaged(path) }
      names.append(name)
    }
    return names
  }

  /// Unpacking may take so long: far longer than the slowest of filters does on the slowest of machines.
  private static let secondsPerElement = 1e-6

  private func currentShape(_ dataset: hid_t, _ object: String) throws(HDF5Error) -> [Int] {
    guard let space = Handle(H5Dget_space(dataset)), let shape = Space.shape(space.id) else { throw damaged(object) }
    return shape
  }

  private func selection(of dataset: hid_t, _ slab: Slab?, _ object: String) throws(HDF5Error) -> Selection {
    guard Space.isInside(dataset) else { throw failure(object, .leadsElsewhere) }
    guard let space = Handle(H5Dget_space(dataset)), let shape = Space.shape(space.id) else { throw damaged(object) }
    if let slab, !slab.fits(shape) {
      throw failure(object, .wrongShape(expected: "room for the part \(slab)", found: shape))
    }
    let lengths = slab?.count ?? shape
    let isNull = H5Sget_simple_extent_type(space.id) == H5S_NULL
    guard let count = isNull ? 0 : Space.count(lengths),
      Space.isCredible(dataset, elements: count, fileBytes: fileBytes)
    else {
      throw failure(object, .wrongShape(expected: "no more data than the file can hold", found: shape))
    }
    cguard_allow(Double(count) * Self.secondsPerElement)
    guard let selection = Selection(file: space, lengths: lengths, slab: slab, count: count) else {
      throw damaged(object)
    }
    return selection
  }
}
