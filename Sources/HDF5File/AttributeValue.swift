import CHDF5

/// The value of an attribute: one value or a list; a single value reads as a list of one.
package enum AttributeValue: Hashable, Sendable {
  case text([String])
  case integers([Int])
  case numbers([Double])
  /// Something that this program has no use for, such as an object reference.
  case other(String)

  /// Attributes are small; more values than this are taken for damage.
  private static let mostValues = 1 << 20
  private static let mostTexts = 1 << 14

  static func read(_ name: String, of object: hid_t) -> AttributeValue? {
    guard let attribute = Handle(H5Aopen(object, name, chdf5_default())), let type = Handle(H5Aget_type(attribute.id)),
      let space = Handle(H5Aget_space(attribute.id)), let shape = Space.shape(space.id),
      let count = H5Sget_simple_extent_type(space.id) == H5S_NULL ? 0 : Space.count(shape),
      count <= Self.mostValues
    else { return nil }
    let kind = ElementType.kind(type.id)
    switch kind {
    case .string:
      guard count <= Self.mostTexts else { return nil }
      let texts = Text.read(type: type.id, count: count, memorySpace: space.id) { memory, buffer in
        H5Aread(attribute.id, memory, buffer)
      }
      return texts.map(AttributeValue.text)
    case .integer, .boolean, .enumeration:
      var values = [Int64](repeating: 0, count: count)
      guard count == 0 || H5Aread(attribute.id, chdf5_native_int64(), &values) >= 0 else { return nil }
      return .integers(values.map(Int.init))
    case .float:
      var values = [Double](repeating: 0, count: count)
      guard count == 0 || H5Aread(attribute.id, chdf5_native_double(), &values) >= 0 else { return nil }
      return .numbers(values)
    case .reference, .compound, .other:
      return .other("\(kind)")
    }
  }
}
