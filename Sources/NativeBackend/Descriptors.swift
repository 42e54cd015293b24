import CKernels
import TensorGraph

/// The memory of a compiled program that C reads: descriptors of loops, tables of addresses, constants.
final class Descriptors {
  private var blocks: [UnsafeMutableRawPointer] = []

  deinit { for block in blocks { block.deallocate() } }

  /// Memory for `count` plain values, zero at the start.
  func reserve<Value: BitwiseCopyable>(_: Value.Type, count: Int) -> UnsafeMutablePointer<Value> {
    let bytes = max(1, count) * MemoryLayout<Value>.stride
    let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    block.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    blocks.append(block)
    return block.assumingMemoryBound(to: Value.self)
  }

  func keep<Value: BitwiseCopyable>(_ value: Value) -> UnsafePointer<Value> {
    let place = reserve(Value.self, count: 1)
    place.initialize(to: value)
    return UnsafePointer(place)
  }

  func keep<Value: BitwiseCopyable>(_ values: [Value]) -> UnsafePointer<Value> {
    let place = reserve(Value.self, count: values.count)
    for (index, value) in values.enumerated() { (place + index).initialize(to: value) }
    return UnsafePointer(place)
  }
}

/// A C array of `CKRank` extents or strides.
typealias PerAxis = (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64)

/// - Throws: when a loop has more axes than the kernels walk.
func perAxis(_ values: [Int]) throws(BackendError) -> PerAxis {
  guard values.count <= Int(CKRank) else {
    throw BackendError("a tensor with \(values.count) axes that cannot be merged; the native backend walks \(CKRank)")
  }
  func at(_ axis: Int) -> Int64 { axis < values.count ? Int64(values[axis]) : 0 }
  return (at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7))
}

func access(_ layout: Layout, _ strides: [Int], register: Int = 0) throws(BackendError) -> CKAccess {
  CKAccess(
    base: Int32(layout.buffer), reg: Int32(register), offset: Int64(layout.offset), strides: try perAxis(strides))
}
