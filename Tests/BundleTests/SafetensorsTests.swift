import Bundle
import Foundation
import Testing

struct SafetensorsTests {
  let file = Safetensors(
    [
      .init("small", shape: [3], .f32([1, .nan, -2])), .init("b", shape: [2, 1], .f64([0.1, 1e300])),
      .init("a", shape: [], .i64([.min])), .init("none", shape: [0, 5], .f32([])),
    ], metadata: ["step": "12"])

  @Test func `the bytes are those of the format`() throws {
    let bytes = file.encoded
    let size = bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(size % 8 == 0)
    let header = try JSONValue(parsing: Array(bytes[8..<8 + size]))
    #expect(header["__metadata__"]?["step"]?.string == "12")
    #expect(header["a"] == ["dtype": "I64", "shape": [], "data_offsets": [0, 8]])
    #expect(header["b"] == ["dtype": "F64", "shape": [2, 1], "data_offsets": [8, 24]])
    #expect(header["none"] == ["dtype": "F32", "shape": [0, 5], "data_offsets": [24, 24]])
    #expect(header["small"] == ["dtype": "F32", "shape": [3], "data_offsets": [24, 36]])
    #expect(bytes.count == 8 + size + 36)
    #expect(Array(bytes[(8 + size + 24)...].prefix(4)) == [0, 0, 0x80, 0x3F])
  }

  @Test func `what is written reads back and writes the same bytes`() throws {
    let back = try Safetensors(decoding: file.encoded)
    #expect(back.encoded == file.encoded)
    #expect(back["b"]?.shape == [2, 1])
    #expect(back.doubles("b") == [0.1, 1e300])
    #expect(back.ints("a") == [.min])
    #expect(back.floats("small")?[2] == -2)
    #expect(back.floats("a") == nil)
    #expect(back.metadata == ["step": "12"])
  }

  @Test func `every shorter file is refused`() {
    let bytes = file.encoded
    for length in 0..<bytes.count {
      #expect(throws: SafetensorsError.self) { try Safetensors(decoding: Array(bytes.prefix(length))) }
    }
    #expect(throws: SafetensorsError.self) { try Safetensors(decoding: bytes + [0]) }
  }

  @Test(arguments: [
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,  // a hole
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}}"#,
    #"[]"#, "{",
  ])
  func `a header that lies is refused`(header: String) {
    var bytes: [UInt8] = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]
    bytes += Array(header.utf8) + [UInt8](repeating: 0, count: 8)
    #expect(throws: SafetensorsError.self) { try Safetensors(decoding: bytes) }
  }
}
