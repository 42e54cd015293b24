import SpecChecks
import SpecLanguage
import Testing
import YAMLReader

private let canonicalForms: [(Plain, String)] = [
  (.null, "null"), (true, "true"), (3, "3"), (3.0, "3.0"), (-0.0, "-0.0"), (1e-3, "0.001"), (1e300, "1e+300"),
  (.float(.nan), "nan"), (.float(-.infinity), "-inf"),
  (.string("a\"\\\n\u{1}é"), "\"a\\\"\\\\\\n\\u0001é\""), ([1, [2]], "[1,[2]]"),
  (["b": 1, "a": ["z": nil]], "{\"a\":{\"z\":null},\"b\":1}"), ([:], "{}"), ([], "[]"),
]

@Suite struct PlainTests {
  @Test(arguments: canonicalForms)
  func `canonical bytes are fixed`(_ value: Plain, _ text: String) {
    #expect(String(decoding: value.canonicalBytes, as: UTF8.self) == text)
  }

  @Test func `the order of keys is for people only`() {
    let one: Plain = ["b": 1, "a": 2]
    let other: Plain = ["a": 2, "b": 1]
    #expect(one == other)
    #expect(one.canonicalBytes == other.canonicalBytes)
    #expect(one.yaml != other.yaml)
    #expect(one != ["a": 2, "b": 1.0])
  }

  @Test(arguments: [
    "yes", "no", "null", "~", "", " ", "010", "1_000", "1:30", "2024-01-01", "3", "3.5", "-1", "true", "a: b", "# c",
    "a #b", "*x", "&x", "!x", "[a]", "{a}", "a,b", "- a", "?", "@x", "%x", "`x`", "\"q\"", "'q'", "tab\there",
    "line\nbreak", "trailing ", "\u{FEFF}bom", "\u{202E}", "nul\u{0}", "20 ms", "-140 ms", "lr", "é", "<<", "=", ".5",
    "0x10",
    "1e3", "...", "---", "---a", "a:", ":a", "|", ">", "\\", "x-y", "a/b*c.nwb", "\u{85}", "\u{2028}", "y", "on",
    ".nan",
  ])
  func `any text survives writing and reading`(_ text: String) throws {
    let values: [Plain] = [
      .string(text), [.string(text)], [.map([(text, .string(text))]), 1], .map([("k", [.map([("j", .string(text))])])]),
    ]
    for value in values {
      let result = YAML.read(SourceFile(name: "written", text: value.yaml))
      let node = try #require(result.node, "\(value.yaml)\(Rendering().text(result.diagnostics))")
      #expect(result.diagnostics.isEmpty, "\(value.yaml)\(Rendering().text(result.diagnostics))")
      #expect(Plain(node) == value, "\(value.yaml)")
    }
  }

  @Test(arguments: [0, 1, -1, Int.max, Int.min])
  func `whole numbers survive writing and reading`(_ value: Int) throws {
    let node = try #require(YAML.read(SourceFile(name: "written", text: Plain.int(value).yaml)).node)
    #expect(Plain(node) == .int(value))
  }

  @Test(arguments: [0.0, 1.0, 1e-3, 1e300, Double.leastNonzeroMagnitude, 0.1 + 0.2, -2.5, 1e16, 123456789.125])
  func `floats survive to the last bit and stay floats`(_ value: Double) throws {
    let node = try #require(YAML.read(SourceFile(name: "written", text: Plain.float(value).yaml)).node)
    #expect(Plain(node) == .float(value))
  }

  @Test func `a document is written in block form with short lists on one line`() {
    let value: Plain = [
      "mdssm": 1, "models": ["meta": ["hidden": [128, 128], "adapt": ["kind": "low_rank"]]], "empty": [:],
      "list": [["a": 1, "b": [1, 2]], "x"],
    ]
    #expect(
      value.yaml == """
        mdssm: 1
        models:
          meta:
            hidden: [128, 128]
            adapt:
              kind: low_rank
        empty: {}
        list:
          - a: 1
            b: [1, 2]
          - x

        """)
  }
}
