import SpecLanguage
import Testing
import YAMLReader

/// No input may crash the reader, hang it or make it grow; each test fails by a crash, a time limit or a wrong code.
@Suite(.timeLimit(.minutes(20))) struct HostileInputTests {
  private func codes(_ text: String) -> [Code] {
    YAML.read(SourceFile(name: "hostile", text: text)).diagnostics.map(\.code)
  }

  @Test func `nesting of every form ends at the depth limit`() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("[{a: ", "}]")] {
      let deep = "a: " + String(repeating: open, count: 5000) + "1" + String(repeating: close, count: 5000)
      #expect(codes(deep) == [.tooDeep])
    }
    let indented = (0..<200).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(codes(indented) == [.tooDeep])
    #expect(codes("a: " + String(repeating: "- ", count: 5000)) != [])
    #expect(codes(String(repeating: "- ", count: 5000)) == [.tooDeep])
    #expect(codes(String(repeating: "? ", count: 5000)).last == .tooDeep)
  }

  @Test func `the deepest allowed nesting is read`() {
    #expect(codes(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)) == [])
    #expect(codes(String(repeating: "[", count: 65) + String(repeating: "]", count: 65)) == [.tooDeep])
  }

  @Test func `as much of one mark as a spec may have ends soon`() {
    let count = YAML.Limit.bytes
    for text in [
      "[", "{", "- ", "? ", "a: ", "!", "&", "*", "\"", "'", "|", ">", "#", ",", ":", "\t", "%", "--- ", "\\",
    ] {
      let whole = String(repeating: text, count: count / text.utf8.count)
      #expect(YAML.read(SourceFile(name: "hostile", text: whole)).diagnostics.count <= 1000)
    }
  }

  @Test func `size is limited at exactly 256 KiB`() {
    let fits = "a: " + String(repeating: "x", count: (1 << 18) - 3)
    #expect(codes(fits) == [])
    #expect(codes(fits + "x") == [.tooLarge])
  }

  @Test func `keys of one mapping and values in all are limited`() {
    func keys(_ count: Int) -> String { (1...count).map { "k\($0): 1\n" }.joined() }
    #expect(codes(keys(1000)) == [])
    #expect(codes(keys(1001)) == [.tooManyValues])
    #expect(codes(keys(20_000)) == [.tooManyValues])
    func values(_ count: Int) -> String { "a: [" + String(repeating: "1,", count: count) + "]" }
    #expect(codes(values(9_998)) == [])
    #expect(codes(values(9_999)) == [.tooManyValues])
    #expect(codes("a: [" + String(repeating: "[],", count: 80_000) + "]") == [.tooManyValues])
  }

  @Test func `no text gives more complaints than help anybody`() {
    let marks = "a: \"" + String(repeating: "\u{202E}", count: 80_000) + "\"\n"
    #expect(codes(marks).count <= 1000)
    #expect(codes(String(repeating: "a: 1\n", count: 50_000)).count <= 1001)
    #expect(codes(String(repeating: "<<<<<<< a\n", count: 25_000)).count <= 1000)
    #expect(codes("a: [" + String(repeating: "x\u{200B}y,", count: 30_000) + "]").count <= 1001)
  }

  @Test func `a complaint about a line without end shows a window of it`() {
    let long = String(repeating: "é", count: 60_000)
    let result = YAML.read(SourceFile(name: "l", text: "a: [\"\(long)\", @, \(long)]"))
    let text = Rendering().text(result.diagnostics)
    #expect(result.diagnostics.map(\.span.start.column) == [60_009])
    #expect(text.utf8.count < 1000)
    let lines = text.split(separator: "\n")
    let caret = lines.firstIndex { $0.contains("^") } ?? 0
    let place = lines[caret].firstIndex(of: "^").map { lines[caret].distance(from: lines[caret].startIndex, to: $0) }
    #expect(Array(lines[caret - 1])[place ?? 0] == "@")
  }

  @Test func `many laughs are cut short`() {
    var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for level in 1..<7 {
      let uses = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(uses)]\n"
    }
    #expect(codes(text) == [.tooManyAliases])
    let many = "a: &a 1\nb: [" + Array(repeating: "*a", count: 65).joined(separator: ", ") + "]\n"
    #expect(codes(many) == [.tooManyAliases])
    #expect(codes(many.replacing("*a, *a]", with: "*a]")) == [])
  }

  @Test func `every prefix and every single changed byte of a spec is survived`() {
    let spec = """
      mdssm: 1
      a: &x {k: [1, "two", 'three'], "q": *x}
      b: |-
        text
      c: !!str 5 # é名
      <<: *x
      """
    let bytes = Array(spec.utf8)
    for end in bytes.indices { _ = YAML.read(SourceFile(name: "p", bytes: Array(bytes[..<end]))) }
    for index in bytes.indices {
      for byte: UInt8 in [0, 9, 10, 13, 32, 33, 38, 42, 45, 58, 91, 93, 123, 125, 128, 194, 226, 240, 255] {
        var changed = bytes
        changed[index] = byte
        let file = SourceFile(name: "p", bytes: changed)
        for diagnostic in YAML.read(file).diagnostics { _ = Rendering().one(diagnostic) }
      }
    }
  }

  @Test func `arbitrary bytes are survived`() {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    let alphabet = Array("ab1: -,[]{}&*!|>'\"%@`#?\n\r\t\\~<.é\u{85}\u{2028}\u{FEFF}😀".utf8)
    for _ in 0..<3000 {
      let bytes = (0..<Int(next() % 60)).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] }
      let result = YAML.read(SourceFile(name: "r", bytes: bytes))
      #expect(result.node != nil || !result.diagnostics.isEmpty)
      for diagnostic in result.diagnostics { #expect(!Rendering().one(diagnostic).isEmpty) }
    }
  }
}
