/// Where a value stands in a spec, such as `models.meta.dynamics.hidden[0]`.
package struct SpecPath: Hashable, Sendable {
  package enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
  }

  package var steps: [Step]

  package init(_ steps: [Step] = []) { self.steps = steps }

  /// Reads a dotted path; `[3]` after a key is an index.
  package init(_ text: String) {
    steps = []
    for part in text.split(separator: ".", omittingEmptySubsequences: true) {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      if let key = pieces.first, !key.isEmpty { steps.append(.key(String(key))) }
      for piece in pieces.dropFirst() {
        if piece.last == "]", let index = Int(piece.dropLast()) { steps.append(.index(index)) }
      }
    }
  }

  package static let root = SpecPath([])

  package var isRoot: Bool { steps.isEmpty }
  package var parent: SpecPath { SpecPath(Array(steps.dropLast())) }

  /// The last key of the path, indices skipped.
  package var lastKey: String? {
    for step in steps.reversed() {
      if case .key(let key) = step { return key }
    }
    return nil
  }

  package func appending(_ key: String) -> SpecPath { SpecPath(steps + [.key(key)]) }
  package func appending(_ index: Int) -> SpecPath { SpecPath(steps + [.index(index)]) }
}

extension SpecPath: CustomStringConvertible, ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self.init(value) }

  package var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .key(let key): text += text.isEmpty ? key : "." + key
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }
}

extension SpecPath: Comparable {
  package static func < (left: SpecPath, right: SpecPath) -> Bool { left.description < right.description }
}
