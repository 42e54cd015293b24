/// Lays nodes over nodes: maps merge, scalars and lists replace, `unset` removes.
///
/// A mapping whose `kind` changes is replaced as a whole, because the keys of one kind mean nothing to another.
struct Merge {
  private(set) var diagnostics: [Diagnostic] = []
  /// The entries that others inherit from.
  private(set) var inherited: [Reference] = []

  /// A layer over a lower one.
  mutating func lay(_ over: Node, over base: Node) -> Node { merged(base, over, path: .root) }

  /// Gives every entry of every section what it inherits by `like`, and applies its `unset`.
  mutating func inherit(_ document: inout Node) {
    guard let sections = document.entries else { return }
    document.content = .mapping(sections.map { inherit(section: $0) })
  }

  private mutating func merged(_ base: Node, _ over: Node, path: SpecPath) -> Node {
    guard let lower = base.entries, let upper = over.entries else { return replaced(base, over, path: path) }
    if let old = base["kind"]?.scalar?.text, let new = over["kind"]?.scalar?.text, old != new {
      return over.replacing(base)
    }
    var entries = lower
    var pending: [Node] = []
    let places = lower.count > 16 ? Dictionary(lower.enumerated().map { ($1.key, $0) }) { first, _ in first } : nil
    if let unset = over.entry("unset") {
      pending = remove(unset, from: &entries, canDefer: base.entry("like") != nil, path: path)
    }
    // Places are looked up in a table where there are many; `unset` has moved them.
    let isTable = places != nil && entries.count == lower.count
    for entry in upper where entry.key != "unset" {
      // More than a mapping may have is complained about later and need not be made.
      guard entries.count <= Growth.Limit.keys else { break }
      let place = isTable ? places?[entry.key] : entries.firstIndex { $0.key == entry.key }
      if let place {
        var entry = entry
        entry.value = merged(entries[place].value, entry.value, path: path.appending(entry.key))
        // A mapping that a profile or an argument changes in part still stands where it was written.
        if entry.value.span == entries[place].value.span {
          entry.keySpan = entries[place].keySpan
        }
        entries[place] = entry
      } else {
        entries.append(entry)
      }
    }
    if !pending.isEmpty, let unset = over.entry("unset") { add(pending, from: unset, to: &entries) }
    // The file is what its author reads: a fragment below it or a profile above it does not stand for the whole.
    return Node(.mapping(entries), span: over.layer == .file ? over.span : base.span, layer: over.layer)
  }

  private func replaced(_ base: Node, _ over: Node, path: SpecPath) -> Node {
    // A value for a declared parameter replaces its default and leaves its declaration.
    let isParameter = path.steps.count == 2 && path.steps.first == .key("params")
    guard isParameter, base["type"] != nil || base["default"] != nil, let entries = base.entries else {
      return over.replacing(base)
    }
    let old = base.entry("default")
    let value = old.map { over.replacing($0.value) } ?? over
    var node = base
    node.content = .mapping(
      entries.filter { $0.key != "default" }
        + [Node.Entry(key: "default", keySpan: old?.keySpan ?? over.span, value: value)])
    return node
  }

  /// Removes the keys that an `unset` names; those that may be inherited later are returned.
  private mutating func remove(
    _ unset: Node.Entry, from entries: inout [Node.Entry], canDefer: Bool, path: SpecPath
  ) -> [Node] {
    var pending: [Node] = []
    for node in names(of: unset, path: path) {
      guard let key = node.scalar?.text else { continue }
      if let place = entries.firstIndex(where: { $0.key == key }) {
        entries.remove(at: place)
        if canDefer { pending.append(node) }
      } else if canDefer {
        pending.append(node)
      } else {
        let match = Suggestion.nearest(to: key, among: entries.map(\.key))
        diagnostics.append(
          Diagnostic(
            .nothingToUnset, "`unset` names `\(key.shortened(to: 40))`, which is not inherited", at: node.span,
            label: "nothing to remove", path: path.appending("unset"),
            help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
            notes: ["inherited keys: " + entries.map(\.key).filter { $0 != "like" }.listed]))
      }
    }
    return pending
  }

  private mutating func names(of unset: Node.Entry, path: SpecPath) -> [Node] {
    if let nodes = unset.value.elements, nodes.allSatisfy({ $0.scalar != nil }) { return nodes }
    diagnostics.append(
      Diagnostic(
        .wrongShape, "`unset` must be a list of keys, found \(unset.value.words)", at: unset.value.span,
        label: "expected keys such as `[embedding]`", path: path.appending("unset")))
    return []
  }

  private func add(_ pending: [Node], from unset: Node.Entry, to entries: inout [Node.Entry]) {
    if let place = entries.firstIndex(where: { $0.key == "unset" }) {
      let known = entries[place].value.elements ?? []
      entries[place].value.content = .sequence(known + pending)
    } else {
      var entry = unset
      entry.value.content = .sequence(pending)
      entries.append(entry)
    }
  }

  private mutating func inherit(section: Node.Entry) -> Node.Entry {
    guard let entries = section.value.entries else { return section }
    guard entries.contains(where: { $0.value.entry("like") != nil || $0.value.entry("unset") != nil }) else {
      return section
    }
    var resolved: [String: Node] = [:]
    var section = section
    section.value.content = .mapping(
      entries.map { entry in
        var entry = entry
        var open: [Node.Entry] = []
        entry.value = resolve(entry, in: section, &resolved, &open)
        return entry
      })
    return section
  }

  /// An entry with all that it inherits. `open` holds the entries on the way here, to find cycles.
  private mutating func resolve(
    _ entry: Node.Entry, in section: Node.Entry, _ resolved: inout [String: Node], _ open: inout [Node.Entry]
  ) -> Node {
    if let node = resolved[entry.key] { return node }
    let path = SpecPath([.key(section.key), .key(entry.key)])
    let own = entry.value.removing(["like"])
    guard let like = entry.value.entry("like") else {
      var node = own
      if let unset = own.entry("unset") {
        diagnostics.append(
          Diagnostic(
            .nothingToUnset, "`unset` removes inherited keys, but `\(entry.key)` inherits nothing", at: unset.keySpan,
            label: "has no effect", path: path.appending("unset"), help: ["remove the keys themselves, or add `like`"]))
        node = own.removing(["unset"])
      }
      resolved[entry.key] = node
      return node
    }
    guard let base = sibling(like, of: entry, in: section, path: path) else {
      let node = own.removing(["unset"]).partial
      resolved[entry.key] = node
      return node
    }
    if open.contains(where: { $0.key == base.key }) || base.key == entry.key {
      diagnostics.append(
        Diagnostic(
          .cyclicLike, "`\(entry.key)` inherits from itself", at: like.value.span, label: "closes the circle",
          path: path,
          secondary: open.compactMap { other in
            other.value["like"].map { .init($0.span, "`\(other.key)` inherits from here") }
          }))
      let node = own.removing(["unset"]).partial
      resolved[entry.key] = node
      return node
    }
    open.append(entry)
    inherited.append(Reference(section: section.key, id: base.key))
    let lower = resolve(base, in: section, &resolved, &open).inherited(from: base.key)
    open.removeLast()
    var node = merged(lower, own, path: path)
    if lower.isPartial { node = node.partial }
    node.span = entry.value.span
    resolved[entry.key] = node
    return node
  }

  /// The entry that a `like` names, complained about when there is none.
  private mutating func sibling(
    _ like: Node.Entry, of entry: Node.Entry, in section: Node.Entry, path: SpecPath
  ) -> Node.Entry? {
    guard let name = like.value.scalar?.text else {
      diagnostics.append(
        Diagnostic(
          .wrongShape, "`like` must be one name, found \(like.value.words)", at: like.value.span,
          label: "expected a name", path: path.appending("like")))
      return nil
    }
    if let base = section.value.entry(name), base.value.entries != nil { return base }
    if section.value.isPartial { return nil }
    let known = section.value.entries?.map(\.key).filter { $0 != entry.key } ?? []
    let match = Suggestion.nearest(to: name, among: known)
    diagnostics.append(
      Diagnostic(
        .unknownSibling, "`like` names `\(name.shortened(to: 40))`, which is not an entry of `\(section.key)`",
        at: like.value.span, label: "no such entry", path: path.appending("like"),
        help: match.map { ["did you mean `\($0.word)`?"] } ?? [],
        notes: ["entries of `\(section.key)`: " + known.listed],
        fix: match.map { .init(like.value.span, replacement: $0.word, isSafe: $0.isCertain) }))
    return nil
  }
}

extension Node {
  /// The node and all mappings below it, marked as lacking what they inherit.
  var partial: Node {
    guard let entries else { return self }
    var node = self
    node.isPartial = true
    node.content = .mapping(
      entries.map { Entry(key: $0.key, keySpan: $0.keySpan, value: $0.value.partial) })
    return node
  }
}
