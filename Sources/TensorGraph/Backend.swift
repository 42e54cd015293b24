/// The floating type in which a backend computes `real` tensors.
package enum Precision: String, Hashable, Sendable { case float32, float64 }

/// A block of memory that tensors are bound to. Owns its bytes; zero at the start.
package final class Storage: @unchecked Sendable {
  /// `nil` for index tensors (Int32).
  package let precision: Precision?
  package let count: Int
  package let base: UnsafeMutableRawPointer

  package init(_ precision: Precision?, count: Int) {
    self.precision = precision
    self.count = count
    let bytes = max(64, count * (precision == .float64 ? 8 : 4))
    base = .allocate(byteCount: bytes, alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  deinit { base.deallocate() }

  package var floats: UnsafeMutableBufferPointer<Float> { typed(.float32, Float.self) }
  package var doubles: UnsafeMutableBufferPointer<Double> { typed(.float64, Double.self) }
  package var indices: UnsafeMutableBufferPointer<Int32> { typed(nil, Int32.self) }

  private func typed<T>(_ wanted: Precision?, _: T.Type) -> UnsafeMutableBufferPointer<T> {
    precondition(precision == wanted, "storage holds another element type")
    return UnsafeMutableBufferPointer(start: base.assumingMemoryBound(to: T.self), count: count)
  }

  /// Real element `index`, whatever the precision.
  package subscript(index: Int) -> Double {
    get {
      precondition(index >= 0 && index < count)
      return precision == .float64 ? doubles[index] : Double(floats[index])
    }
    set {
      precondition(index >= 0 && index < count)
      if precision == .float64 { doubles[index] = newValue } else { floats[index] = Float(newValue) }
    }
  }

  /// Copies floats in at `offset`, converting when the storage is double.
  package func write(_ values: UnsafeBufferPointer<Float>, at offset: Int) {
    precondition(offset >= 0 && offset + values.count <= count)
    guard let source = values.baseAddress else { return }
    if precision == .float32 {
      floats.baseAddress?.advanced(by: offset).update(from: source, count: values.count)
    } else {
      for index in 0..<values.count { doubles[offset + index] = Double(values[index]) }
    }
  }

  package func view(offset: Int = 0, count: Int? = nil) -> View {
    View(storage: self, offset: offset, count: count ?? self.count - offset)
  }
}

/// A contiguous part of a storage, bound to one input or output of an executable.
package struct View: Sendable {
  package let storage: Storage
  package let offset: Int
  package let count: Int

  package init(storage: Storage, offset: Int, count: Int) {
    precondition(offset >= 0 && count >= 0 && offset + count <= storage.count, "a view must lie inside its storage")
    self.storage = storage
    self.offset = offset
    self.count = count
  }
}

/// Why a backend could not compile or run a graph.
package struct BackendError: Error, CustomStringConvertible {
  package let message: String
  package init(_ message: String) { self.message = message }
  package var description: String { message }
}

/// Runs graphs on some machine.
///
/// Law: outputs depend only on graph and inputs; they agree with `ReferenceBackend` to the rounding of `precision`.
/// `checkBackend(_:)` must pass.
package protocol Backend: Sendable {
  /// The word that selects this backend in a spec.
  var kind: String { get }
  var precision: Precision { get }
  func compile(_ graph: Graph, outputs: [ValueID]) throws(BackendError) -> any Executable
}

/// A compiled graph. Not to be run from two threads at once.
package protocol Executable: AnyObject, Sendable {
  /// Bytes of working memory beside inputs and outputs.
  var workingMemory: Int { get }
  /// Computes the outputs. Inputs stand in the order of `graph.inputs`; views have exactly the sizes of their tensors.
  func run(inputs: [View], outputs: [View]) throws(BackendError)
}
