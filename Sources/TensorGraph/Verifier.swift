extension Graph {
  /// Checks that operands are defined before use and that every recorded shape follows its rule, scan bodies too.
  package func verify() throws(ShapeError) {
    for (index, node) in nodes.enumerated() {
      let place = origins[Int(node.origin)]
      guard node.operands.allSatisfy({ (0..<index).contains(Int($0.index)) }) else {
        throw ShapeError("%\(index) uses a value that is not defined before it", origin: place)
      }
      do throws(ShapeError) {
        let (shape, type) = try shapeRule(node.op, node.operands.map { self[$0] })
        guard shape == node.shape, type == node.type else {
          throw ShapeError("it records \(node.type)\(node.shape), its rule says \(type)\(shape)")
        }
        if case .scan(let scan) = node.op { try scan.body.verify() }
      } catch {
        throw ShapeError("%\(index): \(error.message)", origin: error.origin.isEmpty ? place : error.origin)
      }
    }
  }
}
