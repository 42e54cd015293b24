import CKernels

/// Addresses of the buffers of a program, by buffer number.
typealias Bases = UnsafeMutablePointer<UnsafeMutablePointer<Float>?>

/// One loop of a compiled program: what it computes and how it is cut into items for the workers.
///
/// Items are ranges of one axis. The cut depends on shapes only, and where it decides an order of sums it is part of the
/// work itself, so that results do not depend on the number of workers.
struct Instruction {
  var work: Work
  /// The axis that is cut, in the terms of the work.
  var axis: Int
  var extent: Int
  /// Extent of one item.
  var grain: Int

  var items: Int { extent == 0 ? 0 : (extent + grain - 1) / grain }
}

enum Work {
  case elementwise(UnsafePointer<CKProgram>)
  case copy(UnsafePointer<CKCopyPlan>)
  /// Item `i` writes `i * partialStride` further: the partial results of a reduction that is cut along a reduced axis.
  case reduce(UnsafePointer<CKReduction>, partialStride: Int)
  case product(UnsafePointer<CKProductPlan>, partialStride: Int)
  case random(RandomFill)
  case gather(RowGather)
  case scatter(RowScatter)
  case raggedContract(RaggedProduct)
  case raggedExpand(RaggedProduct)
  case scan(Unmanaged<ScanLoop>)
}

extension Work {
  /// Multiply-adds of a matrix product; 0 for other work.
  var multiplyAdds: Int {
    switch self {
    case .product(let plan, _):
      let plan = plan.pointee
      let all = [plan.extents.0, plan.extents.1, plan.extents.2, plan.extents.3]
      let stack = all.prefix(Int(plan.rank)).reduce(1, *)
      return Int(stack * plan.m * plan.n * plan.k)
    case .elementwise, .copy, .reduce, .random, .gather, .scatter, .raggedContract, .raggedExpand, .scan: return 0
    }
  }
}

/// Where the contiguous elements of an operand begin.
struct Place {
  var buffer: Int
  var offset: Int

  init(_ layout: Layout) {
    buffer = layout.buffer
    offset = layout.offset
  }

  func floats(_ bases: Bases) -> UnsafeMutablePointer<Float> {
    guard let base = bases[buffer] else { preconditionFailure("buffer \(buffer) has no address") }
    return base + offset
  }

  /// The elements of an index tensor.
  func indices(_ bases: Bases) -> UnsafePointer<Int32> {
    UnsafeRawPointer(floats(bases)).assumingMemoryBound(to: Int32.self)
  }
}
