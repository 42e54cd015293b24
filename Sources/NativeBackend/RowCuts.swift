import CKernels

/// How the instructions of a loop body are cut so that a block of rows can run through all of them on its own.
///
/// A body is separable over `rows` rows when every buffer that it writes falls into that many equal parts in order, and
/// every instruction computes part r of what it writes from part r of what the loop writes, and from things that it only
/// reads. Then a block of rows passes all instructions, and all steps, while its values stay in the cache, and blocks need
/// not wait for each other.
struct RowCuts {
  let rows: Int
  /// Per instruction, the axis to cut and its extent per row.
  let cuts: [Cut]
  /// Buffers that collect sums over rows: every block has its own, and they are added in the end.
  let own: Set<Int>

  struct Cut {
    var axis: Int
    var unit: Int
  }

  /// - Parameter written: floats of the buffers that the loop writes, or that carry what it wrote, by buffer number.
  /// - Parameter collected: those of them that only collect products.
  init?(_ instructions: [Instruction], rows: Int, written: [Int: Int], collected: Set<Int>) {
    let uneven = written.filter { $0.value % rows != 0 }
    guard rows > 1, uneven.keys.allSatisfy(collected.contains) else { return nil }
    let rule = Rule(rows: rows, parts: written.filter { uneven[$0.key] == nil }.mapValues { $0 / rows })
    var own: Set<Int> = []
    var cuts: [Cut] = []
    for instruction in instructions {
      if let cut = rule.cut(instruction.work) {
        cuts.append(cut)
      } else if let (cut, target) = rule.collectingCut(instruction.work), collected.contains(target) {
        cuts.append(cut)
        own.insert(target)
      } else {
        return nil
      }
    }
    self.own = own
    self.rows = rows
    self.cuts = cuts
  }
}

/// Finds the cut of one instruction.
private struct Rule {
  let rows: Int
  /// Floats per row of the buffers that are cut.
  let parts: [Int: Int]

  func cut(_ work: Work) -> RowCuts.Cut? {
    switch work {
    case .elementwise(let program):
      let plan = program.pointee
      let accesses = (0..<plan.inputCount).map { plan.inputs[$0] } + (0..<plan.outputCount).map { plan.outputs[$0] }
      return cut(list(plan.extents, Int(plan.rank)), accesses)
    case .copy(let plan):
      return cut(list(plan.pointee.extents, Int(plan.pointee.rank)), [plan.pointee.in, plan.pointee.out])
    case .reduce(let reduction, let partialStride):
      let plan = reduction.pointee
      guard partialStride == 0 else { return nil }
      return cut(list(plan.extents, Int(plan.rank)), [plan.in, plan.out]) { axis in
        axis < Int(plan.keptRank) || (axis == Int(plan.rank) - 1 && plan.innerReduced == 0)
      }
    case .product(let product, let partialStride):
      return partialStride == 0 ? cut(product.pointee) : nil
    case .random(let fill):
      guard fill.target.offset == 0, let part = parts[fill.target.buffer] else { return nil }
      return RowCuts.Cut(axis: 0, unit: part)
    case .gather, .scatter, .raggedContract, .raggedExpand, .scan: return nil
    }
  }

  private func cut(_ extents: [Int], _ accesses: [CKAccess], where isAllowed: (Int) -> Bool = { _ in true }) -> RowCuts
    .Cut?
  {
    for axis in extents.indices where extents[axis] % rows == 0 && isAllowed(axis) {
      let unit = extents[axis] / rows
      if unit > 0, accesses.allSatisfy({ follows($0, extents, axis, unit) }) {
        return RowCuts.Cut(axis: axis, unit: unit)
      }
    }
    return nil
  }

  /// Whether cutting an axis gives each row its own part of a tensor.
  private func follows(_ access: CKAccess, _ extents: [Int], _ axis: Int, _ unit: Int) -> Bool {
    guard let part = parts[Int(access.base)] else { return true }
    let strides = list(access.strides, extents.count)
    guard strides[axis] * unit == part else { return false }
    var (low, high) = (Int(access.offset), Int(access.offset))
    for other in extents.indices {
      let reach = ((other == axis ? unit : extents[other]) - 1) * strides[other]
      if reach > 0 { high += reach } else { low += reach }
    }
    return low >= 0 && high < part
  }

  /// The strides of a matrix of a stack with those of its rows and columns.
  private func matrix(_ access: CKAccess, _ rank: Int32, _ row: Int64, _ column: Int64) -> CKAccess {
    var whole = access
    let strides = list(access.strides, Int(rank)) + [Int(row), Int(column)]
    guard let tuple = try? perAxis(strides) else { return access }
    whole.strides = tuple
    return whole
  }

  /// The cut along the terms of a product that collects, and what it collects in.
  func collectingCut(_ work: Work) -> (RowCuts.Cut, Int)? {
    guard case .product(let product, _) = work, product.pointee.continues == 1 else { return nil }
    let plan = product.pointee
    let (m, n, k) = (Int(plan.m), Int(plan.n), Int(plan.k))
    guard plan.rank == 0, k % rows == 0, k >= rows else { return nil }
    let unit = k / rows
    let fits =
      follows(matrix(plan.a, 0, plan.rowA, plan.columnA), [m, k], 1, unit)
      && follows(matrix(plan.b, 0, plan.rowB, 1), [k, n], 0, unit)
    return fits ? (RowCuts.Cut(axis: Int(CKDepth.rawValue), unit: unit), Int(plan.c.base)) : nil
  }

  private func cut(_ plan: CKProductPlan) -> RowCuts.Cut? {
    let stack = list(plan.extents, Int(plan.rank))
    let (m, n, k) = (Int(plan.m), Int(plan.n), Int(plan.k))
    guard stack.count + 2 <= Int(CKRank), parts[Int(plan.c.base)] != nil else { return nil }
    let a = matrix(plan.a, plan.rank, plan.rowA, plan.columnA)
    let b = matrix(plan.b, plan.rank, plan.rowB, 1)
    let c = matrix(plan.c, plan.rank, plan.rowC, 1)
    if stack.isEmpty || stack == [1], m % rows == 0, m >= rows, parts[Int(plan.b.base)] == nil {
      let row = stack.count
      let unit = m / rows
      if follows(a, stack + [m, k], row, unit), follows(c, stack + [m, n], row, unit) {
        return RowCuts.Cut(axis: Int(CKRows.rawValue), unit: unit)
      }
    }
    if stack.count == 1, stack[0] % rows == 0, stack[0] >= rows {
      let unit = stack[0] / rows
      let fits =
        follows(a, stack + [m, k], 0, unit) && follows(b, stack + [k, n], 0, unit)
        && follows(c, stack + [m, n], 0, unit)
      if fits { return RowCuts.Cut(axis: Int(CKStack.rawValue), unit: unit) }
    }
    return nil
  }
}

private func list(_ values: PerAxis, _ count: Int) -> [Int] {
  let all = [values.0, values.1, values.2, values.3, values.4, values.5, values.6, values.7]
  return all.prefix(count).map(Int.init)
}
