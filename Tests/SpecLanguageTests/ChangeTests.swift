import SpecLanguage
import Testing

/// Parts of one form made from each other by their numbers, against the same parts read whole.
@Suite struct ChangeTests {
  private static let base = """
    mdssm: 1
    models:
      m: {latent: 3, adapt: {kind: low_rank, rank: 4, layers: [0, 1]}, forecast_mask: 0.25}
      w: {like: m, hidden: [8]}
    training: {t: {lr: 1e-3, alpha: 2}, u: {like: t, lag: -0.5 s}}

    """

  private func expansion(_ axes: String, draws: Int = 20) -> Expansion {
    expand(Self.base + "sweep: {strategy: random, draws: \(draws), axes: {\(axes)}}")
  }

  private func read(_ point: SweepPoint, _ part: Int) throws -> (value: KeyValue<Study>?, reading: Reading) {
    var reading = Reading(document: point.document)
    let entry = try #require(point.entry(ofPart: part))
    return (Study.schema.read(key: entry, &reading), reading)
  }

  private func part(_ name: String, _ expansion: Expansion) throws -> Int {
    try #require(expansion.partNames.firstIndex(of: name))
  }

  @Test(arguments: [
    ("models.m", "models.m.forecast_mask: {uniform: [0, 1]}"), ("models.m", "models.m.latent: {int_uniform: [1, 500]}"),
    ("models.m", "models.m.adapt.rank: {int_uniform: [2, 64]}"),
    ("models.w", "models.m.adapt.rank: {int_uniform: [2, 9]}"),
    ("models.m", "models.m.adapt.rank: {int_uniform: [2, 9]}, models.m.forecast_mask: {uniform: [0, 1]}, seed: [1, 2]"),
    ("training.t", "training.t.lr: {log_uniform: [1e-6, 1]}"), ("training.u", "training.t.lr: {int_uniform: [1, 5]}"),
    ("training.u", "training.u.weight_decay: {normal: [100, 1]}, training.t.alpha: {uniform: [1, 2]}"),
  ])
  func `a part changed by its numbers is the part read whole`(_ name: String, _ axes: String) throws {
    let expansion = expansion(axes)
    #expect(!expansion.diagnostics.hasErrors && expansion.points.count > 3)
    let part = try part(name, expansion)
    let first = try #require(expansion.points.first)
    let form = try #require(first.form(ofPart: part))
    let base = try #require(try read(first, part).value)
    var values: Set<[UInt8]> = []
    for point in expansion.points where point.form(ofPart: part) == form {
      var value = base
      var written: [Plain] = []
      var paths: [[String]] = []
      for var change in point.changes(ofPart: part) {
        value = try #require(Study.schema.changed(value, &change))
        written.append(change.written)
        paths.append(Array(change.path.dropFirst()))
      }
      let whole = try #require(try read(point, part).value)
      let bytes: [UInt8]
      let kind = ValueKind<[Named<Model>]>.map(.section(Model.schema))
      let recipes = ValueKind<[Named<Recipe>]>.map(.section(Recipe.schema))
      if let models = whole(\.models) {
        #expect(value(\.models) == models)
        bytes = kind.write(models).canonicalBytes
        let template = CanonicalTemplate(kind.write(try #require(base(\.models))), paths)
        #expect(template?.bytes(written) == bytes)
      } else {
        let training = try #require(whole(\.training))
        #expect(value(\.training) == training)
        bytes = recipes.write(training).canonicalBytes
        let template = CanonicalTemplate(recipes.write(try #require(base(\.training))), paths)
        #expect(template?.bytes(written) == bytes)
      }
      values.insert(bytes)
    }
    #expect(values.count > 1)
  }

  @Test(arguments: [
    "models.m.forecast_mask: {uniform: [1.5, 2]}", "models.m.latent: {int_uniform: [513, 600]}",
    "models.m.latent: {uniform: [1, 2]}", "models.m.adapt.rank: {int_uniform: [0, 1]}",
  ])
  func `a number that is not allowed is left to a reading of the whole`(_ axes: String) throws {
    let right = try #require(expand(Self.base).points.first)
    let expansion = expansion(axes)
    let part = try part("models.m", expansion)
    let base = try read(right, try #require(right.part(at: "models.m"))).value
    for point in expansion.points {
      let (_, reading) = try read(point, part)
      #expect(!reading.diagnostics.isEmpty)
      for var change in point.changes(ofPart: part) {
        #expect(Study.schema.changed(try #require(base), &change) == nil)
      }
    }
  }

  @Test func `drawn parameters make parts that are like no other`() throws {
    let expansion = expand(
      "mdssm: 1\nparams: {n: 3}\nmodels: {m: {latent: \"${params.n}\"}}\n"
        + "sweep: {strategy: random, draws: 5, axes: {params.n: {int_uniform: [1, 90]}}}")
    let part = try part("models", expansion)
    #expect(expansion.points.count > 1)
    #expect(expansion.points.allSatisfy { $0.form(ofPart: part) == nil && $0.changes(ofPart: part).isEmpty })
  }

  @Test func `a template needs its places`() {
    let value: Plain = ["a": ["b": 1.5], "c": [1, 2]]
    #expect(CanonicalTemplate(value, [["a", "x"]]) == nil)
    #expect(CanonicalTemplate(value, [["c", "b"]]) == nil)
    let template = CanonicalTemplate(value, [["c"], ["a", "b"]])
    #expect(
      template.map { String(decoding: $0.bytes([7, "\"\u{0}"]), as: UTF8.self) } == #"{"a":{"b":"\"\u0000"},"c":7}"#)
  }
}
