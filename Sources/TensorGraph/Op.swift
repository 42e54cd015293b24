/// What the elements of a tensor are: `real` is the backend's floating type, `index` a 32-bit integer.
package enum ElementType: String, Hashable, Sendable { case real, index }

/// The distributions of counter-based random tensors (Philox4x32-10).
///
/// Element `i` of a tensor is element `salt * 2^32 + i` of the infinite tensor that Randomness names by the key, so it
/// depends only on key, salt and `i`. The two elements of the key operand are the key's low and high word.
package enum Distribution: String, Hashable, Sendable {
  /// Uniform on (0, 1).
  case uniform
  /// Standard normal.
  case normal
}

/// The primitives of the tensor graph. Every rule (shape, gradient, kernel) is one table in this order.
///
/// Operands stand in the node, in the order of the comment. Except where an operation says so, real tensors in and out.
package indirect enum Op: Hashable, Sendable {
  // leaves
  /// A tensor bound at every run.
  case input(name: String, shape: Shape, type: ElementType)
  /// One value in every element.
  case constant(Double, shape: Shape)
  /// Random numbers; operand: key, index `[2]`.
  case random(Distribution, salt: UInt32, shape: Shape)

  // elementwise, one operand
  case negate
  case exp
  case log
  case tanh
  case sigmoid
  case softplus
  case sqrt
  case absolute
  /// 1 where the operand is not NaN, else 0.
  case isNumber

  // elementwise, two operands of one shape
  case add
  case subtract
  case multiply
  case divide
  /// NaN where either is NaN; so is `minimum`.
  case maximum
  case minimum
  /// 1 where left < right, else 0 (also where either is NaN).
  case less
  /// Operands: condition, then, else; picks `then` where the condition is not 0.
  case select

  // shape
  /// Axes of extent 1 are repeated; the rank stays.
  case broadcast(to: Shape)
  case reshape(to: Shape)
  /// Axis `i` of the result is axis `permutation[i]` of the operand.
  case transpose(permutation: [Int])
  case slice(from: [Int], to: [Int])
  /// Zeros before and after every axis.
  case pad(low: [Int], high: [Int])
  case concatenate(axis: Int)
  case reverse(axis: Int)

  // reductions; reduced axes keep extent 1
  case sum(axes: [Int])
  /// NaN where one of the elements is NaN, minus infinity where there are none.
  case largest(axes: [Int])

  // contractions
  /// `[..., m, k] x [..., k, n] -> [..., m, n]` with equal leading axes; a flag reads its operand transposed.
  case matmul(transposeA: Bool, transposeB: Bool)
  /// Operands: a `[rows, k]`, b `[rows, n]`, offsets index `[groups + 1]`; result `[groups, k, n]`,
  /// `result[g] = a[rows of g]^T b[rows of g]`. The rows of group g are `offsets[g] ..< offsets[g + 1]`.
  case raggedContract
  /// Operands: c `[rows, d]`, z `[groups, k, d]` (or `[groups, d, k]` when transposed), offsets index `[groups + 1]`;
  /// result `[rows, k]`, `result[rows of g] = c[rows of g] z[g]^T`; rows that belong to no group are 0.
  case raggedExpand(transposeZ: Bool)

  // indexing
  /// Operands: table `[n, ...]`, indices index `[r]`; result `[r, ...]`; a negative index gives a row of zeros.
  case gatherRows
  /// Operands: updates `[r, ...]`, indices index `[r]`; result `[rows, ...]`; negative indices are left out.
  case scatterAddRows(rows: Int)

  // structure
  /// The operand, with a gradient of zero.
  case stopGradient
  /// Operands: carries, sequences, constants; its results are taken out by `result`.
  case scan(Scan)
  /// Result number `index` of the scan that is the operand.
  case result(Int)
}

/// A loop over the leading axis: `(carries, slices of the sequences, constants) -> (next carries, outputs)` at every step.
package struct Scan: Hashable, Sendable {
  /// Its inputs are, in order: carries, one slice of each sequence, constants.
  package var body: Graph
  /// Values of the body: next carries, then the outputs of the step.
  package var bodyOutputs: [ValueID]
  package var carries: Int
  package var sequences: Int
  package var constants: Int
  package var length: Int
  /// When true, steps run from the last slice to the first; output slices keep the index of their input slices.
  package var reversed: Bool
  /// When true, the gradient keeps the carries of every step and computes all else again.
  package var recomputes: Bool

  package init(
    body: Graph, bodyOutputs: [ValueID], carries: Int, sequences: Int, constants: Int, length: Int, reversed: Bool,
    recomputes: Bool = false
  ) {
    self.body = body
    self.bodyOutputs = bodyOutputs
    self.carries = carries
    self.sequences = sequences
    self.constants = constants
    self.length = length
    self.reversed = reversed
    self.recomputes = recomputes
  }

  /// Shapes of the results: last carries, then stacked outputs `[length, ...]`.
  package var resultShapes: [Shape] {
    bodyOutputs.enumerated().map { position, value in
      let shape = body[value].shape
      return position < carries ? shape : Shape([length] + shape.dimensions)
    }
  }
}
