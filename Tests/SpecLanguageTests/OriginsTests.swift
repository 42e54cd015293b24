import SpecChecks
import SpecLanguage
import Testing

@Suite struct OriginsTests {
  private let project = MarkedProject([
    "spec.yaml": """
    mdssm: 1
    extends: [rig.yaml]
    params: {n: 16}
    title: A study
    models:
      meta: {latent: "${params.n}", hidden: [7, 8], adapt: {kind: low_rank, rank: 4}}
      wide: {like: meta, latent: 5}
    training: {t: {lr: 1e-3, alpha: 2}}
    profiles: {p: {training: {t: {lr: 2e-3}}, models: {meta: {adapt: {kind: shared}}}}}
    """,
    "rig.yaml": "training: {t: {lr: 5e-3, smooth: 20 ms}}",
  ])

  private func origins(profile: String? = nil, _ overrides: String...) throws -> Origins {
    let document = try #require(project.composed(profile: profile, overrides: overrides).document)
    let study = try #require(Reading.read(document, as: Study.schema).value)
    return Origins(of: document, resolved: Study.schema.write(study), language: Study.schema.description)
  }

  @Test func `a value shows every layer that set it, and the default below`() throws {
    let origins = try origins(profile: "p", "training.t.lr=3e-3")
    #expect(
      origins.why("training.t.lr") == """
        training.t.lr = 0.003
          type   a number above 0
          means  Learning rate.
          set    3e-3   --set, --set:1:15
          over   2e-3   profile p, spec.yaml:9:35
          over   1e-3   file, spec.yaml:8:20
          over   5e-3   extends rig.yaml, rig.yaml:1:20
          over   0.001   default of the language

        """)
  }

  @Test func `a default says so`() throws {
    #expect(
      try origins().why("training.t.lag") == """
        training.t.lag = 0 s
          type   a time such as `-140 ms`
          means  Shift of the behaviour.
          set    0 s   default of the language

        """)
  }

  @Test func `inherited values and parameters show where they stand`() throws {
    let origins = try origins()
    #expect(
      origins.why("models.wide.latent")?.contains(
        """
          set    5   file, spec.yaml:7:30
          over   "${params.n}"   file, spec.yaml:6:18, inherited from `meta`
        """) == true)
    #expect(
      origins.why("models.meta.latent")?.contains(
        """
          set    "${params.n}"   file, spec.yaml:6:18
                 `params.n` is given here: 16   spec.yaml:3:13
        """) == true)
    #expect(
      origins.why("models.wide.hidden[1]")?.contains("[7, 8]   file, spec.yaml:6:41, inherited from `meta`") == true)
  }

  @Test func `a replaced kind keeps its chain`() throws {
    let origins = try origins(profile: "p")
    #expect(
      origins.why("models.meta.adapt")?.contains(
        """
        models.meta.adapt.kind = shared
          type   one of low_rank, shared
          means  Which adapt it is.
          set    shared   profile p, spec.yaml:9:73
          over   low_rank   file, spec.yaml:6:63
        """) == true)
  }

  @Test func `a path that does not exist leads to a near one`() throws {
    let origins = try origins()
    #expect(origins.why("training.t.lrr") == nil)
    #expect(origins.nearest(to: "training.t.lrr") == "training.t.lr")
    #expect(origins.nearest(to: "modles.meta.adpat") == "models.meta.adapt")
    #expect(origins.nearest(to: "zzz") == nil)
  }

  @Test func `every leaf of the resolved spec has a row, and given stays apart from default`() throws {
    let origins = try origins()
    let given = origins.rows.filter { !$0.isDefault }.map(\.path.description)
    #expect(
      given == [
        "mdssm", "title", "models.meta.latent", "models.meta.hidden", "models.meta.adapt.kind",
        "models.meta.adapt.rank",
        "models.wide.latent", "models.wide.hidden", "models.wide.adapt.kind", "models.wide.adapt.rank", "training.t.lr",
        "training.t.smooth", "training.t.alpha",
      ])
    #expect(origins.rows.filter(\.isDefault).map(\.path.description).contains("models.meta.adapt.layers"))
    #expect(
      origins.json.contains(
        """
          {"path": "training.t.smooth", "value": "20 ms", "explicit": true, "chain": [{"layer": "extends rig.yaml", \
        "file": "rig.yaml", "line": 1, "column": 34, "text": "20 ms"}]},
          {"path": "training.t.lag", "value": "0 s", "explicit": false},
        """))
  }

  @Test func `the resolved spec with origins is YAML of the same value`() throws {
    let text = try origins().resolvedText
    #expect(text.contains("    lr: 0.001"))
    #expect(text.contains("  # file, spec.yaml:8:20\n"))
    let read = MarkedSpec(text).read(as: Study.schema)
    #expect(read.value?.training[0].value.lr == 1e-3, "\(Rendering().text(read.diagnostics))")
  }
}
