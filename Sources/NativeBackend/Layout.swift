/// How a tensor lies in a buffer: element (i, j, ...) stands at `offset + i * strides[0] + j * strides[1] + ...`.
///
/// Broadcasts, transposes, slices, reversals and most reshapes are other layouts of the same elements.
struct Layout: Hashable {
  var buffer: Int
  var offset: Int
  var shape: [Int]
  var strides: [Int]

  init(buffer: Int, offset: Int = 0, shape: [Int], strides: [Int]) {
    self.buffer = buffer
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// Row-major, without gaps.
  init(buffer: Int, shape: [Int]) {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    self.init(buffer: buffer, shape: shape, strides: strides)
  }

  var count: Int { shape.reduce(1, *) }

  /// Whether the elements lie in row-major order without gaps, wherever they begin.
  var isContiguous: Bool {
    var expected = 1
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      if strides[axis] != expected { return count == 0 }
      expected *= shape[axis]
    }
    return true
  }

  // MARK: views

  func broadcast(to target: [Int]) -> Layout {
    let repeated = zip(strides, zip(shape, target)).map { stride, extents in extents.0 == extents.1 ? stride : 0 }
    return Layout(buffer: buffer, offset: offset, shape: target, strides: repeated)
  }

  func transposed(_ permutation: [Int]) -> Layout {
    Layout(
      buffer: buffer, offset: offset, shape: permutation.map { shape[$0] }, strides: permutation.map { strides[$0] })
  }

  func sliced(from: [Int], to: [Int]) -> Layout {
    let start = zip(from, strides).reduce(offset) { $0 + $1.0 * $1.1 }
    return Layout(buffer: buffer, offset: start, shape: zip(from, to).map { $1 - $0 }, strides: strides)
  }

  func reversed(axis: Int) -> Layout {
    var copy = self
    copy.offset += max(0, shape[axis] - 1) * strides[axis]
    copy.strides[axis] = -strides[axis]
    return copy
  }

  /// The layout of one slice of the leading axis; the slice number `i` begins `i * strides[0]` further.
  var slice: Layout {
    Layout(buffer: buffer, offset: offset, shape: Array(shape.dropFirst()), strides: Array(strides.dropFirst()))
  }

  /// The same elements in row-major order under another shape; nil where no strides describe that.
  func reshaped(to target: [Int]) -> Layout? {
    if count == 0 { return Layout(buffer: buffer, offset: offset, shape: target, strides: target.map { _ in 0 }) }
    var blocks: [(extent: Int, stride: Int)] = []
    for axis in shape.indices where shape[axis] != 1 {
      if let last = blocks.last, last.stride == strides[axis] * shape[axis] {
        blocks[blocks.count - 1] = (last.extent * shape[axis], strides[axis])
      } else {
        blocks.append((shape[axis], strides[axis]))
      }
    }
    var result = [Int](repeating: 0, count: target.count)
    var rest = 1
    for axis in target.indices.reversed() where target[axis] != 1 {
      guard let block = blocks.last else { return nil }
      guard block.extent % (rest * target[axis]) == 0 else { return nil }
      result[axis] = block.stride * rest
      rest *= target[axis]
      if rest == block.extent {
        blocks.removeLast()
        rest = 1
      }
    }
    return Layout(buffer: buffer, offset: offset, shape: target, strides: result)
  }
}

/// The coarsest shape of which both shapes are merged axes: [6, 4] and [2, 12] give [2, 3, 4]; nil where there is none.
func refinement(_ a: [Int], _ b: [Int]) -> [Int]? {
  if a == b { return a }
  func tails(_ shape: [Int]) -> [Int] {
    var tails: [Int] = []
    var product = 1
    for extent in shape.reversed() where extent != 1 {
      product *= extent
      tails.append(product)
    }
    return tails
  }
  let joint = Set(tails(a) + tails(b)).sorted()
  var result: [Int] = []
  var below = 1
  for tail in joint {
    if tail % below != 0 { return nil }
    result.append(tail / below)
    below = tail
  }
  return result.reversed()
}

/// The axes of a loop over several tensors of one shape, with neighbours merged that all tensors walk as one.
struct Axes {
  private(set) var extents: [Int] = []
  /// Per tensor, per axis.
  private(set) var strides: [[Int]]

  init(_ shape: [Int], _ tensors: [[Int]]) {
    strides = tensors.map { _ in [] }
    for axis in shape.indices where shape[axis] != 1 {
      let joins =
        !extents.isEmpty && tensors.indices.allSatisfy { strides[$0].last == tensors[$0][axis] * shape[axis] }
      if joins {
        extents[extents.count - 1] *= shape[axis]
        for tensor in tensors.indices { strides[tensor][strides[tensor].count - 1] = tensors[tensor][axis] }
      } else {
        extents.append(shape[axis])
        for tensor in tensors.indices { strides[tensor].append(tensors[tensor][axis]) }
      }
    }
  }

  /// Adds axes of extent 1 in front until there are `rank`.
  mutating func pad(to rank: Int) {
    while extents.count < rank {
      extents.insert(1, at: 0)
      for tensor in strides.indices { strides[tensor].insert(0, at: 0) }
    }
  }
}
