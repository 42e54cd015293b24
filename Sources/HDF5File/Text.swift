import CHDF5

/// Text in HDF5: fixed length with one of three paddings, or variable length with memory that the library owns.
enum Text {
  /// Reads `count` texts through `read`, which gets the memory type and a buffer of that layout; nil when it fails.
  static func read(
    type: hid_t, count: Int, memorySpace: hid_t, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) -> [String]? {
    guard count > 0 else { return [] }
    guard isOfBytes(type) else { return nil }
    return H5Tis_variable_str(type) > 0
      ? variable(type: type, count: count, memorySpace: memorySpace, read)
      : fixed(type: type, count: count, read)
  }

  private static func variable(
    type: hid_t, count: Int, memorySpace: hid_t, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) -> [String]? {
    guard let memory = variableType(characters: H5Tget_cset(type)) else { return nil }
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    return pointers.withUnsafeMutableBytes { buffer -> [String]? in
      guard let base = buffer.baseAddress, Library.succeeded(read(memory.id, base)) else { return nil }
      let texts = buffer.bindMemory(to: UnsafeMutablePointer<CChar>?.self).map { $0.map { String(cString: $0) } ?? "" }
      _ = H5Dvlen_reclaim(memory.id, memorySpace, chdf5_default(), base)
      return texts
    }
  }

  private static func fixed(
    type: hid_t, count: Int, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) -> [String]? {
    guard let memory = Handle(H5Tcopy(type)) else { return nil }
    let width = H5Tget_size(memory.id)
    let (bytes, overflow) = width.multipliedReportingOverflow(by: count)
    guard width > 0, !overflow else { return nil }
    var buffer = [CChar](repeating: 0, count: bytes)
    let status = buffer.withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { read(memory.id, $0) } ?? -1
    }
    guard Library.succeeded(status) else { return nil }
    let isSpacePadded = H5Tget_strpad(memory.id) == H5T_STR_SPACEPAD
    return (0..<count).map { index in
      var text = buffer[index * width..<(index + 1) * width].prefix { $0 != 0 }
      if isSpacePadded { while text.last == 32 { text = text.dropLast() } }
      return decode(text)
    }
  }

  /// Whether a type of texts is one of bytes; a damaged one may be of anything, and the library makes room for so many of them.
  static func isOfBytes(_ type: hid_t) -> Bool {
    guard H5Tis_variable_str(type) > 0 else { return true }
    guard let element = Handle(H5Tget_super(type)) else { return false }
    return H5Tget_size(element.id) == 1
  }

  static func variableType(characters: H5T_cset_t) -> Handle? {
    guard let type = Handle(H5Tcopy(chdf5_c_string())), H5Tset_size(type.id, chdf5_variable()) >= 0,
      H5Tset_cset(type.id, characters) >= 0
    else { return nil }
    return type
  }

  static func decode(_ bytes: some Sequence<CChar>) -> String {
    String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// What a type of the library means to us.
enum ElementType {
  static func kind(_ type: hid_t) -> ElementKind {
    let bytes = H5Tget_size(type)
    switch H5Tget_class(type) {
    case H5T_INTEGER: return .integer(bytes: bytes, isSigned: H5Tget_sign(type) == H5T_SGN_2)
    case H5T_FLOAT: return .float(bytes: bytes)
    case H5T_STRING: return .string
    case H5T_ENUM: return isBoolean(type) ? .boolean : .enumeration
    case H5T_REFERENCE: return .reference
    case H5T_COMPOUND: return .compound
    default: return .other
    }
  }

  private static func isBoolean(_ type: hid_t) -> Bool {
    guard H5Tget_nmembers(type) == 2 else { return false }
    let names = (0..<UInt32(2)).compactMap { index -> String? in
      guard let name = H5Tget_member_name(type, index) else { return nil }
      defer { _ = H5free_memory(name) }
      return String(cString: name)
    }
    return Set(names) == ["FALSE", "TRUE"]
  }

  /// The enumeration of FALSE and TRUE over one byte that Python's h5py reads as truth values.
  static func boolean() -> Handle? {
    guard let type = Handle(H5Tenum_create(chdf5_native_int8())) else { return nil }
    for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
      var value = value
      guard H5Tenum_insert(type.id, name, &value) >= 0 else { return nil }
    }
    return type
  }
}
