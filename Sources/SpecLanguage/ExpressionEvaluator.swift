/// The value of an expression; every failure names the part that has none.
struct ExpressionEvaluator {
  /// The longest text that is made of others, and the most work of a search for a text in another one.
  static let textLimit = 1 << 16
  private static let searchLimit = 1 << 24

  private let span: Span
  private let meaning: (String) -> Expression.Meaning

  init(span: Span, meaning: @escaping (String) -> Expression.Meaning) {
    self.span = span
    self.meaning = meaning
  }

  func value(of term: Term) throws(Diagnostic) -> Plain {
    switch term.content {
    case .constant(let value): return value
    case .name(let name):
      switch meaning(name) {
      case .value(let value): return value
      case .spelled(let text): return Plain(number: text) ?? .string(text)
      case .absent:
        throw problem(
          term, .noExpressionValue, "`\(name)` has no value here",
          help: ["say what to take instead, `\(name) ?? \"\"`, or ask first, `\(name) != null and ...`"])
      case .unknown: throw problem(term, .unknownName, "`\(name)` is not known here")
      }
    case .variable(let name):
      guard case .value(let value) = meaning("env:\(name)") else {
        var unset = problem(term, .unsetVariable, "the environment variable `\(name.shortened(to: 40))` is not set")
        unset.help = ["set it, or write `${env:\(name) ?? \"...\"}` with a value to use instead"]
        throw unset
      }
      return value
    case .list(let terms):
      var values: [Plain] = []
      for term in terms { values.append(try value(of: term)) }
      return .list(values)
    case .fallback(let first, let second):
      if case .variable(let name) = first.content, case .unknown = meaning("env:\(name)") {
        return try value(of: second)
      }
      let value = try valueOrNull(of: first)
      return value == .null ? try self.value(of: second) : value
    case .unary(.not, let inner): return .bool(try !truth(inner))
    case .unary(.negate, let inner): return try negated(inner)
    case .binary(let sign, let left, let right): return try binary(sign, left, right, term)
    case .call(let function, let arguments): return try call(function, arguments, term)
    }
  }

  private func negated(_ term: Term) throws(Diagnostic) -> Plain {
    switch try number(value(of: term), term) {
    case .int(let value):
      let (result, overflow) = (0).subtractingReportingOverflow(value)
      guard !overflow else { throw problem(term, .noExpressionValue, "`\(term.source)` does not fit in 64 bits") }
      return .int(result)
    case .float(let value): return .float(-value)
    }
  }

  private func binary(_ sign: Term.Binary, _ left: Term, _ right: Term, _ whole: Term) throws(Diagnostic) -> Plain {
    switch sign {
    case .or: return .bool(try truth(left) ? true : try truth(right))
    case .and: return .bool(try truth(left) ? try truth(right) : false)
    case .equal: return .bool(try areEqual(left, right, whole))
    case .notEqual: return .bool(try !areEqual(left, right, whole))
    case .less:
      return .bool(
        try compare(left, right, whole) {
          $0 < $1
        } texts: {
          $0 < $1
        })
    case .lessOrEqual:
      return .bool(
        try compare(left, right, whole) {
          $0 <= $1
        } texts: {
          $0 <= $1
        })
    case .greater:
      return .bool(
        try compare(left, right, whole) {
          $0 > $1
        } texts: {
          $0 > $1
        })
    case .greaterOrEqual:
      return .bool(
        try compare(left, right, whole) {
          $0 >= $1
        } texts: {
          $0 >= $1
        })
    case .within: return .bool(try isWithin(left, right, whole))
    case .notWithin: return .bool(try !isWithin(left, right, whole))
    case .add, .subtract, .multiply, .divide, .remainder: return try arithmetic(sign, left, right, whole)
    }
  }

  private enum Number {
    case int(Int)
    case float(Double)

    var float: Double {
      switch self {
      case .int(let value): Double(value)
      case .float(let value): value
      }
    }
  }

  private func arithmetic(
    _ sign: Term.Binary, _ left: Term, _ right: Term, _ whole: Term
  ) throws(Diagnostic) -> Plain {
    let (one, other) = try values(of: left, right)
    if sign == .add, case (.string(let first), .string(let second)) = (one, other) {
      guard first.utf8.count + second.utf8.count <= Self.textLimit else {
        throw problem(whole, .noExpressionValue, "the text is longer than \(Self.textLimit) bytes")
      }
      return .string(first + second)
    }
    let first = try number(one, left)
    let second = try number(other, right)
    if sign == .divide || sign == .remainder, second.float == 0 {
      throw problem(
        whole, .noExpressionValue, "`\(right.source.shortened(to: 40))` is 0, and nothing can be divided by it")
    }
    if case .int(let first) = first, case .int(let second) = second {
      guard let (result, overflow) = Self.whole(sign, first, second) else {
        return try finite(Double(first) / Double(second), whole, [])
      }
      guard !overflow else { throw problem(whole, .noExpressionValue, "the result does not fit in 64 bits") }
      return .int(result)
    }
    return try finite(Self.float(sign, first.float, second.float), whole, [first.float, second.float])
  }

  /// The whole-number result; nil when a quotient is not whole.
  private static func whole(_ sign: Term.Binary, _ left: Int, _ right: Int) -> (Int, Bool)? {
    switch sign {
    case .add: return left.addingReportingOverflow(right)
    case .subtract: return left.subtractingReportingOverflow(right)
    case .multiply: return left.multipliedReportingOverflow(by: right)
    case .divide:
      let (quotient, overflow) = left.dividedReportingOverflow(by: right)
      if !overflow, quotient &* right != left { return nil }
      return (quotient, overflow)
    case .remainder:
      let (remainder, overflow) = left.remainderReportingOverflow(dividingBy: right)
      let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
      return (isBelow ? remainder + right : remainder, overflow)
    case .or, .and, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .within, .notWithin:
      preconditionFailure("\(sign.rawValue) is not arithmetic")
    }
  }

  private static func float(_ sign: Term.Binary, _ left: Double, _ right: Double) -> Double {
    switch sign {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide: return left / right
    case .remainder:
      let remainder = left.truncatingRemainder(dividingBy: right)
      return remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder
    case .or, .and, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .within, .notWithin:
      preconditionFailure("\(sign.rawValue) is not arithmetic")
    }
  }

  private func call(_ function: Term.Function, _ arguments: [Term], _ whole: Term) throws(Diagnostic) -> Plain {
    var numbers: [Number] = []
    for argument in arguments { numbers.append(try number(value(of: argument), argument)) }
    let floats = numbers.map(\.float)
    switch function {
    case .min, .max:
      var best = 0
      for index in floats.indices where function == .min ? floats[index] < floats[best] : floats[index] > floats[best] {
        best = index
      }
      return plain(numbers[best])
    case .abs:
      if case .int(let value) = numbers[0], value != Int.min { return .int(value < 0 ? -value : value) }
      return .float(floats[0].magnitude)
    case .exp: return try finite(ElementaryFunctions.exp(floats[0]), whole, floats)
    case .log: return try finite(ElementaryFunctions.log(floats[0]), whole, floats)
    case .sqrt: return try finite(floats[0].squareRoot(), whole, floats)
    }
  }

  private func truth(_ term: Term) throws(Diagnostic) -> Bool {
    let value = try value(of: term)
    guard case .bool(let truth) = value else {
      throw problem(
        term, .noExpressionValue, "`\(term.source.shortened(to: 40))` is \(value.typeWords), not true or false")
    }
    return truth
  }

  private func number(_ term: Term) throws(Diagnostic) -> Number { try number(try value(of: term), term) }

  /// The number that the value of a term is.
  private func number(_ value: Plain, _ term: Term) throws(Diagnostic) -> Number {
    switch value {
    case .int(let value): return .int(value)
    case .float(let value): return .float(value)
    case .null, .bool, .string, .list, .map:
      throw problem(term, .noExpressionValue, "`\(term.source.shortened(to: 40))` is \(value.typeWords), not a number")
    }
  }

  private func plain(_ number: Number) -> Plain {
    switch number {
    case .int(let value): .int(value)
    case .float(let value): .float(value)
    }
  }

  /// A result that must be finite unless an input was not.
  private func finite(_ value: Double, _ term: Term, _ inputs: [Double]) throws(Diagnostic) -> Plain {
    guard value.isFinite || !inputs.allSatisfy(\.isFinite) else {
      throw problem(term, .noExpressionValue, "`\(term.source.shortened(to: 40))` is not a finite number")
    }
    return .float(value)
  }

  /// The values of two terms that meet. A name whose text reads as a number is its text beside a text.
  private func values(of left: Term, _ right: Term) throws(Diagnostic) -> (Plain, Plain) {
    let first = try value(of: left)
    let second = try value(of: right)
    return (spelling(left, first, beside: second), spelling(right, second, beside: first))
  }

  private func spelling(_ term: Term, _ value: Plain, beside other: Plain) -> Plain {
    guard case .string = other, case .name(let name) = term.content, case .spelled(let text) = meaning(name) else {
      return value
    }
    return .string(text)
  }

  /// The value of a term, null for a name without one here.
  private func valueOrNull(of term: Term) throws(Diagnostic) -> Plain {
    if case .name(let name) = term.content, case .absent = meaning(name) { return .null }
    return try value(of: term)
  }

  private func areEqual(_ left: Term, _ right: Term, _ whole: Term) throws(Diagnostic) -> Bool {
    if case .constant(.null) = right.content { return try valueOrNull(of: left) == .null }
    if case .constant(.null) = left.content { return try valueOrNull(of: right) == .null }
    let (first, second) = try values(of: left, right)
    return try areEqual(first, second, whole)
  }

  private func areEqual(_ left: Plain, _ right: Plain, _ term: Term) throws(Diagnostic) -> Bool {
    switch (left, right) {
    case (.int(let left), .float(let right)): return Double(left) == right
    case (.float(let left), .int(let right)): return left == Double(right)
    case (.float(let left), .float(let right)): return left == right
    case (.null, _), (_, .null): return left == right
    case (.string(let first), .string(let second)): return try areEqual(first, second, term)
    case (.int, .int), (.bool, .bool), (.list, .list), (.map, .map): return left == right
    case (.int, _), (.float, _), (.string, _), (.bool, _), (.list, _), (.map, _):
      throw problem(term, .noExpressionValue, "\(left.typeWords) is compared with \(right.typeWords)")
    }
  }

  /// Equality of texts; quantities are equal however they are spelled.
  private func areEqual(_ left: String, _ right: String, _ term: Term) throws(Diagnostic) -> Bool {
    guard left != right, let first = Quantity(left), let second = Quantity(right) else { return left == right }
    guard first.canStand(for: second) else {
      throw problem(term, .noExpressionValue, "\(first.words) is compared with \(second.words)")
    }
    return first == second
  }

  private func compare(
    _ left: Term, _ right: Term, _ whole: Term, _ numbers: (Double, Double) -> Bool, texts: (String, String) -> Bool
  ) throws(Diagnostic) -> Bool {
    let (low, high) = (try value(of: left), try value(of: right))
    let (first, second) = (spelling(left, low, beside: high), spelling(right, high, beside: low))
    if case (.string(let one), .string(let other)) = (first, second) {
      guard !isNumber(low, beside: other), !isNumber(high, beside: one) else {
        throw problem(whole, .noExpressionValue, "\(low.typeWords) is compared with \(high.typeWords)")
      }
      let quantities = (Quantity(one), Quantity(other))
      if case (nil, nil) = quantities { return texts(one, other) }
      guard let low = quantities.0, let high = quantities.1, low.measure == high.measure else {
        throw problem(whole, .noExpressionValue, "\(first.typeWords) is compared with \(second.typeWords)")
      }
      return low == high ? numbers(0, 0) : numbers(low.amount, high.amount)
    }
    if case (.int(let first), .int(let second)) = (first, second), first != second {
      // Exact where floats would round.
      return numbers(first < second ? 0 : 1, first < second ? 1 : 0)
    }
    return numbers(try number(first, left).float, try number(second, right).float)
  }

  /// Whether text that reads as a number meets text that is none: neither is before the other.
  private func isNumber(_ value: Plain, beside text: String) -> Bool {
    switch value {
    case .int, .float: return Plain(number: text) == nil
    case .null, .bool, .string, .list, .map: return false
    }
  }

  private func isWithin(_ left: Term, _ right: Term, _ whole: Term) throws(Diagnostic) -> Bool {
    if case .list(let terms) = right.content { return try isAny(left, of: terms, whole) }
    var (needle, home) = try values(of: left, right)
    if case .spelled(let text)? = self.name(right).map(meaning) { home = .string(text) }
    if case .string = home { needle = spelling(left, needle, beside: home) }
    switch home {
    case .list(let values):
      for value in values where try areEqual(needle, value, whole) { return true }
      return false
    case .string(let text):
      guard case .string(let part) = needle else {
        throw problem(left, .noExpressionValue, "\(needle.typeWords) cannot stand in a text")
      }
      let (work, isHuge) = text.utf8.count.multipliedReportingOverflow(by: part.utf8.count)
      guard !isHuge, work <= Self.searchLimit else {
        throw problem(left, .noExpressionValue, "the texts are too long to look for one in the other")
      }
      return part.isEmpty || text.contains(part)
    case .null, .bool, .int, .float, .map:
      throw problem(right, .noExpressionValue, "`in` needs a list or a text, found \(home.typeWords)")
    }
  }

  private func isAny(_ left: Term, of terms: [Term], _ whole: Term) throws(Diagnostic) -> Bool {
    if case .name = left.content {
      for term in terms where try areEqual(left, term, whole) { return true }
      return false
    }
    // Looked at once, however many there are to compare with.
    let needle = try value(of: left)
    for term in terms {
      let other = try value(of: term)
      if try areEqual(needle, spelling(term, other, beside: needle), whole) { return true }
    }
    return false
  }

  private func name(_ term: Term) -> String? {
    if case .name(let name) = term.content { name } else { nil }
  }

  private func problem(_ term: Term, _ code: Code, _ message: String, help: [String] = []) -> Diagnostic {
    Diagnostic(code, message, at: term.span, label: "in this expression", help: help)
  }
}

extension Plain {
  /// The type in words: `a number`, `text`.
  package var typeWords: String {
    switch self {
    case .null: "nothing"
    case .bool: "a truth value"
    case .int, .float: "a number"
    case .string(let text): Quantity(text)?.words ?? "text"
    case .list: "a list"
    case .map: "a mapping"
    }
  }
}
