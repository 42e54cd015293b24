import TensorGraph

/// Stacks of a loop that hold the same numbers and share memory.
///
/// The gradient of a recurrence reads the state before each step, which is the state after the step before. Such stacks lie in
/// one buffer with one slice more than there are steps: the first state, then every next one. A value that is stacked under
/// two shapes is stacked once.
struct SharedStacks {
  /// The states before the steps, and those after them where they are stacked too.
  struct States {
    var carry: Int
    /// Which results of the loop they are.
    var before: Int
    var after: Int?
    var isReversed: Bool

    func contains(_ result: Int) -> Bool { result == before || result == after }
    /// Slices between the start of the buffer and that of the stack before or after the steps.
    func start(isAfter: Bool) -> Int { isAfter != isReversed ? 1 : 0 }
    /// The number of the slice that holds the first state.
    func first(length: Int) -> Int { isReversed ? length : 0 }
  }

  /// Where a stack lies: which buffer of the loop, slices of it beyond the steps, slices before the stack.
  struct Place {
    var buffer: Int
    var extra: Int
    var start: Int
  }

  private var states: [Int: [States]] = [:]
  /// By loop, results that repeat another one, and that one.
  private var repeated: [Int: [Int: Int]] = [:]

  init(_ graph: Graph, needed: [Bool]) {
    var results: [Int: Set<Int>] = [:]
    for (index, node) in graph.nodes.enumerated() where needed[index] && node.shape.count > 0 {
      if case .result(let position) = node.op { results[Int(node.operands[0].index), default: []].insert(position) }
    }
    for (loop, wanted) in results {
      guard case .scan(let scan) = graph.nodes[loop].op else { continue }
      let stacks = wanted.filter { $0 >= scan.carries }.sorted()
      repeated[loop] = Self.repeated(scan, stacks)
      states[loop] = Self.states(scan, stacks.filter { repeated[loop]?[$0] == nil })
    }
  }

  private static func states(_ scan: Scan, _ stacks: [Int]) -> [States] {
    var (states, free) = ([States](), stacks)
    for carry in 0..<scan.carries where scan.body[scan.body.inputs[carry]].type == .real {
      let (state, next) = (scan.body.inputs[carry], scan.bodyOutputs[carry])
      guard state != next, let before = free.first(where: { scan.bodyOutputs[$0] == state }) else { continue }
      let after = free.first { scan.bodyOutputs[$0] == next && $0 != before }
      states.append(States(carry: carry, before: before, after: after, isReversed: scan.reversed))
      free.removeAll { $0 == before || $0 == after }
    }
    return states
  }

  private static func repeated(_ scan: Scan, _ stacks: [Int]) -> [Int: Int] {
    var (repeated, first) = ([Int: Int](), [ValueID: Int]())
    for position in stacks {
      var value = scan.bodyOutputs[position]
      while case .reshape = scan.body[value].op { value = scan.body[value].operands[0] }
      if let known = first[value], !scan.bodyOutputs.prefix(scan.carries).contains(scan.bodyOutputs[position]) {
        repeated[position] = known
      } else if first[value] == nil {
        first[value] = position
      }
    }
    return repeated
  }

  func states(of loop: Int) -> [States] { states[loop] ?? [] }
  func isRepeated(_ result: Int, of loop: Int) -> Bool { repeated[loop]?[result] != nil }

  /// Where a stack lies that shares its buffer; nil for others.
  func place(of result: Int, _ loop: Int) -> Place? {
    let own = repeated[loop]?[result] ?? result
    if let states = states(of: loop).first(where: { $0.contains(own) }) {
      return Place(buffer: states.before, extra: 1, start: states.start(isAfter: own == states.after))
    }
    let isShared = repeated[loop]?.values.contains(own) ?? false
    return isShared ? Place(buffer: own, extra: 0, start: 0) : nil
  }
}
