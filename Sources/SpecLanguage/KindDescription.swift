/// The limits of a scalar that other tools can check too.
package struct Facets: Hashable, Sendable {
  package var least: Double?
  package var greatest: Double?
  package var isLeastExcluded = false
  /// The units of which one must stand behind the number.
  package var units: [String] = []

  package init(least: Double? = nil, greatest: Double? = nil, isLeastExcluded: Bool = false, units: [String] = []) {
    self.least = least
    self.greatest = greatest
    self.isLeastExcluded = isLeastExcluded
    self.units = units
  }
}

/// What a value may be, as data: the error texts, the reference page and the JSON schema are made of it.
package indirect enum KindDescription: Hashable, Sendable {
  /// The types of the language that are written as one scalar.
  package enum ScalarType: String, Hashable, CaseIterable, Sendable {
    case int, float, bool, string, id, path, seed, time, frequency, memory, extent, expression, reference, any
  }

  case scalar(ScalarType, String, facets: Facets? = nil)
  case choice([String])
  case list(KindDescription, count: ClosedRange<Int>)
  case map(KindDescription)
  /// A mapping from paths into the spec, such as `models.meta.dynamics.latent`.
  case paths(KindDescription)
  case optional(KindDescription)
  case section(SchemaDescription)
  case union(UnionDescription)
  case either(KindDescription, KindDescription)

  /// The kind in words, to stand behind "expected".
  package var words: String {
    switch self {
    case .scalar(_, let words, _): words
    case .choice(let names): names.count == 1 ? "`\(names[0])`" : "one of " + names.joined(separator: ", ")
    case .list(let kind, let count): Self.listWords(kind, count)
    case .map(let kind): "a mapping from names to \(kind.words)"
    case .paths(let kind): "a mapping from paths to \(kind.words)"
    case .optional(let kind): kind.words
    case .section(let schema): "a mapping with the keys of `\(schema.name)`"
    case .union(let union): "a mapping with a `kind` of \(union.name)"
    case .either(let first, let second): "\(first.words), or \(second.words)"
    }
  }

  private static func listWords(_ kind: KindDescription, _ count: ClosedRange<Int>) -> String {
    let each = "each \(kind.words)"
    if count.upperBound == Int.max {
      return count.lowerBound == 0 ? "a list, \(each)" : "a list of at least \(count.lowerBound), \(each)"
    }
    if count.lowerBound == count.upperBound { return "a list of \(count.lowerBound), \(each)" }
    return "a list of \(count.lowerBound) to \(count.upperBound), \(each)"
  }
}

/// A schema as data: its name, sentence and keys in order.
package struct SchemaDescription: Hashable, Sendable {
  package struct Field: Hashable, Sendable {
    package var name: String
    package var kind: KindDescription
    /// The value of a missing key; nil where the key is required.
    package var fallback: Plain?
    package var doc: String
    package var isRequired: Bool { fallback == nil }
  }

  package var name: String
  package var doc: String
  package var fields: [Field]
  package var notBuilt: [NotBuilt]
}

/// A union as data: the kinds that it may be.
package struct UnionDescription: Hashable, Sendable {
  package var name: String
  package var arms: [SchemaDescription]
  package var notBuilt: [NotBuilt]
}

/// A key or kind that belongs to the language but that this version cannot honour: using one is an error.
package struct NotBuilt: Hashable, Sendable, ExpressibleByStringLiteral {
  package var name: String
  package var doc: String

  package init(_ name: String, _ doc: String = "") {
    self.name = name
    self.doc = doc
  }

  package init(stringLiteral value: String) { self.init(value) }
}
