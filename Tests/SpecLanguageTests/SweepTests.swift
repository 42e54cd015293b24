import SpecChecks
import SpecLanguage
import Testing
import YAMLReader

/// Expands the text of a spec of the small language.
func expand(
  _ text: String, profile: String? = nil, overrides: [String] = [], environment: [String: String] = [:]
) -> Expansion {
  let spec = MarkedSpec(text)
  guard let node = spec.yaml.node else { return Expansion(diagnostics: spec.yaml.diagnostics) }
  let composition = Composition(profile: profile, overrides: overrides, environment: environment) {
    file, bytes, layer in
    let result = YAML.read(value: bytes, of: file, layer: layer)
    return (result.node, result.diagnostics)
  }
  return Sweep.expand(composition.layers(of: node), language: Study.schema.description)
}

private let base = """
  mdssm: 1
  params: {n: 3}
  models:
    m: {latent: "${params.n}", adapt: {kind: low_rank, rank: 4, layers: [0]}}
    w: {like: m, hidden: [8]}
  training: {t: {lr: 1e-3}}

  """

/// Sweeps with marked places, laid below `base`.
private let markedSweeps: [String] = [
  "sweep: {axes: {models.m.latent: [1, 2]}}",
  "sweep: {axes: {⟦E1302 models.x.latent⟧: [1, 2]}}",
  "sweep: {axes: {⟦E1302 modles.m.latent⟧: [1, 2]}}",
  "sweep: {axes: {⟦E1302 models.m.latnet⟧: [1, 2]}}",
  "sweep: {axes: {⟦E1302 models.m.latent.x⟧: [1, 2]}}",
  "sweep: {axes: {⟦E1302 \"models.m.hidden[0]\"⟧: [1, 2]}}",
  "sweep: {axes: {⟦E1302 models..latent⟧: [1, 2]}}",
  "sweep: {axes: {⟦E1302 params.k⟧: [1, 2]}}",
  "sweep: {axes: {⟦E1302 mdssm⟧: [1, 2]}}",
  "sweep: {axes: {⟦E1302 comparison⟧: [1, 2]}}",
  "sweep: {axes: {models.m.latent: ⟦E1301 3⟧}}",
  "sweep: {axes: {models.m.latent: ⟦E1301 []⟧}}",
  "sweep: {axes: {models.m.latent: {⟦E1003 rnge⟧: [1, 2]}}}",
  "sweep: {axes: {models.m.latent: {range: [1, 2], ⟦E1301 linspace⟧: [1, 2, 3]}}}",
  "sweep: {axes: {models.m.latent: {range: ⟦E1301 [1]⟧}}}",
  "sweep: {axes: {models.m.latent: {range: [1, ⟦E1301 x⟧]}}}",
  "sweep: {axes: {models.m.latent: {range: ⟦E1301 [1, 2]⟧, step: -1}}}",
  "sweep: {axes: {models.m.latent: {range: ⟦E1301 [1, 2]⟧, step: 0}}}",
  "sweep: {axes: {models.m.latent: {range: ⟦E1301 [1, 2]⟧, step: 1 ms}}}",
  "sweep: {axes: {models.m.latent: {range: ⟦E1301 [1, 1e6]⟧}}}",
  "sweep: {axes: {training.t.lr: {linspace: [1, 2, 3], ⟦E1301 step⟧: 1}}}",
  "sweep: {axes: {training.t.lr: {linspace: ⟦E1301 [1, 2, 1]⟧}}}",
  "sweep: {axes: {training.t.lr: {log_grid: ⟦E1301 [0, 2, 3]⟧}}}",
  "sweep: {axes: {training.t.lr: {log_grid: [1, ⟦E1005 x⟧, 3]}}}",
  "sweep: {axes: {seed: {seeds: ⟦E1006 0⟧}}}",
  "sweep: {strategy: random, axes: {training.t.lr: {uniform: ⟦E1301 [2, 1]⟧}}}",
  "sweep: {strategy: random, axes: {training.t.lr: {log_uniform: ⟦E1301 [0, 1]⟧}}}",
  "sweep: {strategy: random, axes: {training.t.lr: {normal: ⟦E1301 [0, 0]⟧}}}",
  "sweep: {strategy: random, axes: {training.t.lr: {choice: ⟦E1301 []⟧}}}",
  "sweep: {strategy: random, axes: {models.m.latent: {int_uniform: [1, ⟦E1005 2.5⟧]}}}",
  "sweep: {axes: {training.t.lr: ⟦E1307 {uniform: [1, 2]}⟧}}",
  "sweep: {strategy: ⟦E1307 random⟧, axes: {training.t.lr: [1, 2]}}",
  "sweep: {⟦E1307 draws⟧: 3, axes: {training.t.lr: [1, 2]}}",
  "sweep: {strategy: ⟦E1004 tpe⟧, axes: {training.t.lr: {uniform: [1, 2]}}}",
  "sweep: {strategy: ⟦E1007 rnadom⟧, axes: {training.t.lr: {uniform: [1, 2]}}}",
  "sweep: {axes: {training.t.lr: [1]}, ⟦E1004 stop⟧: {kind: asha, metric: valid.loss, min: 10 epochs, reduction: 3}}",
  "sweep: {axes: {training.t.lr: [1]}, stop: {kind: asha, metric: valid.loss, min: ⟦E1008 10⟧}}",
  "sweep: {axes: {training.t.lr: [1]}, objective: {metric: a.b, goal: ⟦E1007 maximise⟧}}",
  "sweep: {axes: {training.t.lr: [1]}, ⟦E1003 axess⟧: 1}",
  "sweep: {zip: [{training.t.lr: [1, 2], models.m.latent: ⟦E1305 [1, 2, 3]⟧}]}",
  "sweep: {strategy: random, zip: [{training.t.lr: ⟦E1305 {uniform: [1, 2]}⟧, models.m.latent: [1]}]}",
  "sweep: {axes: {models.m.latent: [1, 2]}, zip: [{⟦E1304 models.m.latent⟧: [3]}]}",
  "sweep: {axes: {models.m.adapt: [{kind: shared}], ⟦E1304 models.m.adapt.rank⟧: [3]}}",
  "sweep: {axes: {models.m.adapt.kind: [low_rank, shared], ⟦E1303 models.m.adapt.rank⟧: [1, 2]}}",
  "sweep: {axes: {models.m.adapt.kind: [low_rank, shared]}, when: [{if: models.m.adapt.kind == \"low_rank\", axes: {models.m.adapt.rank: [1, 2]}}]}",
  "sweep: {axes: {training.t.lr: [1]}, when: [{if: ⟦W1302 training.t.lr > 2⟧, axes: {seed: [1, 2]}}]}",
  "sweep: {axes: {training.t.lr: [1]}, when: [{if: ⟦E1302 training.t.l⟧ > 2, axes: {seed: [1, 2]}}]}",
  "sweep: {axes: {training.t.lr: [1]}, when: [{if: ⟦E1210 training.t.lr + 1⟧, axes: {seed: [1, 2]}}]}",
  "sweep: {axes: {training.t.lr: [1]}, when: [{if: 1 == 1, axes: {⟦E1304 training.t.lr⟧: [2]}}]}",
  "sweep: {axes: {training.t.lr: [1]}, when: [{if: 1 == 1, axes: {seed: [2]}}, {if: 1 == 1, axes: {⟦E1304 seed⟧: [3]}}]}",
  "sweep: {axes: {training.t.lr: [1, 2]}, exclude: [⟦W1301 {training.t.lr: 3}⟧, {training.t.lr: 2.0}]}",
  "sweep: {axes: {training.t.lr: [1, 2]}, exclude: [⟦E1301 {}⟧]}",
  "sweep: {axes: {training.t.lr: [1, 2]}, exclude: [{⟦E1302 training.t.lrr⟧: 2}]}",
  "sweep: {strategy: random, axes: {training.t.lr: {uniform: [1, 2]}}, exclude: [{if: ⟦E1308 training.t.lr⟧ > 1.5}]}",
  "sweep: {strategy: random, axes: {training.t.lr: {uniform: [1, 2]}}, exclude: [{⟦E1308 training.t.lr⟧: 1.5}]}",
  "sweep: {axes: {training.t.lr: [1, 2]}, include: [{⟦W1303 training.t.lr⟧: 2}]}",
  "sweep: {axes: {training.t.lr: [1, 2]}, include: [{⟦E1302 training.s.lr⟧: 2}]}",
  "sweep: {axes: {training.t.lr: [1, 2]}, limit: ⟦E1306 1⟧}",
  "⟦E1306 sweep⟧: {axes: {training.t.lr: {range: [1, 40]}, seed: {range: [1, 40]}}}",
  "⟦E1306 sweep⟧: {limit: 10000000000, axes: {training.t.lr: {range: [1, 4000]}, seed: {range: [1, 4000]}}}",
  "sweep: ⟦E1001 3⟧",
  "sweep: {axes: ⟦E1001 [1]⟧}",
  "sweep: {axes: {title: [\"${⟦E1211 params.k⟧}\", b]}}",
  "sweep: {axes: {params.n: [1, 2]}}",
  "sweep: {axes: {models.m.latent: {range: [1, \"${params.n}\"]}}}",
]

@Suite struct SweepTests {
  @Test(arguments: markedSweeps)
  func `a sweep gives exactly the marked complaints`(_ text: String) {
    let spec = MarkedSpec(base + text)
    let expansion = expand(base + text)
    #expect(MarkedSpec.places(expansion.diagnostics) == spec.expected, "\(Rendering().text(expansion.diagnostics))")
  }

  private func values(_ expansion: Expansion) -> [[String]] {
    expansion.points.map { $0.assignments.map { "\($0.path.lastKey ?? "")=\($0.value.flow)" } }
  }

  @Test func `a spec without a sweep is one point`() throws {
    let expansion = expand(base)
    #expect(expansion.diagnostics.isEmpty && expansion.sweep == nil)
    let point = try #require(expansion.points.first)
    #expect(expansion.points.count == 1 && point.id == "0")
    #expect(point.inherited == [Reference(section: "models", id: "m")])
  }

  @Test func `a key of the author is no part of a point`() {
    let expansion = expand(base + "x-note: {a: \"${nothing}\"}\n")
    #expect(expansion.diagnostics.isEmpty)
    #expect(expansion.partNames.allSatisfy { !$0.hasPrefix("x-") })
  }

  @Test func `a quantity is one value however it is spelled`() {
    func ids(_ values: String, _ more: String = "") -> [String] {
      let expansion = expand(base + "sweep: {axes: {training.t.smooth: [\(values)]}\(more)}\n")
      #expect(!expansion.diagnostics.hasErrors, "\(Rendering().text(expansion.diagnostics))")
      return expansion.points.map(\.id)
    }
    let one = ids("30 ms")
    #expect(one.count == 1)
    #expect(ids("30 ms, 0.03 s, 30000 us") == one)
    #expect(ids("20 ms, 30 ms", ", exclude: [{training.t.smooth: 0.02 s}]") == one)
    #expect(ids("20 ms, 30 ms", ", exclude: [{if: 'training.t.smooth < \"0.03 s\"'}]") == one)
    #expect(ids("20 ms, 30 ms", ", exclude: [{if: 'training.t.smooth == \"2e4 us\"'}]") == one)
    #expect(ids("9 ms, 30 ms", ", exclude: [{if: 'training.t.smooth > \"9000 us\"'}]").count == 1)
  }

  @Test(arguments: [
    "training.t.smooth > \"a\"", "training.t.smooth > 3", "training.t.smooth == \"3 Hz\"",
    "training.t.budget < \"30 ms\"", "training.t.min_rate >= \"1 GB\"", "training.t.lr < \"a\"",
  ])
  func `a quantity compares with its like alone`(_ test: String) {
    let expansion = expand(
      base + "sweep: {axes: {seed: [1, 2], training.t.smooth: [20 ms]}, exclude: [{if: '\(test)'}]}\n")
    #expect(Set(expansion.diagnostics.filter(\.isError).map(\.code.id)) == ["E1210"])
  }

  @Test func `choices of a parameter are compared in its type`() {
    func codes(_ value: String) -> [String] {
      let text = "mdssm: 1\nparams: {d: {type: time, default: \(value), choices: [0.02 s, 30 ms]}}\n"
      return expand(text + "training: {t: {smooth: \"${params.d}\"}}").diagnostics.map(\.code.id)
    }
    #expect(codes("20 ms") == [] && codes("0.03 s") == [] && codes("40 ms") == ["E1007"])
  }

  @Test func `every form of the design gives the number of points that it says`() {
    let expansion = expand(
      base + """
        sweep:
          strategy: random
          draws: 4
          axes:
            models.m.latent: [1, 2, 4]
            models.w.activation: [tanh, relu]
            training.t.lr: {log_uniform: [1e-4, 1e-2]}
          zip:  [{models.m.adapt.rank: [1, 2, 4], models.m.hidden: [[64, 64], [64, 64], [128, 128]]}]
          when: [{if: models.w.activation == "relu", axes: {models.w.forecast_mask: [0.8, 0.95]}}]
          exclude: [{if: models.m.adapt.rank > 2 * models.m.latent}]
          include: [{models.m.latent: 8, models.m.adapt.rank: 2, models.m.hidden: [128, 128],
                     models.w.activation: tanh, training.t.lr: 1e-3}]
          limit: 200
        """)
    #expect(expansion.diagnostics.isEmpty, "\(Rendering().text(expansion.diagnostics))")
    #expect(expansion.points.count == (27 - 3) * 4 + 1)
    #expect(Set(expansion.points.map(\.id)).count == 97)
    let last = expansion.points.last
    #expect(last?.assignments.map(\.value) == [8, 2, [128, 128], "tanh", 0.001])
    let lrs = expansion.points.dropLast().compactMap { $0.document.node(at: "training.t.lr").map { Plain($0) } }
    #expect(Set(lrs).count == 96)
    for case .float(let lr) in lrs { #expect(lr >= 1e-4 && lr <= 1e-2) }
  }

  @Test func `the first axis moves slowest, zip behind axes, and included points come last`() {
    let expansion = expand(
      base
        + "sweep: {axes: {models.m.latent: [2, 1], seed: [5, 6]}, zip: [{training.t.lr: [1, 2], models.m.forecast_mask: [0, 1]}], "
        + "include: [{seed: 9}], exclude: [{seed: 6, training.t.lr: 1}]}")
    #expect(
      values(expansion) == [
        ["latent=2", "seed=5", "lr=1", "forecast_mask=0"], ["latent=2", "seed=5", "lr=2", "forecast_mask=1"],
        ["latent=2", "seed=6", "lr=2", "forecast_mask=1"], ["latent=1", "seed=5", "lr=1", "forecast_mask=0"],
        ["latent=1", "seed=5", "lr=2", "forecast_mask=1"], ["latent=1", "seed=6", "lr=2", "forecast_mask=1"],
        ["seed=9"],
      ])
  }

  @Test(arguments: [
    ("{range: [0.1, 0.5], step: 0.1}", "0.1 0.2 0.3 0.4 0.5"), ("{range: [1, 4]}", "1 2 3 4"),
    ("{range: [5, 1], step: -2}", "5 3 1"), ("{range: [0, 1], step: 0.3}", "0 0.3 0.6 0.9"),
    ("{range: [1e-3, 3e-3], step: 1e-3}", "0.001 0.002 0.003"), ("{range: [2, 2]}", "2"),
    ("{range: [-1, 1], step: 0.5}", "-1 -0.5 0 0.5 1"), ("{range: [10, 30], step: 10}", "10 20 30"),
    ("{linspace: [0, 1, 5]}", "0 0.25 0.5 0.75 1"), ("{linspace: [0.1, 0.7, 7]}", "0.1 0.2 0.3 0.4 0.5 0.6 0.7"),
    ("{log_grid: [1e-3, 1e3, 7]}", "0.001 0.01 0.1 1 10 100 1000"), ("{log_grid: [1, 8, 4]}", "1 2 4 8"),
    ("{log_grid: [100, 1, 3]}", "100 10 1"),
  ])
  func `forms stand for exact decimals`(_ form: String, _ expected: String) {
    let expansion = expand(base + "sweep: {axes: {training.t.lag: \(form)}}")
    #expect(expansion.points.map { $0.assignments[0].value.flow }.joined(separator: " ") == expected)
  }

  @Test func `a range may carry a unit`() {
    let expansion = expand(base + "sweep: {axes: {training.t.lag: {range: [10 ms, 20 ms], step: 2.5 ms}}}")
    #expect(Array(values(expansion).joined()) == ["lag=10 ms", "lag=12.5 ms", "lag=15 ms", "lag=17.5 ms", "lag=20 ms"])
  }

  @Test func `seeds are different, follow the seed of the study, and more of them keep the first`() {
    func seeds(_ count: Int, _ study: Int) -> [String] {
      values(expand(base + "study: {seed: \(study)}\nsweep: {axes: {seed: {seeds: \(count)}}}")).flatMap { $0 }
    }
    #expect(
      seeds(5, 7) == ["seed=1084852497", "seed=749733583", "seed=205719844", "seed=1260684463", "seed=509809374"])
    #expect(Array(seeds(50, 7).prefix(5)) == seeds(5, 7))
    #expect(Set(seeds(1000, 7)).count == 1000)
    #expect(Set(seeds(5, 8)).isDisjoint(with: seeds(5, 7)))
  }

  @Test func `ids are made of paths and values alone`() {
    func ids(_ sweep: String, _ text: String = base) -> [String] { expand(text + "sweep: " + sweep).points.map(\.id) }
    let two = ids("{axes: {seed: [1, 2]}}")
    #expect(two == ["73f93de64b08", "33de175e1372"])
    #expect(ids("{axes: {seed: [3, 2, 1]}}").suffix(2) == [two[1], two[0]])
    #expect(ids("{axes: {seed: [1, 2]}}", base.replacing("1e-3", with: "2e-3")) == two)
    #expect(ids("{zip: [{seed: [1], training.t.lr: [1e-2]}]}") == ids("{axes: {training.t.lr: [0.01], seed: [1]}}"))
  }

  @Test func `draws of a point do not depend on other points`() {
    func draws(_ sweep: String) -> [[String]] { values(expand(base + "sweep: {strategy: random, " + sweep + "}")) }
    let few = draws("draws: 2, axes: {seed: [1, 2], training.t.lr: {uniform: [0, 1]}}")
    let more = draws("draws: 3, axes: {seed: [3, 2, 1], training.t.lr: {uniform: [0, 1]}}")
    #expect(few.count == 4 && more.count == 9)
    #expect(few.allSatisfy { more.contains($0) })
    let other = draws(
      "draws: 2, axes: {seed: [1, 2], models.m.forecast_mask: {uniform: [0, 1]}, training.t.lr: {uniform: [0, 1]}}")
    #expect(few.allSatisfy { row in other.contains { Set(row).isSubset(of: Set($0)) } })
  }

  @Test func `distributions stay in their bounds and fill them`() {
    let expansion = expand(
      base + """
        sweep:
          strategy: random
          draws: 900
          axes:
            models.m.latent: {int_uniform: [1, 3]}
            models.m.activation: {choice: [tanh, relu]}
            models.m.forecast_mask: {uniform: [0.25, 0.75]}
            training.t.lr: {log_uniform: [1e-4, 1e-2]}
            training.t.weight_decay: {normal: [10, 2]}
        """)
    #expect(expansion.diagnostics.isEmpty && expansion.points.count == 900)
    func column(_ index: Int) -> [Plain] { expansion.points.map { $0.assignments[index].value } }
    func floats(_ index: Int) -> [Double] {
      column(index).map { value -> Double in if case .float(let number) = value { number } else { .nan } }
    }
    // Counts of equal shares: five standard deviations.
    for value in [1, 2, 3] as [Plain] { #expect(abs(column(0).count { $0 == value } - 300) < 71) }
    #expect(abs(column(1).count { $0 == "tanh" } - 450) < 75)
    #expect(floats(2).allSatisfy { (0.25...0.75).contains($0) })
    #expect(abs(floats(2).count { $0 < 0.5 } - 450) < 75)
    #expect(floats(3).allSatisfy { (1e-4...1e-2).contains($0) })
    #expect(abs(floats(3).count { $0 < 1e-3 } - 450) < 75)
    let normal = floats(4)
    let mean = normal.reduce(0, +) / 900
    let variance = normal.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 899
    #expect(abs(mean - 10) < 5.0 * 2 / 30)
    #expect(abs(variance - 4) < 20 * (2.0 / 899).squareRoot())
  }

  @Test func `sobol draws spread evenly`() {
    let expansion = expand(
      base + """
        sweep: {strategy: sobol, draws: 64, axes: {seed: [1, 2], models.m.forecast_mask: {uniform: [0, 1]},
                training.t.lr: {uniform: [0, 1]}}}
        """)
    #expect(expansion.points.count == 128)
    for start in [0, 64] {
      let points = expansion.points[start..<start + 64].map { point -> [Double] in
        point.assignments.suffix(2).map { assignment -> Double in
          if case .float(let value) = assignment.value { value } else { -1 }
        }
      }
      // A (0, 6, 2)-net: every elementary rectangle of area 1/64 holds exactly one point.
      for split in 0...6 {
        let (wide, high) = (Double(1 << split), Double(1 << (6 - split)))
        let cells = points.map { point -> [Int] in [Int(point[0] * wide), Int(point[1] * high)] }
        #expect(Set(cells).count == 64)
      }
    }
  }

  @Test func `values that read alike are one point`() {
    #expect(
      values(expand(base + "sweep: {axes: {training.t.lr: [1e-3, 0.001, 1e-2]}}")) == [["lr=0.001"], ["lr=0.01"]])
    #expect(expand(base + "sweep: {axes: {params.n: [3, 4]}, include: [{models.m.latent: 4}]}").points.count == 2)
  }

  @Test func `a swept value reaches siblings, parameters and later interpolation`() throws {
    let expansion = expand(
      base
        + "sweep: {axes: {params.n: [5], models.m.adapt.rank: [7]}, include: [{params.n: 6, models.m.hidden: [\"${params.n * 2}\"]}]}"
    )
    let first = Plain(try #require(expansion.points.first).document)
    #expect(first["models"]?["w"]?["latent"] == 5 && first["models"]?["w"]?["adapt"]?["rank"] == 7)
    let second = Plain(try #require(expansion.points.last).document)
    #expect(second["models"]?["m"]?["hidden"] == [12] && second["models"]?["w"]?["hidden"] == [8])
    #expect(second["sweep"] == nil && second["params"] == nil)
  }

  @Test func `a swept value knows where it comes from`() throws {
    let expansion = expand(base + "sweep: {strategy: random, axes: {training.t.lr: {uniform: [0, 1]}}}")
    let node = try #require(expansion.points.first?.document.node(at: "training.t.lr"))
    #expect(node.chain.map { "\($0.layer.words) \($0.span)" } == ["file spec.yaml:6:20", "sweep spec.yaml:7:49"])
    #expect(node.source?.words.hasSuffix("is drawn") == true)
  }

  @Test func `a point as YAML expands to itself`() throws {
    let expansion = expand(base + "sweep: {axes: {models.m.adapt.kind: [low_rank, shared], params.n: [1]}}")
    for point in expansion.points {
      let again = expand(point.yaml)
      #expect(again.diagnostics.isEmpty)
      #expect(Plain(try #require(again.points.first).document) == Plain(point.document))
    }
  }

  @Test func `a profile and an override may change the sweep`() {
    let text = base + "sweep: {axes: {seed: [1, 2, 3]}}\nprofiles: {p: {sweep: {axes: {seed: [1]}, limit: 1}}}"
    #expect(expand(text, profile: "p").points.count == 1)
    #expect(expand(text, overrides: ["sweep={axes: {seed: [4, 5]}}"]).points.count == 2)
  }

  @Test(arguments: [
    ("sweep.axes.training.t.lr=[1e-3, 1e-2]", 6), ("sweep.axes.seed=[4]", 1), ("sweep.axes.params.n=[3, 4]", 6),
    ("sweep.axes.\"training.t.lr\"={range: [1, 4]}", 12), ("sweep.axes.\"training.t.lr\".range=[1, 4]", 12),
    ("profiles.p.sweep.axes.training.t.lr=[1e-3, 1e-2]", 6), ("\"sweep\".\"axes\".\"seed\"=[4, 5]", 2),
    ("sweep.axes={training.t.lr: [1e-3, 1e-2]}", 6),
  ])
  func `an override names an axis by its path`(_ argument: String, _ points: Int) {
    let text = base + "sweep: {axes: {seed: [1, 2, 3]}}\nprofiles: {p: {}}"
    let expansion = expand(text, profile: "p", overrides: [argument])
    #expect(expansion.diagnostics.map(\.message) == [])
    #expect(expansion.points.count == points)
  }

  @Test func `an axis that an override misspells is complained about in the override`() throws {
    let found = expand(base + "sweep: {axes: {seed: [1]}}", overrides: ["sweep.axes.training.t.lrr=[1, 2]"]).diagnostics
    let first = try #require(found.first { $0.isError })
    #expect(first.code == .unknownSweptPath && first.span.text == "training.t.lrr")
    #expect(first.help.contains { $0.contains("training.t.lr`") })
  }

  @Test func `an override of a swept path is warned of`() {
    let found = expand(base + "sweep: {axes: {seed: [1, 2, 3]}}", overrides: ["seed=4"]).diagnostics
    #expect(found.map(\.code) == [.overrideSwept])
    #expect(found.first?.span.file.name == "--set")
  }

  @Test func `an axis without effect suggests where it belongs`() throws {
    let expansion = expand(
      base + "sweep: {axes: {models.m.adapt.kind: [low_rank, shared], models.m.adapt.rank: [1, 2]}}")
    #expect(
      Rendering().text(expansion.diagnostics) == """
        error[E1303]: `models.m.adapt.rank` has no effect where `models.m.adapt.kind` is `shared`
         --> spec.yaml:7:57
          |
        7 | sweep: {axes: {models.m.adapt.kind: [low_rank, shared], models.m.adapt.rank: [1, 2]}}
          |                                                         ^^^^^^^^^^^^^^^^^^^ not a key of `shared`
         ::: spec.yaml:7:48
          |
        7 | sweep: {axes: {models.m.adapt.kind: [low_rank, shared], models.m.adapt.rank: [1, 2]}}
          |                                                ------ `shared` is given here
          = help: write `when: [{if: 'models.m.adapt.kind == "low_rank"', axes: {models.m.adapt.rank: [...]}}]`
          = note: at the point models.m.adapt.kind: shared, models.m.adapt.rank: 1

        1 error

        """)
  }

  @Test func `a parameter that nothing uses cannot be swept`() {
    let text = "mdssm: 1\nparams: {n: 3}\nsweep: {axes: {⟦E1303 params.n⟧: [1, 2]}}"
    let found = expand(text).diagnostics.filter(\.isError)
    #expect(MarkedSpec.places(found) == MarkedSpec(text).expected)
  }

  @Test func `the table has a column for every path and a cell for every value`() {
    let expansion = expand(
      base + "sweep: {axes: {training.t.lr: [1, 2]}, include: [{title: 'a, \"b\"', models.m.latent: 3}]}")
    #expect(
      expansion.text(.csv).split(separator: "\n").map { $0.drop { $0 != "," } } == [
        ",training.t.lr,title,models.m.latent", ",1,,", ",2,,", ",,\"a, \"\"b\"\"\",3",
      ])
    #expect(expansion.text(.text).split(separator: "\n").first == "id            lr  title   latent")
    #expect(
      expansion.text(.json).split(separator: "\n").last?.hasSuffix(
        "{\"title\": \"a, \\\"b\\\"\", \"models.m.latent\": 3}}") == true)
  }
}
