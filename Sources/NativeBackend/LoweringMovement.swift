import CKernels
import TensorGraph

extension Lowering {
  /// Copies elements between two layouts of one shape.
  func copy(_ source: Layout, to target: Layout) throws(BackendError) {
    if target.count == 0 { return }
    var axes = Axes(target.shape, [source.strides, target.strides])
    axes.pad(to: 1)
    let plan = CKCopyPlan(
      rank: Int32(axes.extents.count), extents: try perAxis(axes.extents), in: try access(source, axes.strides[0]),
      out: try access(target, axes.strides[1]))
    let cut = Cut(axes.extents, workPerElement: 10)
    emit(
      Instruction(work: .copy(descriptors.keep(plan)), axis: cut.axis, extent: cut.extent, grain: cut.grain),
      touching: [source, target], isInvariant: isInvariant(source) && isInvariant(target))
  }

  func copy(_ source: Layout, toElementsOf node: Int) throws(BackendError) {
    let target = try layout(node)
    guard let same = source.reshaped(to: target.shape) else {
      // The reshape is what needs the copy: lay the elements out in the order of the source.
      try copy(source, to: Layout(buffer: target.buffer, shape: source.shape))
      return
    }
    try copy(same, to: target)
  }

  /// The tensor in row-major order without gaps: itself, or a copy.
  func contiguous(_ source: Layout) throws(BackendError) -> Layout {
    if source.isContiguous { return source }
    let target = temporary(source.shape, isInvariant: isInvariant(source))
    try copy(source, to: target)
    return target
  }

  func fill(_ target: Layout, with value: Float) throws(BackendError) {
    try copy(Layout(buffer: number(value), shape: target.shape, strides: target.shape.map { _ in 0 }), to: target)
  }

  func lowerPad(_ node: Int, _ operand: Int, low: [Int]) throws(BackendError) {
    let (source, target) = (try layout(operand), try layout(node))
    try fill(target, with: 0)
    try copy(source, to: target.sliced(from: low, to: zip(low, source.shape).map { $0 + $1 }))
  }

  func lowerConcatenate(_ node: Int, _ operands: [Int], axis: Int) throws(BackendError) {
    let target = try layout(node)
    var from = target.shape.map { _ in 0 }
    for operand in operands {
      let source = try layout(operand)
      var to = target.shape
      to[axis] = from[axis] + source.shape[axis]
      let part = target.sliced(from: from, to: to)
      if !isInPlace(operand, at: part) { try copy(source, to: part) }
      from[axis] = to[axis]
    }
  }

  func lowerRandom(_ node: Int, _ distribution: Distribution, _ salt: UInt32, key: Int) throws(BackendError) {
    let (target, key) = (try layout(node), try contiguous(try layout(key)))
    let fill = RandomFill(
      distribution: distribution, first: UInt64(salt) << 32, key: Place(key), target: Place(target))
    let cut = Cut([target.count], workPerElement: distribution == .normal ? 25 : 10)
    emit(
      Instruction(work: .random(fill), axis: 0, extent: cut.extent, grain: (cut.grain + 63) / 64 * 64),
      touching: [key, target], isInvariant: isInvariant(target))
  }

  func lowerGather(_ node: Int, _ operands: [Int]) throws(BackendError) {
    let (table, indices) = (try contiguous(try layout(operands[0])), try contiguous(try layout(operands[1])))
    let target = try layout(node)
    let width = target.shape.dropFirst().reduce(1, *)
    let gather = RowGather(
      table: Place(table), indices: Place(indices), target: Place(target), rows: table.shape[0],
      count: indices.shape[0], width: width)
    let cut = Cut([indices.shape[0]], workPerElement: Double(4 * width + 20))
    emit(
      Instruction(work: .gather(gather), axis: 0, extent: cut.extent, grain: cut.grain),
      touching: [table, indices, target], isInvariant: isInvariant(target))
  }

  /// Rows are added in their order; the workers share the columns.
  func lowerScatter(_ node: Int, _ operands: [Int]) throws(BackendError) {
    let (updates, indices) = (try contiguous(try layout(operands[0])), try contiguous(try layout(operands[1])))
    let target = try layout(node)
    let width = target.shape.dropFirst().reduce(1, *)
    let scatter = RowScatter(
      updates: Place(updates), indices: Place(indices), target: Place(target), rows: target.shape[0],
      count: indices.shape[0], width: width)
    emit(
      Instruction(work: .scatter(scatter), axis: 0, extent: width, grain: max(64, (width + 7) / 8)),
      touching: [updates, indices, target], isInvariant: isInvariant(target))
  }
}
