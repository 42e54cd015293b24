extension Graph {
  /// Checks that operands are defined before use and that every recorded shape follows its rule, scan bodies too.
  package func verify() throws(ShapeError) {
    for (index, node) in nodes.enumerated() {
      guard node.operands.allSatisfy({ Int($0.index) < index }) else {
        throw ShapeError("%\(index) uses a value that is defined later", origin: origins[Int(node.origin)])
      }
      let (shape, type) = try shapeRule(node.op, node.operands.map { self[$0] })
      guard shape == node.shape, type == node.type else {
        throw ShapeError("%\(index) records \(node.shape), its rule says \(shape)", origin: origins[Int(node.origin)])
      }
      if case .scan(let scan) = node.op { try scan.body.verify() }
    }
  }
}
