import SpecLanguage
import Testing

/// Random sweeps, expanded a second time by the plainest loops over whole dictionaries.
@Suite struct SweepOracleTests {
  /// A small generator of test cases; its numbers only have to be the same every time.
  private struct Dice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(sides))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(elements.count)] }
  }

  private typealias Values = [String: Int]

  /// `path > value` or `path == value`, alone or both of two.
  private struct Test {
    var path: String
    var isEqual: Bool
    var value: Int

    func holds(_ point: Values) -> Bool { isEqual ? point[path] == value : (point[path] ?? 0) > value }
    var text: String { "\(path) \(isEqual ? "==" : ">") \(value)" }
  }

  private struct Sketch {
    var axes: [(String, [Int])] = []
    var zip: [[(String, [Int])]] = []
    var when: [(tests: [Test], axes: [(String, [Int])])] = []
    var exclude: [(tests: [Test], values: [(String, Int)])] = []
    var include: [[(String, Int)]] = []
    var drawn: [String] = []
    var draws = 1
  }

  private static let start: Values = [
    "seed": 0, "params.n": 3, "models.a.latent": 1, "models.b.latent": 2, "training.t.lr": 1,
    "training.t.weight_decay": 0,
    "training.u.lr": 2,
  ]

  private static let base = """
    mdssm: 1
    params: {n: 3}
    seed: 0
    models: {a: {latent: 1}, b: {latent: 2}, c: {latent: "${params.n}"}, d: {like: a, residual: true}}
    training: {t: {lr: 1, weight_decay: 0}, u: {lr: 2}}

    """

  private func sketch(_ dice: inout Dice) -> Sketch {
    var sketch = Sketch()
    var paths = Self.start.keys.sorted().filter { !$0.hasPrefix("training.u") }
    func values(_ count: Int, _ dice: inout Dice) -> [Int] { (0..<count).map { _ in 1 + dice.roll(4) } }
    func take(_ dice: inout Dice) -> String { paths.remove(at: dice.roll(paths.count)) }
    for _ in 0..<dice.roll(3) { sketch.axes.append((take(&dice), values(1 + dice.roll(3), &dice))) }
    if dice.roll(2) == 0 {
      let count = 1 + dice.roll(3)
      sketch.zip.append((0..<1 + dice.roll(2)).map { _ in (take(&dice), values(count, &dice)) })
    }
    if dice.roll(4) == 0 {
      sketch.drawn = ["training.u.lr"]
      sketch.draws = 1 + dice.roll(3)
    }
    let known = Self.start.keys.sorted().filter { !sketch.drawn.contains($0) }
    func test(_ dice: inout Dice) -> Test {
      Test(path: dice.pick(known), isEqual: dice.roll(2) == 0, value: dice.roll(4))
    }
    func tests(_ dice: inout Dice) -> [Test] { (0..<1 + dice.roll(2)).map { _ in test(&dice) } }
    for _ in 0..<dice.roll(3) where !paths.isEmpty {
      sketch.when.append((tests(&dice), [(take(&dice), values(1 + dice.roll(3), &dice))]))
    }
    for _ in 0..<dice.roll(3) {
      let wanted = (0..<dice.roll(2)).map { _ in (dice.pick(known), 1 + dice.roll(4)) }
      sketch.exclude.append((wanted.isEmpty ? tests(&dice) : dice.roll(2) == 0 ? [] : tests(&dice), wanted))
    }
    for _ in 0..<dice.roll(3) { sketch.include.append([(dice.pick(known), 1 + dice.roll(4))]) }
    return sketch
  }

  private func text(_ sketch: Sketch) -> String {
    func list(_ axes: [(String, [Int])]) -> String {
      "{" + axes.map { "\($0.0): [\($0.1.map(String.init).joined(separator: ", "))]" }.joined(separator: ", ") + "}"
    }
    func test(_ tests: [Test]) -> String { tests.map(\.text).joined(separator: " and ") }
    var axes = list(sketch.axes)
    for path in sketch.drawn { axes = axes.dropLast() + (axes == "{}" ? "" : ", ") + "\(path): {uniform: [10, 20]}}" }
    var lines = ["sweep:", "  axes: \(axes)", "  limit: 100000"]
    if !sketch.drawn.isEmpty { lines += ["  strategy: random", "  draws: \(sketch.draws)"] }
    if !sketch.zip.isEmpty { lines += ["  zip:"] + sketch.zip.map { "    - \(list($0))" } }
    if !sketch.when.isEmpty {
      lines += ["  when:"] + sketch.when.map { "    - {if: \(test($0.tests)), axes: \(list($0.axes))}" }
    }
    if !sketch.exclude.isEmpty {
      lines += ["  exclude:"]
      for (tests, values) in sketch.exclude {
        let pairs = values.map { "\($0.0): \($0.1)" } + (tests.isEmpty ? [] : ["if: \(test(tests))"])
        lines.append("    - {\(pairs.joined(separator: ", "))}")
      }
    }
    if !sketch.include.isEmpty {
      lines += ["  include:"]
      for values in sketch.include {
        lines.append("    - {" + values.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + "}")
      }
    }
    return Self.base + lines.joined(separator: "\n") + "\n"
  }

  /// The points as whole dictionaries, drawn values as -1 - draw; duplicates gone.
  private func oracle(_ sketch: Sketch) -> [Values] {
    var points = [Self.start]
    for (path, values) in sketch.axes { points = points.flatMap { point in values.map { set(point, [(path, $0)]) } } }
    for item in sketch.zip {
      points = points.flatMap { point in item[0].1.indices.map { row in set(point, item.map { ($0.0, $0.1[row]) }) } }
    }
    for (tests, axes) in sketch.when {
      points = points.flatMap { point -> [Values] in
        guard tests.allSatisfy({ $0.holds(point) }) else { return [point] }
        return axes.reduce([point]) { points, axis in
          points.flatMap { point in axis.1.map { set(point, [(axis.0, $0)]) } }
        }
      }
    }
    points = points.filter { point in
      !sketch.exclude.contains { tests, values in
        tests.allSatisfy { $0.holds(point) } && values.allSatisfy { point[$0.0] == $0.1 }
      }
    }
    if !sketch.drawn.isEmpty {
      points = points.flatMap { point in (0..<sketch.draws).map { set(point, [("training.u.lr", -1 - $0)]) } }
    }
    points += sketch.include.map { set(Self.start, $0) }
    var seen: Set<Values> = []
    return points.filter { seen.insert($0).inserted }
  }

  private func set(_ point: Values, _ values: [(String, Int)]) -> Values {
    values.reduce(into: point) { $0[$1.0] = $1.1 }
  }

  /// What a complete document says at the places that sweeps change; nil when a place disagrees with another.
  private func values(_ document: Plain, drawn: inout [Values: Int]) -> Values? {
    var point: Values = [:]
    func int(_ path: SpecPath) -> Int? {
      var value: Plain? = document
      for case .key(let key) in path.steps { value = value?[key] }
      switch value {
      case .int(let number)?: return number
      case .float(let number)? where number > 10 && number < 20: return Int.min
      case .null?, .bool?, .float?, .string?, .list?, .map?, nil: return nil
      }
    }
    for key in Self.start.keys where key != "params.n" { point[key] = int(SpecPath(key)) }
    point["params.n"] = int("models.c.latent")
    guard int("models.d.latent") == point["models.a.latent"], point.count == Self.start.count else { return nil }
    if point["training.u.lr"] == Int.min {
      let place = drawn[point, default: 0]
      drawn[point] = place + 1
      point["training.u.lr"] = -1 - place
    }
    return point
  }

  @Test func `random sweeps expand as plain loops do`() throws {
    var dice = Dice(state: 11)
    var points = 0
    for round in 0..<400 {
      let sketch = sketch(&dice)
      let text = text(sketch)
      let expansion = expand(text)
      let isIdle = sketch.axes.isEmpty && sketch.zip.isEmpty && sketch.when.isEmpty && sketch.drawn.isEmpty
      if (isIdle && sketch.include.isEmpty) || oracle(sketch).isEmpty {
        #expect(expansion.diagnostics.filter(\.isError).map(\.code.id) == ["E1309"], "round \(round)\n\(text)")
        continue
      }
      #expect(!expansion.diagnostics.hasErrors, "round \(round)\n\(text)\n\(Rendering().text(expansion.diagnostics))")
      var drawn: [Values: Int] = [:]
      let found = expansion.points.map { values(Plain($0.document), drawn: &drawn) }
      #expect(found == oracle(sketch).map { $0 }, "round \(round)\n\(text)")
      #expect(Set(expansion.points.map(\.id)).count == found.count)
      points += found.count
    }
    #expect(points > 1500)
  }

  @Test func `a large sweep is whole`() {
    let expansion = expand(
      Self.base
        + "sweep: {limit: 5000, axes: {seed: {range: [1, 50]}, params.n: {range: [1, 10]}, training.t.lr: {range: [1, 10]}}}"
    )
    #expect(expansion.diagnostics.isEmpty && expansion.points.count == 5000)
    #expect(Set(expansion.points.map(\.id)).count == 5000)
  }
}
