import SpecChecks
import SpecLanguage
import Testing

/// Specs with marked places: exactly these complaints at exactly these marks.
private let markedSpecs: [String] = [
  // Keys
  "mdssm: 1\nmodels:\n  meta: {latent: 8, ⟦E1003 hiden⟧: [3]}",
  "mdssm: 1\n⟦E1003 modles⟧: {}",
  "mdssm: 1\nx-note: {anything: [goes]}\nmodels: {meta: {latent: 3, x-mine: 1}}",
  "⟦E1002 title⟧: no version",
  "mdssm: 1\nmodels:\n  ⟦E1002 meta⟧: {hidden: [3]}",
  "mdssm: 1\nmodels:\n  meta: {⟦E1003 Latent⟧: 3}",  // a misspelt required key is not missing as well
  "mdssm: 1\n⟦E1004 comparisons⟧: {gain: {}}",
  "mdssm: 1\nmodels:\n  ⟦E1010 2fast⟧: {latent: 2}",
  // Shapes
  "mdssm: 1\nmodels: ⟦E1001 [meta]⟧",
  "mdssm: 1\nmodels: {meta: ⟦E1001 7⟧}",
  "mdssm: 1\nmodels: {⟦E1015 meta⟧: }",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1001 [3]⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, hidden: ⟦E1001 128⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, hidden: ⟦E1011 []⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, hidden: [1, ⟦E1006 0⟧, ⟦E1005 x⟧]}}",
  // Whole numbers
  "mdssm: ⟦E1213 2⟧\nanything: [else]",
  "title: t\n⟦E1213 mdssm⟧: 1",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1005 many⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1005 \"3\"⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1005 3.0⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1005 1e1⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1005 3.5⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1013 010⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1013 1_000⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1013 1:30⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1013 2024-01-02⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1014 99999999999999999999⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1006 513⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: ⟦E1006 -1⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: +7}}",
  "mdssm: 1\nseed: ⟦E1006 -1⟧",
  // Floats
  "mdssm: 1\ntraining: {t: {lr: 1e-3, weight_decay: .5}}",
  "mdssm: 1\ntraining: {t: {lr: ⟦E1006 0⟧, weight_decay: ⟦E1006 -0.1⟧}}",
  "mdssm: 1\ntraining: {t: {lr: ⟦E1014 1e999⟧}}",
  "mdssm: 1\ntraining: {t: {lr: ⟦E1014 1e-999⟧}}",
  "mdssm: 1\ntraining: {t: {lr: ⟦E1006 .inf⟧}}",
  "mdssm: 1\ntraining: {t: {lr: ⟦E1016 1e−3⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, forecast_mask: ⟦E1006 1.5⟧}}",
  // Truth values
  "mdssm: 1\nmodels: {meta: {latent: 3, residual: ⟦E1005 yes⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, residual: ⟦E1005 True⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, residual: ⟦E1005 \"true\"⟧}}",
  // Choices
  "mdssm: 1\nmodels: {meta: {latent: 3, activation: ⟦E1007 tanhh⟧}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, activation: ⟦E1004 gelu⟧}}",
  // Quantities
  "mdssm: 1\ntraining: {t: {smooth: 0.02 s, lag: -140 ms, min_rate: 1 kHz, budget: 50 epochs}}",
  "mdssm: 1\ntraining: {t: {smooth: ⟦E1008 20⟧}}",
  "mdssm: 1\ntraining: {t: {smooth: ⟦E1008 20 msec⟧}}",
  "mdssm: 1\ntraining: {t: {smooth: ⟦E1008 0.5 ns⟧}}",
  "mdssm: 1\ntraining: {t: {smooth: ⟦E1006 0 ms⟧}}",
  "mdssm: 1\ntraining: {t: {smooth: ⟦E1014 4000000 h⟧}}",
  "mdssm: 1\ntraining: {t: {smooth: ⟦E1005 soon⟧}}",
  "mdssm: 1\ntraining: {t: {min_rate: ⟦E1008 5⟧}}",
  "mdssm: 1\ntraining: {t: {budget: ⟦E1008 500⟧}}",
  "mdssm: 1\ntraining: {t: {budget: ⟦E1008 500 ms⟧}}",
  "mdssm: 1\ntraining: {t: {budget: ⟦E1006 0 steps⟧}}",
  // A short form beside a long one
  "mdssm: 1\ntraining: {t: {alpha: [1, 2]}, u: {alpha: 3}}",
  "mdssm: 1\ntraining: {t: {alpha: [1, ⟦E1006 0⟧]}, u: {alpha: ⟦E1005 x⟧}}",
  // Unions: only the arm that `kind` names is reported on
  "mdssm: 1\nmodels: {meta: {latent: 3, adapt: {kind: low_rank, rank: 2}}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, ⟦E1002 adapt⟧: {rank: 2}}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, adapt: {kind: ⟦E1007 low-rank⟧, rnk: 2}}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, adapt: {kind: ⟦E1004 concat⟧, anything: 2}}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, adapt: {kind: shared, ⟦E1003 rank⟧: 2}}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, adapt: {kind: low_rank, rank: 2, ⟦E1004 hyper⟧: [1]}}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, adapt: ⟦E1001 shared⟧}}",
  // Rules over several keys, silent while one of the keys is wrong
  "mdssm: 1\nmodels: {meta: {latent: 3, adapt: {kind: low_rank, rank: 1, layers: ⟦E1012 [0, 1]⟧}}}",
  "mdssm: 1\nmodels: {meta: {latent: 3, adapt: {kind: low_rank, rank: ⟦E1006 0⟧, layers: [0, 1]}}}",
  // References
  "mdssm: 1\nmodels: {a: {latent: 3}}\ntraining: {t: {}}\nruns: {r: {train: a, with: t}, s: {train: a, with: t, after: r}}",
  "mdssm: 1\nmodels: {meta: {latent: 3}}\ntraining: {t: {}}\nruns: {r: {train: ⟦E1009 mета⟧, with: t}}",
  "mdssm: 1\nmodels: {a: {latent: 3}}\ntraining: {t: {}}\nruns: {r: {train: ⟦E1009 t⟧, with: t}}",
  "mdssm: 1\nmodels: {a: {latent: 3}}\ntraining: {t: {}}\nruns: {a: {train: a, with: t}, s: {train: a, with: t, after: ⟦E1009 a⟧}}",
  // An entry that is wrong in itself can be referred to
  "mdssm: 1\nmodels: {a: {latent: ⟦E1006 0⟧}}\ntraining: {t: {}}\nruns: {r: {train: a, with: t}}",
  // Several at once
  "mdssm: 1\nmodels:\n  a: {latent: ⟦E1006 0⟧, ⟦E1003 foo⟧: 1}\n  b: {latent: ⟦E1005 x⟧}\nseed: ⟦E1005 y⟧",
]

@Suite struct ReadingTests {
  @Test(arguments: markedSpecs)
  func `a spec gives exactly the marked complaints`(_ text: String) {
    let spec = MarkedSpec(text)
    let (value, diagnostics) = spec.read(as: Study.schema)
    #expect(MarkedSpec.places(diagnostics) == spec.expected, "\(Rendering().text(diagnostics))")
    #expect((value == nil) == !spec.expected.isEmpty)
  }

  @Test(arguments: markedSpecs)
  func `every safe fix removes its complaint`(_ text: String) {
    let spec = MarkedSpec(text)
    let before = spec.read(as: Study.schema).diagnostics.sortedByPlace
    let fixes = before.compactMap(\.fix).filter(\.isSafe)
    guard !fixes.isEmpty else { return }
    let fixed = String(decoding: spec.file.applying(fixes), as: UTF8.self)
    let after = MarkedSpec(fixed).read(as: Study.schema).diagnostics.sortedByPlace
    for code in Set(before.map(\.code)) {
      let expected = before.filter { $0.code == code && $0.fix?.isSafe != true }.count
      guard expected != before.filter({ $0.code == code }).count else { continue }
      #expect(after.filter { $0.code == code }.count == expected, "\(fixed)\n\(Rendering().text(after))")
    }
  }

  @Test func `entries that nothing uses are warned of, but not those that others inherit`() throws {
    let text = """
      mdssm: 1
      models: {base: {latent: 3}, a: {like: base}, b: {latent: 1}}
      training: {t: {}}
      runs: {r: {train: a, with: t}}
      """
    let point = try #require(expand(text).points.first)
    var (_, reading) = Reading.read(point.document, as: Study.schema)
    reading.warnUnused(entriesOf: ["models", "training"], inherited: point.inherited)
    #expect(reading.diagnostics.map(\.message) == ["nothing uses `models.b`"])
  }

  @Test func `values arrive with their types and defaults`() throws {
    let text = """
      mdssm: 1
      title: 2024
      models:
        meta: {latent: 30, hidden: [64], adapt: {kind: low_rank, rank: 6}}
        plain: {latent: 2, activation: relu, residual: true}
      training: {t: {lr: 5e-3, smooth: 0.02 s, budget: 20 steps}}
      runs: {first: {train: meta, with: t}}
      """
    let study = try #require(MarkedSpec(text).read(as: Study.schema).value)
    #expect(study.title == "2024")
    #expect(study.models.map(\.id) == ["meta", "plain"])
    #expect(study.models[0].value.adapt == .lowRank(LowRank(rank: 6, layers: [0, 1])))
    #expect(study.models[1].value.hidden == [128, 128])
    #expect(study.training[0].value.smooth == .milliseconds(20))
    #expect(study.training[0].value.budget == .steps(20))
    #expect(study.runs[0].value.train == Reference(section: "models", id: "meta"))
  }

  @Test func `only given values have a place`() throws {
    let spec = MarkedSpec("mdssm: 1\nmodels: {meta: {latent: 30, hidden: [64]}}")
    let document = try #require(spec.composed(as: Study.schema.description).document)
    let (_, reading) = Reading.read(document, as: Study.schema)
    #expect(reading.places["models.meta.latent"]?.value.text == "30")
    #expect(reading.places["models.meta.hidden[0]"]?.value.text == "64")
    #expect(reading.places["models.meta.residual"] == nil)
    #expect(reading.span(of: "models.meta.residual")?.text == "meta")
  }

  @Test func `a written value has every key and reads back to itself`() throws {
    let text = """
      mdssm: 1
      title: 'yes: "no"'
      models: {meta: {latent: 30, adapt: {kind: low_rank, rank: 6}}, "no": {latent: 1}}
      training: {t: {lag: -140 ms, alpha: [1, 2.5], budget: 50 epochs, min_rate: 1 kHz}}
      """
    let study = try #require(MarkedSpec(text).read(as: Study.schema).value)
    let written = Study.schema.write(study)
    #expect(written["models"]?["meta"]?["hidden"] == [128, 128])
    #expect(written["models"]?["meta"]?["adapt"] == ["kind": "low_rank", "rank": 6, "layers": [0, 1]])
    #expect(written["training"]?["t"]?["lag"] == "-140 ms")
    let (again, diagnostics) = MarkedSpec(written.yaml).read(as: Study.schema)
    #expect(diagnostics.isEmpty, "\(Rendering().text(diagnostics))")
    #expect(again == study)
  }

  @Test func `one value in two units has one set of bytes`() throws {
    func bytes(_ time: String) throws -> [UInt8] {
      let spec = MarkedSpec("mdssm: 1\ntraining: {t: {smooth: \(time)}}")
      return Study.schema.write(try #require(spec.read(as: Study.schema).value)).canonicalBytes
    }
    #expect(try bytes("20 ms") == bytes("0.02 s"))
    #expect(try bytes("20 ms") == bytes("20000 us"))
    #expect(try bytes("20 ms") != bytes("21 ms"))
  }

  @Test func `a schema describes itself`() {
    let description = LowRank.schema.description
    #expect(description.fields.map(\.name) == ["rank", "layers"])
    #expect(description.fields[0].isRequired)
    #expect(description.fields[0].kind.words == "a whole number from 1 to 64")
    #expect(description.fields[1].fallback == [0, 1])
    #expect(description.notBuilt.map(\.name) == ["hyper"])
    #expect(Adapt.union.description.arms.map(\.name) == ["low_rank", "shared"])
  }

  @Test func `a section whose keys all have defaults has a default value`() {
    #expect(Recipe.schema.defaults?.lr == 1e-3)
    #expect(Model.schema.defaults == nil)
  }
}
