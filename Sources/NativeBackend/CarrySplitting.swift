import TensorGraph

/// Splits the carries of loops that collect concatenations, one carry for each part.
///
/// The gradient of an offset of all gates adds up `[a b c]` step by step. With a sum for each of a, b and c the parts need not be
/// put together in the step; the sums are, after the last one. The same sums in the same order.
struct CarrySplitting {
  private(set) var graph: Graph
  private(set) var outputs: [ValueID] = []
  /// Where the results of a loop are now, by loop and number.
  private var moved: [ValueID: [[Int]]] = [:]

  /// Parts of other widths are no whole panels of a product, and are put together anyway.
  private static let panel = 32

  init(_ source: Graph, outputs: [ValueID]) throws(ShapeError) {
    graph = Graph()
    var copy = GraphCopy(source)
    for id in source.ids {
      let node = source[id]
      if case .scan(let scan) = node.op {
        copy.values[Int(id.index)] = try rewritten(scan, id, &copy)
      } else if case .result(let index) = node.op, let places = moved[node.operands[0]] {
        let loop = copy.copied(node.operands[0])
        var parts: [ValueID] = []
        for place in places[index] { parts.append(try copy.append(.result(place), [loop], for: id)) }
        copy.values[Int(id.index)] =
          parts.count == 1 ? parts[0] : try copy.append(.concatenate(axis: node.shape.rank - 1), parts, for: id)
      } else {
        try copy.copy(id)
      }
    }
    graph = copy.graph
    self.outputs = outputs.map(copy.copied)
  }

  private mutating func rewritten(_ old: Scan, _ id: ValueID, _ copy: inout GraphCopy) throws(ShapeError) -> ValueID {
    let inner = try CarrySplitting(old.body, outputs: old.bodyOutputs)
    var scan = old
    (scan.body, scan.bodyOutputs) = (inner.graph, inner.outputs)
    let parts = (0..<scan.carries).map { Self.parts(scan, $0) }
    let operands = copy.source[id].operands
    guard parts.contains(where: { $0 != nil }) else {
      return try copy.append(.scan(scan), operands.map(copy.copied), for: id)
    }

    var body = GraphCopy(scan.body)
    var outside: [ValueID] = []
    var carries: [[ValueID]] = []
    var isOld = [Bool](repeating: false, count: scan.body.nodes.count)
    for (carry, widths) in parts.enumerated() {
      let input = scan.body.inputs[carry]
      guard let split = widths else {
        try body.copy(input)
        carries.append([body.copied(input)])
        outside.append(copy.copied(operands[carry]))
        continue
      }
      var (values, from) = ([ValueID](), 0)
      for part in split {
        let (shape, last) = (scan.body[input].shape, scan.body[input].shape.rank - 1)
        let width = scan.body[part].shape[last]
        let name = "\(scan.body.name(ofInput: input)).\(values.count)"
        let op = Op.input(name: name, shape: shape.replacing(axis: last, with: width), type: .real)
        values.append(try body.append(op, [], for: input))
        outside.append(try Self.columns(from..<from + width, of: operands[carry], &copy, for: id))
        from += width
      }
      carries.append(values)
      isOld[Int(input.index)] = true
      isOld[Int(scan.bodyOutputs[carry].index)] = true
    }
    for input in scan.body.inputs.dropFirst(scan.carries) { try body.copy(input) }
    for inner in scan.body.ids where body.values[Int(inner.index)] == nil && !isOld[Int(inner.index)] {
      try body.copy(inner)
    }

    var next: [ValueID] = []
    var places: [[Int]] = []
    for (carry, split) in parts.enumerated() {
      let first = next.count
      if let split {
        for (input, part) in zip(carries[carry], split) {
          next.append(try body.append(.add, [input, body.copied(part)], for: scan.bodyOutputs[carry]))
        }
      } else {
        next.append(body.copied(scan.bodyOutputs[carry]))
      }
      places.append(Array(first..<next.count))
    }
    let stacked = scan.bodyOutputs.dropFirst(scan.carries)
    places += stacked.indices.map { [$0 - scan.carries + next.count] }
    moved[id] = places
    outside += operands.dropFirst(scan.carries).map(copy.copied)
    scan.carries = next.count
    scan.bodyOutputs = next + stacked.map(body.copied)
    scan.body = body.graph
    return try copy.append(.scan(scan), outside, for: id)
  }

  /// The parts of the concatenation that a carry collects, where products alone read it besides.
  private static func parts(_ scan: Scan, _ carry: Int) -> [ValueID]? {
    let body = scan.body
    guard let collecting = CollectingCarry(scan, carry), case .concatenate(let axis) = body[collecting.term].op,
      body[collecting.term].shape == body[collecting.input].shape, axis == body[collecting.term].shape.rank - 1
    else { return nil }
    let areRead = body.ids.allSatisfy { id in
      if id == collecting.next || !body[id].operands.contains(collecting.term) { return true }
      if case .matmul = body[id].op { return true }
      return false
    }
    let parts = body[collecting.term].operands
    let arePanels = parts.allSatisfy { body[$0].shape[axis] > 0 && body[$0].shape[axis] % panel == 0 }
    return areRead && arePanels && parts.count > 1 ? parts : nil
  }

  /// A range of columns of a value outside the loop.
  private static func columns(
    _ range: Range<Int>, of value: ValueID, _ copy: inout GraphCopy, for node: ValueID
  ) throws(ShapeError) -> ValueID {
    let (shape, last) = (copy.source[value].shape, copy.source[value].shape.rank - 1)
    if case .constant(let number, _) = copy.source[value].op {
      return try copy.append(.constant(number, shape: shape.replacing(axis: last, with: range.count)), [], for: node)
    }
    var (from, to) = (shape.dimensions.map { _ in 0 }, shape.dimensions)
    (from[last], to[last]) = (range.lowerBound, range.upperBound)
    return try copy.append(.slice(from: from, to: to), [copy.copied(value)], for: node)
  }
}
