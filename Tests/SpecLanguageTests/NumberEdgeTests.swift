import SpecLanguage
import Testing
import YAMLReader

/// Numbers on the edge of what fits and of what is one.
@Suite struct NumberEdgeTests {
  private func read<Value>(_ text: String, as kind: ValueKind<Value>) throws -> (value: Value?, codes: [String]) {
    let node = try #require(YAML.read(SourceFile(name: "n", text: "v: \(text)")).node?["v"])
    var reading = Reading()
    let value = kind.read(node, &reading)
    return (value, reading.diagnostics.map(\.code.id))
  }

  @Test(arguments: [
    ("0", 0), ("-0", 0), ("+4", 4), ("9223372036854775807", .max), ("-9223372036854775808", .min),
  ])
  func `a whole number is read`(_ text: String, _ expected: Int) throws {
    let (value, codes) = try read(text, as: ValueKind<Int>.int)
    #expect(value == expected)
    #expect(codes == [])
  }

  @Test(arguments: [
    ("9223372036854775808", "E1014"), ("-9223372036854775809", "E1014"), ("1.0", "E1005"), ("1e3", "E1005"),
    ("1.5", "E1005"), ("0x10", "E1005"), ("0o17", "E1005"), ("0b1", "E1005"), ("--1", "E1005"), ("1-", "E1005"),
    ("00", "E1013"), ("-010", "E1013"), ("1_0", "E1013"), ("12:30:45", "E1013"), ("2024-01-02", "E1013"),
    ("٣", "E1005"), ("１２", "E1016"), ("½", "E1005"), ("1 000", "E1005"), ("1,000", "E1005"), ("'3'", "E1005"),
    ("!!float 3", "E1005"), ("[3]", "E1001"), ("~", "E1015"), ("1e99999999999999999999", "E1005"),
    (String(repeating: "9", count: 5000), "E1014"), (String(repeating: "9", count: 900), "E1014"),
  ])
  func `what is no whole number is refused`(_ text: String, _ code: String) throws {
    let (value, codes) = try read(text, as: ValueKind<Int>.int)
    #expect(value == nil)
    #expect(codes == [code])
  }

  @Test(arguments: [
    ("5e-324", .leastNonzeroMagnitude), ("1.7976931348623157e308", Double.greatestFiniteMagnitude), (".5", 0.5),
    ("5.", 5),
    ("+1e+3", 1000), ("-0", -0.0), ("0e999999", 0), ("1E-3", 0.001), ("9007199254740993", 9_007_199_254_740_992),
    ("0.1", 0.1), ("1" + String(repeating: "0", count: 300), 1e300),
    ("0." + String(repeating: "0", count: 300) + "1", 1e-301),
  ])
  func `a float is the nearest one`(_ text: String, _ expected: Double) throws {
    let (value, codes) = try read(text, as: ValueKind<Double>.float)
    #expect(value?.bitPattern == expected.bitPattern)
    #expect(codes == [])
  }

  @Test(arguments: [
    ("1e309", "E1014"), ("-1e999999999999", "E1014"), ("1e-400", "E1014"), (".inf", "E1006"), ("-.INF", "E1006"),
    (".nan", "E1006"), ("nan", "E1006"), ("infinity", "E1006"), ("1e", "E1005"), ("e3", "E1005"), (".", "E1005"),
    ("1e3.5", "E1005"), ("0." + String(repeating: "3", count: 1000), "E1014"), ("0x1p3", "E1005"), ("1/2", "E1005"),
    ("5 %", "E1005"), ("010", "E1013"), ("1_0.5", "E1013"),
  ])
  func `what is no finite number is refused`(_ text: String, _ code: String) throws {
    let (value, codes) = try read(text, as: ValueKind<Double>.float)
    #expect(value == nil)
    #expect(codes == [code])
  }

  @Test(arguments: [
    ("9223372036854775807 ns", nil), ("9223372036854775808 ns", "E1014"), ("1e30 h", "E1014"), ("1e-30 h", "E1008"),
    ("0.5 ns", "E1008"), ("1e999999 s", "E1014"), ("0.0000000015 s", "E1008"), ("2562047.7881 h", "E1014"),
    ("1.5e-9 s", "E1008"), ("25 h 10 min", "E1005"), ("0x10 ms", "E1005"), ("010 ms", "E1013"), ("1_0 ms", "E1013"),
    ("-9223372036.854775807 s", nil), ("½ s", "E1005"), ("5 m s", "E1005"),
  ])
  func `a time fits in whole nanoseconds`(_ text: String, _ code: String?) throws {
    let (value, codes) = try read(text, as: ValueKind<Nanoseconds>.time)
    #expect((value == nil) == (code != nil), "\(String(describing: value))")
    #expect(codes == [code].compactMap { $0 })
  }
}
