/// The language as JSON Schema (draft-07), for editors: completion, hover and a first check while typing.
///
/// Made of the same declarations as the reader. It judges a file as it is written: text with `${...}` passes anywhere,
/// and an entry with `like` may leave out what it inherits. Of what it says no to, the reader says no too; rules over
/// several keys, references and units in words are the reader's alone.
package struct JSONSchema: Sendable {
  /// The schema as a value; `text` writes it out.
  package let root: Plain

  /// - Parameter language: the schema of a composed document, such as `Specification.schema.description`.
  package init(_ language: SchemaDescription) {
    let whole = LanguageKeys.file(language)
    let full = Writer(isPartial: false).section(whole, kind: nil, isTop: true)
    let partial = Writer(isPartial: true).section(whole, kind: nil, isTop: true)
    root = .map([
      ("$schema", "http://json-schema.org/draft-07/schema#"), ("title", .string("mdssm: 1")),
      ("description", .string(language.doc)),
      ("definitions", .map([("filled", ["type": "string", "pattern": "\\$\\{"])])),
      ("if", .map([("required", ["extends"])])), ("then", partial), ("else", full),
    ])
  }

  /// The schema as JSON text.
  package var text: String { root.jsonText }

  private struct Writer {
    /// Whether required keys may be missing: in profiles, beside `like`, beside `extends`.
    var isPartial: Bool

    func schema(_ kind: KindDescription) -> Plain {
      switch kind {
      case .scalar(let type, _, let facets): filled(Self.scalar(type, facets))
      case .choice(let names): filled(["enum": .list(names.map(Plain.string))])
      case .list(let inner, let count): filled(list(inner, count))
      case .map(let inner): filled(entries(schema(inner), isNamed: true))
      case .paths(let inner): filled(entries(schema(inner), isNamed: false))
      case .optional(let inner): ["anyOf": [["type": "null"], schema(inner)]]
      case .either(let first, let second): ["anyOf": [schema(first), schema(second)]]
      case .section(let section): filled(self.section(section, kind: nil, isTop: false))
      case .union(let union): filled(self.union(union))
      }
    }

    /// A schema that lets `${...}` pass.
    private func filled(_ schema: Plain) -> Plain {
      .map([("if", ["$ref": "#/definitions/filled"]), ("then", [:]), ("else", schema)])
    }

    func section(_ section: SchemaDescription, kind: String?, isTop: Bool) -> Plain {
      var properties: [(String, Plain)] = []
      if let kind { properties.append(("kind", ["const": .string(kind)])) }
      for field in section.fields { properties.append((field.name, property(field, isTop: isTop))) }
      var result: [(String, Plain)] = [
        ("type", "object"), ("description", .string(section.doc)), ("properties", .map(properties)),
        ("patternProperties", .map([("^x-", [:])])), ("additionalProperties", false),
      ]
      let required = (kind == nil ? [] : ["kind"]) + section.fields.filter(\.isRequired).map(\.name)
      if !required.isEmpty, !isPartial { result.append(("required", .list(required.map(Plain.string)))) }
      return .map(result)
    }

    /// A key with its sentence and default. Entries of a section of the top level may inherit by `like`.
    private func property(_ field: SchemaDescription.Field, isTop: Bool) -> Plain {
      var schema = schema(field.kind)
      if isTop, case .map(let inner) = field.kind { schema = inheriting(inner) }
      guard case .map(var map) = schema else { return schema }
      map["description"] = .string(field.doc)
      if let fallback = field.fallback, fallback != .null { map["default"] = fallback }
      return .map(map)
    }

    private func inheriting(_ kind: KindDescription) -> Plain {
      let heir = Writer(isPartial: true).schema(kind.with(keys: LanguageKeys.heir))
      let full = schema(kind.with(keys: []))
      return filled(
        entries(.map([("if", .map([("required", ["like"])])), ("then", heir), ("else", full)]), isNamed: true))
    }

    private func entries(_ value: Plain, isNamed: Bool) -> Plain {
      var result: [(String, Plain)] = [
        ("type", "object"), ("patternProperties", .map([("^x-", [:])])), ("additionalProperties", value),
      ]
      if isNamed {
        let rule: Plain = ["pattern": "^([A-Za-z][A-Za-z0-9_-]{0,63}|x-.*)$"]
        result.append(("propertyNames", rule))
      }
      return .map(result)
    }

    private func list(_ inner: KindDescription, _ count: ClosedRange<Int>) -> Plain {
      var result: [(String, Plain)] = [("type", "array"), ("items", schema(inner))]
      if count.lowerBound > 0 { result.append(("minItems", .int(count.lowerBound))) }
      if count.upperBound < Int.max { result.append(("maxItems", .int(count.upperBound))) }
      return .map(result)
    }

    /// The arm that `kind` names, by if and then, so that only its complaints are shown.
    private func union(_ union: UnionDescription) -> Plain {
      let kinds = union.arms.map { Plain.string($0.name) }
      let kind = filled(["enum": .list(kinds)])
      let arms = union.arms.map { arm -> Plain in
        let test: Plain = .map([
          ("required", ["kind"]), ("properties", ["kind": ["const": .string(arm.name)]]),
        ])
        return .map([("if", test), ("then", section(arm, kind: arm.name, isTop: false))])
      }
      var result: [(String, Plain)] = [
        ("type", "object"), ("properties", ["kind": kind]), ("allOf", .list(arms)),
      ]
      if !isPartial { result.append(("required", ["kind"])) }
      return .map(result)
    }

    private static func scalar(_ type: KindDescription.ScalarType, _ facets: Facets?) -> Plain {
      switch type {
      case .int, .seed: number("integer", facets)
      case .float: number("number", facets)
      case .bool: ["type": "boolean"]
      // Text may look like a number: the key decides what it is.
      case .string, .expression: ["type": ["string", "number", "boolean"]]
      case .path: ["type": ["string", "number", "boolean"], "minLength": 1]
      // `true` is a name where a name is expected.
      case .id, .reference: ["type": ["string", "boolean"], "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,63}$"]
      case .time, .frequency, .memory, .extent: quantity(facets?.units ?? [])
      case .any: [:]
      }
    }

    private static func number(_ type: String, _ facets: Facets?) -> Plain {
      var result: [(String, Plain)] = [("type", .string(type))]
      if let least = facets?.least {
        let bound = Int(exactly: least).map(Plain.int) ?? .float(least)
        result.append((facets?.isLeastExcluded ?? false ? "exclusiveMinimum" : "minimum", bound))
      }
      if let greatest = facets?.greatest {
        result.append(("maximum", Int(exactly: greatest).map(Plain.int) ?? .float(greatest)))
      }
      return .map(result)
    }

    private static func quantity(_ units: [String]) -> Plain {
      let number = "[+-]?((0|[1-9][0-9]*)(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?"
      let known = units + (units.contains("us") ? ["\u{00B5}s", "\u{03BC}s"] : [])
      return ["type": "string", "pattern": .string("^\(number) *(\(known.joined(separator: "|")))$")]
    }
  }
}

/// The keys that belong to composition: they have done their work before a document is read.
package enum LanguageKeys {
  /// The keys of a file: those of the language with those of composition.
  package static func file(_ language: SchemaDescription) -> SchemaDescription {
    var file = language
    let own = composition
    file.fields.removeAll { field in own.contains { $0.name == field.name } }
    file.fields += own
    file.notBuilt.removeAll { later in own.contains { $0.name == later.name } }
    return file
  }

  /// The keys of a file that are not of the composed document.
  static let composition: [SchemaDescription.Field] = {
    let anything = KindDescription.scalar(.any, "any value")
    return [
      field("extends", .list(.scalar(.path, "a path"), count: 0...64), "Files that this one lies over, lowest first."),
      field("params", .map(anything), "The study's own knobs, used as `${params.x}`."),
      field("env", .list(.scalar(.string, "a name"), count: 0...Int.max), "Environment variables that may be read."),
      field("sweep", .section(Sweep.schema.description), "Many specs from one."),
      field("profiles", .map(anything), "Overlays for `--profile`."),
    ]
  }()

  /// The keys of an entry that inherits.
  static let heir: [SchemaDescription.Field] = [
    .init(
      name: "like", kind: .scalar(.id, "a name"), fallback: nil, doc: "The sibling that this entry inherits from."),
    .init(
      name: "unset", kind: .list(.scalar(.any, "a key"), count: 0...Int.max), fallback: .null,
      doc: "Inherited keys to remove."),
  ]

  private static func field(_ name: String, _ kind: KindDescription, _ doc: String) -> SchemaDescription.Field {
    .init(name: name, kind: kind, fallback: .null, doc: doc)
  }
}

extension KindDescription {
  /// The kind with more keys: those of every arm of a union too.
  func with(keys: [SchemaDescription.Field]) -> KindDescription {
    switch self {
    case .section(var schema):
      schema.fields += keys
      return .section(schema)
    case .union(var union):
      for index in union.arms.indices { union.arms[index].fields += keys }
      return .union(union)
    case .optional(let inner): return .optional(inner.with(keys: keys))
    case .scalar, .choice, .list, .map, .paths, .either: return self
    }
  }
}

extension Plain {
  /// The value as JSON with two spaces for every level, keys in their own order.
  var jsonText: String { json("") + "\n" }

  private func json(_ margin: String) -> String {
    let inner = margin + "  "
    switch self {
    case .list(let values) where !values.isEmpty:
      let isShort = values.allSatisfy { if case .map = $0 { false } else if case .list = $0 { false } else { true } }
      if isShort { return "[" + values.map { $0.json("") }.joined(separator: ", ") + "]" }
      return "[\n" + values.map { inner + $0.json(inner) }.joined(separator: ",\n") + "\n\(margin)]"
    case .map(let map) where !map.entries.isEmpty:
      let lines = map.entries.map { "\(inner)\(JSON.quoted($0.key)): \($0.value.json(inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(margin)}"
    case .null, .bool, .int, .float, .string, .list, .map: return String(decoding: canonicalBytes, as: UTF8.self)
    }
  }
}
