/// A value that a point gives to a path: an enumerated one by its number, or a number of its own.
enum SweptValue: Hashable, Sendable {
  /// One of the enumerated values, which many points may have.
  case listed(Int32)
  /// A number drawn for one of the distributions of the sweep.
  case number(Int32, Double)
  /// A whole number drawn for one of the distributions of the sweep.
  case whole(Int32, Int)

  /// The number of the value among the enumerated ones, or that of its distribution as `-1 - number`: equal for the
  /// values that lead to one structure.
  var code: Int32 {
    switch self {
    case .listed(let item): item
    case .number(let axis, _), .whole(let axis, _): -1 - axis
    }
  }
}
