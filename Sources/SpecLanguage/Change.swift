/// A new node for one place of a value that has been read, so that the rest of it need not be read again.
///
/// A sweep that draws numbers gives every point a value of its own that differs from others in a few numbers; reading
/// those alone is some twenty times faster.
package struct Change: Sendable {
  /// The keys from the document to the place.
  package let path: [String]
  package let node: Node
  /// What the new value is written as.
  package fileprivate(set) var written = Plain.null

  init(path: [String], node: Node) {
    self.path = path
    self.node = node
  }
}

extension ValueKind {
  /// The value with one place of it changed; nil where only reading the whole again tells what becomes of it, or what is
  /// wrong with it.
  /// - Parameter depth: how many keys of the change's path lead to the value itself.
  func changed(_ value: Value, _ change: inout Change, _ depth: Int) -> Value? {
    guard depth == change.path.count else { return changer?(value, &change, depth) }
    var reading = Reading()
    guard let value = read(change.node, &reading), reading.diagnostics.isEmpty else { return nil }
    change.written = write(value)
    return value
  }
}

extension Schema {
  /// Changes one key of a value, or a place below it.
  struct Changer: Sendable {
    let name: String
    let change: @Sendable (Root, inout Change, Int) -> Root?
    let changeKey: @Sendable (KeyValue<Root>, inout Change) -> KeyValue<Root>?
  }

  /// The value with one place of it changed; nil as in `ValueKind.changed`, and when a rule forbids it.
  func changed(_ value: Root, _ change: inout Change, _ depth: Int) -> Root? {
    guard let changer = changers.first(where: { $0.name == change.path[depth] }),
      let changed = changer.change(value, &change, depth + 1), rules.allSatisfy({ $0.holds(changed) })
    else { return nil }
    return changed
  }

  /// A key that was read on its own with one place of it changed; nil as in `ValueKind.changed`.
  package func changed(_ key: KeyValue<Root>, _ change: inout Change) -> KeyValue<Root>? {
    guard let name = change.path.first, let changer = changers.first(where: { $0.name == name }) else { return nil }
    return changer.changeKey(key, &change)
  }
}

extension Field {
  var changer: Schema<Root>.Changer {
    Schema.Changer(
      name: name,
      change: { root, change, depth in
        guard let path = path as? WritableKeyPath<Root, Value>,
          let value = kind.changed(root[keyPath: path], &change, depth)
        else { return nil }
        var root = root
        root[keyPath: path] = value
        return root
      },
      changeKey: { key, change in
        guard let value = key(path), let changed = kind.changed(value, &change, 1) else { return nil }
        return KeyValue(path: path, value: changed)
      })
  }
}

/// The canonical bytes of a value with room for other values at some places.
package struct CanonicalTemplate: Sendable {
  private let pieces: [[UInt8]]
  /// Which place follows each piece but the last.
  private let order: [Int]

  /// - Parameter paths: keys from the value to each place.
  /// - Returns: nil when a path leads nowhere.
  package init?(_ value: Plain, _ paths: [[String]]) {
    var hollow = value
    let marks = paths.indices.map { "\u{0}\($0)\u{0}" }
    for (mark, path) in zip(marks, paths) {
      guard hollow.replace(path[...], by: .string(mark)) else { return nil }
    }
    let bytes = hollow.canonicalBytes
    let quoted = marks.map { Plain.string($0).canonicalBytes }
    var pieces: [[UInt8]] = [[]]
    var order: [Int] = []
    var place = 0
    while place < bytes.count {
      if let mark = quoted.firstIndex(where: { bytes[place...].starts(with: $0) }) {
        order.append(mark)
        pieces.append([])
        place += quoted[mark].count
      } else {
        pieces[pieces.count - 1].append(bytes[place])
        place += 1
      }
    }
    guard order.sorted() == Array(paths.indices) else { return nil }
    self.pieces = pieces
    self.order = order
  }

  /// The canonical bytes with these values at the places.
  package func bytes(_ values: [Plain]) -> [UInt8] {
    var bytes = pieces[0]
    for (place, piece) in zip(order, pieces.dropFirst()) {
      values[place].appendCanonical(to: &bytes)
      bytes += piece
    }
    return bytes
  }
}

extension Plain {
  /// Puts another value where a path leads; false where it leads nowhere.
  fileprivate mutating func replace(_ path: ArraySlice<String>, by value: Plain) -> Bool {
    guard let key = path.first else {
      self = value
      return true
    }
    guard case .map(var map) = self, var inner = map[key], inner.replace(path.dropFirst(), by: value) else {
      return false
    }
    map[key] = inner
    self = .map(map)
    return true
  }
}
