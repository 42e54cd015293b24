/// The values of one axis of a sweep, before anything is drawn.
struct SweptValues: Sendable {
  enum Form: Sendable {
    case listed([Node])
    /// So many values, each made when it is needed.
    case computed(Int, @Sendable (Int) -> Node)
    /// So many seeds, derived from the seed of the study.
    case seeds(Int)
    case drawn(Distribution)
  }

  var form: Form
  var span: Span

  var isDrawn: Bool {
    switch form {
    case .drawn: true
    case .listed, .computed, .seeds: false
    }
  }

  /// How many values are enumerated; a distribution counts as one.
  var count: Int {
    switch form {
    case .listed(let nodes): nodes.count
    case .computed(let count, _), .seeds(let count): count
    case .drawn: 1
    }
  }

  /// The most values that one range, grid or number of seeds may stand for, and all of a sweep together.
  static let limit = 10_000
  static let totalLimit = 20_000

  static let kind = ValueKind<SweptValues>(
    .either(.list(.scalar(.any, "a value"), count: 1...limit), .section(description)),
    read: { node, reading in
      if let nodes = node.elements {
        guard nodes.isEmpty else { return SweptValues(form: .listed(nodes), span: node.span) }
        reading.report(.badSweep, "`\(reading.subject)` has no values", at: node.span, label: "an empty list")
        return nil
      }
      guard node.entries != nil else {
        let text = "[\(node.span.text)]"
        reading.report(
          .badSweep, "`\(reading.subject)` must be a list of values, found \(node.words)", at: node.span,
          label: "expected a list or a form such as `{range: [1, 5], step: 1}`",
          help: node.isNull ? [] : ["write `\(text.shortened(to: 40))`"],
          fix: node.isNull ? nil : .init(node.span, replacement: text))
        return nil
      }
      guard reading.checkKeys(of: node, against: description) else { return nil }
      return SweptForm(node).read(&reading)
    }, write: { _ in .null })

  /// The forms as data, for error texts, the reference page and the JSON schema.
  static let description: SchemaDescription = {
    let pair = KindDescription.list(.scalar(.float, "a number"), count: 2...2)
    let triple = KindDescription.list(.scalar(.float, "a number"), count: 3...3)
    func field(_ name: String, _ kind: KindDescription, _ doc: String) -> SchemaDescription.Field {
      .init(name: name, kind: .optional(kind), fallback: .null, doc: doc)
    }
    return SchemaDescription(
      name: "values", doc: "Values of a swept path: one form.",
      fields: [
        field(
          "range", .list(.scalar(.any, "a number, or a number with a unit"), count: 2...2),
          "From, to, both included; exact decimals."),
        field("step", .scalar(.any, "a number, or a number with a unit"), "Step of `range`; 1 when absent."),
        field("linspace", triple, "From, to and how many values at equal distances."),
        field("log_grid", triple, "From, to and how many values at equal ratios."),
        field("seeds", .scalar(.int, "a whole number of at least 1"), "So many seeds derived from `study.seed`."),
        field("uniform", pair, "Drawn: from, to."),
        field("log_uniform", pair, "Drawn, uniform in the logarithm: from, to, as values."),
        field(
          "int_uniform", .list(.scalar(.int, "a whole number"), count: 2...2), "Drawn: from, to, both included."),
        field("normal", pair, "Drawn: mean and standard deviation."),
        field("choice", .list(.scalar(.any, "a value"), count: 1...limit), "Drawn: one of these."),
      ], notBuilt: [])
  }()
}

/// Reads the one form that a mapping of values names.
private struct SweptForm {
  private let node: Node
  private static let forms = SweptValues.description.fields.map(\.name).filter { $0 != "step" }

  init(_ node: Node) { self.node = node }

  func read(_ reading: inout Reading) -> SweptValues? {
    let given = (node.entries ?? []).filter { Self.forms.contains($0.key) }
    guard given.count == 1, let entry = given.first else {
      guard reading.diagnostics.isEmpty || given.count > 1 else { return nil }
      reading.report(
        .badSweep, "`\(reading.subject)` \(given.isEmpty ? "names no form" : "names \(given.count) forms") of values",
        at: given.last?.keySpan ?? node.span, label: "expected exactly one", notes: ["forms: " + Self.forms.listed])
      return nil
    }
    if entry.key != "range", let step = node.entry("step") {
      reading.report(.badSweep, "`step` belongs to `range`", at: step.keySpan, label: "has no effect here")
      return nil
    }
    guard let form = form(entry, &reading) else { return nil }
    return SweptValues(form: form, span: node.span)
  }

  private func form(_ entry: Node.Entry, _ reading: inout Reading) -> SweptValues.Form? {
    switch entry.key {
    case "range": return range(entry, &reading)
    case "linspace": return grid(entry, &reading, isLogarithmic: false)
    case "log_grid": return grid(entry, &reading, isLogarithmic: true)
    case "seeds":
      let count = reading.enter(entry) { ValueKind<Int>.int(1...SweptValues.limit).read(entry.value, &$0) }
      guard let count, hasRoom(for: count, entry, &reading) else { return nil }
      return .seeds(count)
    case "choice":
      let nodes = entry.value.elements ?? []
      guard nodes.isEmpty else { return .drawn(.choice(nodes)) }
      return fail(entry, "must be a list of values", &reading)
    case "int_uniform":
      guard let bounds = reading.enter(entry, { ValueKind.list(.int, count: 2...2).read(entry.value, &$0) }) else {
        return nil
      }
      let isSmall = bounds[0] >= -(1 << 52) && bounds[1] <= 1 << 52
      guard bounds[0] < bounds[1], isSmall else {
        return fail(entry, "needs a first number below the second", &reading)
      }
      return .drawn(.intUniform(bounds[0], bounds[1]))
    default: return pair(entry, &reading)
    }
  }

  private func pair(_ entry: Node.Entry, _ reading: inout Reading) -> SweptValues.Form? {
    guard let pair = reading.enter(entry, { ValueKind.list(.float, count: 2...2).read(entry.value, &$0) }) else {
      return nil
    }
    if entry.key == "normal" {
      guard pair[1] > 0 else { return fail(entry, "needs a standard deviation above 0", &reading) }
      return .drawn(.normal(mean: pair[0], deviation: pair[1]))
    }
    guard pair[0] < pair[1] else { return fail(entry, "needs a first number below the second", &reading) }
    guard entry.key == "log_uniform" else { return .drawn(.uniform(pair[0], pair[1])) }
    guard pair[0] > 0 else {
      return fail(entry, "needs numbers above 0: they are values, not exponents", &reading)
    }
    return .drawn(.logUniform(pair[0], pair[1]))
  }

  private func grid(_ entry: Node.Entry, _ reading: inout Reading, isLogarithmic: Bool) -> SweptValues.Form? {
    guard let grid = reading.enter(entry, { ValueKind.list(.float, count: 3...3).read(entry.value, &$0) }) else {
      return nil
    }
    guard let count = Int(exactly: grid[2]), (2...SweptValues.limit).contains(count) else {
      return fail(entry, "needs a third number that counts values: a whole number of at least 2", &reading)
    }
    let (from, to) = (grid[0], grid[1])
    guard from != to else { return fail(entry, "needs two different ends", &reading) }
    guard !isLogarithmic || (from > 0 && to > 0) else {
      return fail(entry, "needs ends above 0: they are values, not exponents", &reading)
    }
    guard hasRoom(for: count, entry, &reading) else { return nil }
    let bounds = min(from, to)...max(from, to)
    let (first, last) = isLogarithmic ? (ElementaryFunctions.log(from), ElementaryFunctions.log(to)) : (from, to)
    return .computed(count) { index in
      let share = Double(index) / Double(count - 1)
      var value = index == 0 ? from : to
      if (1..<count - 1).contains(index) {
        let between = first + share * (last - first)
        value = SweptNumber.rounded(isLogarithmic ? ElementaryFunctions.exp(between) : between, within: bounds)
      }
      return made(SweptNumber.text(value), by: entry)
    }
  }

  private func range(_ entry: Node.Entry, _ reading: inout Reading) -> SweptValues.Form? {
    guard let ends = entry.value.elements, ends.count == 2 else {
      return fail(entry, "needs two numbers: from and to", &reading)
    }
    let parts = (ends + [node["step"]].compactMap { $0 }).map { $0.scalar.flatMap { Measure($0) } }
    guard let from = parts[0], let to = parts[1], let step = parts.count > 2 ? parts[2] : Measure(one: from.unit) else {
      let place = zip(ends + [node["step"]].compactMap { $0 }, parts).first { $1 == nil }?.0
      reading.report(
        .badSweep, "`\(entry.key)` takes numbers, found \(place?.words ?? "something else")",
        at: place?.span ?? entry.value.span, label: "expected a number, or a number with a unit")
      return nil
    }
    guard from.unit == to.unit, from.unit == step.unit else {
      return fail(entry, "needs one unit throughout", &reading)
    }
    guard let walk = Measure.Walk(from, to, step) else {
      return fail(entry, "cannot be walked: the step is 0, or leads away from the end", &reading)
    }
    guard walk.count <= SweptValues.limit else {
      return fail(entry, "stands for \(walk.count) values; at most \(SweptValues.limit) are possible", &reading)
    }
    let count = Int(clamping: walk.count)
    guard hasRoom(for: count, entry, &reading) else { return nil }
    return .computed(count) { index in made(walk.text(index), by: entry) }
  }

  /// Whether a sweep may have so many values more; complained about once.
  private func hasRoom(for count: Int, _ entry: Node.Entry, _ reading: inout Reading) -> Bool {
    let before = reading.sweptCount
    reading.sweptCount += count
    guard reading.sweptCount > SweptValues.totalLimit else { return true }
    if before <= SweptValues.totalLimit {
      reading.report(
        .tooManyPoints, "the paths of the sweep have more than \(SweptValues.totalLimit) values together",
        at: entry.value.span, label: "too many")
    }
    return false
  }

  /// A value that a form stands for, at the place of the form.
  private func made(_ text: String, by entry: Node.Entry) -> Node {
    let source = Node.Source(words: "`\(entry.key)` gives \(text)", span: nil)
    return Node(.scalar(Scalar(text)), span: node.span, layer: .sweep, source: source)
  }

  private func fail(_ entry: Node.Entry, _ reason: String, _ reading: inout Reading) -> SweptValues.Form? {
    reading.report(.badSweep, "`\(entry.key)` \(reason)", at: entry.value.span, label: "in this form")
    return nil
  }
}

/// A decimal number with an optional unit, both as written.
private struct Measure {
  var number: Decimal
  var unit: String

  init?(_ scalar: Scalar) {
    guard !scalar.isText else { return nil }
    var rest = Substring(scalar.text)
    var unit = ""
    while let last = rest.last, last.isLetter {
      unit = String(last) + unit
      rest = rest.dropLast()
    }
    while rest.last == " " { rest = rest.dropLast() }
    guard let number = Decimal(rest) else { return nil }
    self.number = number
    self.unit = unit
  }

  init?(one unit: String) {
    guard let number = Decimal("1") else { return nil }
    self.number = number
    self.unit = unit
  }

  /// The numbers from one end to the other, exact.
  struct Walk {
    private let first: Int128
    private let last: Int128
    private let stride: Int128
    private let exponent: Int
    private let unit: String

    /// Nil when the end is out of reach.
    init?(_ from: Measure, _ to: Measure, _ step: Measure) {
      exponent = min(from.number.exponent, to.number.exponent, step.number.exponent)
      guard let first = from.number.scaled(to: exponent), let last = to.number.scaled(to: exponent),
        let stride = step.number.scaled(to: exponent), stride != 0, (last - first).signum() * stride.signum() >= 0
      else { return nil }
      self.first = first
      self.last = last
      self.stride = stride
      unit = from.unit
    }

    var count: Int128 { (last - first) / stride + 1 }

    func text(_ index: Int) -> String {
      Decimal.text(first + Int128(index) * stride, exponent: exponent) + (unit.isEmpty ? "" : " \(unit)")
    }
  }
}

extension Decimal {
  /// The number in units of ten to a power that is not above its own; nil when it has too many digits.
  fileprivate func scaled(to power: Int) -> Int128? {
    guard digits.count + exponent - power <= 36 || isZero else { return nil }
    var value = digits.reduce(Int128(0)) { $0 * 10 + Int128($1) }
    if !isZero { for _ in power..<exponent { value *= 10 } }
    return isNegative ? -value : value
  }

  /// A whole number times ten to a power, without exponent and without needless zeros.
  fileprivate static func text(_ value: Int128, exponent: Int) -> String {
    if value == 0 { return "0" }
    var digits = String(value.magnitude)
    if exponent > 20 || exponent < -60 { return "\(value)e\(exponent)" }
    if exponent >= 0 {
      digits += String(repeating: "0", count: exponent)
    } else {
      digits = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
      let split = digits.index(digits.endIndex, offsetBy: exponent)
      var fraction = digits[split...]
      while fraction.last == "0" { fraction = fraction.dropLast() }
      digits = String(digits[..<split]) + (fraction.isEmpty ? "" : "." + fraction)
    }
    return (value < 0 ? "-" : "") + digits
  }
}
