import TensorGraph

/// What a node computes: the elements of a tensor in row-major order, or the results of a scan.
enum Value {
  case real([Double])
  case index([Int32])
  case results([Value])

  var reals: [Double] {
    guard case .real(let elements) = self else { preconditionFailure("a real tensor was expected") }
    return elements
  }

  var indices: [Int] {
    guard case .index(let elements) = self else { preconditionFailure("an index tensor was expected") }
    return elements.map(Int.init)
  }

  mutating func roundToFloat() {
    if case .real(let elements) = self { self = .real(elements.map { Double(Float($0)) }) }
  }

  // MARK: views

  init(reading view: View) {
    let (storage, range) = (view.storage, view.offset..<view.offset + view.count)
    switch storage.precision {
    case .float64: self = .real(Array(storage.doubles[range]))
    case .float32: self = .real(storage.floats[range].map(Double.init))
    case nil: self = .index(Array(storage.indices[range]))
    }
  }

  func write(to view: View) {
    let (storage, start) = (view.storage, view.offset)
    switch self {
    case .real(let elements):
      for (position, element) in elements.enumerated() { storage[start + position] = element }
    case .index(let elements):
      for (position, element) in elements.enumerated() { storage.indices[start + position] = element }
    case .results: preconditionFailure("a scan is not a tensor")
    }
  }

  // MARK: rows

  /// Row `step` of `count` rows along the leading axis.
  func row(_ step: Int, of count: Int) -> Value {
    func part<Element>(_ elements: [Element]) -> [Element] {
      let size = elements.count / count
      return Array(elements[step * size..<(step + 1) * size])
    }
    switch self {
    case .real(let elements): return .real(part(elements))
    case .index(let elements): return .index(part(elements))
    case .results: preconditionFailure("a scan has no rows")
    }
  }

  /// Tensors of one shape under each other, along a new leading axis.
  static func stack(_ rows: [Value], type: ElementType) -> Value {
    switch type {
    case .real: .real(rows.flatMap(\.reals))
    case .index:
      .index(
        rows.flatMap { row -> [Int32] in
          guard case .index(let elements) = row else { preconditionFailure("an index tensor was expected") }
          return elements
        })
    }
  }
}
