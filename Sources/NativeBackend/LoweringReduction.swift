import CKernels
import TensorGraph

extension Lowering {
  private struct Axis {
    var extent: Int
    var stride: Int
    var outStride: Int
    var isReduced: Bool

    /// Whether this axis and the one inside it are walked as one.
    func joins(_ inner: Axis) -> Bool {
      isReduced == inner.isReduced && stride == inner.stride * inner.extent
        && outStride == inner.outStride * inner.extent
    }
  }

  /// A sum or a maximum. The order of terms depends on shapes and layouts only.
  ///
  /// Where few results are left for the workers to share, the terms are cut into parts; the parts are then reduced.
  func lowerReduction(_ node: Int, _ operand: Int, axes: [Int], largest: Bool) throws(BackendError) {
    let (source, target) = (try layout(operand), try layout(node))
    if source.count == 0 { return try fill(target, with: largest ? -.infinity : 0) }
    let reduced = source.shape.indices.map { axes.contains($0) }
    try reduce(source, reduced: reduced, to: target.strides, of: target, largest: largest)
  }

  /// Joins partial results `[parts, results]`.
  func reduceParts(_ parts: Layout, to target: Layout, largest: Bool) throws(BackendError) {
    try reduce(parts, reduced: [true, false], to: [0, 1], of: target, largest: largest)
  }

  private func reduce(
    _ source: Layout, reduced: [Bool], to outStrides: [Int], of target: Layout, largest: Bool
  ) throws(BackendError) {
    var merged: [Axis] = []
    for axis in source.shape.indices where source.shape[axis] != 1 {
      let next = Axis(
        extent: source.shape[axis], stride: source.strides[axis], outStride: reduced[axis] ? 0 : outStrides[axis],
        isReduced: reduced[axis])
      if let last = merged.last, last.joins(next) {
        merged[merged.count - 1] = Axis(
          extent: last.extent * next.extent, stride: next.stride, outStride: next.outStride, isReduced: next.isReduced)
      } else {
        merged.append(next)
      }
    }
    if merged.isEmpty { merged = [Axis(extent: 1, stride: 1, outStride: 1, isReduced: false)] }
    // The inner axis walks memory in order if it can; one that is kept must also write in order.
    let inner =
      merged.lastIndex { $0.stride == 1 && ($0.isReduced || $0.outStride == 1) }
      ?? merged.lastIndex { $0.isReduced || $0.outStride == 1 } ?? merged.count - 1
    let last = merged.remove(at: inner)
    let ordered = merged.filter { !$0.isReduced } + merged.filter(\.isReduced) + [last]
    let keptRank = merged.filter { !$0.isReduced }.count

    var reduction = CKReduction(
      rank: Int32(ordered.count), keptRank: Int32(keptRank), largest: largest ? 1 : 0,
      innerReduced: last.isReduced ? 1 : 0, extents: try perAxis(ordered.map(\.extent)),
      in: try access(source, ordered.map(\.stride)), out: try access(target, ordered.map(\.outStride)))
    let terms = ordered.indices.filter { ordered[$0].isReduced }.max { ordered[$0].extent < ordered[$1].extent }
    let total = ordered.reduce(1) { $0 * $1.extent }
    let invariant = isInvariant(source)
    if let terms, target.count <= 4096, total >= 1 << 16, ordered[terms].extent >= 64 {
      let grain = (ordered[terms].extent + 31) / 32
      let parts = (ordered[terms].extent + grain - 1) / grain
      let partial = temporary([parts, target.count], isInvariant: invariant)
      reduction.out.base = Int32(partial.buffer)
      reduction.out.offset = 0
      emit(
        Instruction(
          work: .reduce(descriptors.keep(reduction), partialStride: target.count), axis: terms,
          extent: ordered[terms].extent, grain: grain), touching: [source, partial], isInvariant: invariant)
      try reduceParts(partial, to: target, largest: largest)
      return
    }
    // Cut along a kept axis; along the inner one only into long rows.
    let outer = ordered.indices.dropLast().filter { !ordered[$0].isReduced && ordered[$0].extent > 1 }
    let kept = outer.max { ordered[$0].extent < ordered[$1].extent }
    var cut = Cut([1], workPerElement: 1)
    if let axis = kept ?? (last.isReduced ? nil : ordered.count - 1) {
      let extent = ordered[axis].extent
      cut = Cut([extent], workPerElement: 4 * Double(total / max(1, extent)))
      (cut.axis, cut.extent) = (axis, extent)
      if kept == nil { cut.grain = max(64, cut.grain) }
    } else {
      (cut.axis, cut.extent, cut.grain) = (0, ordered[0].extent, max(1, ordered[0].extent))
    }
    emit(
      Instruction(
        work: .reduce(descriptors.keep(reduction), partialStride: 0), axis: cut.axis, extent: cut.extent,
        grain: cut.grain), touching: [source, target], isInvariant: invariant)
  }
}
