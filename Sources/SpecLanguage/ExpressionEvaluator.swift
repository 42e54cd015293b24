/// The value of an expression; every failure names the part that has none.
struct ExpressionEvaluator {
  /// The longest text that is made of others, and the most work of a search for a text in another one.
  static let textLimit = 1 << 16
  private static let searchLimit = 1 << 24

  private let span: Span
  private let lookup: (String) -> Plain?

  init(span: Span, lookup: @escaping (String) -> Plain?) {
    self.span = span
    self.lookup = lookup
  }

  func value(of term: Term) throws(Diagnostic) -> Plain {
    switch term.content {
    case .constant(let value): return value
    case .name(let name):
      guard let value = lookup(name) else { throw problem(term, .unknownName, "`\(name)` is not known here") }
      return value
    case .variable(let name):
      guard let value = lookup("env:\(name)") else {
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
      if case .variable(let name) = first.content, lookup("env:\(name)") == nil { return try value(of: second) }
      let value = try value(of: first)
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
    case .equal: return .bool(try areEqual(value(of: left), value(of: right), whole))
    case .notEqual: return .bool(try !areEqual(value(of: left), value(of: right), whole))
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
    // Each side is looked at once: a sum of sums would take twice as long for every term.
    let (leftValue, rightValue) = (try value(of: left), try value(of: right))
    if sign == .add, case .string(let first) = leftValue, case .string(let second) = rightValue {
      guard first.utf8.count + second.utf8.count <= Self.textLimit else {
        throw problem(whole, .noExpressionValue, "the text is longer than \(Self.textLimit) bytes")
      }
      return .string(first + second)
    }
    let first = try number(leftValue, left)
    let second = try number(rightValue, right)
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

  /// The value of a term as a number.
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

  private func areEqual(_ left: Plain, _ right: Plain, _ term: Term) throws(Diagnostic) -> Bool {
    switch (left, right) {
    case (.int(let left), .float(let right)): return Double(left) == right
    case (.float(let left), .int(let right)): return left == Double(right)
    case (.float(let left), .float(let right)): return left == right
    case (.null, _), (_, .null): return left == right
    case (.int, .int), (.string, .string), (.bool, .bool), (.list, .list), (.map, .map): return left == right
    case (.int, _), (.float, _), (.string, _), (.bool, _), (.list, _), (.map, _):
      throw problem(term, .noExpressionValue, "\(left.typeWords) is compared with \(right.typeWords)")
    }
  }

  private func compare(
    _ left: Term, _ right: Term, _ whole: Term, _ numbers: (Double, Double) -> Bool, texts: (String, String) -> Bool
  ) throws(Diagnostic) -> Bool {
    let (leftValue, rightValue) = (try value(of: left), try value(of: right))
    if case .string(let first) = leftValue, case .string(let second) = rightValue { return texts(first, second) }
    if case .int(let first) = leftValue, case .int(let second) = rightValue, first != second {
      // Exact where floats would round.
      return numbers(first < second ? 0 : 1, first < second ? 1 : 0)
    }
    return numbers(try number(leftValue, left).float, try number(rightValue, right).float)
  }

  private func isWithin(_ left: Term, _ right: Term, _ whole: Term) throws(Diagnostic) -> Bool {
    let needle = try value(of: left)
    let home = try value(of: right)
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

  private func problem(_ term: Term, _ code: Code, _ message: String) -> Diagnostic {
    Diagnostic(code, message, at: term.span, label: "in this expression")
  }
}

extension Plain {
  /// The type in words: `a number`, `text`.
  package var typeWords: String {
    switch self {
    case .null: "nothing"
    case .bool: "a truth value"
    case .int, .float: "a number"
    case .string: "text"
    case .list: "a list"
    case .map: "a mapping"
    }
  }
}
