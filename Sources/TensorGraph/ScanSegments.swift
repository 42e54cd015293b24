/// A graph whose long scans are cut into segments, so that their gradients keep the carries of segments alone.
///
/// A scan of T steps becomes a scan over about sqrt(T) segments of about sqrt(T) steps each; the gradient of the outer scan
/// computes a segment again when it comes to it. Memory for what the backward steps read falls from T to 2 sqrt(T) steps,
/// for one more forward pass. Source: Chen, Xu, Zhang & Guestrin 2016, "Training deep nets with sublinear memory cost".
struct ScanSegments {
  let graph: Graph
  /// Where the values of the given graph stand in the new one; a scan that was cut stands for its outer loop.
  let values: [ValueID]

  /// Shorter scans stay whole.
  static let shortest = 16

  init(_ source: Graph) {
    let builder = Builder()
    var values: [Tensor] = []
    var results: [Int: [Tensor]] = [:]
    for id in source.ids {
      let node = source[id]
      let operands = node.operands.map { values[Int($0.index)] }
      let place = source.origins[Int(node.origin)]
      if case .scan(let scan) = node.op, let segments = Self.split(scan, operands) {
        let (own, loop) = builder.scope(place) { Self.apply(scan, segments, operands, builder) }
        results[Int(id.index)] = own
        values.append(loop)
      } else if case .result(let index) = node.op, let own = results[Int(node.operands[0].index)] {
        values.append(own[index])
      } else {
        values.append(builder.tensor(builder.append(node.op, operands.map(\.id), origin: place)))
      }
    }
    graph = builder.graph
    self.values = values.map(\.id)
  }

  /// Segments and steps of each; what is left over runs as one shorter scan.
  private static func split(_ scan: Scan, _ operands: [Tensor]) -> (count: Int, length: Int)? {
    guard scan.length >= shortest, operands.allSatisfy({ $0.type == .real }) else { return nil }
    let root = Int(Double(scan.length).squareRoot())
    // A divisor near the root leaves nothing over.
    let near = (max(2, root * 2 / 3)...root * 3 / 2).filter { scan.length % $0 == 0 }
    let length = near.min { abs($0 - root) < abs($1 - root) } ?? root
    return (scan.length / length, length)
  }

  /// The results of a scan in segments, and the outer loop.
  private static func apply(
    _ scan: Scan, _ segments: (count: Int, length: Int), _ operands: [Tensor], _ builder: Builder
  ) -> (results: [Tensor], loop: Tensor) {
    let covered = segments.count * segments.length
    let rest = scan.length - covered
    let constants = scan.carries + scan.sequences
    // Steps run from the last slice where the scan is reversed: what is left over are the steps that run last.
    let main = scan.reversed ? rest..<scan.length : 0..<covered
    let outer = outerScan(scan, segments)
    var inputs = Array(operands[..<scan.carries])
    for sequence in operands[scan.carries..<constants] {
      let tail = sequence.shape.dimensions.dropFirst()
      inputs.append(
        sequence.slice(axis: 0, main).reshape(Shape([segments.count, segments.length] + tail)))
    }
    inputs += operands[constants...]
    let loop = builder.apply(.scan(outer), inputs)
    var results = outer.bodyOutputs.indices.map { builder.apply(.result($0), [loop]) }
    for index in results.indices.dropFirst(scan.carries) {
      results[index] = results[index].reshape(scan.resultShapes[index].replacing(axis: 0, with: covered))
    }
    if rest == 0 { return (results, loop) }
    let last = scan.reversed ? 0..<rest : covered..<scan.length
    let slices = operands[scan.carries..<constants].map { $0.slice(axis: 0, last) }
    var short = scan
    short.length = rest
    let ends = builder.apply(short, to: Array(results[..<scan.carries]) + slices + operands[constants...])
    for index in results.indices {
      let parts = scan.reversed ? [ends[index], results[index]] : [results[index], ends[index]]
      results[index] = index < scan.carries ? ends[index] : builder.concatenate(parts, axis: 0)
    }
    return (results, loop)
  }

  /// The loop over segments; its body is the loop over the steps of one.
  private static func outerScan(_ scan: Scan, _ segments: (count: Int, length: Int)) -> Scan {
    let body = Builder()
    var inputs: [Tensor] = []
    for (position, input) in scan.body.inputs.enumerated() {
      let isSequence = position >= scan.carries && position < scan.carries + scan.sequences
      let shape = scan.body[input].shape
      let whole = isSequence ? Shape([segments.length] + shape.dimensions) : shape
      inputs.append(body.input(scan.body.name(ofInput: input), whole))
    }
    var inner = scan
    inner.length = segments.length
    let results = body.apply(inner, to: inputs)
    return Scan(
      body: body.graph, bodyOutputs: results.map(\.id), carries: scan.carries, sequences: scan.sequences,
      constants: scan.constants, length: segments.count, reversed: scan.reversed, recomputes: true)
  }
}
