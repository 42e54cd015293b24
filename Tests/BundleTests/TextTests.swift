import Bundle
import Foundation
import SpecLanguage
import Testing

struct TextTests {
  @Test(
    arguments: [
      (0.1, "0.1"), (1, "1"), (-0.0, "-0"), (1e-5, "1e-05"), (1e22, "1e+22"), (123456789.125, "123456789.125"),
      (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"), (Double.leastNonzeroMagnitude, "5e-324"),
      (1.0 / 3, "0.3333333333333333"),
    ] as [(Double, String)])
  func `a number is the shortest text that reads back`(value: Double, text: String) {
    #expect(Number.text(value) == text)
    if !value.isNaN { #expect(Double(text) == value) }
  }

  @Test func `single precision is as short as single precision allows`() {
    #expect(Number.text(Float(0.1)) == "0.1")
  }

  @Test func `keys are sorted and numbers are plain`() {
    let value: JSONValue = ["b": [1, 2.5, true, nil], "a": ["z": "x\"\n", "é": []], "B": [:]]
    #expect(value.line == #"{"B":{},"a":{"z":"x\"\n","é":[]},"b":[1,2.5,true,null]}"#)
    #expect(
      value.text == """
        {
          "B": {},
          "a": {
            "z": "x\\"\\n",
            "é": []
          },
          "b": [
            1,
            2.5,
            true,
            null
          ]
        }

        """)
    #expect(JSONValue.double(.nan).line == "null")
  }

  @Test func `what is written reads back`() throws {
    let value: JSONValue = [
      "text": "tab\t \u{1} \\ / 😀", "numbers": [0, -7, 1.5e300, 9_007_199_254_740_993], "nested": [[[]], ["k": nil]],
    ]
    #expect(try JSONValue(parsing: Array(value.text.utf8)) == value)
    #expect(try JSONValue(parsing: Array(value.line.utf8)) == value)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01x", "tru", "\"\\ud800\"", "[1] 2", "\"\u{1}\"", "+1", "nan", "{a:1}",
    "\"open",
  ])
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test func `nesting without end is refused and does not crash`() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(repeating: UInt8(ascii: "["), count: 100_000)) }
  }

  @Test func `escapes of other writers are understood`() throws {
    #expect(try JSONValue(parsing: Array(#""\u00e9\ud83d\ude00\/\b""#.utf8)) == "é😀/\u{8}")
  }

  @Test func `a value of the language becomes JSON`() {
    let plain: Plain = ["b": [1, 2.0, true], "a": nil]
    #expect(JSONValue(plain).line == #"{"a":null,"b":[1,2,true]}"#)
  }

  @Test func `a table survives text that looks like its own marks`() throws {
    var table = TSV(columns: ["name", "value"])
    table.append(["a\tb\nc\\d\r", 1])
    table.append(["", .double(0.1)])
    table.append([.empty, .float(0.1)])
    #expect(table.text == "name\tvalue\na\\tb\\nc\\\\d\\r\t1\n\t0.1\n\t0.1\n")
    let back = try #require(TSV(parsing: table.text))
    #expect(back == table)
    #expect(back.column("value") == ["1", "0.1", "0.1"])
    #expect(TSV(parsing: "a\tb\n1\n") == nil)
  }
}
