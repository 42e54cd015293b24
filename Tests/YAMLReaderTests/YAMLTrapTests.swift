import SpecChecks
import SpecLanguage
import Testing
import YAMLReader

/// Texts with marked places: exactly these complaints of the YAML reader at exactly these marks.
private let markedTexts: [String] = [
  "a: 1\nb: [x, \"y\"]\nc:\n  d: |\n    text\n",
  // Duplicate keys
  "a: 1\n⟦E1101 a⟧: 2",
  "m: {k: 1, \"⟦E1101 \"⟧k\": 2}".replacing("\"⟦E1101 \"⟧k\"", with: "⟦E1101 \"k\"⟧"),
  "m: {k: 1}\nn: {k: 1}",
  // Anchors and aliases
  "a: &x {k: 1}\nb: *x",
  "a: ⟦E1102 *x⟧",
  "a: &x [⟦E1104 *x⟧]",
  "a: &x {k: &y [⟦E1104 *x⟧, ⟦E1104 *y⟧]}",
  "a: &x 1\n⟦E1108 *x⟧ : 2",
  // Merge keys and tags
  "a: &x {k: 1}\nb: {⟦E1105 <<⟧: *x}",
  "b: {\"<<\": 1}",
  "a: ⟦E1106 !⟧python/object x",
  "a: ⟦E1106 !⟧!binary x",
  "a: ⟦E1106 !⟧!seq {}",
  "a: !!str 3\nb: !!int 3\nc: !!map {}\nd: !!seq []\ne: !!float 3\nf: !!bool true\ng: !!null ~",
  // Documents
  "---\na: 1\n...\n",
  "a: 1\n⟦E1107 ---⟧\nb: 2",
  "⟦E1115 ⟧",
  "⟦E1115 ⟧# only a comment\n",
  // Keys
  "⟦E1108 1⟧: a",
  "⟦E1108 true⟧: a",
  "⟦E1108 ~⟧: a",
  "⟦E1108 1.5⟧: a\n\"2\": b\nno: c",
  "⟦E1108 [⟧a, b]: c",
  "k: ⟦E1100 ⟧{a}b".replacing("k: ⟦E1100 ⟧{a}b", with: "k: {a: 1}\n"),
  "a: {⟦E1108 {⟧b: 1}: 2}",
  // Tabs
  "a:\n⟦E1109 \t⟧b: 1",
  "a:\n  ⟦E1109 \t⟧b: 1\n  c: 1",
  "a: x # a\ttab here\n",
  // Look-alikes
  "a: ⟦E1016 “x”⟧",
  "⟦E1016 mоdels⟧: 1",
  "a: ⟦E1016 20\u{A0}ms⟧",
  "title: Meta-dynamics – a study of “five” animals’ reaching\n",
  "title: \"“quoted”\"\n",
  "a: x⟦E1116 \u{202E}⟧y\n",
  "a: ⟦E1016 x\u{200B}y⟧\n",
  // Conflicts
  "⟦E1110 <<<<<<<⟧ ours\na: 1\n=======\na: 2\n>>>>>>> theirs\n",
  "a: 1\n⟦E1110 >>>>>>>⟧ theirs\n",
  "a: |\n  <<<<<<< fine\n",
  // Broken structure
  "a: b: c".replacing("b: c", with: "b⟦E1100 :⟧ c"),
  "a: [1, 2\nb⟦E1100 :⟧ 3".replacing("b⟦E1100 :⟧ 3", with: "b⟦E1100 :⟧ 3"),
  "a: ⟦E1100 @⟧x",
  "a: ⟦E1100 `⟧x`",
  "a: ⟦E1100 %⟧x",
  "a: ⟦E1100 \"⟧x",
  "a: 1\n ⟦E1100 b⟧: 2".replacing("⟦E1100 b⟧:", with: "b⟦E1100 :⟧"),
  "a: \"\\⟦E1100 q⟧\"".replacing("\\⟦E1100 q⟧", with: "⟦E1100 \\⟧q"),
  "- a\n⟦E1100 b⟧: 1",
  // Control characters
  "a: x⟦E1114 \u{0}⟧y",
  "a: ⟦E1114 \u{1B}⟧[31m",
  "a: x⟦E1114 \u{85}⟧y",
]

@Suite struct YAMLTrapTests {
  @Test(arguments: markedTexts)
  func `a text gives exactly the marked complaints`(_ text: String) {
    let spec = MarkedSpec(text)
    let result = spec.yaml
    #expect(MarkedSpec.places(result.diagnostics) == spec.expected, "\(Rendering().text(result.diagnostics))")
  }

  @Test func `places are right behind a byte-order mark, CRLF and wide characters`() throws {
    let file = SourceFile(name: "f", text: "\u{FEFF}a: é\r\nb: [名, x, 😀y]\r\nc:\r\n  d: last\r\n")
    let result = YAML.read(file)
    #expect(result.diagnostics.isEmpty)
    let node = try #require(result.node)
    #expect(node.entry("b")?.keySpan.text == "b")
    #expect(node.entry("b")?.keySpan.start == Position(line: 2, column: 1, byte: 10))
    #expect(node.node(at: "b[1]")?.span.text == "x")
    #expect(node.node(at: "b[2]")?.span.text == "😀y")
    #expect(node.node(at: "b[2]")?.span.start.column == 11)
    #expect(node.node(at: "c.d")?.span.text == "last")
    #expect(node["b"]?.span.text == "[名, x, 😀y]")
    #expect(node["c"]?.span.text == "d: last")
  }

  @Test func `scalars keep their text and style`() throws {
    let text = "a: 010\nb: '010'\nc: \"x\\ty\"\nd: |\n  one\n  two\ne: >\n  one\n  two\nf:\ng: !!str 3\n"
    let node = try #require(YAML.read(SourceFile(name: "f", text: text)).node)
    let expected: [(String, Scalar)] = [
      ("a", Scalar("010")), ("b", Scalar("010", style: .single)), ("c", Scalar("x\ty", style: .double)),
      ("d", Scalar("one\ntwo\n", style: .literal)), ("e", Scalar("one two\n", style: .folded)), ("f", Scalar("")),
      ("g", Scalar("3", tag: .str)),
    ]
    for (key, scalar) in expected { #expect(node[key]?.scalar == scalar) }
    #expect(node["g"]?.span.text == "3")
  }

  @Test func `a duplicate key shows both places`() throws {
    let result = YAML.read(SourceFile(name: "f", text: "a: 1\nb: 2\na: 3\n"))
    let diagnostic = try #require(result.diagnostics.first)
    #expect(diagnostic.secondary.map(\.span.start.line) == [1])
    #expect(result.node?["a"]?.scalar?.text == "1")
  }

  @Test(
    arguments: [
      ([0xFF, 0xFE, 0x61, 0x00], 0), ([0x61, 0x3A, 0x20, 0xC3, 0x28], 3), ([0x61, 0x3A, 0x20, 0xED, 0xA0, 0x80], 3),
      ([0x61, 0xC0, 0x80], 1), ([0x61, 0xF5, 0x80, 0x80, 0x80], 1), ([0x61, 0xE2, 0x82], 1),
    ] as [([UInt8], Int)])
  func `bytes that are not UTF-8 are refused at their place`(_ bytes: [UInt8], _ place: Int) {
    let result = YAML.read(SourceFile(name: "f", bytes: bytes))
    #expect(result.diagnostics.map(\.code) == [.notUTF8])
    #expect(result.diagnostics.first?.span.bytes.lowerBound == place)
    #expect(result.node == nil)
  }

  @Test func `an unclosed list and an unclosed quote show where they open`() throws {
    let opening = Position(line: 1, column: 4, byte: 3)
    let list = try #require(YAML.read(SourceFile(name: "f", text: "a: [1,\n  2\nb: 3\n")).diagnostics.first)
    #expect(list.code == .notYAML)
    #expect(list.secondary.map(\.span.start) == [opening])
    let quote = try #require(YAML.read(SourceFile(name: "f", text: "a: \"one\nb: 3\n")).diagnostics.first)
    #expect(quote.code == .notYAML)
    #expect(quote.span.start == opening)
  }
}
