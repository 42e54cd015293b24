/// The sum of the contributions to one cotangent; `nil` when there are none.
///
/// The parts of a value that was split arrive as padded parts: where they do not overlap they are concatenated, not added.
func joined(_ contributions: [Tensor]) -> Tensor? {
  guard contributions.count > 1 else { return contributions.first }
  var rest: [Tensor] = []
  var parts: [Int: [Part]] = [:]
  for contribution in contributions {
    if let part = Part(contribution) { parts[part.axis, default: []].append(part) } else { rest.append(contribution) }
  }
  for axis in parts.keys.sorted() {
    let sorted = (parts[axis] ?? []).sorted { $0.start < $1.start }
    let disjoint = zip(sorted, sorted.dropFirst()).allSatisfy { $0.end <= $1.start }
    if disjoint, sorted.count > 1 {
      rest.append(concatenated(sorted, axis: axis))
    } else {
      rest += sorted.map(\.padded)
    }
  }
  return rest.dropFirst().reduce(rest.first) { sum, term in sum.map { $0 + term } }
}

/// A tensor padded with zeros along one axis.
private struct Part {
  let padded: Tensor
  let inner: Tensor
  let axis: Int
  let start: Int
  var end: Int { start + inner.shape[axis] }

  init?(_ tensor: Tensor) {
    let node = tensor.builder.graph[tensor.id]
    guard case .pad(let low, let high) = node.op else { return nil }
    let axes = low.indices.filter { low[$0] != 0 || high[$0] != 0 }
    guard axes.count == 1 else { return nil }
    padded = tensor
    inner = tensor.builder.tensor(node.operands[0])
    axis = axes[0]
    start = low[axis]
  }
}

private func concatenated(_ parts: [Part], axis: Int) -> Tensor {
  let whole = parts[0].padded.shape
  let builder = parts[0].padded.builder
  var pieces: [Tensor] = []
  var position = 0
  func fill(to end: Int) {
    if end > position { pieces.append(builder.constant(0, whole.replacing(axis: axis, with: end - position))) }
  }
  for part in parts {
    fill(to: part.start)
    pieces.append(part.inner)
    position = part.end
  }
  fill(to: whole[axis])
  return builder.concatenate(pieces, axis: axis)
}
