import SpecLanguage
import Testing

@Suite struct ExpressionTests {
  private static let names: [String: Plain] = [
    "result": "R", "trial": 7, "rt": 0.25, "ok": true, "nothing": nil, "bad": .float(.nan), "a.b": 3, "env:HOME": "h",
    "big": .int(Int.max),
  ]

  private func evaluate(_ text: String) throws -> Plain {
    let span = Span(SourceFile(name: "e", text: text), 0..<text.utf8.count)
    return try Expression.parse(text, span).evaluate { Self.names[$0] }
  }

  @Test(
    arguments: [
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("7 / 2", 3.5), ("6 / 2", 3), ("7 % 3", 1), ("-7 % 3", 2), ("7.5 % 2", 1.5),
      ("-trial", -7), ("2 - 3 - 4", -5), ("1e-3 * 1000", 1.0), ("a.b + 1", 4), ("\"a\" + 'b'", "ab"),
      ("trial > 6 and rt < 0.5", true), ("not ok or trial == 7", true), ("result == \"R\"", true),
      ("result in [\"R\", \"F\"]", true), ("result not in ['F']", true), ("\"el\" in \"hello\"", true),
      ("trial == 7.0", true), ("nothing == null", true), ("trial != null", true), ("bad < 1", false),
      ("bad == bad", false),
      ("min(3, 1.5, 2)", 1.5), ("max(trial, 2)", 7), ("abs(-3)", 3), ("sqrt(4)", 2.0), ("env:HOME", "h"),
      ("env:NONE ?? \"x\"", "x"), ("nothing ?? 4", 4), ("false and missing", false), ("true or missing", true),
      ("big > big - 1", true), ("not (1 > 2)", true), ("[1, 2]", [1, 2]), ("exp(0)", 1.0), ("log(1)", 0.0),
    ] as [(String, Plain)])
  func `an expression has this value`(_ text: String, _ value: Plain) throws {
    #expect(try evaluate(text) == value)
  }

  @Test(arguments: [
    ("1 +", "E1209"), ("", "E1209"), ("(1", "E1209"), ("1 2", "E1209"), ("a < b < c", "E1209"), ("\"x", "E1209"),
    ("foo(1)", "E1209"), ("sqrt(1, 2)", "E1209"), ("min()", "E1209"), ("1 = 2", "E1209"), ("not not ok", "E1209"),
    ("1__2", "E1209"), ("010", "E1209"), ("a !", "E1209"), ("[1, 2", "E1209"), ("env:", "E1209"), ("and", "E1209"),
    ("missing", "E1211"), ("env:NONE", "E1208"), ("1 / 0", "E1210"), ("7 % 0", "E1210"), ("result > 1", "E1210"),
    ("result == 1", "E1210"), ("ok + 1", "E1210"), ("trial and ok", "E1210"), ("log(0)", "E1210"),
    ("sqrt(-1)", "E1210"), ("exp(1000)", "E1210"), ("big + 1", "E1210"), ("big * 2", "E1210"), ("1 in 2", "E1210"),
    ("-(-big - 1)", "E1210"),
  ])
  func `an expression is refused with this code`(_ text: String, _ code: String) {
    do {
      let value = try evaluate(text)
      Issue.record("`\(text)` is \(value.flow)")
    } catch let diagnostic as Diagnostic {
      #expect(diagnostic.code.id == code, "\(diagnostic.message)")
    } catch {
      Issue.record(error)
    }
  }

  @Test func `the work of an expression grows with its length and not faster`() throws {
    // Each of these would take longer than anybody lives if a side were looked at twice.
    let sum = Array(repeating: "1", count: 200).joined(separator: " + ")
    #expect(try evaluate(sum) == 200)
    #expect(try evaluate(Array(repeating: "1", count: 200).joined(separator: " - ")) == -198)
    let pairs = (1...30).reduce("1") { text, _ in "(\(text) + 1)" }
    #expect(try evaluate(pairs) == 31)
    let tests = (1...30).reduce("1") { text, _ in "min(\(text) * 1, 2)" }
    #expect(try evaluate(tests) == 1)
    let members = (1...12).reduce("1 in [2, 1]") { text, _ in "(\(text)) in [false, false, false, false, false, true]" }
    #expect(try evaluate(members) == true)
    let deep = (1...28).reduce("1") { text, _ in "(\(text) in [2, 1])" }
    #expect(throws: Diagnostic.self) { try evaluate(deep) }
    let signs = (1...30).reduce("1") { text, _ in "-(\(text))" }
    #expect(try evaluate(signs) == 1)
  }

  @Test func `texts cannot be made longer and longer`() throws {
    let long = Plain.string(String(repeating: "a", count: 40_000))
    func value(_ text: String) throws -> Plain {
      let span = Span(SourceFile(name: "e", text: text), 0..<text.utf8.count)
      return try Expression.parse(text, span).evaluate { $0 == "long" ? long : nil }
    }
    #expect(try value("long == long") == true)
    for text in ["long + long", "long in long"] {
      do {
        _ = try value(text)
        Issue.record("`\(text)` has a value")
      } catch let diagnostic as Diagnostic {
        #expect(diagnostic.code == .noExpressionValue)
      }
    }
  }

  @Test func `hostile nesting and length are refused`() {
    let deep = String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000)
    let long = Array(repeating: "1", count: 10_000).joined(separator: "+")
    let lists = String(repeating: "[", count: 10_000)
    for text in [deep, long, lists, String(repeating: "not ", count: 10_000), String(repeating: "-", count: 10_000)] {
      #expect(throws: Diagnostic.self) { try evaluate(text) }
    }
  }

  @Test(.timeLimit(.minutes(20)), arguments: [" + ", " - ", " * "])
  func `a long sum is as quick as it is long`(_ sign: String) throws {
    let text = Array(repeating: "1", count: 240).joined(separator: sign)
    #expect(try evaluate(text) == [" + ": 240, " - ": -238, " * ": 1][sign])
  }

  /// Metadata of a session: text, some of which reads as numbers.
  private func judge(_ text: String) throws -> Plain {
    let span = Span(SourceFile(name: "e", text: text), 0..<text.utf8.count)
    return try Expression.parse(text, span).evaluate { (name: String) -> Expression.Meaning in
      switch name {
      case "subject": .spelled("C")
      case "number": .spelled("007")
      case "id": .spelled("12")
      case "speed": .spelled("3.5")
      case "radius": .spelled("10")
      case "date": .spelled("2011-09-02")
      case "task": .absent
      case "session": .value("centre_out/12")
      default: .unknown
      }
    }
  }

  @Test(
    arguments: [
      ("subject == \"C\"", true), ("subject in [\"C\", \"M\"]", true), ("subject not in ['C']", false),
      // What reads as a number is a number beside numbers and its spelling beside a text.
      ("speed > 3", true), ("speed == 3.50", true), ("speed == \"3.5\"", true), ("speed == \"3.50\"", false),
      ("\"3.5\" == speed", true), ("radius > speed", true), ("radius > \"2\"", false), ("speed + radius", 13.5),
      ("\"id-\" + id", "id-12"), ("id in [11, 12]", true), ("id in [\"12\"]", true), ("\"2\" in id", true),
      ("id in session", true), ("max(speed, radius)", 10), ("-speed", -3.5), ("id % 2 == 0", true),
      // 007 is a name, not a number; dates are compared as text.
      ("number == \"007\"", true), ("date >= \"2011-09\" and date < \"2012\"", true),
      // A name without a value here must be asked for first.
      ("task == null", true), ("null != task", false), ("(task ?? \"rest\") == \"rest\"", true),
      ("task != null and task == \"reach\"", false), ("speed ?? 1", 3.5),
    ] as [(String, Plain)])
  func `untyped text is a number where a number stands`(_ text: String, _ value: Plain) throws {
    #expect(try judge(text) == value)
  }

  @Test(arguments: [
    ("task == \"reach\"", "`task` has no value here"), ("task != \"reach\"", "`task` has no value here"),
    ("not task", "`task` has no value here"), ("task in [\"reach\"]", "`task` has no value here"),
    ("subject > 3", "`subject` is text, not a number"), ("number == 7", "text is compared with a number"),
    ("1 in id", "a number cannot stand in a text"), ("speed and true", "`speed` is a number, not true or false"),
    ("tsak == 1", "`tsak` is not known here"),
  ])
  func `a condition on untyped text without a value says why`(_ text: String, _ message: String) {
    #expect(throws: Diagnostic.self) { try judge(text) }
    do { _ = try judge(text) } catch { #expect((error as? Diagnostic)?.message == message) }
  }

  @Test func `the place of a part is inside its quoted text`() throws {
    let file = SourceFile(name: "e", text: "where: \"missing > 1\"")
    let expression = try Expression.parse("missing > 1", Span(file, 7..<20))
    do {
      _ = try expression.evaluate { _ in nil }
      Issue.record("a missing name has a value")
    } catch {
      #expect(error.span.text == "missing")
    }
  }

  @Test func `a failed check shows the value of each part`() throws {
    let text = "rank > 2 * size"
    let expression = try Expression.parse(text, Span(SourceFile(name: "e", text: text), 0..<15))
    #expect(
      expression.trace { ["rank": 8, "size": 3][$0] } == [
        "`rank > 2 * size` is true", "`rank` is 8", "`2 * size` is 6", "`size` is 3",
      ])
    #expect(expression.names == ["rank", "size"])
  }

  /// Known values to 17 digits (tables of Abramowitz and Stegun, chapter 4); the bound is 4 units in the last place.
  @Test(arguments: [
    ("exp(1)", 2.7182818284590452), ("exp(-1)", 0.36787944117144233), ("exp(10)", 22026.465794806717),
    ("exp(-700)", 9.8596765437597708e-305), ("exp(700)", 1.0142320547350045e304), ("log(2)", 0.69314718055994531),
    ("log(10)", 2.3025850929940457), ("log(1e-300)", -690.77552789821368), ("log(1.0000001)", 9.9999995058387e-8),
  ])
  func `exponential and logarithm are exact to the last places`(_ text: String, _ value: Double) throws {
    guard case .float(let found) = try evaluate(text) else {
      Issue.record("no float")
      return
    }
    let bound = text == "log(1.0000001)" ? 1e-20 : 4 * value.ulp.magnitude
    #expect((found - value).magnitude <= bound, "\(found)")
  }
}
