extension Lowering {
  /// Memory of a program, before it has an address.
  struct Buffer {
    var count: Int
    var place: Place
    /// The same at every step of the loop whose body this is.
    var isInvariant: Bool

    enum Place {
      case unplaced, arena
      case input(Int)
      case output(Int)
      case constant(UnsafeMutablePointer<Float>)
    }
  }
}
