import CKernels
import TensorGraph

extension Lowering {
  /// A stack of matrix products. Transposed operands are read through their strides; only a right operand whose rows do
  /// not lie in order is copied first. A product that continues adds to what its target holds.
  func lowerProduct(
    _ node: Int, _ operands: [Int], _ transposeA: Bool, _ transposeB: Bool, continues: Bool = false
  ) throws(BackendError) {
    let c = try layout(node)
    func right(_ value: Int) throws(BackendError) -> Layout {
      try withRows(matrices(try layout(value), transposed: transposeB))
    }
    guard let columns = apart.parts[operands[1]] else {
      let b = try right(operands[1])
      return try lowerProduct(operands[0], transposeA, b, c, continues: continues, of: c.count)
    }
    var from = 0
    for part in columns {
      let b = try right(part)
      let target = c.sliced(from: [0, from], to: [c.shape[0], from + b.shape[1]])
      try lowerProduct(operands[0], transposeA, b, target, continues: continues, of: c.count)
      from += b.shape[1]
    }
  }

  /// A product with a left operand that may be kept apart: in parts of the rows of c, or of the terms of every sum.
  private func lowerProduct(
    _ left: Int, _ transposeA: Bool, _ b: Layout, _ c: Layout, continues: Bool, of whole: Int
  ) throws(BackendError) {
    guard let parts = apart.parts[left] else {
      let a = matrices(try layout(left), transposed: transposeA)
      return try emitProduct(a, b, c, continues: continues, of: whole)
    }
    var from = 0
    for part in parts {
      let a = matrices(try layout(part), transposed: transposeA)
      let to = from + a.shape[transposeA ? 0 : 1]
      if transposeA {
        let rows = c.sliced(from: [from, 0], to: [to, c.shape[1]])
        try emitProduct(a, b, rows, continues: continues, of: whole)
      } else {
        let terms = b.sliced(from: [from, 0], to: [to, b.shape[1]])
        try emitProduct(a, terms, c, continues: continues || from > 0, of: whole)
      }
      from = to
    }
  }

  /// `c = a b`, or `c += a b`.
  ///
  /// - Parameter whole: elements of the product that c is a part of.
  private func emitProduct(
    _ a: Layout, _ b: Layout, _ c: Layout, continues: Bool, of whole: Int
  ) throws(BackendError) {
    let rank = c.shape.count
    let (m, n, k) = (c.shape[rank - 2], c.shape[rank - 1], a.shape[rank - 1])
    let stack = Axes(Array(c.shape.dropLast(2)), [a, b, c].map { Array($0.strides.dropLast(2)) })
    var plan = CKProductPlan(
      rank: Int32(stack.extents.count), continues: continues ? 1 : 0, extents: try perAxis(stack.extents),
      a: try access(a, stack.strides[0]),
      b: try access(b, stack.strides[1]), c: try access(c, stack.strides[2]), rowA: Int64(a.strides[rank - 2]),
      columnA: Int64(a.strides[rank - 1]), rowB: Int64(b.strides[rank - 2]), rowC: Int64(c.strides[rank - 2]),
      m: Int64(m), n: Int64(n), k: Int64(k))
    let count = stack.extents.reduce(1, *)
    let invariant = isInvariant(a) && isInvariant(b)

    // Few long sums, as in the gradient of a weight: parts of the sums are computed apart and then added.
    if !continues, k >= 2048, whole <= 1 << 16 {
      let grain = ((k + 15) / 16 + 255) / 256 * 256
      let parts = (k + grain - 1) / grain
      let partial = temporary([parts] + c.shape, isInvariant: invariant)
      let offset = Layout(buffer: partial.buffer, shape: c.shape)
      let outer = Axes(Array(c.shape.dropLast(2)), [a, b, offset].map { Array($0.strides.dropLast(2)) })
      plan.extents = try perAxis(outer.extents)
      plan.rank = Int32(outer.extents.count)
      plan.a = try access(a, outer.strides[0])
      plan.b = try access(b, outer.strides[1])
      plan.c = try access(offset, outer.strides[2])
      plan.rowC = Int64(n)
      emit(
        Instruction(
          work: .product(descriptors.keep(plan), partialStride: c.count), axis: Int(CKDepth.rawValue), extent: k,
          grain: grain), touching: [a, b, partial], isInvariant: invariant)
      try reduceParts(Layout(buffer: partial.buffer, shape: [parts, c.count]), to: c, largest: false)
      return
    }
    let terms = Double(n * k) + 500
    var instruction = Instruction(
      work: .product(descriptors.keep(plan), partialStride: 0), axis: Int(CKRows.rawValue), extent: m, grain: m)
    if count >= 8 || m < 32 {
      instruction.axis = Int(CKStack.rawValue)
      instruction.extent = count
      instruction.grain = Cut([count], workPerElement: terms * Double(m) / 5).grain
    } else {
      let grain = Cut([m], workPerElement: terms * Double(count) / 5).grain
      instruction.grain = max(24, (grain + 23) / 24 * 24)
    }
    if instruction.extent > 0 { emit(instruction, touching: [a, b, c], isInvariant: invariant) }
  }

  private func matrices(_ layout: Layout, transposed: Bool) -> Layout {
    let rank = layout.shape.count
    return transposed ? layout.transposed(Array(0..<rank - 2) + [rank - 1, rank - 2]) : layout
  }

  /// The same matrices with rows that lie in order.
  private func withRows(_ layout: Layout) throws(BackendError) -> Layout {
    let last = layout.shape.count - 1
    if layout.strides[last] == 1 || layout.shape[last] <= 1 { return layout }
    let copied = temporary(layout.shape, isInvariant: isInvariant(layout))
    try copy(layout, to: copied)
    return copied
  }

  func lowerRaggedContract(_ node: Int, _ operands: [Int]) throws(BackendError) {
    let (a, b) = (try layout(operands[0]), try withRows(try layout(operands[1])))
    let (offsets, c) = (try contiguous(try layout(operands[2])), try layout(node))
    let product = RaggedProduct(
      left: Place(a), right: Place(b), offsets: Place(offsets), target: Place(c), groups: c.shape[0], rows: a.shape[0],
      rowLeft: a.strides[0], columnLeft: a.strides[1], rowRight: b.strides[0], inner: c.shape[1], outer: c.shape[2])
    emit(
      Instruction(work: .raggedContract(product), axis: 0, extent: c.shape[0], grain: 1),
      touching: [a, b, offsets, c], isInvariant: isInvariant(c))
  }

  func lowerRaggedExpand(_ node: Int, _ operands: [Int], transposeZ: Bool) throws(BackendError) {
    let (c, z) = (try layout(operands[0]), matrices(try layout(operands[1]), transposed: !transposeZ))
    let stack = try contiguous(z)
    let (offsets, target) = (try contiguous(try layout(operands[2])), try layout(node))
    let product = RaggedProduct(
      left: Place(c), right: Place(stack), offsets: Place(offsets), target: Place(target), groups: z.shape[0],
      rows: c.shape[0], rowLeft: c.strides[0], columnLeft: c.strides[1], rowRight: z.shape[2], inner: z.shape[1],
      outer: z.shape[2])
    // Rows of no group stay zero.
    try fill(target, with: 0)
    emit(
      Instruction(work: .raggedExpand(product), axis: 0, extent: z.shape[0], grain: 1),
      touching: [c, stack, offsets, target], isInvariant: isInvariant(target))
  }
}
