/// A small formula of the spec: arithmetic, comparison, `and or not in`, texts, `min max abs exp log sqrt`.
///
/// Expressions are total: no loops, no functions of the user, nothing read from outside but the names looked up, and
/// bounded in size and depth.
package struct Expression: Sendable {
  /// The text as written.
  package let text: String
  /// Where it stands.
  package let span: Span
  let root: Term

  /// The most bytes and terms and the deepest nesting of one expression.
  static let lengthLimit = 4096
  static let sizeLimit = 500
  static let depthLimit = 32

  package static func parse(_ text: String, _ span: Span) throws(Diagnostic) -> Expression {
    var parser = ExpressionParser(text, span)
    return Expression(text: text, span: span, root: try parser.whole())
  }

  /// The names that the expression looks up, in order of their first use.
  package var names: [String] {
    var names: [String] = []
    root.visit { term in
      if case .name(let name) = term.content, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The names of environment variables that the expression reads.
  package var variables: [String] {
    var names: [String] = []
    root.visit { term in
      if case .variable(let name) = term.content, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The value of the expression; the diagnostic names the part that has none.
  /// - Parameter lookup: the value of a name such as `params.shots` or `result`; `env:NAME` for a variable.
  package func evaluate(lookup: @escaping (String) -> Plain?) throws(Diagnostic) -> Plain {
    try evaluate { name in lookup(name).map(Meaning.value) ?? .unknown }
  }

  /// The value of every part that is not a constant, to show why a check failed: ``["`rank` is 8", ...]``.
  package func trace(lookup: @escaping (String) -> Plain?) -> [String] {
    trace { name in lookup(name).map(Meaning.value) ?? .unknown }
  }

  /// What a name stands for.
  package enum Meaning: Sendable {
    case value(Plain)
    /// Text without a type, as files hold it: a number if it reads as one, and its spelling beside a text.
    case spelled(String)
    /// A name that is known but has no value here. Only `??`, `== null` and `!= null` take it.
    case absent
    case unknown
  }

  /// The value of the expression over names whose text may be a number.
  package func evaluate(meaning: @escaping (String) -> Meaning) throws(Diagnostic) -> Plain {
    try ExpressionEvaluator(span: span, meaning: meaning).value(of: root)
  }

  /// As `trace(lookup:)`.
  package func trace(meaning: @escaping (String) -> Meaning) -> [String] {
    let evaluator = ExpressionEvaluator(span: span, meaning: meaning)
    var lines: [String] = []
    root.visit { term in
      switch term.content {
      case .constant, .list: return
      case .name, .variable, .unary, .binary, .call, .fallback: break
      }
      do throws(Diagnostic) {
        let value = try evaluator.value(of: term)
        let line = "`\(term.source.shortened(to: 60))` is \(value.flow.shortened(to: 60))"
        if !lines.contains(line) { lines.append(line) }
      } catch {
        return
      }
    }
    return lines
  }
}

/// A part of an expression with its place.
struct Term: Sendable {
  indirect enum Content: Sendable {
    case constant(Plain)
    case name(String)
    case variable(String)
    case list([Term])
    case unary(Unary, Term)
    case binary(Binary, Term, Term)
    case call(Function, [Term])
    case fallback(Term, Term)
  }

  enum Unary: String, Sendable {
    case negate = "-"
    case not
  }

  enum Binary: String, CaseIterable, Sendable {
    case or, and
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case within = "in"
    case notWithin = "not in"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
  }

  enum Function: String, CaseIterable, Sendable { case min, max, abs, exp, log, sqrt }

  var content: Content
  var span: Span
  var source: String

  /// Visits this term and all below it, outermost first.
  func visit(_ body: (Term) -> Void) {
    body(self)
    switch content {
    case .constant, .name, .variable: break
    case .list(let terms), .call(_, let terms): terms.forEach { $0.visit(body) }
    case .unary(_, let term): term.visit(body)
    case .binary(_, let left, let right), .fallback(let left, let right):
      left.visit(body)
      right.visit(body)
    }
  }
}

extension ValueKind where Value == Expression {
  /// An expression over the names that its place knows.
  package static var expression: Self {
    let words = "an expression such as `result == \"R\"`"
    return Self(
      .scalar(.expression, words),
      read: { node, reading in
        guard let scalar = reading.scalar(of: node, expecting: words) else { return nil }
        do throws(Diagnostic) {
          return try Expression.parse(scalar.text, node.span)
        } catch {
          var diagnostic = error
          diagnostic.path = reading.path
          reading.report(diagnostic)
          return nil
        }
      }, write: { .string($0.text) })
  }
}

extension Expression: Hashable {
  package static func == (left: Expression, right: Expression) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
