import TensorGraph

/// A compiled graph that is run between guards.
struct Probe {
  private let graph: Graph
  private let outputs: [ValueID]
  private let precision: Precision
  private let executable: any Executable

  init(_ backend: any Backend, _ graph: Graph, _ outputs: [ValueID]) throws(BackendError) {
    self.graph = graph
    self.outputs = outputs
    precision = backend.precision
    executable = try backend.compile(graph, outputs: outputs)
  }

  /// - Parameter shift: elements before the views in their storages, so that another number is another alignment.
  /// - Throws: when something that is no output was written, too.
  func run(_ values: [InputValues], shift: Int = 0) throws(BackendError) -> [Elements] {
    let bound = values.map { Guarded(holding: $0, precision, shift: shift) }
    let results = outputs.map { id in
      Guarded(graph[id].type == .real ? precision : nil, count: graph[id].shape.count, shift: shift)
    }
    try executable.run(inputs: bound.map(\.view), outputs: results.map(\.view))
    for (position, (guarded, value)) in zip(bound, values).enumerated() {
      let untouched =
        guarded.hasWholeGuards && guarded.result.hasSameBits(as: Guarded(holding: value, precision, shift: 0).result)
      if !untouched { throw BackendError("the run wrote into input \(position)") }
    }
    for (position, guarded) in results.enumerated() where !guarded.hasWholeGuards {
      throw BackendError("the run wrote around output \(position)")
    }
    return results.map(\.result)
  }
}

/// The elements of one output, as they were written.
enum Elements {
  case float([Float])
  case double([Double])
  case index([Int32])

  func hasSameBits(as other: Elements) -> Bool {
    switch (self, other) {
    case (.float(let a), .float(let b)): a.map(\.bitPattern) == b.map(\.bitPattern)
    case (.double(let a), .double(let b)): a.map(\.bitPattern) == b.map(\.bitPattern)
    case (.index(let a), .index(let b)): a == b
    case (.float, _), (.double, _), (.index, _): false
    }
  }

  var numbers: [Double] {
    switch self {
    case .float(let elements): elements.map(Double.init)
    case .double(let elements): elements
    case .index(let elements): elements.map(Double.init)
    }
  }
}

/// A view into a storage that is filled with a mark on both sides and, before the run, inside.
private struct Guarded {
  let view: View
  private static let margin = 21
  private static let mark = -12345.0

  init(_ precision: Precision?, count: Int, shift: Int) {
    let storage = Storage(precision, count: shift + count + Self.margin)
    for place in 0..<storage.count {
      if precision == nil { storage.indices[place] = Int32(Self.mark) } else { storage[place] = Self.mark }
    }
    view = storage.view(offset: shift, count: count)
  }

  init(holding values: InputValues, _ precision: Precision, shift: Int) {
    switch values {
    case .real(let elements):
      self.init(precision, count: elements.count, shift: shift)
      for (place, element) in elements.enumerated() { view.storage[shift + place] = Double(element) }
    case .index(let elements):
      self.init(nil, count: elements.count, shift: shift)
      for (place, element) in elements.enumerated() { view.storage.indices[shift + place] = element }
    }
  }

  var hasWholeGuards: Bool {
    let storage = view.storage
    let around = Array(0..<view.offset) + Array(view.offset + view.count..<storage.count)
    return around.allSatisfy { (storage.precision == nil ? Double(storage.indices[$0]) : storage[$0]) == Self.mark }
  }

  var result: Elements {
    let range = view.offset..<view.offset + view.count
    switch view.storage.precision {
    case .float32: return .float(Array(view.storage.floats[range]))
    case .float64: return .double(Array(view.storage.doubles[range]))
    case nil: return .index(Array(view.storage.indices[range]))
    }
  }
}
