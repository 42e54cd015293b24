import CKernels
import TensorGraph

/// A random tensor.
struct RandomFill {
  var distribution: Distribution
  /// The number of its first element in the random tensor of its key.
  var first: UInt64
  var key: Place
  var target: Place

  func perform(_ range: Range<Int>, _ bases: Bases, _ kernels: UnsafePointer<CKernels>) {
    let words = key.indices(bases)
    let (low, high) = (UInt32(bitPattern: words[0]), UInt32(bitPattern: words[1]))
    let function = distribution == .normal ? kernels.pointee.normal : kernels.pointee.uniform
    function?(target.floats(bases) + range.lowerBound, low, high, first + UInt64(range.lowerBound), range.count)
  }
}

/// Rows of a table by their numbers; zeros for a negative number.
struct RowGather {
  var table: Place
  var indices: Place
  var target: Place
  /// Rows of the table.
  var rows: Int
  /// Numbers.
  var count: Int
  /// Elements of a row.
  var width: Int

  func check(_ bases: Bases) throws(BackendError) { try checkIndices(indices.indices(bases), count, rows: rows) }

  func perform(_ range: Range<Int>, _ bases: Bases) {
    let (numbers, target) = (indices.indices(bases), target.floats(bases))
    let table = table.floats(bases)
    for place in range {
      let row = Int(numbers[place])
      if row < 0 {
        (target + place * width).update(repeating: 0, count: width)
      } else {
        (target + place * width).update(from: table + row * width, count: width)
      }
    }
  }
}

/// Rows added to the rows of a zero tensor by their numbers; a negative number leaves its row out.
struct RowScatter {
  var updates: Place
  var indices: Place
  var target: Place
  /// Rows of the result.
  var rows: Int
  var count: Int
  var width: Int

  func check(_ bases: Bases) throws(BackendError) { try checkIndices(indices.indices(bases), count, rows: rows) }

  /// Does the columns of `range`.
  func perform(_ range: Range<Int>, _ bases: Bases, _ kernels: UnsafePointer<CKernels>) {
    let (numbers, updates) = (indices.indices(bases), updates.floats(bases))
    let target = target.floats(bases)
    for row in 0..<rows { (target + row * width + range.lowerBound).update(repeating: 0, count: range.count) }
    for place in 0..<count where numbers[place] >= 0 {
      let to = target + Int(numbers[place]) * width + range.lowerBound
      kernels.pointee.addInto(to, updates + place * width + range.lowerBound, range.count)
    }
  }
}

private func checkIndices(_ numbers: UnsafePointer<Int32>, _ count: Int, rows: Int) throws(BackendError) {
  for place in 0..<count where Int(numbers[place]) >= rows {
    throw BackendError("index \(numbers[place]) of a tensor with \(rows) rows")
  }
}

/// Products on row segments: `target[g] = left[rows of g]^T right[rows of g]` (contract) or
/// `target[rows of g] = left[rows of g] right[g]` (expand, `right [groups, inner, outer]`).
struct RaggedProduct {
  var left: Place
  var right: Place
  var offsets: Place
  var target: Place
  var groups: Int
  var rows: Int
  var rowLeft: Int
  var columnLeft: Int
  var rowRight: Int
  var inner: Int
  var outer: Int

  func check(_ bases: Bases) throws(BackendError) {
    let offsets = offsets.indices(bases)
    for group in 0..<groups {
      let (start, end) = (offsets[group], offsets[group + 1])
      guard 0 <= start, start <= end, Int(end) <= rows else {
        throw BackendError("group \(group) is rows \(start) to \(end) of \(rows)")
      }
    }
  }

  func contract(_ range: Range<Int>, _ bases: Bases, _ kernels: UnsafePointer<CKernels>) {
    let (offsets, left, right) = (offsets.indices(bases), left.floats(bases), right.floats(bases))
    let target = target.floats(bases)
    for group in range {
      let (start, end) = (Int(offsets[group]), Int(offsets[group + 1]))
      kernels.pointee.product(
        target + group * inner * outer, outer, left + start * rowLeft, columnLeft, rowLeft, right + start * rowRight,
        rowRight, inner, outer, end - start, 0, nil)
    }
  }

  func expand(_ range: Range<Int>, _ bases: Bases, _ kernels: UnsafePointer<CKernels>) {
    let (offsets, left, right) = (offsets.indices(bases), left.floats(bases), right.floats(bases))
    let target = target.floats(bases)
    for group in range {
      let (start, end) = (Int(offsets[group]), Int(offsets[group + 1]))
      kernels.pointee.product(
        target + start * outer, outer, left + start * rowLeft, rowLeft, columnLeft, right + group * inner * outer,
        outer, end - start, outer, inner, 0, nil)
    }
  }
}
