import SpecLanguage
import Testing
import YAMLReader

/// Every spec of the repository, broken in every small way: nothing crashes, nothing is accepted in silence, and the
/// first help to a typo is the right spelling nearly always.
@Suite(.timeLimit(.minutes(20))) struct MutationTests {
  /// A word of the language in a spec: a key, or one of a closed list of words.
  struct Word {
    var text: String
    var bytes: Range<Int>
  }

  /// A value of a spec with what the language says about it.
  private struct Place {
    var path: SpecPath
    var kind: KindDescription
    var isRequired: Bool
  }

  @Test func `the first help to a typo is the right spelling`() throws {
    var typos = 0
    var helped = 0
    var silent: [String] = []
    var missed: [String: Int] = [:]
    for (name, text) in try WholeLanguage.specs() {
      let file = SourceFile(name: "spec.yaml", text: text)
      let node = try #require(YAML.read(file).node)
      var words: [Word] = []
      collect(node, .section(LanguageKeys.file(WholeLanguage.description)), &words)
      for word in words {
        for typo in Self.typos(of: word.text) {
          var bytes = Array(text.utf8)
          bytes.replaceSubrange(word.bytes, with: typo.utf8)
          let found = WholeLanguage.check(String(decoding: bytes, as: UTF8.self))
          guard found.hasErrors else {
            silent.append("\(name): \(word.text) -> \(typo)")
            continue
          }
          typos += 1
          let here = found.filter { $0.isError && $0.span.bytes.lowerBound == word.bytes.lowerBound }
          if (here + found).first?.help.first?.contains("`\(word.text)`") ?? false {
            helped += 1
          } else {
            missed["\(word.text) -> \(typo)", default: 0] += 1
          }
        }
      }
    }
    let share = Double(helped) / Double(max(1, typos))
    let percent = (share * 1000).rounded() / 10
    print("one-character typos: \(typos); the first help is the right spelling for \(helped), \(percent) %")
    print(
      "missed: "
        + missed.sorted { $0.key < $1.key }.prefix(400).map { "\($0.key) x\($0.value)" }.joined(separator: ", "))
    #expect(typos > 1000)
    #expect(share >= 0.85)
    #expect(silent == [])
  }

  @Test func `a missing required key and a value of another type are refused`() throws {
    let empty = Self.scalar("")
    var removed = 0
    var replaced = 0
    for (name, source) in try WholeLanguage.specs() {
      let node = try #require(YAML.read(SourceFile(name: "spec.yaml", text: source)).node)
      var places: [Place] = []
      collect(node, .section(WholeLanguage.description), .root, isRequired: true, &places)
      #expect(places.count > 50)
      let swept = WholeLanguage.swept(node)
      for place in places where !place.path.isRoot && !swept.contains(place.path.description) {
        let isHeir = node.node(at: SpecPath(Array(place.path.steps.prefix(2))))?["like"] != nil
        let without = WholeLanguage.check(node.setting(place.path.steps[...], nil))
        #expect(!place.isRequired || isHeir || without.hasErrors, "\(name) without \(place.path)")
        removed += place.isRequired && !isHeir ? 1 : 0
        for wrong in Self.wrong(place.kind) {
          replaced += 1
          let found = WholeLanguage.check(node.setting(place.path.steps[...], wrong))
          #expect(found.hasErrors, "\(name): \(place.path) as \(Plain(wrong).flow)")
        }
        _ = WholeLanguage.check(node.setting(place.path.steps[...], empty))
      }
    }
    print("required keys removed: \(removed); values replaced by one of another type: \(replaced); all refused")
    #expect(removed > 50 && replaced > 500)
  }

  private static let nowhere = Span(SourceFile(name: "new", text: "new"), 0..<3)

  private static func scalar(_ text: String, isQuoted: Bool = false) -> Node {
    Node(.scalar(Scalar(text, style: isQuoted ? .double : .plain)), span: nowhere)
  }

  /// Values of a type that a kind does not take.
  private static func wrong(_ kind: KindDescription) -> [Node] {
    let list = Node(.sequence([scalar("zzz")]), span: nowhere)
    let map = Node(.mapping([.init(key: "zzz", keySpan: nowhere, value: scalar("zzz"))]), span: nowhere)
    switch kind {
    case .scalar(let type, _, _): return type == .any ? [] : [list, map] + wrong(type)
    case .choice: return [list, map, scalar("zzz"), scalar("3"), scalar("true")]
    case .list(let inner, let count):
      // Elements of another type too, in a list of a length that is right.
      let elements = wrong(inner).map { wrong in
        Node(.sequence(Array(repeating: wrong, count: max(1, count.lowerBound))), span: nowhere)
      }
      return [scalar("zzz"), map] + elements
    case .map, .paths, .section, .union: return [scalar("zzz"), scalar("3"), scalar("true"), list]
    case .optional(let inner): return wrong(inner)
    case .either(let short, let long):
      let shapes = [short, long].map { Set(wrong($0).map { Plain($0).flow }) }
      return wrong(short).filter { shapes[1].contains(Plain($0).flow) }
    }
  }

  private static func wrong(_ type: KindDescription.ScalarType) -> [Node] {
    switch type {
    case .int, .seed: ["zzz", "true", "1.5", "3 ms"].map { scalar($0) } + [scalar("3", isQuoted: true)]
    case .float: ["zzz", "true", "3 ms"].map { scalar($0) } + [scalar("3", isQuoted: true)]
    case .bool: ["zzz", "3", "yes"].map { scalar($0) } + [scalar("true", isQuoted: true)]
    case .id, .reference: ["3", "a b", "3 ms"].map { scalar($0) }
    case .time, .frequency, .memory, .extent: ["3", "zzz", "true", "3 zzz"].map { scalar($0) }
    case .expression: [scalar("1 +")]
    // Whatever is written is text.
    case .string, .path, .any: []
    }
  }

  /// Drops, swaps, inserts and doubles one character at every place.
  static func typos(of word: String) -> [String] {
    let letters = Array(word)
    var typos: [String] = []
    for index in letters.indices {
      var dropped = letters
      dropped.remove(at: index)
      var doubled = letters
      doubled.insert(letters[index], at: index)
      var inserted = letters
      inserted.insert("q", at: index)
      var swapped = letters
      if index + 1 < letters.count { swapped.swapAt(index, index + 1) }
      typos += [dropped, doubled, inserted, swapped].map { String($0) }
    }
    var seen: Set<String> = [word, ""]
    return typos.filter { seen.insert($0).inserted }
  }

  /// The words of the language in a node.
  func collect(_ node: Node, _ kind: KindDescription, _ words: inout [Word]) {
    switch kind {
    case .scalar: return
    case .choice(let names):
      if let text = node.scalar?.text, names.contains(text) { words.append(Word(text: text, bytes: node.span.bytes)) }
    case .list(let inner, _): node.elements?.forEach { collect($0, inner, &words) }
    case .map(let inner), .paths(let inner): node.entries?.forEach { collect($0.value, inner, &words) }
    case .optional(let inner): collect(node, inner, &words)
    case .either(let first, let second):
      if case .scalar = first, node.scalar != nil { return }
      collect(node, second, &words)
    case .section(let schema): collect(node, schema, &words)
    case .union(let union):
      guard let kind = node["kind"], let arm = union.arms.first(where: { $0.name == kind.scalar?.text }) else { return }
      words.append(Word(text: arm.name, bytes: kind.span.bytes))
      collect(node, arm, &words)
    }
  }

  private func collect(_ node: Node, _ schema: SchemaDescription, _ words: inout [Word]) {
    for entry in node.entries ?? [] {
      guard let field = schema.fields.first(where: { $0.name == entry.key }) else { continue }
      words.append(Word(text: entry.key, bytes: entry.keySpan.bytes))
      collect(entry.value, field.kind, &words)
    }
  }

  /// The values of a node that the language knows.
  private func collect(
    _ node: Node, _ kind: KindDescription, _ path: SpecPath, isRequired: Bool, _ places: inout [Place]
  ) {
    places.append(Place(path: path, kind: kind, isRequired: isRequired))
    let schema: SchemaDescription
    switch kind {
    case .scalar, .choice, .list, .either, .paths: return
    case .optional(let inner):
      places.removeLast()
      collect(node, inner, path, isRequired: false, &places)
      return
    case .map(let inner):
      for entry in node.entries ?? [] {
        collect(entry.value, inner, path.appending(entry.key), isRequired: false, &places)
      }
      return
    case .section(let own): schema = own
    case .union(let union):
      guard let arm = union.arms.first(where: { $0.name == node["kind"]?.scalar?.text }) else { return }
      schema = arm
    }
    for entry in node.entries ?? [] {
      guard let field = schema.fields.first(where: { $0.name == entry.key }) else { continue }
      collect(entry.value, field.kind, path.appending(entry.key), isRequired: field.isRequired, &places)
    }
  }
}

extension Node {
  /// The node with another value at a path, or without it.
  fileprivate func setting(_ steps: ArraySlice<SpecPath.Step>, _ value: Node?) -> Node {
    guard case .key(let key)? = steps.first, let entries else { return value ?? self }
    var node = self
    node.content = .mapping(
      entries.compactMap { entry in
        guard entry.key == key else { return entry }
        if steps.count == 1, value == nil { return nil }
        return Entry(key: key, keySpan: entry.keySpan, value: entry.value.setting(steps.dropFirst(), value))
      })
    return node
  }
}
