/// Named arrays in the safetensors format: eight bytes of header length, a JSON header, the data.
///
/// Written with larger elements first and names sorted, so that every array lies at a multiple of its element size and
/// equal content gives equal bytes. Source: the format description of huggingface/safetensors.
package struct Safetensors: Hashable, Sendable {
  package enum Elements: Hashable, Sendable {
    case f32([Float])
    case f64([Double])
    case i64([Int64])

    package var count: Int {
      switch self {
      case .f32(let values): values.count
      case .f64(let values): values.count
      case .i64(let values): values.count
      }
    }
  }

  package struct Tensor: Hashable, Sendable {
    package var name: String
    package var shape: [Int]
    package var elements: Elements

    package init(_ name: String, shape: [Int], _ elements: Elements) {
      precondition(elements.count == shape.reduce(1, *), "`\(name)`: \(elements.count) values for shape \(shape)")
      self.name = name
      self.shape = shape
      self.elements = elements
    }
  }

  package private(set) var tensors: [Tensor]
  package var metadata: [String: String]

  package init(_ tensors: [Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors.sorted { ($1.type.bytes, $0.name) < ($0.type.bytes, $1.name) }
    self.metadata = metadata
    let names = Set(tensors.map(\.name))
    precondition(names.count == tensors.count && !names.contains(Self.metadataKey), "names of tensors must be unique")
  }

  package subscript(name: String) -> Tensor? { tensors.first { $0.name == name } }

  package func floats(_ name: String) -> [Float]? {
    if case .f32(let values) = self[name]?.elements { values } else { nil }
  }

  package func doubles(_ name: String) -> [Double]? {
    if case .f64(let values) = self[name]?.elements { values } else { nil }
  }

  package func ints(_ name: String) -> [Int64]? {
    if case .i64(let values) = self[name]?.elements { values } else { nil }
  }

  static let metadataKey = "__metadata__"

  package var encoded: [UInt8] {
    var header: [String: JSONValue] = [:]
    if !metadata.isEmpty { header[Self.metadataKey] = .object(metadata.mapValues(JSONValue.string)) }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.elements.count * tensor.type.bytes
      header[tensor.name] = [
        "dtype": .string(tensor.type.rawValue), "shape": .array(tensor.shape.map(JSONValue.int)),
        "data_offsets": [.int(offset), .int(end)],
      ]
      offset = end
    }
    var text = Array(JSONValue.object(header).line.utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + text.count + offset)
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { bytes += $0 }
    bytes += text
    for tensor in tensors { tensor.elements.append(to: &bytes) }
    return bytes
  }
}

enum ElementWord: String {
  case f32 = "F32"
  case f64 = "F64"
  case i64 = "I64"

  var bytes: Int {
    switch self {
    case .f32: 4
    case .f64, .i64: 8
    }
  }
}

extension Safetensors.Tensor {
  var type: ElementWord {
    switch elements {
    case .f32: .f32
    case .f64: .f64
    case .i64: .i64
    }
  }
}

extension Safetensors.Elements {
  // The supported machines are little-endian, as the format is.
  fileprivate func append(to bytes: inout [UInt8]) {
    switch self {
    case .f32(let values): values.withUnsafeBytes { bytes += $0 }
    case .f64(let values): values.withUnsafeBytes { bytes += $0 }
    case .i64(let values): values.withUnsafeBytes { bytes += $0 }
    }
  }
}
