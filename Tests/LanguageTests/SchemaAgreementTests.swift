import ExperimentGraph
import Foundation
import SpecChecks
import SpecLanguage
import Testing
import YAMLReader

/// The JSON Schema and the reader give one verdict on everything that a schema can say.
///
/// The documents: every spec and every screen of the repository, typos of the specs, and at one place of every kind of
/// value of the language some fifty values that are right, wrong, and on the edge between.
@Suite(.timeLimit(.minutes(20))) struct SchemaAgreementTests {
  private struct Document {
    var name: String
    var json: String
    /// The errors of the reader; empty where it takes the document.
    var errors: [Diagnostic]
  }

  /// What the reader says no to and no schema can: by the code, why.
  private static let beyondSchemas: [String: String] = [
    "E1005":
      "a whole number with point or exponent, or a quantity in quotes: JSON does not tell them from those without",
    "E1006": "the range of a quantity, whose number stands in a text, or of what `${}` fills in",
    "E1008": "a quantity whose number is not whole in its smallest unit",
    "E1009": "a name that no section defines",
    "E1012": "values that contradict each other",
    "E1014": "a number that does not fit, which JSON leaves to its reader",
    "E1201": "a `like` that names nothing", "E1202": "a circle of `like`", "E1203": "an `unset` that removes nothing",
    "E1204": "a profile", "E1206": "a circle of parameters", "E1207": "a variable that is not declared",
    "E1208": "a variable that is not set", "E1209": "an expression", "E1210": "an expression without value",
    "E1211": "a name in an expression", "E1212": "an interpolation", "E1213": "the place of `mdssm`",
    "E1214": "what a path of `extends` means", "E1215": "a file", "E1216": "a circle of files",
    "E1217": "the place of a file", "E1218": "the number of files", "E1219": "the size of what is inherited",
    "E1301": "the numbers of a form of values", "E1302": "a swept path", "E1303": "a path without effect",
    "E1304": "a path swept twice", "E1305": "columns of different length", "E1306": "the number of points",
    "E1307": "a strategy without its values", "E1308": "a condition on a draw", "E1309": "the number of points",
    "E2001": "a circle of runs", "E2005": "an embedding that a model does not have",
    "E2010": "a metric of another kind of evaluation", "E2011": "a run that is not measured", "E2012": "a label",
    "E2013": "labels in common", "E2014": "how many fits a run has", "E2015": "which encoders are causal",
    "E2017": "which data have true states", "E2018": "which trials an evaluation scores",
    "E2031": "a resource that nothing uses",
  ]

  @Test func `the schema and the reader give the same verdict`() throws {
    var documents = try Self.specs() + Self.screens() + Self.typos()
    let edges = try Self.edges()
    documents += edges
    let schema = JSONSchema(WholeLanguage.description)
    guard let verdicts = try SchemaJudge.verdicts(onJSON: documents.map(\.json), schema: schema) else {
      print(SchemaJudge.absence)
      return
    }
    var stricter: [String] = []
    var unexplained: [String] = []
    var reasons: [String: Int] = [:]
    var same = 0
    for (document, isValid) in zip(documents, verdicts) {
      switch (isValid, document.errors.isEmpty) {
      case (true, true), (false, false): same += 1
      case (false, true): stricter.append(document.name)
      case (true, false):
        let why = Set(document.errors.map(Self.reason))
        if !why.contains(nil) {
          for reason in why.compactMap({ $0 }) { reasons[reason, default: 0] += 1 }
        } else {
          unexplained.append("\(document.name): \(document.errors.map { "\($0.code) \($0.message)" })")
        }
      }
    }
    print("documents: \(documents.count), of them values on the edge: \(edges.count); same verdict: \(same)")
    print("refused by the reader alone, for what a schema cannot say: \(documents.count - same - unexplained.count)")
    for (reason, count) in reasons.sorted(by: { $0.key < $1.key }) { print("  \(count): \(reason)") }
    print("other disagreements: \(stricter.count + unexplained.count)")
    #expect(stricter == [])
    #expect(unexplained == [])
    #expect(documents.count > 2000)
    #expect(same > documents.count * 3 / 4)
  }

  /// Why no schema can make a complaint of the reader; nil where one could.
  private static func reason(_ error: Diagnostic) -> String? {
    let text = error.span.text
    let isQuantity = text.contains { $0.isLetter } && text.contains(where: \.isNumber)
    let isPrecise =
      switch error.code.id {
      case "E1005": text.contains { ".eE".contains($0) } || (isQuantity && text.hasPrefix("'"))
      case "E1006", "E1008": isQuantity || text.contains("${")
      default: true
      }
    if isPrecise, let words = beyondSchemas[error.code.id] { return "\(error.code), \(words)" }
    if error.notes.contains(where: { $0.hasPrefix("at the point ") }) { return "a point of a sweep" }
    if error.secondary.contains(where: { $0.label == "`kind` is given here" }) { return "a key of an inherited kind" }
    return nil
  }

  private static func document(_ name: String, _ text: String) -> Document? {
    let result = YAML.read(SourceFile(name: "spec.yaml", text: text))
    // What is no YAML is no document for a schema.
    guard let node = result.node, !result.diagnostics.hasErrors else { return nil }
    return document(name, node)
  }

  private static func document(_ name: String, _ node: Node) -> Document {
    let json = String(decoding: Plain(node).canonicalBytes, as: UTF8.self)
    return Document(name: name, json: json, errors: WholeLanguage.check(node).filter(\.isError))
  }

  private static func specs() throws -> [Document] {
    try WholeLanguage.specs().compactMap { document($0.name, $0.text) }
  }

  private static func screens() throws -> [Document] {
    let folder = WholeLanguage.root.appending(path: "Tests/ScreenTests/Screens")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return names.compactMap { name in
      let text = try? String(contentsOf: folder.appending(path: name + "/spec.yaml"), encoding: .utf8)
      // A fragment may give what is missing; a schema sees one file.
      guard let text, !text.contains("\nextends:") else { return nil }
      return document(name, text)
    }
  }

  /// Every spec with one letter of a word dropped, at a sample of places.
  private static func typos() throws -> [Document] {
    try WholeLanguage.specs().flatMap { name, text in
      let bytes = Array(text.utf8)
      return stride(from: 11, to: bytes.count, by: 37).compactMap { index -> Document? in
        guard bytes[index] | 0x20 >= UInt8(ascii: "a"), bytes[index] | 0x20 <= UInt8(ascii: "z") else { return nil }
        var changed = bytes
        changed.remove(at: index)
        return document("\(name) without byte \(index)", String(decoding: changed, as: UTF8.self))
      }
    }
  }

  // MARK: Values on the edge

  private static let values = [
    "0", "1", "2", "-1", "3.0", "1.5", "1e3", "1e-3", "-0", "+4", "010", "0x10", "1_000", "1:30", "2024-01-01",
    "9223372036854775807", "1e400", "0.5", "1.0000001", ".5", "5.", "true", "false", "yes",
    "True",
    "null", "~", "''", "'3'", "'true'", "word", "two words", "x-y_z", "9lives", "20 ms", "20ms", "0 ms", "-5 ms",
    "0.5 ns", "20 MS", "20", "1 kHz", "-1 Hz", "5 steps", "1.5 steps", "5 epochs", "5 bins", "'20 ms'", "20 \u{B5}s",
    "[]", "[1]", "[1, 2]", "[1, 2, 3]", "[word]", "[[1]]", "[null]", "[{}]", "{}", "{a: 1}", "{9a: 1}",
    "{kind: nothing}", "{kind: null}", "{x-note: 1}",
  ]

  /// A place of a document with what the language says about it.
  private struct Place {
    var name: String
    var path: SpecPath
    var kind: KindDescription
    var document: Node
  }

  /// At one place of every kind of value, every value.
  private static func edges() throws -> [Document] {
    var places: [KindDescription: Place] = [:]
    var order: [KindDescription] = []
    for (name, text) in try WholeLanguage.specs() {
      let result = YAML.read(SourceFile(name: name, text: text))
      guard let node = result.node else { continue }
      let swept = WholeLanguage.swept(node)
      collect(node, .section(LanguageKeys.file(WholeLanguage.description)), .root) { path, kind in
        guard !path.isRoot, places[kind] == nil, !swept.contains(path.description) else { return }
        places[kind] = Place(name: name, path: path, kind: kind, document: node)
        order.append(kind)
      }
    }
    #expect(order.count > 40)
    return order.compactMap { places[$0] }.flatMap { place in
      values.compactMap { text -> Document? in
        let read = YAML.read(SourceFile(name: "value", text: "v: \(text)"))
        guard let value = read.node?["v"], !read.diagnostics.hasErrors else { return nil }
        let changed = setting(place.document, place.path.steps[...], value)
        return document("\(place.name): \(place.path) as \(text)", changed)
      }
    }
  }

  /// Every place that the language knows in a node: keys that are there, and those that are not.
  private static func collect(
    _ node: Node?, _ kind: KindDescription, _ path: SpecPath, _ body: (SpecPath, KindDescription) -> Void
  ) {
    body(path, kind)
    switch kind {
    case .scalar, .choice, .either, .paths, .list: return
    case .optional(let inner): if let node { collect(node, inner, path, body) }
    case .map(let inner):
      for entry in node?.entries ?? [] { collect(entry.value, inner, path.appending(entry.key), body) }
    case .section(let schema): collect(node, schema, path, body)
    case .union(let union):
      let word = node?["kind"]?.scalar?.text
      guard let arm = union.arms.first(where: { $0.name == word }) else { return }
      body(path.appending("kind"), .choice(union.arms.map(\.name)))
      collect(node, arm, path, body)
    }
  }

  private static func collect(
    _ node: Node?, _ schema: SchemaDescription, _ path: SpecPath, _ body: (SpecPath, KindDescription) -> Void
  ) {
    let composition = ["extends", "params", "env", "sweep", "profiles"]
    for field in schema.fields where !path.isRoot || !composition.contains(field.name) {
      collect(node?[field.name], field.kind, path.appending(field.name), body)
    }
  }

  /// The node with a value at a path of keys, which is added where it is not there.
  private static func setting(_ node: Node, _ steps: ArraySlice<SpecPath.Step>, _ value: Node) -> Node {
    guard case .key(let key)? = steps.first else { return value }
    var result = node
    var entries = node.entries ?? []
    let empty = Node(.mapping([]), span: node.span)
    if let place = entries.firstIndex(where: { $0.key == key }) {
      entries[place].value = setting(entries[place].value, steps.dropFirst(), value)
    } else {
      entries.append(.init(key: key, keySpan: node.span, value: setting(empty, steps.dropFirst(), value)))
    }
    result.content = .mapping(entries)
    return result
  }
}
