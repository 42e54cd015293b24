/// Grows a graph. The same operation on the same operands is built once.
package final class Builder {
  package private(set) var graph = Graph()
  private var known: [Key: ValueID] = [:]
  private var origin: Int32 = 0
  private var salts: UInt32 = 0

  private struct Key: Hashable {
    let op: Op
    let operands: [ValueID]
  }

  package init() {}

  /// Nodes that `body` builds remember `path`, the spec path of the section they come from.
  package func scope<Result>(_ path: String, _ body: () throws -> Result) rethrows -> Result {
    let outer = origin
    origin = graph.origin(path)
    defer { origin = outer }
    return try body()
  }

  /// Appends a node, or finds the equal one. Shapes that do not fit are a mistake of the model code.
  package func apply(_ op: Op, _ operands: [Tensor]) -> Tensor {
    precondition(operands.allSatisfy { $0.builder === self }, "operands of \(op.name) belong to another graph")
    return Tensor(builder: self, id: append(op, operands.map(\.id)))
  }

  func append(_ op: Op, _ operands: [ValueID], origin path: String? = nil) -> ValueID {
    let key: Key?
    switch op {
    case .scan, .input: key = nil
    default: key = Key(op: op, operands: operands)
    }
    if let key, let id = known[key] { return id }
    let place = path.map { graph.origin($0) } ?? origin
    let id: ValueID
    do {
      id = try graph.append(op, operands, origin: place)
    } catch {
      preconditionFailure("\(error)")
    }
    if let key { known[key] = id }
    return id
  }

  package func tensor(_ id: ValueID) -> Tensor { Tensor(builder: self, id: id) }

  // MARK: leaves

  package func input(_ name: String, _ shape: Shape, _ type: ElementType = .real) -> Tensor {
    apply(.input(name: name, shape: shape, type: type), [])
  }

  package func constant(_ value: Double, _ shape: Shape = []) -> Tensor {
    apply(.constant(value, shape: shape), [])
  }

  /// Random numbers that no other call of this builder draws from the same key.
  package func random(_ distribution: Distribution, _ shape: Shape, key: Tensor) -> Tensor {
    salts += 1
    return apply(.random(distribution, salt: salts, shape: shape), [key])
  }

  package func concatenate(_ parts: [Tensor], axis: Int) -> Tensor {
    parts.count == 1 ? parts[0] : apply(.concatenate(axis: axis), parts)
  }

  // MARK: scan

  /// A loop over the leading axis of `sequences`.
  ///
  /// - Parameter body: gets carries, one slice of each sequence (leading axis removed) and constants, all values of
  ///   the body graph; returns the next carries and the outputs of the step.
  /// - Returns: the last carries, and the outputs stacked along a new leading axis.
  package func scan(
    carries: [Tensor], sequences: [Tensor], constants: [Tensor], reversed: Bool = false,
    body: (_ carries: [Tensor], _ slices: [Tensor], _ constants: [Tensor]) -> (carries: [Tensor], outputs: [Tensor])
  ) -> (carries: [Tensor], outputs: [Tensor]) {
    precondition(!sequences.isEmpty, "a scan needs a sequence to take its length from")
    let inner = Builder()
    inner.origin = inner.graph.origin(graph.origins[Int(origin)])
    func inputs(_ tensors: [Tensor], _ role: String, dropping axes: Int) -> [Tensor] {
      tensors.enumerated().map { position, tensor in
        inner.input("\(role)\(position)", Shape(Array(tensor.shape.dimensions.dropFirst(axes))), tensor.type)
      }
    }
    let innerCarries = inputs(carries, "carry", dropping: 0)
    let innerSlices = inputs(sequences, "slice", dropping: 1)
    let innerConstants = inputs(constants, "constant", dropping: 0)
    let (next, outputs) = body(innerCarries, innerSlices, innerConstants)
    let scan = Scan(
      body: inner.graph, bodyOutputs: (next + outputs).map(\.id), carries: carries.count, sequences: sequences.count,
      constants: constants.count, length: sequences[0].shape[0], reversed: reversed)
    let results = apply(scan, to: carries + sequences + constants)
    return (Array(results.prefix(carries.count)), Array(results.dropFirst(carries.count)))
  }

  /// Appends a scan and takes out all its results.
  func apply(_ scan: Scan, to operands: [Tensor]) -> [Tensor] {
    let node = apply(.scan(scan), operands)
    return scan.bodyOutputs.indices.map { apply(.result($0), [node]) }
  }
}
