import TensorGraph

/// Splits products of which only ranges of columns are read.
///
/// A gated unit multiplies its state with the weights of all gates at once and takes the result apart; the
/// gradient of two encoders comes from one product. Here each part has its
/// product, with a slice of the weights, so that what follows reads and writes whole rows: the same sums, one by one.
/// Elementwise operations between the product and the slices are split with it.
struct ColumnSplitting {
  private(set) var graph: Graph
  let outputs: [ValueID]

  init(_ source: Graph, outputs: [ValueID]) throws(ShapeError) {
    var copy = GraphCopy(source)
    for id in source.ids {
      guard case .scan(var scan) = source[id].op else {
        try copy.copy(id)
        continue
      }
      let body = try ColumnSplitting(scan.body, outputs: scan.bodyOutputs)
      (scan.body, scan.bodyOutputs) = (body.graph, body.outputs)
      copy.values[Int(id.index)] = try copy.append(.scan(scan), source[id].operands.map(copy.copied), for: id)
    }
    var split = SplitGraph(copy.graph, outputs: outputs.map(copy.copied))
    try split.build()
    graph = split.graph
    self.outputs = outputs.map { split.copied(copy.copied($0)) }
  }
}

/// A graph while its products are split.
private struct SplitGraph {
  private let source: Graph
  private var copy: GraphCopy
  /// Nodes that are computed range by range.
  private var isSplit: [Bool]
  private var done: [Columns: ValueID] = [:]

  private struct Columns: Hashable {
    var value: ValueID
    var range: Range<Int>
  }

  /// A product of fewer columns would leave the arithmetic units waiting.
  private static let narrowest = 64
  /// Columns of a panel of a product.
  private static let panel = 32

  var graph: Graph { copy.graph }
  func copied(_ value: ValueID) -> ValueID { copy.copied(value) }

  init(_ source: Graph, outputs: [ValueID]) {
    self.source = source
    copy = GraphCopy(source)
    isSplit = Self.split(source, outputs: outputs)
  }

  // MARK: what is split

  private static func split(_ graph: Graph, outputs: [ValueID]) -> [Bool] {
    let uses = GraphUses(graph, outputs: outputs)
    var ranges = [Set<Range<Int>>](repeating: [], count: graph.nodes.count)
    var isSplit = [Bool](repeating: false, count: graph.nodes.count)
    for id in graph.ids.reversed() where !uses.isOutput(id) && !uses.users(of: id).isEmpty && canSplit(graph[id], graph)
    {
      let users = uses.users(of: id)
      var wanted: Set<Range<Int>> = []
      let areAllRanges = users.allSatisfy { user in
        if let range = columns(graph[user], graph) {
          wanted.insert(range)
          return true
        }
        wanted.formUnion(ranges[Int(user.index)])
        return isSplit[Int(user.index)] && !isProduct(graph[user])
      }
      let sorted = wanted.sorted { $0.lowerBound < $1.lowerBound }
      let areApart = zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
      guard areAllRanges, areApart, sorted.count > 1 else { continue }
      isSplit[Int(id.index)] = true
      ranges[Int(id.index)] = wanted
    }
    // Only what rests on a product gains.
    for id in graph.ids where isSplit[Int(id.index)] && !isProduct(graph[id]) {
      isSplit[Int(id.index)] = graph[id].operands.contains { isSplit[Int($0.index)] }
    }
    return isSplit
  }

  private static func isProduct(_ node: Node) -> Bool {
    if case .matmul = node.op { true } else { false }
  }

  private static func canSplit(_ node: Node, _ graph: Graph) -> Bool {
    guard node.shape.rank >= 2, node.shape.count > 0, node.type == .real else { return false }
    switch node.op {
    case .matmul: return node.shape.rank == 2
    case .reshape:
      let from = graph[node.operands[0]].shape
      return from.rank >= 2 && from[from.rank - 1] == node.shape[node.shape.rank - 1]
    case .negate, .exp, .log, .tanh, .sigmoid, .softplus, .sqrt, .absolute, .isNumber, .add, .subtract, .multiply,
      .divide, .maximum, .minimum, .less, .select:
      return true
    case .input, .constant, .random, .broadcast, .transpose, .slice, .pad, .concatenate, .reverse, .sum, .largest,
      .raggedContract, .raggedExpand, .gatherRows, .scatterAddRows, .stopGradient, .scan, .result:
      return false
    }
  }

  /// The columns that a slice takes, where it takes all rows.
  private static func columns(_ node: Node, _ graph: Graph) -> Range<Int>? {
    guard case .slice(let from, let to) = node.op, !from.isEmpty else { return nil }
    let (shape, last) = (graph[node.operands[0]].shape, from.count - 1)
    let range = from[last]..<to[last]
    let isWhole = (0..<last).allSatisfy { from[$0] == 0 && to[$0] == shape[$0] }
    return isWhole && range.count >= narrowest && range.count % panel == 0 ? range : nil
  }

  // MARK: the new graph

  mutating func build() throws(ShapeError) {
    for id in source.ids where !isSplit[Int(id.index)] {
      if let range = Self.columns(source[id], source), isSplit[Int(source[id].operands[0].index)] {
        copy.values[Int(id.index)] = try columns(range, of: source[id].operands[0])
      } else if let joined = try reshapedParts(id) {
        copy.values[Int(id.index)] = joined
      } else {
        try copy.copy(id)
      }
    }
  }

  /// The rows of a concatenation of columns as a concatenation of rows: products can then read the parts.
  private mutating func reshapedParts(_ id: ValueID) throws(ShapeError) -> ValueID? {
    guard case .reshape(let shape) = source[id].op, shape.rank == 2, source[id].shape.count > 0,
      case .concatenate(let axis) = source[source[id].operands[0]].op
    else { return nil }
    let whole = source[source[id].operands[0]]
    guard axis == whole.shape.rank - 1, whole.shape[axis] == shape[1] else { return nil }
    var parts: [ValueID] = []
    for part in whole.operands {
      parts.append(try copy.reshape(copy.copied(part), to: [shape[0], source[part].shape[axis]], for: id))
    }
    return try copy.append(.concatenate(axis: 1), parts, for: id)
  }

  /// A range of columns of a value.
  private mutating func columns(_ range: Range<Int>, of value: ValueID) throws(ShapeError) -> ValueID {
    let key = Columns(value: value, range: range)
    if let known = done[key] { return known }
    let made = isSplit[Int(value.index)] ? try split(range, of: value) : try slice(range, of: value)
    done[key] = made
    return made
  }

  private mutating func split(_ range: Range<Int>, of value: ValueID) throws(ShapeError) -> ValueID {
    let node = source[value]
    if case .matmul(_, let transposeB) = node.op {
      let right = try slice(range, axis: transposeB ? 0 : 1, of: node.operands[1])
      return try copy.append(node.op, [copy.copied(node.operands[0]), right], for: value)
    }
    if case .reshape(let shape) = node.op {
      let inner = try columns(range, of: node.operands[0])
      return try copy.append(
        .reshape(to: shape.replacing(axis: shape.rank - 1, with: range.count)), [inner], for: value)
    }
    var operands: [ValueID] = []
    for operand in node.operands { operands.append(try columns(range, of: operand)) }
    return try copy.append(node.op, operands, for: value)
  }

  /// A range of columns of a value that is computed whole.
  private mutating func slice(_ range: Range<Int>, of value: ValueID) throws(ShapeError) -> ValueID {
    let (node, last) = (source[value], source[value].shape.rank - 1)
    let shape = node.shape.replacing(axis: last, with: range.count)
    if case .constant(let number, _) = node.op {
      return try copy.append(.constant(number, shape: shape), [], for: value)
    }
    if case .broadcast = node.op {
      let inner = node.operands[0]
      let isRepeated = source[inner].shape[last] == 1
      let part = isRepeated ? copy.copied(inner) : try slice(range, axis: last, of: inner)
      return try copy.append(.broadcast(to: shape), [part], for: value)
    }
    return try slice(range, axis: last, of: value)
  }

  private mutating func slice(_ range: Range<Int>, axis: Int, of value: ValueID) throws(ShapeError) -> ValueID {
    var (from, to) = (source[value].shape.dimensions.map { _ in 0 }, source[value].shape.dimensions)
    (from[axis], to[axis]) = (range.lowerBound, range.upperBound)
    return try copy.append(.slice(from: from, to: to), [copy.copied(value)], for: value)
  }
}
