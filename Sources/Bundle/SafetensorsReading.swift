/// Why some bytes are not a safetensors file.
package struct SafetensorsError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String

  init(_ description: String) { self.description = description }
}

extension Safetensors {
  /// Reads a whole file. The data must be used up without holes or overlaps, as the format demands.
  package init(decoding bytes: [UInt8]) throws(SafetensorsError) {
    guard bytes.count >= 8 else { throw SafetensorsError("the file is shorter than its first field") }
    var size: UInt64 = 0
    for index in (0..<8).reversed() { size = size << 8 | UInt64(bytes[index]) }
    guard size <= UInt64(bytes.count - 8) else { throw SafetensorsError("the file is shorter than its header") }
    let start = 8 + Int(size)
    let header: JSONValue
    do throws(JSONError) {
      header = try JSONValue(parsing: Array(bytes[8..<start]))
    } catch {
      throw SafetensorsError("the header is not JSON: \(error)")
    }
    guard let entries = header.object else { throw SafetensorsError("the header is not a JSON object") }
    var metadata: [String: String] = [:]
    var found: [(range: Range<Int>, tensor: Tensor)] = []
    for (name, entry) in entries {
      if name == Self.metadataKey {
        metadata = (entry.object ?? [:]).compactMapValues(\.string)
      } else {
        let range = try Self.range(name, entry, dataBytes: bytes.count - start)
        let data = bytes[start + range.lowerBound..<start + range.upperBound]
        found.append((range, try Self.tensor(name, entry, data)))
      }
    }
    var end = 0
    for (range, tensor) in found.sorted(by: {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }) {
      guard range.lowerBound == end else {
        throw SafetensorsError("the data of `\(tensor.name)` leave a hole or overlap")
      }
      end = range.upperBound
    }
    guard end == bytes.count - start else { throw SafetensorsError("the data do not end where the file ends") }
    self.init(found.map(\.tensor), metadata: metadata)
  }

  private static func range(
    _ name: String, _ entry: JSONValue, dataBytes: Int
  ) throws(SafetensorsError) -> Range<Int> {
    guard let offsets = entry["data_offsets"]?.array, offsets.count == 2, let from = offsets[0].int,
      let to = offsets[1].int, 0 <= from, from <= to, to <= dataBytes
    else { throw SafetensorsError("`\(name)` lies outside of the data") }
    return from..<to
  }

  private static func tensor(
    _ name: String, _ entry: JSONValue, _ data: ArraySlice<UInt8>
  ) throws(SafetensorsError) -> Tensor {
    guard let word = entry["dtype"]?.string.flatMap(ElementWord.init) else {
      throw SafetensorsError("`\(name)` has elements of type \(entry["dtype"]?.string ?? "?"), not F32, F64 or I64")
    }
    let lengths = (entry["shape"]?.array ?? [.null]).map { $0.int ?? -1 }
    guard let count = product(lengths), count <= data.count, count * word.bytes == data.count else {
      throw SafetensorsError("the shape of `\(name)` does not fit its \(data.count) bytes")
    }
    let elements: Elements =
      switch word {
      case .f32: .f32(copy(data, count, zero: 0))
      case .f64: .f64(copy(data, count, zero: 0))
      case .i64: .i64(copy(data, count, zero: 0))
      }
    return Tensor(name, shape: lengths, elements)
  }

  private static func product(_ lengths: [Int]) -> Int? {
    var product = 1
    for length in lengths {
      guard length >= 0 else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      product = next
    }
    return product
  }

  private static func copy<Value>(_ data: ArraySlice<UInt8>, _ count: Int, zero: Value) -> [Value] {
    var values = [Value](repeating: zero, count: count)
    values.withUnsafeMutableBytes { $0.copyBytes(from: data) }
    return values
  }
}
