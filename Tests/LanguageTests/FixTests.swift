import SpecChecks
import SpecLanguage
import Testing
import YAMLReader

/// Every fix that is offered for a broken spec, safe or not, removes its complaint and touches nothing else.
@Suite(.timeLimit(.minutes(20))) struct FixTests {
  /// A spec with one thing changed.
  private struct Broken {
    var name: String
    var text: String
  }

  /// What a fix did wrong; empty when all is well.
  private func faults(_ broken: Broken, _ offered: inout Int) -> [String] {
    let file = SourceFile(name: "spec.yaml", text: broken.text)
    let before = check(file)
    var faults: [String] = []
    for diagnostic in before {
      guard let fix = diagnostic.fix else { continue }
      guard fix.span.file == file else {
        faults.append("\(broken.name): the fix lies in \(fix.span.file.name)")
        continue
      }
      offered += 1
      let mended = SourceFile(name: "spec.yaml", bytes: file.applying([fix]))
      let after = check(mended)
      let what = "\(broken.name): \(diagnostic.code) `\(fix.span.text)` -> `\(fix.replacement)`"
      if after.contains(where: { Self.isSame($0, diagnostic) }) {
        faults.append("\(what) leaves: \(diagnostic.message)")
      }
      // A fix may uncover what its complaint hid, but not break what was whole.
      let isWorse = after.contains { $0.isError && Self.isOfYAML($0) } && !before.contains(where: Self.isOfYAML)
      if isWorse { faults.append("\(what) gives: \(after.first?.message ?? "")") }
      var expected = Array(file.bytes)
      expected.replaceSubrange(fix.span.bytes, with: Array(fix.replacement.utf8))
      if mended.bytes != expected { faults.append("\(what) changes more than its place") }
      // An invisible mark may stand in a comment.
      let isMark = diagnostic.code.id == "E1116"
      if !isMark, Self.comments(mended) != Self.comments(file) { faults.append("\(what) changes a comment") }
    }
    return faults
  }

  private func check(_ file: SourceFile) -> [Diagnostic] {
    let result = YAML.read(file)
    guard let node = result.node else { return result.diagnostics }
    return (result.diagnostics + WholeLanguage.check(node)).sortedByPlace
  }

  private static func isSame(_ left: Diagnostic, _ right: Diagnostic) -> Bool {
    left.code == right.code && left.message == right.message && left.path == right.path
  }

  private static func isOfYAML(_ diagnostic: Diagnostic) -> Bool { diagnostic.code.id.hasPrefix("E11") }

  /// What stands behind a `#` on each line.
  private static func comments(_ file: SourceFile) -> [String] {
    file.text(in: 0..<file.bytes.count).split(separator: "\n").compactMap { line in
      line.firstRange(of: " #").map { String(line[$0.lowerBound...]) } ?? (line.hasPrefix("#") ? String(line) : nil)
    }
  }

  private func expectGood(_ all: [Broken], atLeast: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    var offered = 0
    var faults: [String] = []
    for broken in all { faults += self.faults(broken, &offered) }
    print("broken specs: \(all.count), fixes offered: \(offered)")
    #expect(faults.prefix(30) == [], "\(faults.count) faults", sourceLocation: sourceLocation)
    #expect(offered >= atLeast, sourceLocation: sourceLocation)
  }

  @Test func `the fix of a typo`() throws {
    var all: [Broken] = []
    for (name, text) in try WholeLanguage.specs() {
      let node = try #require(YAML.read(SourceFile(name: "spec.yaml", text: text)).node)
      var words: [MutationTests.Word] = []
      MutationTests().collect(node, .section(LanguageKeys.file(WholeLanguage.description)), &words)
      for word in words {
        for typo in MutationTests.typos(of: word.text) + [word.text.uppercased(), word.text.replacing("_", with: "-")] {
          all.append(Self.replacing(word.bytes, by: typo, in: text, name))
        }
        // The Cyrillic letters that look like ours.
        let alike = word.text.replacing("a", with: "\u{0430}").replacing("e", with: "\u{0435}")
        all.append(Self.replacing(word.bytes, by: alike, in: text, name))
      }
    }
    expectGood(all, atLeast: 5000)
  }

  @Test func `the fix of a value`() throws {
    var all: [Broken] = []
    for (name, text) in try WholeLanguage.specs() {
      let node = try #require(YAML.read(SourceFile(name: "spec.yaml", text: text)).node)
      for value in Self.values(node) where !value.span.bytes.isEmpty {
        var others = ["yes", "Off", "0", "007", "1_000", "3.0", "20", "\"3\"", "\"true\"", "3\u{00A0}s", "low_rank"]
        let own = value.span.text
        switch value.content {
        case .scalar(let scalar):
          others += ["\"\(scalar.text)\"", "[\(own)]", String(own.prefix { $0 != " " }), own + "x", own.uppercased()]
        case .sequence(let nodes): others += nodes.prefix(1).map(\.span.text)
        case .mapping: others += [value["kind"]?.span.text ?? "text"]
        }
        for other in others where other != own {
          all.append(Self.replacing(value.span.bytes, by: other, in: text, name))
        }
      }
    }
    expectGood(all, atLeast: 500)
  }

  @Test func `the fix of a key that is there twice under two names`() throws {
    var all: [Broken] = []
    for (name, text) in try WholeLanguage.specs() {
      let node = try #require(YAML.read(SourceFile(name: "spec.yaml", text: text)).node)
      for entry in Self.entries(node) where text.utf8.count > entry.keySpan.bytes.upperBound {
        // Flow mappings take another key in front of any of theirs.
        guard Self.isFlow(entry, in: text) else { continue }
        let doubled = "\(entry.key)x: \(entry.value.span.text), \(entry.key)"
        all.append(Self.replacing(entry.keySpan.bytes, by: doubled, in: text, name))
      }
    }
    #expect(all.count > 100)
    expectGood(all, atLeast: 0)
  }

  @Test func `the fix of hidden marks, paths and names of composition`() throws {
    let quickstart = try #require(try WholeLanguage.specs().first { $0.name == "quickstart.yaml" }?.text)
    let tails = [
      "sweep: {axes: {models.meta.dynamics.latnet: [1, 2]}}", "sweep: {axes: {study.seed: 3}}",
      "sweep: {axes: {study.sed: [3]}}", "sweep: {axes: {model.meta.dynamics.latent: [3]}}",
      "sweep: {stratgy: grid, axes: {study.seed: [3, 4]}}", "sweep: {zip: [{study.seed: 4}]}",
      "profiles: {smoke: {training: {recipe: {budgt: 3 steps}}}}", "outputs: {}", "backend: native", "env: MDSSM_DATA",
      "params: {speed: {type: cuont, default: 3}}",
    ]
    var all = tails.map { Broken(name: $0, text: quickstart + $0 + "\n") }
    all.append(Broken(name: "like", text: quickstart.replacing("  meta:", with: "  other: {like: mta}\n  meta:")))
    for place in stride(from: 0, to: quickstart.utf8.count, by: 7) {
      all.append(Self.replacing(place..<place, by: "\u{200F}", in: quickstart, "mark"))
    }
    expectGood(all, atLeast: 20)
  }

  @Test func `a key that means to replace an inherited one is renamed`() throws {
    let motor = try #require(try WholeLanguage.specs().first { $0.name == "motor_cortex.yaml" }?.text)
    let file = SourceFile(name: "spec.yaml", text: motor.replacing("{lr: 5e-3}", with: "{learning_rate: 5e-3}"))
    let outcome = Repair(check: check).run(file)
    #expect(outcome.applied.count == 1 && !outcome.left.hasErrors)
    #expect(outcome.file.text(in: 0..<outcome.file.bytes.count) == motor)
  }

  private static func replacing(_ bytes: Range<Int>, by text: String, in spec: String, _ name: String) -> Broken {
    var all = Array(spec.utf8)
    let old = String(decoding: all[bytes], as: UTF8.self)
    all.replaceSubrange(bytes, with: text.utf8)
    return Broken(name: "\(name): \(old) -> \(text)", text: String(decoding: all, as: UTF8.self))
  }

  private static func values(_ node: Node) -> [Node] {
    let below = (node.entries?.map(\.value) ?? []) + (node.elements ?? [])
    return below.flatMap { [$0] + values($0) }
  }

  private static func entries(_ node: Node) -> [Node.Entry] {
    (node.entries ?? []).flatMap { [$0] + entries($0.value) } + (node.elements ?? []).flatMap(entries)
  }

  private static func isFlow(_ entry: Node.Entry, in text: String) -> Bool {
    let bytes = Array(text.utf8)
    var index = entry.keySpan.bytes.lowerBound - 1
    while index >= 0, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\n") { index -= 1 }
    return index >= 0 && (bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: ","))
      && !entry.value.span.text.contains("\n")
  }
}
