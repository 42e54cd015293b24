import TensorGraph

/// Which concatenations are never put together, because only matrix products read them.
///
/// The gradient of a gated unit joins the cotangents of its gates and multiplies. A product whose left operand is
/// `[a b]` is the product with `a` that goes on with `b`, the same sums in the same order; one whose right operand is
/// `[a b]` is two products side by side, one whose left operand is `[a b]^T` two products on top of each other. So the parts keep memory of their own, elementwise tiles write whole rows, and a
/// part of two concatenations is written once.
struct ApartConcatenations {
  /// The operands of each, by node.
  private(set) var parts: [Int: [Int]] = [:]

  /// Parts of other widths would leave panels of a product half empty.
  private static let panel = 32
  /// Longer sums may be cut into partial sums, which are others for each part.
  private static let longestSum = 2048

  /// - Parameter collected: products that are added in place, whose sums are never cut.
  init(_ graph: Graph, needed: [Bool], outputs: Set<Int>, collected: Set<Int>) {
    for (index, node) in graph.nodes.enumerated() where needed[index] && !outputs.contains(index) {
      guard case .concatenate(axis: 1) = node.op, node.shape.rank == 2, node.type == .real, node.shape.count > 0,
        node.operands.allSatisfy({ Self.isPart(graph[$0]) })
      else { continue }
      parts[index] = node.operands.map { Int($0.index) }
    }
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      for operand in Set(node.operands) where parts[Int(operand.index)] != nil {
        let isRead = Self.readsColumns(node, of: operand, graph, isCollected: collected.contains(index))
        if !isRead { parts[Int(operand.index)] = nil }
      }
    }
  }

  private static func isPart(_ node: Node) -> Bool {
    if case .concatenate = node.op { return false }
    return node.shape[1] > 0 && node.shape[1] % panel == 0
  }

  private static func readsColumns(_ node: Node, of operand: ValueID, _ graph: Graph, isCollected: Bool) -> Bool {
    guard case .matmul(let transposeA, let transposeB) = node.op, node.operands[0] != node.operands[1] else {
      return false
    }
    let isLeft = node.operands[0] == operand
    if isLeft && transposeA { return true }
    let terms = graph[node.operands[0]].shape[transposeA ? 0 : 1]
    return (isLeft || !transposeB) && (isCollected || terms < longestSum)
  }
}
