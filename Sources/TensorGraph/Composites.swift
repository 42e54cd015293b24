/// Layers that are functions of primitives; a backend may recognise and fuse them.
extension Tensor {
  /// Layer normalisation over the last axis: (x - mean) / sqrt(variance + 1e-5) * gain + bias.
  ///
  /// - Parameter gain: `[features]`.  - Parameter bias: `[features]`.  Source: Ba, Kiros & Hinton 2016.
  package func layerNorm(gain: Tensor, bias: Tensor) -> Tensor {
    let last = shape.rank - 1
    let centred = self - mean(last)
    let variance = centred.square.mean(last)
    return centred / (variance + 1e-5).squareRoot * gain + bias
  }
}

/// The weights of a gated recurrent unit of width W over F inputs; gates stand in the order reset, update, candidate.
package struct GRUWeights {
  /// `[F, 3 W]`
  package let input: Tensor
  /// `[W, 3 W]`
  package let recurrent: Tensor
  /// `[3 W]`
  package let bias: Tensor
  /// `[W]`: bias inside the reset product of the candidate.
  package let candidateBias: Tensor

  package init(input: Tensor, recurrent: Tensor, bias: Tensor, candidateBias: Tensor) {
    self.input = input
    self.recurrent = recurrent
    self.bias = bias
    self.candidateBias = candidateBias
  }

  /// Runs the unit along time.
  ///
  ///     r = s(x W_r + h U_r + b_r),  u = s(x W_u + h U_u + b_u)
  ///     n = tanh(x W_n + b_n + r * (h U_n + c)),  h' = (1 - u) n + u h
  ///
  /// - Parameter projected: x W + b for all gates, `[time, rows, 3 W]`.
  /// - Parameter present: `[time, rows, 1]`, 0 where a row has no bin: its state is carried through.
  /// - Parameter first: the state before the first step, `[rows, W]`; zero when nil.
  /// - Returns: states `[time, rows, W]` and the last state `[rows, W]`.
  ///   Source: Cho et al. 2014, in the form with the reset gate after the recurrent product.
  package func run(
    _ projected: Tensor, present: Tensor?, reversed: Bool = false, from first: Tensor? = nil
  ) -> (states: Tensor, last: Tensor) {
    let width = recurrent.shape[0]
    let builder = projected.builder
    let start = first ?? builder.constant(0, [projected.shape[1], width])
    let sequences = [projected] + (present.map { [$0] } ?? [])
    let (carries, outputs) = builder.scan(
      carries: [start], sequences: sequences, constants: [recurrent, candidateBias], reversed: reversed
    ) { carries, slices, constants in
      let state = carries[0]
      let inputs = slices[0].split(axis: 1, [width, width, width])
      let products = state.matmul(constants[0]).split(axis: 1, [width, width, width])
      let reset = (inputs[0] + products[0]).sigmoid
      let update = (inputs[1] + products[1]).sigmoid
      let candidate = (inputs[2] + reset * (products[2] + constants[1])).tanh
      var next = candidate + update * (state - candidate)
      if slices.count > 1 { next = slices[1].select(next, state) }
      return ([next], [next])
    }
    return (outputs[0], carries[0])
  }
}
