import SpecChecks
import SpecLanguage
import Testing

/// Specs with marked places, complaints of composition.
private let markedCompositions: [String] = [
  "mdssm: 1\n⟦E1214 extends⟧: [a.yaml]\n⟦E1309 sweep⟧: {axes: {}}",
  // like and unset
  "mdssm: 1\nmodels: {a: {latent: 3, hidden: [4]}, b: {like: a, latent: 4, unset: [hidden]}}",
  "mdssm: 1\nmodels: {alpha: {latent: 3}, b: {like: ⟦E1201 alhpa⟧, latent: 4}}",
  "mdssm: 1\nmodels: {a: {like: b, latent: 1}, b: {like: ⟦E1202 a⟧, latent: 1}}",
  "mdssm: 1\nmodels: {a: {like: ⟦E1202 a⟧, latent: 1}}",
  "mdssm: 1\nmodels: {a: {latent: 3}, b: {like: a, unset: [⟦E1203 hidden⟧]}}",
  "mdssm: 1\nmodels: {a: {latent: 3, ⟦E1203 unset⟧: [hidden]}}",
  "mdssm: 1\nmodels: {a: {latent: 3}, b: {like: a, unset: ⟦E1001 hidden⟧}}",
  "mdssm: 1\nmodels: {a: {latent: 3}, b: {like: ⟦E1001 [a]⟧, latent: 1}}",
  // A mapping whose kind changes is replaced
  "mdssm: 1\nmodels: {a: {latent: 3, adapt: {kind: low_rank, rank: 3}}, b: {like: a, adapt: {kind: shared}}}",
  "mdssm: 1\nmodels: {a: {latent: 3, adapt: {kind: low_rank, rank: 3}}, b: {like: a, adapt: {layers: [0, 1, 2]}}}",
  // params
  "mdssm: 1\nparams: {n: 3}\nmodels: {a: {latent: \"${params.n}\", hidden: [\"${params.n * 2}\"]}}",
  "mdssm: 1\nparams: {n: {type: count, default: 3, min: 1, max: 5, choices: [1, 3], doc: d}}\nmodels: {a: {latent: \"${params.n}\"}}",
  "mdssm: 1\nparams: {⟦W1001 n⟧: 3}",
  "mdssm: 1\nparams: {shots: 3}\nmodels: {a: {latent: \"${⟦E1211 params.shotz⟧}\"}}",
  "mdssm: 1\nparams: {⟦W1001 shots⟧: 3, n: 2}\nmodels: {a: {latent: \"${params.n}\"}}",
  "mdssm: 1\nparams: {n: {type: count, default: ⟦E1006 0⟧}}\nmodels: {a: {latent: \"${params.n}\"}}",
  "mdssm: 1\nparams: {n: {type: int, default: ⟦E1006 9⟧, max: 5}}\nmodels: {a: {latent: \"${params.n}\"}}",
  "mdssm: 1\nparams: {n: {type: int, default: ⟦E1007 9⟧, choices: [1, 2]}}\nmodels: {a: {latent: \"${params.n}\"}}",
  "mdssm: 1\nparams: {n: {type: ⟦E1007 integer⟧, default: 9, ⟦E1003 maximum⟧: 3}}\nmodels: {a: {latent: \"${params.n}\"}}",
  "mdssm: 1\nparams: {⟦E1002 n⟧: {type: int}}\nmodels: {a: {latent: \"${params.n}\"}}",
  "mdssm: 1\nparams: {a: ⟦E1206 \"${params.a}\"⟧}\ntitle: \"${params.a}\"",
  // env
  "mdssm: 1\nenv: [HOME]\ntitle: ${env:HOME}/x",
  "mdssm: 1\nenv: [⟦W1001 HOME⟧]",
  "mdssm: 1\ntitle: ${⟦E1207 env:HOME⟧}",
  "mdssm: 1\nenv: [UNSET]\ntitle: a ${⟦E1208 env:UNSET⟧}",
  "mdssm: 1\nenv: [UNSET]\ntitle: ${env:UNSET ?? \"x}\"}",
  "mdssm: 1\nenv: ⟦E1001 HOME⟧",
  "mdssm: 1\nenv: [⟦E1010 a b⟧]",
  // ${}
  "mdssm: 1\ntitle: ⟦E1212 ${params.x⟧",
  "mdssm: 1\ntitle: $${params.x} $5",
  "mdssm: 1\ntitle: ${⟦E1209 ?⟧}",
  "mdssm: 1\ntitle: a ${⟦E1211 title⟧}",
  "mdssm: 1\ntitle: ⟦E1211 \"\\x61 ${params.b}\"⟧",
  "mdssm: 1\nparams: {l: [1]}\ntitle: ⟦E1212 a ${params.l}⟧",
]

@Suite struct CompositionTests {
  @Test(arguments: markedCompositions)
  func `a composed spec gives exactly the marked complaints`(_ text: String) {
    let spec = MarkedSpec(text)
    let (_, diagnostics) = spec.read(as: Study.schema, environment: ["HOME": "/home/me"])
    #expect(MarkedSpec.places(diagnostics) == spec.expected, "\(Rendering().text(diagnostics))")
  }

  private let study = """
    mdssm: 1
    env: [DATA]
    params:
      n: {type: count, default: 16}
      widths: [7, 8]
      base: ${env:DATA}/set
    title: ${params.base}/$${x}/${params.n + 1}
    models:
      meta: {latent: "${params.n}", hidden: "${params.widths}", adapt: {kind: low_rank, rank: 4, layers: [0]}}
      shared: {like: meta, adapt: {kind: shared}, unset: [hidden]}
      wide: {like: shared, hidden: [256]}
    profiles:
      smoke: {models: {meta: {latent: 2, adapt: {rank: 1}}}, params: {n: 5}}
    """

  private func read(profile: String? = nil, _ overrides: String...) throws -> Study {
    let (value, diagnostics) = MarkedSpec(study)
      .read(as: Study.schema, profile: profile, overrides: overrides, environment: ["DATA": "/d"])
    return try #require(value, "\(Rendering().text(diagnostics))")
  }

  @Test func `inheritance, parameters and variables arrive in the values`() throws {
    let study = try read()
    #expect(study.title == "/d/set/${x}/17")
    #expect(study.models[0].value.latent == 16)
    #expect(study.models[0].value.hidden == [7, 8])
    #expect(study.models[1].value.adapt == .shared)
    #expect(study.models[1].value.hidden == [128, 128])
    #expect(study.models[2].value.hidden == [256])
    #expect(study.models[2].value.adapt == .shared)
  }

  @Test func `a profile lies over the file and an override over the profile`() throws {
    let smoke = try read(profile: "smoke", "models.meta.adapt.rank=2", "title=\"t\"")
    #expect(smoke.models[0].value.latent == 2)
    #expect(smoke.models[0].value.adapt == .lowRank(LowRank(rank: 2, layers: [0])))
    #expect(smoke.title == "t")
  }

  @Test func `an override of a parameter keeps its declaration`() throws {
    #expect(try read("params.n=32").models[0].value.latent == 32)
    let (_, diagnostics) = MarkedSpec(study)
      .read(as: Study.schema, overrides: ["params.n=-3"], environment: ["DATA": "/d"])
    #expect(diagnostics.first?.code == .outOfRange)
    #expect(diagnostics.first?.span.file.name == "--set")
  }

  @Test func `an override may be a list or a mapping`() throws {
    let study = try read("models.meta.hidden=[1, 2, 3]", "training={t: {lr: 0.5}}")
    #expect(study.models[0].value.hidden == [1, 2, 3])
    #expect(study.training[0].value.lr == 0.5)
  }

  @Test func `inherited values follow an override of their base`() throws {
    let study = try read("models.meta.latent=3")
    #expect(study.models.map(\.value.latent) == [3, 3, 3])
  }

  @Test(arguments: [
    ("models.meta.latent", "E1205"), ("=3", "E1205"), ("models..latent=3", "E1205"),
    ("models.meta.hidden[0]=3", "E1205"),
    ("models.meta.latnet=3", "E1003"), ("modles.meta.latent=3", "E1003"), ("models.meta.latent=[", "E1100"),
    ("models.meta.latent=", "E1205"), ("title=Foo # bar", "E1205"), ("title=# bar", "E1205"),
    ("models.mta.hidden=[3]", "E1009"), ("", "E1205"),
  ])
  func `a bad override is refused at the argument`(_ argument: String, _ code: String) {
    let (_, diagnostics) = MarkedSpec(study)
      .read(as: Study.schema, overrides: [argument], environment: ["DATA": "/d"])
    #expect(diagnostics.sortedByPlace.map(\.code.id) == [code], "\(Rendering().text(diagnostics))")
    #expect(diagnostics.allSatisfy { $0.span.file.name == "--set" })
  }

  @Test func `an unknown profile is refused with the known ones`() {
    let (_, diagnostics) = MarkedSpec(study)
      .read(as: Study.schema, profile: "smok", environment: ["DATA": "/d"])
    #expect(diagnostics.map(\.code) == [.unknownProfile])
    #expect(diagnostics.first?.help == ["did you mean `smoke`?"])
  }

  @Test func `an overlay may unset a key of the file, also an inherited one`() throws {
    let text = """
      mdssm: 1
      models: {a: {latent: 3, hidden: [4]}, b: {like: a, latent: 5}}
      profiles: {plain: {models: {b: {unset: [hidden]}}}, bare: {models: {a: {unset: [hidden]}}}}
      """
    let plain = try #require(MarkedSpec(text).read(as: Study.schema, profile: "plain").value)
    #expect(plain.models.map(\.value.hidden) == [[4], [128, 128]])
    let bare = try #require(MarkedSpec(text).read(as: Study.schema, profile: "bare").value)
    #expect(bare.models.map(\.value.hidden) == [[128, 128], [128, 128]])
  }

  @Test func `layers and origins are kept`() throws {
    let document = try #require(
      MarkedSpec(study).composed(
        as: Study.schema.description, profile: "smoke", overrides: ["seed=3"], environment: ["DATA": "/d"]
      ).document)
    #expect(document.node(at: "models.meta.latent")?.layer == .profile("smoke"))
    #expect(document.node(at: "seed")?.layer == .argument)
    #expect(document.node(at: "models.meta.adapt.kind")?.layer == .file)
    #expect(document.node(at: "models.meta.hidden")?.source?.words == "`params.widths` is given here")
    #expect(document["params"] == nil && document["env"] == nil && document["profiles"] == nil)
  }

  @Test func `parameters made of parameters cannot grow without end`() {
    var lines = "mdssm: 1\nparams:\n  p0: [a, b, c, d, e, f, g, h]\n"
    for level in 1...40 {
      let use = "\"${params.p\(level - 1)}\""
      lines += "  p\(level): [\(Array(repeating: use, count: 8).joined(separator: ", "))]\n"
    }
    lines += "  s0: abcdefgh\n"
    for level in 1...40 { lines += "  s\(level): ${params.s\(level - 1)}${params.s\(level - 1)}\n" }
    let (_, diagnostics) = MarkedSpec(lines + "x-a: 1\n").read(as: Study.schema)
    #expect(diagnostics.contains { $0.code == .tooMuchGrowth })
  }
}
