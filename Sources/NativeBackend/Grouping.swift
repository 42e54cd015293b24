import TensorGraph

/// Which nodes are computed together: elementwise operations on one space of elements form a group, every other
/// operation that moves or contracts elements is a group of its own.
struct Grouping {
  struct Group {
    var nodes: [Int]
    /// The space of an elementwise group; nil for other operations.
    var space: [Int]?
    var isInvariant: Bool
  }

  private(set) var groups: [Group] = []
  /// The group that computes a node; nil for leaves, views and what is not needed.
  private(set) var group: [Int?]
  /// Per group, the groups that it waits for, directly or not.
  private var waits: [GroupSet] = []
  /// Elementwise groups that read a root.
  private var readers: [[Int]]

  /// Larger groups would keep more registers than the cache holds.
  private static let largestGroup = 64

  init(nodes: Int) {
    group = [Int?](repeating: nil, count: nodes)
    readers = [[Int]](repeating: [], count: nodes)
  }

  /// Adds an operation that stands alone.
  mutating func addSingle(_ node: Int, roots: [Int], isInvariant: Bool) {
    groups.append(Group(nodes: [node], space: nil, isInvariant: isInvariant))
    waits.append(needs(of: roots, except: nil))
    group[node] = groups.count - 1
  }

  /// Merges elementwise groups into the only group that reads them, so that what lies between is not stored.
  ///
  /// - Parameter readers: per group, the groups that read a value of it; a group that reads a view of one stands there too,
  ///   and bars the merger.
  mutating func merge(readers: [Set<Int>], barred: [Bool]) {
    var (readers, barred) = (readers, barred)
    for index in groups.indices {
      guard let space = groups[index].space, !barred[index], readers[index].count == 1,
        let target = readers[index].first,
        let other = groups[target].space, groups[target].isInvariant == groups[index].isInvariant,
        groups[target].nodes.count + groups[index].nodes.count <= Self.largestGroup,
        let joint = refinement(space, other)
      else { continue }
      // The target waits for this group, and nothing else does: the merger makes no circle.
      groups[target].nodes = (groups[target].nodes + groups[index].nodes).sorted()
      groups[target].space = joint
      for node in groups[index].nodes { group[node] = target }
      groups[index].nodes = []
      for source in readers.indices where readers[source].contains(index) {
        readers[source].remove(index)
        readers[source].insert(target)
      }
      barred[target] = barred[target] || barred[index]
    }
  }

  /// Says that a node is one of the results of the group of another node.
  mutating func addResult(_ node: Int, of other: Int) { group[node] = group[other] }

  /// Adds an elementwise operation to a group that shares operands with it, or to a new one.
  ///
  /// - Parameter roots: nodes that hold the operands.
  /// - Parameter viewed: those of which not all elements are read in their order; they must be stored before.
  mutating func addElementwise(_ node: Int, shape: [Int], roots: [Int], viewed: [Int], isInvariant: Bool) {
    let barred = Set(viewed.compactMap { group[$0] })
    let producers = Set(roots.compactMap { group[$0] })
    let candidates = producers.union(roots.flatMap { readers[$0] }).sorted(by: >)
    for candidate in candidates {
      guard !barred.contains(candidate), let space = groups[candidate].space,
        groups[candidate].isInvariant == isInvariant,
        groups[candidate].nodes.count < Self.largestGroup, let joint = refinement(space, shape),
        producers.allSatisfy({ $0 == candidate || !waits[$0].contains(candidate) })
      else { continue }
      groups[candidate].nodes.append(node)
      groups[candidate].space = joint
      let added = needs(of: roots, except: candidate)
      for other in groups.indices where other == candidate || waits[other].contains(candidate) {
        waits[other].formUnion(added)
      }
      finish(node, in: candidate, roots: roots)
      return
    }
    groups.append(Group(nodes: [node], space: shape, isInvariant: isInvariant))
    waits.append(needs(of: roots, except: nil))
    finish(node, in: groups.count - 1, roots: roots)
  }

  private mutating func finish(_ node: Int, in index: Int, roots: [Int]) {
    group[node] = index
    for root in Set(roots) where readers[root].last != index { readers[root].append(index) }
  }

  private func needs(of roots: [Int], except own: Int?) -> GroupSet {
    var needs = GroupSet()
    for root in roots {
      guard let producer = group[root], producer != own else { continue }
      needs.insert(producer)
      needs.formUnion(waits[producer])
    }
    return needs
  }

  /// The groups in an order in which each follows those that it waits for; otherwise in the order of their last nodes.
  var order: [Int] {
    var done = [Bool](repeating: false, count: groups.count)
    var order: [Int] = []
    func visit(_ index: Int) {
      if done[index] { return }
      done[index] = true
      let others = waits[index].members.filter { !groups[$0].nodes.isEmpty }
      for other in others.sorted(by: { groups[$0].nodes[0] < groups[$1].nodes[0] }) { visit(other) }
      if !groups[index].nodes.isEmpty { order.append(index) }
    }
    let last = groups.map { $0.nodes.last ?? 0 }
    for index in groups.indices.sorted(by: { last[$0] < last[$1] }) { visit(index) }
    return order
  }
}

/// A set of group numbers, as bits.
private struct GroupSet {
  private var words: [UInt64] = []

  func contains(_ member: Int) -> Bool {
    let word = member >> 6
    return word < words.count && words[word] >> UInt64(member & 63) & 1 == 1
  }

  mutating func insert(_ member: Int) {
    while words.count <= member >> 6 { words.append(0) }
    words[member >> 6] |= 1 << UInt64(member & 63)
  }

  mutating func formUnion(_ other: GroupSet) {
    while words.count < other.words.count { words.append(0) }
    for index in other.words.indices { words[index] |= other.words[index] }
  }

  var members: [Int] {
    words.indices.flatMap { word in (0..<64).filter { words[word] >> UInt64($0) & 1 == 1 }.map { word * 64 + $0 } }
  }
}
